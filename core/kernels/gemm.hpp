#pragma once
#include <cstddef>

/// Matrix products, row-major, T float or double, by oneDNN and BLAS.
///
/// Bits do not depend on the number of threads: large products are cut into pieces of C by shape
/// alone, and every piece is one single-threaded call. OpenBLAS, which would cut by the number of
/// threads, is told once, at the first product, to use one thread; a program that wants its own
/// BLAS calls threaded can call openblas_set_num_threads() after that, at the price of products
/// whose last bits depend on it. OpenMP's setting (for oneDNN) is put back after every call.
namespace xg::kernels {

/// C = alpha op(A) op(B) + beta C, where op(X) is X, or X^T if transposed.
///
///   a  [m, k], or [k, m] if transpose_a
///   b  [k, n], or [n, k] if transpose_b
///   c  [m, n]; only written if beta = 0. Must not overlap a or b.
///
/// NaN and infinity in a and b go where arithmetic takes them. Any extent may be 0: for k = 0, C =
/// beta C.
template <class T>
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, T alpha,
          const T* a, const T* b, T beta, T* c);

/// `count` products of the same shape; each next one's operands begin a stride further (0: the same
/// operand again). The strides are in elements; stride_c >= m * n.
template <class T>
void gemm_batched(std::size_t count, bool transpose_a, bool transpose_b, std::size_t m,
                  std::size_t n, std::size_t k, T alpha, const T* a, std::size_t stride_a,
                  const T* b, std::size_t stride_b, T beta, T* c, std::size_t stride_c);

}  // namespace xg::kernels
