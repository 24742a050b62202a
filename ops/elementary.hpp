#pragma once

#include "xgrad/ops/arithmetic.hpp"

namespace xg {

// Elementary functions, elementwise. Unless said here, values at the edges of the domain (signed
// zeros, infinities, NaN) are those of <cmath>, the result has the shape of x, and the gradient is
// the textbook derivative times gy. Nothing is refused: outside a domain the result is NaN.

template <Element T>
Variable<T> exp(const Variable<T>& x);
template <Element T>
Variable<T> exp2(const Variable<T>& x);  ///< 2^x
template <Element T>
Variable<T> expm1(const Variable<T>& x);  ///< exp(x) - 1, without cancellation near 0
template <Element T>
Variable<T> log(const Variable<T>& x);  ///< natural logarithm
template <Element T>
Variable<T> log2(const Variable<T>& x);
template <Element T>
Variable<T> log10(const Variable<T>& x);
template <Element T>
Variable<T> log1p(const Variable<T>& x);  ///< log(1 + x), without cancellation near 0

template <Element T>
Variable<T> square(const Variable<T>& x);  ///< x * x
template <Element T>
Variable<T> sqrt(const Variable<T>& x);
template <Element T>
Variable<T> rsqrt(const Variable<T>& x);  ///< 1 / sqrt(x)
template <Element T>
Variable<T> cbrt(const Variable<T>& x);  ///< cube root, of negative x too
template <Element T>
Variable<T> reciprocal(const Variable<T>& x);  ///< 1 / x

template <Element T>
Variable<T> sin(const Variable<T>& x);  ///< x in radians, as in all that follow
template <Element T>
Variable<T> cos(const Variable<T>& x);
template <Element T>
Variable<T> tan(const Variable<T>& x);
template <Element T>
Variable<T> asin(const Variable<T>& x);
template <Element T>
Variable<T> acos(const Variable<T>& x);
template <Element T>
Variable<T> atan(const Variable<T>& x);
template <Element T>
Variable<T> sinh(const Variable<T>& x);
template <Element T>
Variable<T> cosh(const Variable<T>& x);
template <Element T>
Variable<T> tanh(const Variable<T>& x);
template <Element T>
Variable<T> asinh(const Variable<T>& x);
template <Element T>
Variable<T> acosh(const Variable<T>& x);
template <Element T>
Variable<T> atanh(const Variable<T>& x);

template <Element T>
Variable<T> erf(const Variable<T>& x);  ///< 2 / sqrt(pi) times the integral of exp(-t^2) to x
template <Element T>
Variable<T> erfc(const Variable<T>& x);  ///< 1 - erf(x), without cancellation

template <Element T>
Variable<T> abs(const Variable<T>& x);  ///< gradient gy sign(x), 0 at 0 and at NaN

// Piecewise constant: the gradient is zero.
template <Element T>
Variable<T> sign(const Variable<T>& x);  ///< -1, 0 or 1; 0 for NaN, as in PyTorch
template <Element T>
Variable<T> floor(const Variable<T>& x);
template <Element T>
Variable<T> ceil(const Variable<T>& x);
template <Element T>
Variable<T> round(const Variable<T>& x);  ///< to nearest, ties to even
template <Element T>
Variable<T> trunc(const Variable<T>& x);  ///< towards zero

/// x limited to [low, high], elementwise: low where x < low, high where x > high, else x.
///
/// @throws ValueError if low > high or either is NaN.
///
/// Gradient: gy inside and at the limits, 0 outside and for NaN (which stays NaN).
template <Element T>
Variable<T> clamp(const Variable<T>& x, double low, double high);
/// x limited on one side alone. @throws ValueError if the limit is NaN.
template <Element T>
Variable<T> clamp_min(const Variable<T>& x, double low);
template <Element T>
Variable<T> clamp_max(const Variable<T>& x, double high);

/// a^b, elementwise and broadcast.
///
/// Gradients: gy b a^(b - 1), which is 0 where b = 0; gy a^b log a, which is 0 where a = 0 and
/// b >= 0 (as in PyTorch). A negative a needs an integral b, else the result is NaN.
template <Element T>
Variable<T> pow(const Variable<T>& a, const Variable<T>& b);
template <Element T>
Variable<T> pow(const Variable<T>& a, double b);
template <Element T>
Variable<T> pow(double a, const Variable<T>& b);

// Functions of two arguments, broadcast together. @throws ShapeError if they do not broadcast.

/// The larger of a and b, NaN if either is. Gradient: to the larger; where they are equal, half
/// each; beside a NaN, to both in full (as PyTorch).
template <Element T>
Variable<T> maximum(const Variable<T>& a, const Variable<T>& b);
/// The smaller; likewise.
template <Element T>
Variable<T> minimum(const Variable<T>& a, const Variable<T>& b);
/// Angle of the point (x, y) against the x axis, in (-pi, pi].
/// Gradients: x / (x^2 + y^2) by y, -y / (x^2 + y^2) by x, without overflow; 0 at the origin.
template <Element T>
Variable<T> atan2(const Variable<T>& y, const Variable<T>& x);
/// sqrt(a^2 + b^2), without overflow. Gradients: a / y, b / y; 0 where y = 0.
template <Element T>
Variable<T> hypot(const Variable<T>& a, const Variable<T>& b);
/// log(exp(a) + exp(b)), without overflow. Gradients: sigmoid(a - b), sigmoid(b - a).
template <Element T>
Variable<T> logaddexp(const Variable<T>& a, const Variable<T>& b);
/// a log b; 0 where a = 0, unless b is NaN. Gradients: log b, a / b; 0 where a = 0 and b <= 0.
template <Element T>
Variable<T> xlogy(const Variable<T>& a, const Variable<T>& b);

/// a where condition != 0, else b; all three broadcast together.
///
/// @param condition  any array of 0 and 1 (a comparison of values, say); carries no gradient.
/// @throws ShapeError if they do not broadcast.
///
/// Gradient: gy to the argument chosen, 0 to the other.
template <Element T>
Variable<T> where(const Array<T>& condition, const Variable<T>& a, const Variable<T>& b);

// The functions of two arguments also take an xtensor expression or a number for one of them:
// maximum(x, 0).
template <class A, class B>
requires VariableWithOther<A, B>
auto maximum(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return maximum<T>(detail::as_variable<T>(std::forward<A>(a)),
                    detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B>
auto minimum(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return minimum<T>(detail::as_variable<T>(std::forward<A>(a)),
                    detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B>
auto atan2(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return atan2<T>(detail::as_variable<T>(std::forward<A>(a)),
                  detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B>
auto hypot(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return hypot<T>(detail::as_variable<T>(std::forward<A>(a)),
                  detail::as_variable<T>(std::forward<B>(b)));
}

/// where with any condition that xtensor can evaluate, and a number or an expression on one side:
/// where(x.value() > 0, x, 0).
template <class C, class A, class B>
requires(detail::Expression<C> &&
         (VariableWithOther<A, B> || (AnyVariable<A> && AnyVariable<B>))) auto where(C&& condition,
                                                                                     A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return where<T>(Array<T>(xt::cast<T>(std::forward<C>(condition))),
                  detail::as_variable<T>(std::forward<A>(a)),
                  detail::as_variable<T>(std::forward<B>(b)));
}

}  // namespace xg
