#pragma once

#include "xgrad/ops/linalg.hpp"

namespace xg {

/// Distances of each of one set of points to each of another:
/// y[..., i, j] = (sum_l |x1[..., i, l] - x2[..., j, l]|^p)^(1/p).
///
///   x1  [..., m, n]: m points of n coordinates
///   x2  [..., k, n]; batch axes broadcast
///   p   >= 0; infinity: the largest difference, 0: the number of differences
///   y   [..., m, k]; 0 for n = 0
///
/// The differences are formed one by one, so that near points lose no digits; for p = 2 nothing but
/// y is stored, other orders take memory m k n.
///
/// @throws ShapeError if shapes do not fit, ValueError if p < 0 or NaN.
///
/// Gradient: that of norm; 0 between equal points.
template <Element T>
Variable<T> cdist(const Variable<T>& x1, const Variable<T>& x2, double p = 2);

/// One set may be an xtensor expression, an Array, say.
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto cdist(A&& x1, B&& x2, double p = 2) {
  return detail::with_variables([=](const auto&... x) { return cdist(x..., p); },
                                std::forward<A>(x1), std::forward<B>(x2));
}

}  // namespace xg
