#include "xgrad/ops/scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/scan.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/remap.hpp"
#include "xgrad/ops/running.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::AxisSplit;

namespace {

struct CumSum : Function<CumSum> {
  static constexpr auto name = "cumsum";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, std::size_t axis, bool forwards) {
    const AxisSplit s(x.shape(), axis);
    Array<T> y(x.shape());
    kernels::running_sum(x.data(), s.outer, s.n, s.inner, !forwards, y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, std::size_t axis,
                               bool forwards) {
    return {CumSum::apply(gy, axis, !forwards)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, std::size_t axis, bool forwards) {
    return CumSum::apply(t[0], axis, forwards);
  }
};

/// exp(a - b), a <= b; where both are -infinity 0, where both are infinity `at_infinity`.
template <class T>
Variable<T> exp_difference(const Variable<T>& a, const Variable<T>& b, T at_infinity) {
  Array<T> same(a.shape(), T(0)), constant(a.shape(), T(0));
  bool any = false;
  for (std::size_t i = 0; i < same.size(); ++i) {
    const T v = a.value().data()[i];
    if (!std::isinf(v) || v != b.value().data()[i]) continue;
    any = true;
    same.data()[i] = T(1);
    if (v > 0) constant.data()[i] = at_infinity;
  }
  if (!any) return exp(a - b);
  const Variable<T> zeros(Array<T>(a.shape(), T(0)));
  const auto difference = where<T>(same, zeros, a) - where<T>(same, zeros, b);
  return where<T>(same, Variable<T>(constant), exp(difference));
}

/// y_(k+1); at the end y_k, whose difference from y_k overflows nowhere.
template <class T>
Variable<T> next_of(const Variable<T>& y, std::size_t axis) {
  std::vector<std::int64_t> source(y.shape()[axis]);
  const auto n = static_cast<std::int64_t>(source.size());
  for (std::int64_t k = 0; k < n; ++k) source[static_cast<std::size_t>(k)] = std::min(k + 1, n - 1);
  return detail::remap(y, axis, std::move(source));
}

struct LogCumSumExp : Function<LogCumSumExp> {
  static constexpr auto name = "logcumsumexp";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, std::size_t axis) {
    ctx.save(x);
    ctx.save_output();
    const AxisSplit s(x.shape(), axis);
    Array<T> y(x.shape());
    kernels::running_logsumexp(x.data(), s.outer, s.n, s.inner, y.data());
    return y;
  }
  // dx_i = exp(x_i - y_i) t_i with t_i = dy_i + exp(y_i - y_(i+1)) t_(i+1): every exponential <= 1
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis) {
    const auto x = ctx.saved(0), y = ctx.saved_output();
    const auto decay = exp_difference(y, next_of(y, axis), T(1));
    const auto t = detail::linear_recurrence(decay, gy, axis, false);
    return {exp_difference(x, y, std::numeric_limits<T>::quiet_NaN()) * t};
  }
  // ty_i = exp(x_i - y_i) t_i + exp(y_(i-1) - y_i) ty_(i-1)
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t axis) {
    const auto x = ctx.saved(0), y = ctx.saved_output();
    const auto decay = detail::shifted(exp_difference(y, next_of(y, axis), T(1)), axis, true, 0);
    const auto share = exp_difference(x, y, std::numeric_limits<T>::quiet_NaN());
    return detail::linear_recurrence(decay, share * t[0], axis, true);
  }
};

template <class T>
Extremum<T> running_extremum(const char* op, bool largest, const Variable<T>& x,
                             std::ptrdiff_t axis) {
  const std::size_t at = detail::axis_or_zero(op, "axis", axis, x.dimension());
  const AxisSplit s(x.shape(), at);
  IndexArray index(x.shape());
  kernels::running_extremum(x.value().data(), largest, s.outer, s.n, s.inner, index.data());
  return {gather(x, axis, index), std::move(index)};
}

std::size_t axis_of(const char* op, std::ptrdiff_t axis, const Shape& shape) {
  return detail::axis_or_zero(op, "axis", axis, shape.size());
}

}  // namespace

template <Element T>
Variable<T> cumsum(const Variable<T>& x, std::ptrdiff_t axis) {
  return CumSum::apply(x, axis_of("cumsum", axis, x.shape()), true);
}

template <Element T>
Variable<T> cumprod(const Variable<T>& x, std::ptrdiff_t axis) {
  const std::size_t at = axis_of("cumprod", axis, x.shape());
  return x.dimension() == 0 ? x : detail::running_product(x, at, true);
}

template <Element T>
Variable<T> logcumsumexp(const Variable<T>& x, std::ptrdiff_t axis) {
  const std::size_t at = axis_of("logcumsumexp", axis, x.shape());
  return x.dimension() == 0 ? x : LogCumSumExp::apply(x, at);
}

template <Element T>
Extremum<T> cummax(const Variable<T>& x, std::ptrdiff_t axis) {
  return running_extremum("cummax", true, x, axis);
}

template <Element T>
Extremum<T> cummin(const Variable<T>& x, std::ptrdiff_t axis) {
  return running_extremum("cummin", false, x, axis);
}

#define XG_INSTANTIATE(T)                                                \
  template Variable<T> cumsum(const Variable<T>&, std::ptrdiff_t);       \
  template Variable<T> cumprod(const Variable<T>&, std::ptrdiff_t);      \
  template Variable<T> logcumsumexp(const Variable<T>&, std::ptrdiff_t); \
  template Extremum<T> cummax(const Variable<T>&, std::ptrdiff_t);       \
  template Extremum<T> cummin(const Variable<T>&, std::ptrdiff_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
