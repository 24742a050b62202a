#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/kernels/lapack_backend.hpp>
#include <xgrad/core/kernels/lapack_batch_backend.hpp>

// A row-major matrix is the transpose of the column-major one in the same memory: LAPACK's upper
// factor is our lower one, its LQ our QR, its U our V^T.

namespace xg::kernels {

namespace {

/// What a routine says it needs when asked with lwork = -1. float rounds large numbers, perhaps
/// down.
template <class T>
std::size_t workspace(T answer) {
  return static_cast<std::size_t>(answer * T(1.0001)) + 1;
}

/// Whether the first of v's entries of largest magnitude (to 0.1 %: equal ones differ by rounding)
/// is negative. v has n entries, `stride` apart.
template <class T>
bool points_down(const T* v, std::size_t n, std::size_t stride) {
  T largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(v[i * stride]));
  for (std::size_t i = 0; i < n; ++i)
    if (std::abs(v[i * stride]) >= T(0.999) * largest) return v[i * stride] < T(0);
  return false;
}
template <class T>
void flip(T* v, std::size_t n, std::size_t stride) {
  for (std::size_t i = 0; i < n; ++i) v[i * stride] = -v[i * stride];
}

template <class T>
int cholesky_one(std::size_t n, const T* a, T* l) {
  if (!all_finite(a, n * n)) {
    fill_nan(l, n * n);
    return 0;
  }
  std::copy_n(a, n * n, l);
  int info = 0;
  fortran::potrf('U', as_int(n), l, &info);
  for (std::size_t i = 0; i < n; ++i) std::fill_n(l + i * n + i + 1, n - i - 1, T(0));
  return info;
}

template <class T>
void qr_one(std::size_t m, std::size_t n, const T* a, T* q, T* r) {
  if (!all_finite(a, m * n)) {
    fill_nan(q, m * n);
    return fill_nan(r, n * n);
  }
  std::copy_n(a, m * n, q);
  const std::size_t size = 64 * n;
  const Scratch<T> tau(n), work(size);
  int info = 0;
  fortran::gelqf(as_int(n), as_int(m), q, tau.data(), work.data(), as_int(size), &info);
  // q's memory holds the lower factor, column-major, in its first n columns: r, row-major.
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) r[i * n + j] = i <= j ? q[i * n + j] : T(0);
  fortran::orglq(as_int(n), as_int(m), q, tau.data(), work.data(), as_int(size), &info);
  for (std::size_t i = 0; i < n; ++i) {
    if (r[i * n + i] >= T(0)) continue;
    flip(r + i * n + i, n - i, 1);
    flip(q + i, m, n);
  }
}

template <class T>
int eigh_one(std::size_t n, const T* a, T* w, T* v) {
  if (!all_finite(a, n * n)) {
    fill_nan(w, n);
    fill_nan(v, n * n);
    return 0;
  }
  const Scratch<T> vectors(n * n);
  std::copy_n(a, n * n, vectors.data());
  T size = 0;
  int integers = 0, info = 0;
  fortran::syevd(as_int(n), vectors.data(), w, &size, -1, &integers, -1, &info);
  const Scratch<T> work(workspace(size));
  const Scratch<int> iwork(static_cast<std::size_t>(integers));
  fortran::syevd(as_int(n), vectors.data(), w, work.data(), as_int(workspace(size)), iwork.data(),
                 integers, &info);
  for (std::size_t j = 0; j < n; ++j) {
    T* const column = vectors.data() + j * n;
    if (points_down(column, n, 1)) flip(column, n, 1);
    for (std::size_t i = 0; i < n; ++i) v[i * n + j] = column[i];
  }
  return info;
}

template <class T>
int svd_one(std::size_t m, std::size_t n, const T* a, T* u, T* s, T* vh) {
  const std::size_t k = std::min(m, n);
  if (!all_finite(a, m * n)) {
    fill_nan(u, m * k);
    fill_nan(s, k);
    fill_nan(vh, k * n);
    return 0;
  }
  const Scratch<T> copy(m * n);
  std::copy_n(a, m * n, copy.data());
  const Scratch<int> iwork(8 * k);
  T size = 0;
  int info = 0;
  const auto run = [&](T* work, int length) {
    fortran::gesdd(as_int(n), as_int(m), copy.data(), s, vh, as_int(n), u, as_int(k), work, length,
                   iwork.data(), &info);
  };
  run(&size, -1);
  const Scratch<T> work(workspace(size));
  run(work.data(), as_int(workspace(size)));
  for (std::size_t j = 0; j < k; ++j) {
    if (!points_down(u + j, m, k)) continue;
    flip(u + j, m, k);
    flip(vh + j * n, n, 1);
  }
  return info;
}

template <class T>
int pseudo_inverse_one(std::size_t m, std::size_t n, T rcond, const T* a, T* y) {
  const std::size_t k = std::min(m, n);
  const Scratch<T> u(m * k), s(k), vh(k * n);
  const int info = svd_one(m, n, a, u.data(), s.data(), vh.data());
  if (info != 0) return info;
  for (std::size_t i = 0; i < k; ++i) {
    const T factor = s[i] <= rcond * s[0] ? T(0) : T(1) / s[i];
    for (std::size_t j = 0; j < n; ++j) vh[i * n + j] *= factor;
  }
  gemm(true, true, n, m, k, T(1), vh.data(), u.data(), T(0), y);
  return 0;
}

}  // namespace

template <class T>
Breakdown cholesky(std::size_t count, std::size_t n, const T* a, T* l) {
  if (n == 0) return {};
  return first_breakdown(count, cubed(n), [&](std::size_t i) {
    return cholesky_one(n, a + i * n * n, l + i * n * n);
  });
}

template <class T>
void qr(std::size_t count, std::size_t m, std::size_t n, const T* a, T* q, T* r) {
  if (n == 0) return;
  for_each_matrix(count, 4 * static_cast<double>(m * n * n), [&](std::size_t i) {
    qr_one(m, n, a + i * m * n, q + i * m * n, r + i * n * n);
  });
}

template <class T>
Breakdown eigh(std::size_t count, std::size_t n, const T* a, T* w, T* v) {
  if (n == 0) return {};
  return first_breakdown(count, 10 * cubed(n), [&](std::size_t i) {
    return eigh_one(n, a + i * n * n, w + i * n, v + i * n * n);
  });
}

template <class T>
Breakdown svd(std::size_t count, std::size_t m, std::size_t n, const T* a, T* u, T* s, T* vh) {
  const std::size_t k = std::min(m, n);
  if (k == 0) return {};
  return first_breakdown(count, 20 * static_cast<double>(m * n * k), [&](std::size_t i) {
    return svd_one(m, n, a + i * m * n, u + i * m * k, s + i * k, vh + i * k * n);
  });
}

template <class T>
Breakdown pseudo_inverse(std::size_t count, std::size_t m, std::size_t n, T rcond, const T* a,
                         T* y) {
  if (m == 0 || n == 0) return {};
  return first_breakdown(
      count, 20 * static_cast<double>(m * n * std::min(m, n)),
      [&](std::size_t i) { return pseudo_inverse_one(m, n, rcond, a + i * m * n, y + i * m * n); });
}

#define XG_INSTANTIATE(T)                                                              \
  template Breakdown cholesky(std::size_t, std::size_t, const T*, T*);                 \
  template void qr(std::size_t, std::size_t, std::size_t, const T*, T*, T*);           \
  template Breakdown eigh(std::size_t, std::size_t, const T*, T*, T*);                 \
  template Breakdown svd(std::size_t, std::size_t, std::size_t, const T*, T*, T*, T*); \
  template Breakdown pseudo_inverse(std::size_t, std::size_t, std::size_t, T, const T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
