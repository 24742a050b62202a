#include "xgrad/ops/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/softmax.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::AxisSplit;

namespace {

struct Softmax : Function<Softmax> {
  static constexpr auto name = "softmax";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, std::size_t axis) {
    const AxisSplit s(x.shape(), axis);
    Array<T> y(x.shape());
    kernels::softmax(x.data(), s.outer, s.n, s.inner, y.data());
    ctx.save_output();
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis) {
    const auto y = ctx.saved_output();
    return {y * (gy - weighted_sum(gy * y, axis))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t axis) {
    const auto weighted = ctx.saved_output() * t[0];
    return weighted - ctx.saved_output() * weighted_sum(weighted, axis);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, std::size_t axis) {
    const Array<T>& y = ctx.saved_output_value();
    const AxisSplit s(y.shape(), axis);
    const T* gy = out.gy().data();
    kernels::softmax_backward(y.data(), gy, s.outer, s.n, s.inner, out.make_over_gy(0).data());
  }

  template <class T>
  static Variable<T> weighted_sum(const Variable<T>& x, std::size_t axis) {
    return x.dimension() == 0 ? x : sum(x, axis, {.keepdims = true});
  }
};

struct LogSoftmax : Function<LogSoftmax> {
  static constexpr auto name = "log_softmax";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, std::size_t axis) {
    ctx.save(x);
    ctx.save_output();
    const AxisSplit s(x.shape(), axis);
    Array<T> y(x.shape());
    kernels::log_softmax(x.data(), s.outer, s.n, s.inner, y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis) {
    return {gy - Softmax::apply(ctx.saved(0), axis) * Softmax::weighted_sum(gy, axis)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t axis) {
    return t[0] - Softmax::weighted_sum(Softmax::apply(ctx.saved(0), axis) * t[0], axis);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, std::size_t axis) {
    const Array<T>& y = ctx.saved_output_value();
    const AxisSplit s(y.shape(), axis);
    const T* gy = out.gy().data();
    kernels::log_softmax_backward(y.data(), gy, s.outer, s.n, s.inner, out.make_over_gy(0).data());
  }
};

/// exp(x - y) along axis 1, y [rows] = logsumexp(x): the softmax, but 0 in rows of nothing but
/// -infinity, and where y is infinity 0 at all others.
template <class T>
Variable<T> share_of_sum(const Variable<T>& x, const Array<T>& y) {
  const auto lost = [](T sum) { return std::isinf(sum); };
  const auto& sums = y.storage();
  if (std::none_of(sums.begin(), sums.end(), lost)) return Softmax::apply(x, std::size_t{1});
  const std::size_t n = x.shape()[1];
  Array<T> replaced(x.shape(), T(0)), share(x.shape(), T(0));
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!lost(sums[i / n])) continue;
    replaced.data()[i] = T(1);
    if (sums[i / n] > 0 && x.value().data()[i] == sums[i / n])
      share.data()[i] = std::numeric_limits<T>::quiet_NaN();
  }
  const Variable<T> constant(share);
  return where<T>(replaced, constant,
                  Softmax::apply(where<T>(replaced, constant, x), std::size_t{1}));
}

/// log(sum exp) along the last axis of a matrix; the gradient is the softmax.
struct LogSumExp : Function<LogSumExp> {
  static constexpr auto name = "logsumexp";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    ctx.save_output();
    Array<T> y(Shape{x.shape()[0]});
    const std::size_t n = x.shape()[1];
    if (n == 0)
      y.fill(-std::numeric_limits<T>::infinity());
    else
      kernels::logsumexp(x.data(), y.size(), n, 1, y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto x = ctx.saved(0);
    return {unsqueeze(gy, 1) * share_of_sum(x, ctx.saved_output_value())};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return sum(t[0] * share_of_sum(ctx.saved(0), ctx.saved_output_value()), 1);
  }
};

}  // namespace

template <Element T>
Variable<T> softmax(const Variable<T>& x, std::ptrdiff_t axis) {
  return Softmax::apply(x, detail::axis_or_zero("softmax", "axis", axis, x.dimension()));
}

template <Element T>
Variable<T> softmin(const Variable<T>& x, std::ptrdiff_t axis) {
  return Softmax::apply(neg(x), detail::axis_or_zero("softmin", "axis", axis, x.dimension()));
}

template <Element T>
Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis) {
  return LogSoftmax::apply(x, detail::axis_or_zero("log_softmax", "axis", axis, x.dimension()));
}

template <Element T>
Variable<T> logsumexp(const Variable<T>& x, const Axes& axes, ReduceOptions options) {
  const auto r = detail::make_reduction("logsumexp", x.shape(), axes, options);
  const Shape shape = r.result_shape(x.shape());
  const auto rows = static_cast<std::ptrdiff_t>(element_count(shape));
  const auto n = static_cast<std::ptrdiff_t>(r.count(x.shape()));
  return reshape(LogSumExp::apply(reshape(detail::reduced_last(x, r), {rows, n})), shape);
}

#define XG_INSTANTIATE(T)                                               \
  template Variable<T> softmax(const Variable<T>&, std::ptrdiff_t);     \
  template Variable<T> softmin(const Variable<T>&, std::ptrdiff_t);     \
  template Variable<T> log_softmax(const Variable<T>&, std::ptrdiff_t); \
  template Variable<T> logsumexp(const Variable<T>&, const Axes&, ReduceOptions);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
