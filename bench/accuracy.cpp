// Largest error of every elementary function in units in the last place, over random bit patterns
// and over the range where most arguments lie, against libm one precision up (double for float,
// long double for double).
//
//   bench_accuracy [samples a function, default 1000000]
//
// XGRAD_ISA=sse2|avx2|avx512 lowers the instruction set.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "xgrad/core/kernels/elementwise.hpp"
#include "xgrad/core/kernels/isa.hpp"

namespace {

using xg::kernels::Binary;
using xg::kernels::Unary;

template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
template <class T>
using Word = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;

constexpr double wrong = 1e9;  // a special value that is not what it must be

// The distance from got to the exact value in units in the last place of T there. Overflow counts
// as the power of two beyond the largest number.
template <class T>
double ulps(T got, Wide<T> exact) {
  const T rounded = static_cast<T>(exact);
  if (std::isnan(rounded) || std::isnan(got)) {
    return std::isnan(rounded) == std::isnan(got) ? 0 : wrong;
  }
  if (got == rounded && std::signbit(got) != std::signbit(rounded)) return wrong;
  if (got == rounded && (std::isinf(got) || got == 0)) return 0;
  const auto beyond = std::ldexp(Wide<T>(1), std::numeric_limits<T>::max_exponent);
  const auto finite = [&](Wide<T> v) { return std::clamp(v, -beyond, beyond); };
  int exponent = 0;
  std::frexp(finite(exact), &exponent);
  exponent = std::clamp(exponent, std::numeric_limits<T>::min_exponent,
                        std::numeric_limits<T>::max_exponent);
  const auto ulp = std::ldexp(Wide<T>(1), exponent - std::numeric_limits<T>::digits);
  return static_cast<double>(std::abs(finite(got) - finite(exact)) / ulp);
}

// Half the samples are random bit patterns, with the special values among them, half are normal
// numbers.
template <class T>
std::vector<T> samples(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<T> normal(0, 3);
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = i % 2 == 0 ? std::bit_cast<T>(static_cast<Word<T>>(engine())) : normal(engine);
  }
  using Limits = std::numeric_limits<T>;
  const T special[] = {T(0),
                       -T(0),
                       T(1),
                       -T(1),
                       T(0.5),
                       T(2),
                       Limits::infinity(),
                       -Limits::infinity(),
                       Limits::quiet_NaN(),
                       Limits::min(),
                       Limits::denorm_min(),
                       -Limits::denorm_min(),
                       Limits::max(),
                       Limits::lowest()};
  for (std::size_t i = 0; i < std::size(special) && i < n; ++i) x[(i * 37 + 5) % n] = special[i];
  return x;
}

struct Worst {
  double error = 0, at = 0, at2 = 0, got = 0, exact = 0;
  void take(double e, double x, double x2, double y, double r) {
    if (e > error) *this = {e, x, x2, y, r};
  }
  void print(const char* type, const char* function) const {
    std::printf("%-6s %-12s %9.3g ulp at %.17g", type, function, error, at);
    if (!std::isnan(at2)) std::printf(", %.17g", at2);
    std::printf("  (got %.17g, exact %.17g)\n", got, exact);
  }
};

template <class T, class F>
void measure(const char* type, const char* function, Unary op, std::size_t n, F exact) {
  const auto x = samples<T>(n, 1);
  std::vector<T> y(n);
  xg::kernels::unary(op, x.data(), y.data(), n);
  Worst worst;
  for (std::size_t i = 0; i < n; ++i) {
    const auto r = exact(static_cast<Wide<T>>(x[i]));
    worst.take(ulps(y[i], r), x[i], NAN, y[i], static_cast<double>(r));
  }
  worst.print(type, function);
}

template <class T, class F>
void measure(const char* type, const char* function, Binary op, std::size_t n, F exact) {
  const auto a = samples<T>(n, 2), b = samples<T>(n, 3);
  std::vector<T> y(n);
  xg::kernels::binary(op, a.data(), b.data(), y.data(), n);
  Worst worst;
  for (std::size_t i = 0; i < n; ++i) {
    const auto r = exact(static_cast<Wide<T>>(a[i]), static_cast<Wide<T>>(b[i]));
    worst.take(ulps(y[i], r), a[i], b[i], y[i], static_cast<double>(r));
  }
  worst.print(type, function);
}

template <class T>
void measure_all(const char* type, std::size_t n) {
  using W = Wide<T>;
  const auto unary = [&](const char* function, Unary op, auto exact) {
    measure<T>(type, function, op, n, exact);
  };
  unary("exp", Unary::exp, [](W x) { return std::exp(x); });
  unary("exp2", Unary::exp2, [](W x) { return std::exp2(x); });
  unary("expm1", Unary::expm1, [](W x) { return std::expm1(x); });
  unary("log", Unary::log, [](W x) { return std::log(x); });
  unary("log2", Unary::log2, [](W x) { return std::log2(x); });
  unary("log10", Unary::log10, [](W x) { return std::log10(x); });
  unary("log1p", Unary::log1p, [](W x) { return std::log1p(x); });
  unary("sin", Unary::sin, [](W x) { return std::sin(x); });
  unary("cos", Unary::cos, [](W x) { return std::cos(x); });
  unary("tan", Unary::tan, [](W x) { return std::tan(x); });
  unary("asin", Unary::asin, [](W x) { return std::asin(x); });
  unary("acos", Unary::acos, [](W x) { return std::acos(x); });
  unary("atan", Unary::atan, [](W x) { return std::atan(x); });
  unary("sinh", Unary::sinh, [](W x) { return std::sinh(x); });
  unary("cosh", Unary::cosh, [](W x) { return std::cosh(x); });
  unary("tanh", Unary::tanh, [](W x) { return std::tanh(x); });
  unary("asinh", Unary::asinh, [](W x) { return std::asinh(x); });
  unary("acosh", Unary::acosh, [](W x) { return std::acosh(x); });
  unary("atanh", Unary::atanh, [](W x) { return std::atanh(x); });
  unary("sigmoid", Unary::sigmoid,
        [](W x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); });
  const auto softplus = [](W x) {
    return std::isnan(x) ? x : std::fmax(x, W(0)) + std::log1p(std::exp(-std::abs(x)));
  };
  unary("softplus", Unary::softplus, softplus);
  unary("log_sigmoid", Unary::log_sigmoid, [&](W x) { return -softplus(-x); });
  unary("erf", Unary::erf, [](W x) { return std::erf(x); });
  unary("erfc", Unary::erfc, [](W x) { return std::erfc(x); });
  unary("lgamma", Unary::lgamma, [](W x) { return std::lgamma(x); });
  unary("cbrt", Unary::cbrt, [](W x) { return std::cbrt(x); });
  unary("sqrt", Unary::sqrt, [](W x) { return std::sqrt(x); });
  unary("rsqrt", Unary::rsqrt, [](W x) { return 1 / std::sqrt(x); });
  unary("floor", Unary::floor, [](W x) { return std::floor(x); });
  unary("ceil", Unary::ceil, [](W x) { return std::ceil(x); });
  unary("trunc", Unary::trunc, [](W x) { return std::trunc(x); });
  unary("round", Unary::round, [](W x) { return std::nearbyint(x); });
  const auto binary = [&](const char* function, Binary op, auto exact) {
    measure<T>(type, function, op, n, exact);
  };
  binary("pow", Binary::pow, [](W x, W y) { return std::pow(x, y); });
  binary("atan2", Binary::atan2, [](W x, W y) { return std::atan2(x, y); });
  binary("hypot", Binary::hypot, [](W x, W y) { return std::hypot(x, y); });
  binary("fmod", Binary::fmod, [](W x, W y) { return std::fmod(x, y); });
}

}  // namespace

int main(int argc, char** argv) {
  const auto n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000ULL;
  std::printf("instruction set %s, %llu samples\n", xg::kernels::name(xg::kernels::isa()), n);
  measure_all<float>("float", n);
  measure_all<double>("double", n);
}
