#include <array>
#include <span>

#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/kernels/lapack_batch_backend.hpp>

namespace xg::kernels {

namespace {

/// The [m/m] Pade approximant of exp: coefficients, and up to which 1-norm it has full accuracy
/// (Higham 2005, tables 2.3 and 2.1 for single precision).
template <class T>
struct Pade {
  double limit;
  std::span<const double> b;
};
constexpr double b3[] = {120, 60, 12, 1};
constexpr double b5[] = {30240, 15120, 3360, 420, 30, 1};
constexpr double b7[] = {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1};
constexpr double b9[] = {17643225600, 8821612800, 2075673600, 302702400, 30270240,
                         2162160,     110880,     3960,       90,        1};
constexpr double b13[] = {64764752532480000.,
                          32382376266240000.,
                          7771770303897600.,
                          1187353796428800.,
                          129060195264000.,
                          10559470521600.,
                          670442572800.,
                          33522128640.,
                          1323241920.,
                          40840800.,
                          960960.,
                          16380.,
                          182.,
                          1.};

template <class T>
std::span<const Pade<T>> approximants();
template <>
std::span<const Pade<float>> approximants() {
  static const std::array<Pade<float>, 3> list{
      {{4.258730016922831e-1, b3}, {1.880152677804762, b5}, {3.925724783138660, b7}}};
  return list;
}
template <>
std::span<const Pade<double>> approximants() {
  static const std::array<Pade<double>, 5> list{{{1.495585217958292e-2, b3},
                                                 {2.539398330063230e-1, b5},
                                                 {9.504178996162932e-1, b7},
                                                 {2.097847961257068, b9},
                                                 {5.371920351148152, b13}}};
  return list;
}

template <class T>
double norm_1(std::size_t n, const T* a) {
  double largest = 0;
  for (std::size_t j = 0; j < n; ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += std::abs(static_cast<double>(a[i * n + j]));
    largest = std::max(largest, sum);
  }
  return largest;
}

template <class T>
class Exponential {
 public:
  explicit Exponential(std::size_t n)
      : n_(n), size_(n * n), a_(size_), square_(size_), power_(size_), u_(size_), v_(size_) {}

  void run(const T* a, T* y) {
    const double norm = norm_1(n_, a);
    if (!std::isfinite(norm) || !all_finite(a, size_)) return fill_nan(y, size_);
    const auto list = approximants<T>();
    const auto fits =
        std::find_if(list.begin(), list.end(), [&](const Pade<T>& p) { return norm <= p.limit; });
    const Pade<T>& pade = fits == list.end() ? list.back() : *fits;
    const int squarings =
        fits == list.end() ? static_cast<int>(std::ceil(std::log2(norm / pade.limit))) : 0;
    for (std::size_t i = 0; i < size_; ++i) a_[i] = std::ldexp(a[i], -squarings);
    approximate(pade.b, y);
    for (int i = 0; i < squarings; ++i) {
      std::copy_n(y, size_, u_.data());
      multiply(u_.data(), u_.data(), y);
    }
  }

 private:
  void multiply(const T* a, const T* b, T* c) {
    gemm(false, false, n_, n_, n_, T(1), a, b, T(0), c);
  }

  // u = a sum b[2i + 1] a^2i, v = sum b[2i] a^2i; the approximant is (v - u)^-1 (v + u)
  void approximate(std::span<const double> b, T* y) {
    multiply(a_.data(), a_.data(), square_.data());
    std::fill_n(power_.data(), size_, T(0));
    for (std::size_t i = 0; i < n_; ++i) power_[i * n_ + i] = 1;
    std::fill_n(u_.data(), size_, T(0));
    std::fill_n(v_.data(), size_, T(0));
    // Every coefficient over the first, so that float does not overflow.
    for (std::size_t k = 0; k < b.size(); k += 2) {
      if (k > 0) {
        multiply(power_.data(), square_.data(), y);
        std::copy_n(y, size_, power_.data());
      }
      const T even = static_cast<T>(b[k] / b[0]), odd = static_cast<T>(b[k + 1] / b[0]);
      for (std::size_t i = 0; i < size_; ++i) {
        v_[i] += even * power_[i];
        u_[i] += odd * power_[i];
      }
    }
    multiply(a_.data(), u_.data(), y);
    for (std::size_t i = 0; i < size_; ++i) {
      const T u = y[i];
      y[i] = v_[i] + u;
      v_[i] -= u;
    }
    (void)solve(1, n_, n_, false, v_.data(), y);  // far from singular: ||v - u|| is bounded below
  }

  std::size_t n_, size_;
  Scratch<T> a_, square_, power_, u_, v_;
};

}  // namespace

template <class T>
void matrix_exp(std::size_t count, std::size_t n, const T* a, T* y) {
  if (n == 0) return;
  for_each_matrix(count, 20 * cubed(n),
                  [&](std::size_t i) { Exponential<T>(n).run(a + i * n * n, y + i * n * n); });
}

template void matrix_exp(std::size_t, std::size_t, const float*, float*);
template void matrix_exp(std::size_t, std::size_t, const double*, double*);

}  // namespace xg::kernels
