#pragma once
#include <cstddef>

/// Linear algebra on batches of `count` matrices, row-major and contiguous, one after the other:
/// float, double. LAPACK does the work, on one thread a matrix, so results do not depend on the
/// number of threads.
///
/// NaN is data: a matrix to be decomposed that holds a NaN or an infinity gives NaN everywhere. It
/// counts as no breakdown.
namespace xg::kernels {

/// The first matrix of a batch that has no such decomposition, and where it was noticed: the pivot,
/// the leading minor, counted from 1. 0: all went well.
struct Breakdown {
  std::size_t step = 0, batch = 0;
  explicit operator bool() const { return step != 0; }
};

/// y = a^-1, [n, n] each. Breaks down at a pivot that is exactly 0.
template <class T>
Breakdown inverse(std::size_t count, std::size_t n, const T* a, T* y);

/// x [n, columns], which holds b before, with op(a) x = b; op transposes where asked for.
template <class T>
Breakdown solve(std::size_t count, std::size_t n, std::size_t columns, bool transposed, const T* a,
                T* x);

/// Which triangle of a matrix counts, whether its diagonal counts as ones, and how it is applied.
struct Triangle {
  bool upper = false;
  bool unit = false;
  bool transposed = false;  ///< op(a) = a^T
  bool right = false;       ///< x op(a) = b instead of op(a) x = b
};
/// The extents of x: [rows, columns].
template <class T>
void triangular_solve(std::size_t count, std::size_t rows, std::size_t columns, Triangle form,
                      const T* a, T* x);

/// y = the determinant of each; 1 of n = 0. Neither overflows nor underflows on the way.
template <class T>
void determinant(std::size_t count, std::size_t n, const T* a, T* y);
/// Its sign (0 of a singular matrix) and the logarithm of its magnitude (-infinity).
template <class T>
void log_determinant(std::size_t count, std::size_t n, const T* a, T* sign, T* log_magnitude);
/// y[i, j] = d det / d a[i, j], the cofactors, of singular matrices too.
template <class T>
void cofactors(std::size_t count, std::size_t n, const T* a, T* y);
/// For each, whether its pivots say that it is singular to half of T's digits.
template <class T>
void nearly_singular(std::size_t count, std::size_t n, const T* a, bool* y);

/// Lower triangular l with a = l l^T; reads the lower triangle of a. Breaks down at the first
/// leading minor that is not positive.
template <class T>
Breakdown cholesky(std::size_t count, std::size_t n, const T* a, T* l);

/// a [m, n] = q [m, n] r [n, n], m >= n, the diagonal of r >= 0.
template <class T>
void qr(std::size_t count, std::size_t m, std::size_t n, const T* a, T* q, T* r);

/// a [n, n], symmetric, = v diag(w) v^T, w ascending. In each column of v the first of the entries
/// of largest magnitude (to 0.1 %) is positive.
template <class T>
Breakdown eigh(std::size_t count, std::size_t n, const T* a, T* w, T* v);

/// a [m, n] = u [m, k] diag(s) vh [k, n], k = min(m, n), s descending. The signs of u's columns are
/// chosen as eigh chooses them.
template <class T>
Breakdown svd(std::size_t count, std::size_t m, std::size_t n, const T* a, T* u, T* s, T* vh);

/// y [n, m] = the Moore-Penrose inverse of a [m, n]; singular values up to rcond times the largest
/// count as 0.
template <class T>
Breakdown pseudo_inverse(std::size_t count, std::size_t m, std::size_t n, T rcond, const T* a,
                         T* y);

/// y = exp(a), [n, n] each, by scaling, a Pade approximant and squaring (Higham, SIAM J. Matrix
/// Anal. Appl. 26, 2005).
template <class T>
void matrix_exp(std::size_t count, std::size_t n, const T* a, T* y);

}  // namespace xg::kernels
