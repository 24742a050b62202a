#pragma once
#include <cstddef>

/// The routines of LAPACK and BLAS that lapack_*.cpp calls, by their Fortran names: column-major,
/// everything by address, and for each text the hidden length that a Fortran compiler appends.
/// Private to core/kernels.
namespace xg::kernels::fortran {

#define XG_FORTRAN(T, p)                                                                           \
  extern "C" {                                                                                     \
  void p##getrf_(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);        \
  void p##getri_(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* lwork, \
                 int* info);                                                                       \
  void p##potrf_(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t);    \
  void p##gelqf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work,                \
                 const int* lwork, int* info);                                                     \
  void p##orglq_(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau,     \
                 T* work, const int* lwork, int* info);                                            \
  void p##syevd_(const char* job, const char* uplo, const int* n, T* a, const int* lda, T* w,      \
                 T* work, const int* lwork, int* iwork, const int* liwork, int* info, std::size_t, \
                 std::size_t);                                                                     \
  void p##gesdd_(const char* job, const int* m, const int* n, T* a, const int* lda, T* s, T* u,    \
                 const int* ldu, T* vt, const int* ldvt, T* work, const int* lwork, int* iwork,    \
                 int* info, std::size_t);                                                          \
  void p##trsm_(const char* side, const char* uplo, const char* trans, const char* diag,           \
                const int* m, const int* n, const T* alpha, const T* a, const int* lda, T* b,      \
                const int* ldb, std::size_t, std::size_t, std::size_t, std::size_t);               \
  }                                                                                                \
  inline void getrf(int n, T* a, int* pivots, int* info) {                                         \
    p##getrf_(&n, &n, a, &n, pivots, info);                                                        \
  }                                                                                                \
  inline void getri(int n, T* a, const int* pivots, T* work, int lwork, int* info) {               \
    p##getri_(&n, a, &n, pivots, work, &lwork, info);                                              \
  }                                                                                                \
  inline void potrf(char uplo, int n, T* a, int* info) { p##potrf_(&uplo, &n, a, &n, info, 1); }   \
  inline void gelqf(int m, int n, T* a, T* tau, T* work, int lwork, int* info) {                   \
    p##gelqf_(&m, &n, a, &m, tau, work, &lwork, info);                                             \
  }                                                                                                \
  inline void orglq(int m, int n, T* a, const T* tau, T* work, int lwork, int* info) {             \
    p##orglq_(&m, &n, &m, a, &m, tau, work, &lwork, info);                                         \
  }                                                                                                \
  inline void syevd(int n, T* a, T* w, T* work, int lwork, int* iwork, int liwork, int* info) {    \
    p##syevd_("V", "L", &n, a, &n, w, work, &lwork, iwork, &liwork, info, 1, 1);                   \
  }                                                                                                \
  inline void gesdd(int m, int n, T* a, T* s, T* u, int ldu, T* vt, int ldvt, T* work, int lwork,  \
                    int* iwork, int* info) {                                                       \
    p##gesdd_("S", &m, &n, a, &m, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, info, 1);            \
  }                                                                                                \
  inline void trsm(char side, char uplo, char trans, char diag, int m, int n, const T* a, int lda, \
                   T* b) {                                                                         \
    const T one = 1;                                                                               \
    p##trsm_(&side, &uplo, &trans, &diag, &m, &n, &one, a, &lda, b, &m, 1, 1, 1, 1);               \
  }
XG_FORTRAN(float, s)
XG_FORTRAN(double, d)
#undef XG_FORTRAN

}  // namespace xg::kernels::fortran
