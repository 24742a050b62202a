// Alone with cblas.h: its enumerations clash with those that xtensor-blas brings.
#include <cblas.h>
#include <dlfcn.h>

#include <algorithm>

#include <xgrad/core/kernels/gemm_backend.hpp>

namespace xg::kernels {

// Asked for by name, as another BLAS may be installed.
void use_one_blas_thread() {
  static const bool done = [] {
    using SetThreads = void (*)(int);
    const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set != nullptr) set(1);
    return true;
  }();
  static_cast<void>(done);
}

namespace {

CBLAS_TRANSPOSE flag(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }
int extent(std::size_t n) { return static_cast<int>(n); }

void call_gemm(const Product<float>& p) {
  cblas_sgemm(CblasRowMajor, flag(p.transpose_a), flag(p.transpose_b), extent(p.m), extent(p.n),
              extent(p.k), p.alpha, p.a, extent(p.lda), p.b, extent(p.ldb), p.beta, p.c,
              extent(p.ldc));
}
void call_gemm(const Product<double>& p) {
  cblas_dgemm(CblasRowMajor, flag(p.transpose_a), flag(p.transpose_b), extent(p.m), extent(p.n),
              extent(p.k), p.alpha, p.a, extent(p.lda), p.b, extent(p.ldb), p.beta, p.c,
              extent(p.ldc));
}

// y += alpha op(A) x, A stored [rows, columns].
void call_gemv(bool transposed, int rows, int columns, float alpha, const float* a, int lda,
               const float* x, int incx, float* y, int incy) {
  cblas_sgemv(CblasRowMajor, flag(transposed), rows, columns, alpha, a, lda, x, incx, 1, y, incy);
}
void call_gemv(bool transposed, int rows, int columns, double alpha, const double* a, int lda,
               const double* x, int incx, double* y, int incy) {
  cblas_dgemv(CblasRowMajor, flag(transposed), rows, columns, alpha, a, lda, x, incx, 1, y, incy);
}

/// C = beta C. Not left to BLAS: some versions of gemv multiply by beta = 0, and keep a NaN.
template <class T>
void scale(const Product<T>& p) {
  if (p.beta == T(1)) return;
  for (std::size_t i = 0; i < p.m; ++i) {
    T* const row = p.c + i * p.ldc;
    if (p.beta == T(0)) {
      std::fill_n(row, p.n, T(0));
    } else {
      for (std::size_t j = 0; j < p.n; ++j) row[j] *= p.beta;
    }
  }
}

template <class T>
void multiply(const Product<T>& p) {
  use_one_blas_thread();
  if (p.m != 1 && p.n != 1) return call_gemm(p);
  scale(p);
  if (p.m == 1) {  // c = op(B)^T a
    const int rows = extent(p.transpose_b ? p.n : p.k), columns = extent(p.transpose_b ? p.k : p.n);
    call_gemv(!p.transpose_b, rows, columns, p.alpha, p.b, extent(p.ldb), p.a,
              extent(p.transpose_a ? p.lda : 1), p.c, 1);
  } else {  // c = op(A) b
    const int rows = extent(p.transpose_a ? p.k : p.m), columns = extent(p.transpose_a ? p.m : p.k);
    call_gemv(p.transpose_a, rows, columns, p.alpha, p.a, extent(p.lda), p.b,
              extent(p.transpose_b ? 1 : p.ldb), p.c, extent(p.ldc));
  }
}

}  // namespace

void blas_gemm(const Product<float>& p) { multiply(p); }
void blas_gemm(const Product<double>& p) { multiply(p); }

}  // namespace xg::kernels
