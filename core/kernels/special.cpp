#include "xgrad/core/kernels/special.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "xgrad/core/parallel.hpp"

namespace xg::kernels {

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr std::size_t block = 4096;

// Giles, "Approximating the erfinv function", GPU Computing Gems, 2010: 1e-7, refined below.
double erfinv_start(double x) {
  double w = -std::log((1 - x) * (1 + x));
  if (w < 5) {
    w -= 2.5;
    return x * (1.50140941 +
                w * (0.246640727 +
                     w * (-0.00417768164 +
                          w * (-0.00125372503 +
                               w * (0.00021858087 +
                                    w * (-4.39150654e-06 +
                                         w * (-3.5233877e-06 +
                                              w * (3.43273939e-07 + w * 2.81022636e-08))))))));
  }
  w = std::sqrt(w) - 3;
  return x * (2.83297682 +
              w * (1.00167406 +
                   w * (0.00943887047 +
                        w * (-0.0076224613 +
                             w * (0.00573950773 +
                                  w * (-0.00367342844 +
                                       w * (0.00134934322 +
                                            w * (0.000100950558 + w * -0.000200214257))))))));
}

double inverse_erf(double x) {
  const double magnitude = std::fabs(x);
  if (!(magnitude < 1))
    return magnitude == 1 ? std::copysign(inf, x) : std::numeric_limits<double>::quiet_NaN();
  const double slope_at_zero = std::sqrt(pi) / 2;
  if (magnitude < 1e-8) return slope_at_zero * x;  // the next term is x^3
  double y = erfinv_start(magnitude);
  for (int step = 0; step < 8; ++step) {
    // Towards 1 the complement is the number that has digits; 1 - x is exact there.
    const double error = magnitude < 0.5 ? std::erf(y) - magnitude : (1 - magnitude) - std::erfc(y);
    const double newton = slope_at_zero * std::exp(y * y) * error;
    const double halley = newton / (1 + y * newton);  // the second derivative is -2 y the first
    y -= halley;
    if (std::fabs(halley) < 1e-9 * y) break;  // the next would be below 1e-27
  }
  return std::copysign(y, x);
}

/// sum of (x + j)^-s over j = 0, 1, ..., x > 0, s >= 3: terms up to x >= 20, then Euler and
/// Maclaurin.
double hurwitz_zeta(double s, double x) {
  constexpr double coefficients[] = {1. / 12,         -1. / 720,     1. / 30240,
                                     -1. / 1209600,   1. / 47900160, -691. / 1307674368000,
                                     1. / 74724249600};  // B_2k / (2k)!
  double sum = 0;
  for (; x < 20 + s; x += 1) sum += std::pow(x, -s);
  const double power = std::pow(x, -s);
  double tail = power * (x / (s - 1) + 0.5);
  double factor = power * s / x;
  for (std::size_t k = 0; k < std::size(coefficients); ++k) {
    tail += coefficients[k] * factor;
    const double m = s + 2 * static_cast<double>(k) + 1;
    factor *= m * (m + 1) / (x * x);
  }
  return sum + tail;
}

/// d^order/dx^order of cot(pi x) times pi, as a polynomial in the cotangent: c' = -pi (1 + c^2).
double cotangent_derivative(std::size_t order, double x) {
  const double fraction = x - std::nearbyint(x);  // exact, where pi x would lose digits
  const double c = 1 / std::tan(pi * fraction);
  std::vector<double> p{0, pi};
  for (std::size_t k = 0; k < order; ++k) {
    std::vector<double> next(p.size() + 1, 0.);
    for (std::size_t i = 1; i < p.size(); ++i) {
      const double slope = -pi * static_cast<double>(i) * p[i];
      next[i - 1] += slope;
      next[i + 1] += slope;
    }
    p = std::move(next);
  }
  double value = 0;
  for (std::size_t i = p.size(); i-- > 0;) value = value * c + p[i];
  return value;
}

double derivative_of_digamma(std::size_t order, double x) {
  const double sign = order % 2 == 1 ? 1 : -1;
  if (std::isnan(x)) return x;
  if (x <= 0) {
    if (x == std::floor(x)) return sign * inf;
    // psi_n(1 - x) (-1)^n - psi_n(x) = pi d^n/dx^n cot(pi x)
    return -sign * derivative_of_digamma(order, 1 - x) - cotangent_derivative(order, x);
  }
  if (std::isinf(x)) return -sign * 0.;
  const auto n = static_cast<double>(order);
  return sign * std::tgamma(n + 1) * hurwitz_zeta(n + 1, x);
}

}  // namespace

template <class T>
void erfinv(const T* x, T* y, std::size_t n) {
  parallel_for(n, block, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      y[i] = static_cast<T>(inverse_erf(static_cast<double>(x[i])));
  });
}

template <class T>
void polygamma(std::size_t order, const T* x, T* y, std::size_t n) {
  parallel_for(n, block, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      y[i] = static_cast<T>(derivative_of_digamma(order, static_cast<double>(x[i])));
  });
}

template void erfinv(const float*, float*, std::size_t);
template void erfinv(const double*, double*, std::size_t);
template void polygamma(std::size_t, const float*, float*, std::size_t);
template void polygamma(std::size_t, const double*, double*, std::size_t);

}  // namespace xg::kernels
