#pragma once

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

// Comparisons of values, elementwise and broadcast together: plain arrays of booleans, which take
// no gradient. A NaN is unequal to everything and neither less nor greater.
// @throws ShapeError if the operands do not broadcast.

template <Element T>
Array<bool> eq(const Variable<T>& a, const Variable<T>& b);  ///< a == b
template <Element T>
Array<bool> ne(const Variable<T>& a, const Variable<T>& b);  ///< a != b
template <Element T>
Array<bool> lt(const Variable<T>& a, const Variable<T>& b);  ///< a < b
template <Element T>
Array<bool> le(const Variable<T>& a, const Variable<T>& b);  ///< a <= b
template <Element T>
Array<bool> gt(const Variable<T>& a, const Variable<T>& b);  ///< a > b
template <Element T>
Array<bool> ge(const Variable<T>& a, const Variable<T>& b);  ///< a >= b

// With an xtensor expression or a number for one of the two: gt(x, 0).
template <class A, class B>
requires VariableWithOther<A, B> Array<bool> eq(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return eq<T>(detail::as_variable<T>(std::forward<A>(a)),
               detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B> Array<bool> ne(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return ne<T>(detail::as_variable<T>(std::forward<A>(a)),
               detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B> Array<bool> lt(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return lt<T>(detail::as_variable<T>(std::forward<A>(a)),
               detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B> Array<bool> le(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return le<T>(detail::as_variable<T>(std::forward<A>(a)),
               detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B> Array<bool> gt(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return gt<T>(detail::as_variable<T>(std::forward<A>(a)),
               detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithOther<A, B> Array<bool> ge(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return ge<T>(detail::as_variable<T>(std::forward<A>(a)),
               detail::as_variable<T>(std::forward<B>(b)));
}

/// Which elements are NaN, infinite, or neither.
template <Element T>
Array<bool> isnan(const Variable<T>& x);
template <Element T>
Array<bool> isinf(const Variable<T>& x);  ///< infinity or -infinity
template <Element T>
Array<bool> isfinite(const Variable<T>& x);

// Call the next two as xg::all and xg::any: unqualified, xtensor's own are candidates too.

/// Whether all elements along the axes ({}: all) are true; over nothing true.
/// Shapes and errors as for sum.
Array<bool> all(const Array<bool>& x, const Axes& axes = {}, ReduceOptions options = {});
/// Whether any is; over nothing false.
Array<bool> any(const Array<bool>& x, const Axes& axes = {}, ReduceOptions options = {});

}  // namespace xg
