#pragma once

#include "xgrad/ops/linalg.hpp"

namespace xg {

// Systems of linear equations, by LAPACK. a is a matrix or a batch [..., n, n]; batch axes
// broadcast. NaN is data: a matrix that holds a NaN or an infinity gives NaN everywhere.

/// y = a^-1, [..., n, n]. (solve(a, b) is faster and more accurate than inverse(a) b.)
///
/// @throws ShapeError unless a is square; ValueError if a matrix is singular, that is, has a pivot
///         of exactly 0. Merely ill-conditioned ones give what rounding leaves.
///
/// Gradient: -y^T gy y^T.
template <Element T>
Variable<T> inverse(const Variable<T>& a);

/// x with a x = b, by LU factors with partial pivoting.
///
///   a  [..., n, n]
///   b  [..., n, k]: k right sides, or vectors: [n], or [..., n] where that is a's shape but for
///      its last axis
///   x  the shape of b, batch axes broadcast
///
/// @throws ShapeError if these do not fit; ValueError if a matrix is singular, as for inverse.
///
/// Gradient: gb = a^-T gx, ga = -gb x^T.
template <Element T>
Variable<T> solve(const Variable<T>& a, const Variable<T>& b);

struct TriangularSolveOptions {
  bool upper = false;          ///< a is upper, else lower triangular: the rest of it is not read
  bool unitriangular = false;  ///< a's diagonal counts as ones and is not read either
  bool left = true;            ///< a x = b; false: x a = b
  bool transposed = false;     ///< with a^T for a
};

/// x with a x = b, a [..., n, n] triangular, b [..., n, k] (x a = b: b [..., k, n]).
///
/// @throws ShapeError if shapes do not fit; ValueError if there is a 0 on a diagonal that counts.
///
/// Gradient, for a x = b: gb = a^-T gx, ga = -gb x^T, 0 in what is not read.
template <Element T>
Variable<T> triangular_solve(const Variable<T>& a, const Variable<T>& b,
                             const TriangularSolveOptions& options = {});

/// x with a x = b where l [..., n, n] is the factor of a = l l^T (upper: a = l^T l) that
/// cholesky(a) gives; b [..., n, k].
///
/// Shapes, errors and gradient as of two triangular_solves.
template <Element T>
Variable<T> cholesky_solve(const Variable<T>& b, const Variable<T>& l, bool upper = false);

// Operands may be xtensor expressions, an Array, say, beside a Variable.
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto solve(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return solve(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto triangular_solve(A&& a, B&& b, const TriangularSolveOptions& options = {}) {
  return detail::with_variables([&](const auto&... x) { return triangular_solve(x..., options); },
                                std::forward<A>(a), std::forward<B>(b));
}

namespace detail {

/// The same as the public ones, without looking for zeros: those give infinities and NaN.
template <class T>
Variable<T> triangular_solve_unchecked(const Variable<T>& a, const Variable<T>& b,
                                       const TriangularSolveOptions& options);
/// inverse under the name of another operation.
template <class T>
Variable<T> inverse_of(const char* op, const Variable<T>& a);

}  // namespace detail
}  // namespace xg
