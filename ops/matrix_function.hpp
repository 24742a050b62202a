#pragma once

#include "xgrad/ops/linalg.hpp"

namespace xg {

/// Sum of the diagonal of each matrix of a batch [..., m, n], [...]; 0 over nothing.
/// @throws ShapeError unless a is a matrix or a batch of them. Gradient: gy on the diagonal.
template <Element T>
Variable<T> trace(const Variable<T>& a);

/// a^n, the product of n factors a, by repeated squaring; n = 0 gives identities, n < 0 the power
/// of the inverse. a [..., m, m].
///
/// @throws ShapeError unless a is square; ValueError as inverse if n < 0.
/// Gradient: that of the products.
template <Element T>
Variable<T> matrix_power(const Variable<T>& a, std::ptrdiff_t n);

/// exp(a) = sum_k a^k / k! of each matrix of a batch [..., n, n], by scaling, a Pade approximant
/// and squaring. NaN or infinity in a matrix gives NaN everywhere.
///
/// @throws ShapeError unless a is square.
///
/// Gradient: the upper right block of exp([[a^T, gy], [0, a^T]]), which differentiates again.
/// Source: Higham, SIAM J. Matrix Anal. Appl. 26, 2005; Al-Mohy, Higham, the same 30, 2009.
template <Element T>
Variable<T> matrix_exp(const Variable<T>& a);

/// Moore-Penrose inverse p [..., n, m] of a [..., m, n], by singular values: those up to rcond
/// times the largest count as 0.
///
/// @param rcond  >= 0; by default max(m, n) times the machine epsilon of T.
/// @throws ShapeError unless a is a matrix or a batch of them; ValueError if rcond < 0.
///
/// Gradient, where the rank is constant nearby:
///   -p^T gp p^T + (1 - a p) gp^T p p^T + p^T p gp^T (1 - p a).
/// Source: Golub, Pereyra, SIAM J. Numer. Anal. 10, 1973, eq. 4.12.
template <Element T>
Variable<T> pinv(const Variable<T>& a);
template <Element T>
Variable<T> pinv(const Variable<T>& a, double rcond);

/// x [..., n, k] that minimises |a x - b|, of all those the one of smallest norm: pinv(a) b.
///
///   a  [..., m, n], of any rank
///   b  [..., m, k], or [m]: one right side, x [..., n]; batch axes broadcast
///
/// Computed by qr where m >= n and the rank is full beyond doubt, else by pinv.
///
/// Errors and gradient as for pinv; ShapeError if a and b do not fit.
template <Element T>
Variable<T> lstsq(const Variable<T>& a, const Variable<T>& b);

// Operands may be xtensor expressions, an Array, say, beside a Variable.
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto lstsq(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return lstsq(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}

}  // namespace xg
