#include "xgrad/ops/softmax.hpp"

#include <algorithm>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/softmax.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
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
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, std::size_t axis) {
    const Array<T>& y = ctx.saved_output_value();
    const AxisSplit s(y.shape(), axis);
    const T* gy = out.gy().data();
    kernels::log_softmax_backward(y.data(), gy, s.outer, s.n, s.inner, out.make_over_gy(0).data());
  }
};

/// softmax along axis 1, with 0 in rows of nothing but -infinity, whose softmax is NaN.
template <class T>
Variable<T> softmax_or_zero(const Variable<T>& x) {
  const std::size_t rows = x.shape()[0], n = x.shape()[1];
  Array<T> shift(Shape{rows, n}, T(0));
  bool any = false;
  for (std::size_t i = 0; i < rows; ++i) {
    const T* row = x.value().data() + i * n;
    const bool lost = n > 0 && std::all_of(row, row + n, [](T v) {
                        return v == -std::numeric_limits<T>::infinity();
                      });
    if (!lost) continue;
    any = true;
    std::fill_n(shift.data() + i * n, n, T(1));
  }
  if (!any) return Softmax::apply(x, std::size_t{1});
  Array<T> safe = x.value();
  for (std::size_t i = 0; i < safe.size(); ++i)
    if (shift.data()[i] != T(0)) safe.data()[i] = T(0);
  const Array<T> keep = T(1) - shift;
  return Softmax::apply(Variable<T>(safe), std::size_t{1}) * Variable<T>(keep);
}

/// log(sum exp) along the last axis of a matrix; the gradient is the softmax.
struct LogSumExp : Function<LogSumExp> {
  static constexpr auto name = "logsumexp";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
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
    return {unsqueeze(gy, 1) * softmax_or_zero(x)};
  }
};

std::size_t axis_of(const char* op, std::ptrdiff_t axis, const Shape& shape) {
  return normalize_axis(op, "axis", axis, std::max<std::size_t>(shape.size(), 1));
}

}  // namespace

template <Element T>
Variable<T> softmax(const Variable<T>& x, std::ptrdiff_t axis) {
  return Softmax::apply(x, axis_of("softmax", axis, x.shape()));
}

template <Element T>
Variable<T> softmin(const Variable<T>& x, std::ptrdiff_t axis) {
  return Softmax::apply(neg(x), axis_of("softmin", axis, x.shape()));
}

template <Element T>
Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis) {
  return LogSoftmax::apply(x, axis_of("log_softmax", axis, x.shape()));
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
