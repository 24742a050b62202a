#pragma once
#include <cstddef>

/// What gemm is made of. Private to core/kernels.
namespace xg::kernels {

/// A piece of a product, row-major with leading dimensions (elements from one stored row to the
/// next).
template <class T>
struct Product {
  bool transpose_a, transpose_b;
  std::size_t m, n, k;
  T alpha;
  const T* a;
  std::size_t lda;
  const T* b;
  std::size_t ldb;
  T beta;
  T* c;
  std::size_t ldc;
};

/// Keeps the BLAS from sharing a call between threads by their number, which would change its bits.
/// blas_gemm sees to it itself.
void use_one_blas_thread();

/// By BLAS, on one thread.
void blas_gemm(const Product<float>& p);
void blas_gemm(const Product<double>& p);

/// By oneDNN, on one thread. False if this build has no oneDNN or it refuses.
bool onednn_gemm(const Product<float>& p);

}  // namespace xg::kernels
