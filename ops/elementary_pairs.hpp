#pragma once

#include "xgrad/ops/arithmetic.hpp"

namespace xg {

// More functions of two or three arguments, elementwise and broadcast together.
// @throws ShapeError if they do not broadcast.

/// log2(2^a + 2^b), without overflow. Gradients: sigmoid((a - b) log 2), sigmoid((b - a) log 2).
template <Element T>
Variable<T> logaddexp2(const Variable<T>& a, const Variable<T>& b);

/// a - b trunc(a / b): what is left of a, with a's sign (C's fmod).
/// Gradients: gy, -gy trunc(a / b).
template <Element T>
Variable<T> fmod(const Variable<T>& a, const Variable<T>& b);
/// a - b floor(a / b): what is left of a, with b's sign (Python's %).
/// Gradients: gy, -gy floor(a / b).
template <Element T>
Variable<T> remainder(const Variable<T>& a, const Variable<T>& b);

/// |a| with the sign of b, be it of a zero. Gradients: gy or -gy, 0 where a = 0; 0.
template <Element T>
Variable<T> copysign(const Variable<T>& a, const Variable<T>& b);

/// a + t (b - a): a at t = 0, b at t = 1, both exactly.
/// Gradients: gy (1 - t), gy t, gy (b - a).
template <Element T>
Variable<T> lerp(const Variable<T>& a, const Variable<T>& b, const Variable<T>& t);
template <Element T>
Variable<T> lerp(const Variable<T>& a, const Variable<T>& b, double t);

/// a + value b c. Gradients: gy, gy value c, gy value b.
template <Element T>
Variable<T> addcmul(const Variable<T>& a, const Variable<T>& b, const Variable<T>& c,
                    double value = 1);
/// a + value b / c. Gradients: gy, gy value / c, -gy value b / c^2.
template <Element T>
Variable<T> addcdiv(const Variable<T>& a, const Variable<T>& b, const Variable<T>& c,
                    double value = 1);

// The functions of two arguments also take an xtensor expression or a number for one of them:
// fmod(x, 1).
template <class A, class B>
requires VariableWithOther<A, B>
auto fmod(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return fmod<T>(detail::as_variable<T>(std::forward<A>(a)),
                 detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B>
auto remainder(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return remainder<T>(detail::as_variable<T>(std::forward<A>(a)),
                      detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B>
auto copysign(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return copysign<T>(detail::as_variable<T>(std::forward<A>(a)),
                     detail::as_variable<T>(std::forward<B>(b)));
}

}  // namespace xg
