#include <utility>

#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/kernels/lapack_backend.hpp>
#include <xgrad/core/kernels/lapack_batch_backend.hpp>

// A row-major matrix is the transpose of the column-major one in the same memory. So LAPACK factors
// a^T = P L U, and what stands right of a row-major x stands left of the x that it sees.

namespace xg::kernels {

namespace {

/// The factors of a^T, unless it is not finite.
template <class T>
struct Factored {
  Factored(std::size_t extent, const T* a) : n(extent), lu(extent * extent), pivots(extent) {
    std::copy_n(a, n * n, lu.data());
    finite = all_finite(a, n * n);
    if (finite && n > 0) fortran::getrf(as_int(n), lu.data(), pivots.data(), &info);
  }
  T pivot(std::size_t i) const { return lu[i * n + i]; }
  bool swaps(std::size_t i) const { return pivots[i] != as_int(i) + 1; }

  std::size_t n;
  Scratch<T> lu;
  Scratch<int> pivots;
  int info = 0;  // the first pivot that is 0, from 1
  bool finite = true;
};

/// Rows i and pivots[i] of x change places, for i forwards or backwards.
template <class T>
void swap_rows(const Factored<T>& f, bool forwards, std::size_t columns, T* x) {
  for (std::size_t step = 0; step < f.n; ++step) {
    const std::size_t i = forwards ? step : f.n - 1 - step;
    const auto other = static_cast<std::size_t>(f.pivots[i]) - 1;
    if (other != i) std::swap_ranges(x + i * columns, x + (i + 1) * columns, x + other * columns);
  }
}

template <class T>
int solve_one(std::size_t n, std::size_t columns, bool transposed, const T* a, T* x) {
  const Factored<T> f(n, a);
  if (!f.finite) fill_nan(x, n * columns);
  if (!f.finite || f.info != 0) return f.info;
  const int k = as_int(columns), m = as_int(n);
  if (transposed) {  // a^T x = P L U x = b, seen as x^T U^T L^T P^T = b^T
    swap_rows(f, true, columns, x);
    fortran::trsm('R', 'L', 'T', 'U', k, m, f.lu.data(), m, x);
    fortran::trsm('R', 'U', 'T', 'N', k, m, f.lu.data(), m, x);
  } else {  // a x = b, seen as x^T P L U = b^T
    fortran::trsm('R', 'U', 'N', 'N', k, m, f.lu.data(), m, x);
    fortran::trsm('R', 'L', 'N', 'U', k, m, f.lu.data(), m, x);
    swap_rows(f, false, columns, x);
  }
  return 0;
}

/// From the factors, none of whose pivots is 0.
template <class T>
int inverse_of(const Factored<T>& f, T* y) {
  std::copy_n(f.lu.data(), f.n * f.n, y);
  const std::size_t size = 64 * f.n;
  const Scratch<T> work(size);
  int info = 0;
  fortran::getri(as_int(f.n), y, f.pivots.data(), work.data(), as_int(size), &info);
  return info;
}

template <class T>
int inverse_one(std::size_t n, const T* a, T* y) {
  const Factored<T> f(n, a);
  if (!f.finite) fill_nan(y, n * n);
  return !f.finite || f.info != 0 ? f.info : inverse_of(f, y);
}

/// det = mantissa 2^exponent, the mantissa 0 or of magnitude [0.5, 1).
template <class T>
std::pair<T, long> scaled_determinant(const Factored<T>& f) {
  T mantissa = 1;
  long exponent = 0;
  for (std::size_t i = 0; i < f.n; ++i) {
    int part = 0;
    mantissa = std::frexp(mantissa * (f.swaps(i) ? -f.pivot(i) : f.pivot(i)), &part);
    exponent += part;
    mantissa = std::frexp(mantissa, &part);
    exponent += part;
  }
  return {mantissa, exponent};
}

template <class T>
T determinant_of(const Factored<T>& f) {
  if (!f.finite) return std::numeric_limits<T>::quiet_NaN();
  const auto [mantissa, exponent] = scaled_determinant(f);
  return std::ldexp(mantissa, static_cast<int>(std::clamp(exponent, -100000L, 100000L)));
}

template <class T>
bool nearly_singular(const Factored<T>& f) {
  T least = std::numeric_limits<T>::infinity(), most = 0;
  for (std::size_t i = 0; i < f.n; ++i) {
    least = std::min(least, std::abs(f.pivot(i)));
    most = std::max(most, std::abs(f.pivot(i)));
  }
  return f.finite && least <= std::sqrt(std::numeric_limits<T>::epsilon()) * most;
}

/// cof(u s vh) = det(u vh) u diag(products of the other s) vh.
template <class T>
void cofactors_by_svd(std::size_t n, const T* a, T* y) {
  const Scratch<T> u(n * n), s(n), vh(n * n), whole(n * n);
  if (svd(1, n, n, a, u.data(), s.data(), vh.data())) return fill_nan(y, n * n);
  gemm(false, false, n, n, n, T(1), u.data(), vh.data(), T(0), whole.data());
  const T sign = determinant_of(Factored<T>(n, whole.data())) < T(0) ? T(-1) : T(1);
  for (std::size_t i = 0; i < n; ++i) {
    T others = sign;
    for (std::size_t j = 0; j < n; ++j) others *= i == j ? T(1) : s[j];
    for (std::size_t j = 0; j < n; ++j) vh[i * n + j] *= others;
  }
  gemm(false, false, n, n, n, T(1), u.data(), vh.data(), T(0), y);
}

/// det(a) a^-T, where there is an inverse to speak of.
template <class T>
void cofactors_one(std::size_t n, const T* a, T* y) {
  const Factored<T> f(n, a);
  if (!f.finite) return fill_nan(y, n * n);
  if (nearly_singular(f)) return cofactors_by_svd(n, a, y);
  (void)inverse_of(f, y);
  const T factor = determinant_of(f);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) std::swap(y[i * n + j], y[j * n + i]);
  }
  for (std::size_t i = 0; i < n * n; ++i) y[i] *= factor;
}

}  // namespace

template <class T>
Breakdown inverse(std::size_t count, std::size_t n, const T* a, T* y) {
  if (n == 0) return {};
  return first_breakdown(count, 2 * cubed(n), [&](std::size_t i) {
    return inverse_one(n, a + i * n * n, y + i * n * n);
  });
}

template <class T>
Breakdown solve(std::size_t count, std::size_t n, std::size_t columns, bool transposed, const T* a,
                T* x) {
  if (n == 0 || columns == 0) return {};
  const double flops = cubed(n) + static_cast<double>(n * n * columns);
  return first_breakdown(count, flops, [&](std::size_t i) {
    return solve_one(n, columns, transposed, a + i * n * n, x + i * n * columns);
  });
}

template <class T>
void triangular_solve(std::size_t count, std::size_t rows, std::size_t columns, Triangle form,
                      const T* a, T* x) {
  if (rows == 0 || columns == 0) return;
  const std::size_t n = form.right ? columns : rows;
  const double flops = static_cast<double>(n * rows * columns);
  for_each_matrix(count, flops, [&](std::size_t i) {
    fortran::trsm(form.right ? 'L' : 'R', form.upper ? 'L' : 'U', form.transposed ? 'T' : 'N',
                  form.unit ? 'U' : 'N', as_int(columns), as_int(rows), a + i * n * n, as_int(n),
                  x + i * rows * columns);
  });
}

template <class T>
void determinant(std::size_t count, std::size_t n, const T* a, T* y) {
  for_each_matrix(count, cubed(n),
                  [&](std::size_t i) { y[i] = determinant_of(Factored<T>(n, a + i * n * n)); });
}

template <class T>
void log_determinant(std::size_t count, std::size_t n, const T* a, T* sign, T* log_magnitude) {
  for_each_matrix(count, cubed(n), [&](std::size_t i) {
    const Factored<T> f(n, a + i * n * n);
    if (!f.finite) {
      sign[i] = log_magnitude[i] = std::numeric_limits<T>::quiet_NaN();
      return;
    }
    sign[i] = 1;
    log_magnitude[i] = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const T pivot = f.swaps(k) ? -f.pivot(k) : f.pivot(k);
      sign[i] = pivot == T(0) ? T(0) : pivot < T(0) ? -sign[i] : sign[i];
      log_magnitude[i] += std::log(std::abs(pivot));
    }
  });
}

template <class T>
void cofactors(std::size_t count, std::size_t n, const T* a, T* y) {
  if (n == 0) return;
  for_each_matrix(count, 2 * cubed(n),
                  [&](std::size_t i) { cofactors_one(n, a + i * n * n, y + i * n * n); });
}

template <class T>
void nearly_singular(std::size_t count, std::size_t n, const T* a, bool* y) {
  for_each_matrix(count, cubed(n), [&](std::size_t i) {
    y[i] = n > 0 && nearly_singular(Factored<T>(n, a + i * n * n));
  });
}

#define XG_INSTANTIATE(T)                                                                        \
  template Breakdown inverse(std::size_t, std::size_t, const T*, T*);                            \
  template Breakdown solve(std::size_t, std::size_t, std::size_t, bool, const T*, T*);           \
  template void triangular_solve(std::size_t, std::size_t, std::size_t, Triangle, const T*, T*); \
  template void determinant(std::size_t, std::size_t, const T*, T*);                             \
  template void log_determinant(std::size_t, std::size_t, const T*, T*, T*);                     \
  template void cofactors(std::size_t, std::size_t, const T*, T*);                               \
  template void nearly_singular(std::size_t, std::size_t, const T*, bool*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
