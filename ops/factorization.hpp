#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

// Factorisations of matrices and batches of them, by LAPACK. NaN is data: a matrix that holds a NaN
// or an infinity gives NaN everywhere. All differentiate to any order.

/// Lower triangular l, its diagonal positive, with l l^T = (a + a^T) / 2; a, l [..., n, n].
///
/// @throws ShapeError unless a is square; ValueError unless every matrix is positive definite.
///
/// Gradient, symmetric as a should be: the symmetric part of l^-T P(l^T gl) l^-1, P the lower
/// triangle with half of its diagonal. Source: Murray, arXiv:1602.07527, eq. 10.
template <Element T>
Variable<T> cholesky(const Variable<T>& a);

template <class T>
struct QR {
  Variable<T> q;  ///< [..., m, k], k = min(m, n), columns orthonormal
  Variable<T> r;  ///< [..., k, n], upper triangular, its diagonal >= 0
};

/// a [..., m, n] = q r, reduced. The diagonal of r is >= 0, which makes the factors of a matrix of
/// full rank unique. (torch.linalg.qr leaves the signs to LAPACK.)
///
/// @throws ShapeError unless a is a matrix or a batch of them.
///
/// Gradient, m >= n: (gq + q S) r^-T, S = M's lower triangle mirrored, M = r gr^T - gq^T q; for
/// m < n that of the first m columns, the others being r's and q^T times them. Infinite or NaN
/// where the first k columns of a depend on each other. Source: Walter, Lehmann, arXiv:1009.6112;
/// Roberts, Roberts, arXiv:2009.10071.
template <Element T>
QR<T> qr(const Variable<T>& a);

template <class T>
struct Eigh {
  Variable<T> values;   ///< [..., n], ascending
  Variable<T> vectors;  ///< [..., n, n], in columns
};

/// Eigenvalues and orthonormal eigenvectors of the symmetric (a + a^T) / 2, a [..., n, n].
///
/// The sign of an eigenvector is free; here the first of its entries of largest magnitude (to
/// 0.1 %) is positive. Depend on the sign no more than on an order of equal eigenvalues.
///
/// @throws ShapeError unless a is square; ValueError if LAPACK finds no decomposition.
///
/// Gradient: the symmetric part of v (diag(gw) + E o (v^T gv)) v^T, E_ij = 1 / (w_j - w_i). With
/// repeated eigenvalues the vectors have no derivative and it is infinite or NaN as soon as gv
/// takes part, as it does in the second derivative of the values.
template <Element T>
Eigh<T> eigh(const Variable<T>& a);

/// The values alone.
template <Element T>
Variable<T> eigvalsh(const Variable<T>& a);

template <class T>
struct SVD {
  Variable<T> u;   ///< [..., m, k], k = min(m, n), columns orthonormal
  Variable<T> s;   ///< [..., k], descending, >= 0
  Variable<T> vh;  ///< [..., k, n], rows orthonormal: V^T
};

/// Singular values and vectors, a [..., m, n] = u diag(s) vh, reduced. The signs of u's columns are
/// chosen as those of eigh's vectors.
///
/// @throws ShapeError unless a is a matrix or a batch of them; ValueError if LAPACK finds no
///         decomposition.
///
/// Gradient, with E_ij = 1 / (s_j^2 - s_i^2), skew(x) = x - x^T, S = diag(s), v = vh^T:
///   u ((E o skew(u^T gu)) S + S (E o skew(v^T gv)) + diag(gs)) vh
///   + (1 - u u^T) gu S^-1 vh + u S^-1 gv^T (1 - v v^T).
/// With repeated singular values (or one of 0, m != n) the vectors have no derivative and it is
/// infinite or NaN as soon as gu or gv take part, as they do in the second derivative of s.
template <Element T>
SVD<T> svd(const Variable<T>& a);

/// The singular values alone.
template <Element T>
Variable<T> svdvals(const Variable<T>& a);

}  // namespace xg
