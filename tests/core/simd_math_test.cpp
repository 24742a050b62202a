#include <cmath>
#include <limits>

#include "kernel_tables.hpp"
#include "support/catch.hpp"
#include "unary_values.hpp"

using xg::kernels::Binary;
using xg::kernels::Unary;

namespace {

struct Edge {
  Unary op;
  double x, y;
};

template <class T>
double ulps(T got, double exact) {
  int exponent = 0;
  std::frexp(exact, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  // The reference itself is rounded to double: half a unit more for T = double.
  return std::abs(got - exact) / std::ldexp(1., exponent - std::numeric_limits<T>::digits);
}

// Measured over millions of arguments by tests/accuracy, a little rounded up.
double allowed(Unary op) {
  switch (op) {
    case Unary::tan:
      return 4;
    case Unary::erfc:
      return 5;
    case Unary::lgamma:
    case Unary::digamma:
    case Unary::trigamma:
      return 40;  // beside a zero, absolute accuracy
    default:
      return 2.6;
  }
}

template <class T>
T apply(const xg::kernels::ElementwiseTable<T>& table, Unary op, double x) {
  const T in = static_cast<T>(x);
  T out = -77;
  table.unary[static_cast<std::size_t>(op)](&in, &out, 1);
  return out;
}

template <class T>
T apply(const xg::kernels::ElementwiseTable<T>& table, Binary op, double a, double b) {
  const T in[] = {static_cast<T>(a), static_cast<T>(b)};
  T out = -77;
  table.vector_vector[static_cast<std::size_t>(op)](in, in + 1, &out, 1);
  return out;
}

// Equal, with zeros of one sign and any NaN equal to any.
bool same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b && std::signbit(a) == std::signbit(b);
}

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEMPLATE_TEST_CASE("simd math: values from 40-digit arithmetic", "[core][simd]", float, double) {
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    for (const auto& [op, points] : test::unary_values()) {
      for (const auto& [x, y] : points) {
        const auto got = apply(*table, op, x);
        CAPTURE(isa, static_cast<int>(op), x, y, got);
        CHECK(ulps(got, y) <= allowed(op));
      }
    }
  }
}

TEMPLATE_TEST_CASE("simd math: zeros, infinities and NaN", "[core][simd]", float, double) {
  // clang-format off
  const Edge edges[] = {
      {Unary::exp, inf, inf}, {Unary::exp, -inf, 0}, {Unary::exp, -0., 1}, {Unary::exp, 1e4, inf},
      {Unary::exp, -1e4, 0}, {Unary::exp2, inf, inf}, {Unary::exp2, -inf, 0},
      {Unary::exp2, 2000, inf}, {Unary::expm1, inf, inf}, {Unary::expm1, -inf, -1},
      {Unary::expm1, -0., -0.}, {Unary::expm1, 1e4, inf}, {Unary::log, 0, -inf},
      {Unary::log, -0., -inf}, {Unary::log, -1, NaN}, {Unary::log, inf, inf}, {Unary::log, 1, 0},
      {Unary::log, -inf, NaN}, {Unary::log2, 8, 3}, {Unary::log2, 0.25, -2},
      {Unary::log2, 0, -inf}, {Unary::log10, 1, 0}, {Unary::log10, 0, -inf},
      {Unary::log10, inf, inf}, {Unary::log1p, -1, -inf}, {Unary::log1p, -2, NaN},
      {Unary::log1p, inf, inf}, {Unary::log1p, -0., -0.}, {Unary::sin, -0., -0.},
      {Unary::sin, inf, NaN}, {Unary::cos, 0, 1}, {Unary::cos, -inf, NaN}, {Unary::tan, -0., -0.},
      {Unary::tan, inf, NaN}, {Unary::asin, -0., -0.}, {Unary::asin, 1.5, NaN},
      {Unary::acos, 1, 0}, {Unary::acos, -1.5, NaN}, {Unary::atan, -0., -0.},
      {Unary::sinh, -0., -0.}, {Unary::sinh, -inf, -inf}, {Unary::cosh, -inf, inf},
      {Unary::cosh, 0, 1}, {Unary::tanh, -0., -0.}, {Unary::tanh, inf, 1},
      {Unary::tanh, -inf, -1}, {Unary::tanh, 30, 1}, {Unary::asinh, -0., -0.},
      {Unary::asinh, -inf, -inf}, {Unary::acosh, 1, 0}, {Unary::acosh, 0.5, NaN},
      {Unary::acosh, inf, inf}, {Unary::atanh, 1, inf}, {Unary::atanh, -1, -inf},
      {Unary::atanh, 1.5, NaN}, {Unary::atanh, -0., -0.}, {Unary::sigmoid, inf, 1},
      {Unary::sigmoid, -inf, 0}, {Unary::sigmoid, 0, 0.5}, {Unary::sigmoid, -1e5, 0},
      {Unary::softplus, inf, inf}, {Unary::softplus, -inf, 0}, {Unary::log_sigmoid, inf, -0.},
      {Unary::log_sigmoid, -inf, -inf}, {Unary::relu, -2, 0}, {Unary::relu, -0., 0},
      {Unary::relu, inf, inf}, {Unary::relu, -inf, 0}, {Unary::erf, -0., -0.},
      {Unary::erf, inf, 1}, {Unary::erf, -inf, -1}, {Unary::erfc, inf, 0}, {Unary::erfc, -inf, 2},
      {Unary::erfc, 0, 1}, {Unary::lgamma, 1, 0}, {Unary::lgamma, 0, inf},
      {Unary::digamma, 0, -inf}, {Unary::digamma, -0., inf}, {Unary::digamma, -3, NaN},
      {Unary::digamma, inf, inf}, {Unary::trigamma, -2, inf}, {Unary::sqrt, -0., -0.},
      {Unary::sqrt, -1, NaN}, {Unary::rsqrt, 0, inf}, {Unary::rsqrt, inf, 0},
      {Unary::reciprocal, -0., -inf}, {Unary::cbrt, -27, -3}, {Unary::cbrt, -0., -0.},
      {Unary::cbrt, -inf, -inf}, {Unary::cbrt, 64, 4}, {Unary::neg, 0, -0.},
      {Unary::abs, -inf, inf}, {Unary::sign, -3, -1}, {Unary::sign, 0, 0}, {Unary::square, -3, 9},
      {Unary::floor, -0.5, -1}, {Unary::floor, -0., -0.}, {Unary::ceil, -0.5, -0.},
      {Unary::ceil, 1e30, static_cast<TestType>(1e30)}, {Unary::trunc, -1.7, -1},
      {Unary::trunc, inf, inf}, {Unary::round, 0.5, 0}, {Unary::round, 1.5, 2},
      {Unary::round, -2.5, -2}, {Unary::round, -0.25, -0.}, {Unary::round, 8388607.5, 8388608},
      {Unary::logical_not, 0, 1}, {Unary::logical_not, NaN, 0}, {Unary::isnan, NaN, 1},
      {Unary::isnan, inf, 0}, {Unary::isinf, -inf, 1}, {Unary::isinf, NaN, 0},
      {Unary::isfinite, NaN, 0}, {Unary::isfinite, -inf, 0}, {Unary::isfinite, 1e30, 1},
  };
  // clang-format on
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    for (const auto& [op, x, y] : edges) {
      const auto got = apply(*table, op, x);
      CAPTURE(isa, static_cast<int>(op), x, y, got);
      CHECK(same(got, y));
    }
    for (std::size_t op = 0; op <= static_cast<std::size_t>(Unary::trunc); ++op) {
      CAPTURE(isa, op);
      const bool has_sign = op == static_cast<std::size_t>(Unary::sign);  // 0 for NaN
      CHECK(std::isnan(apply(*table, static_cast<Unary>(op), NaN)) == !has_sign);
    }
  }
}

TEMPLATE_TEST_CASE("simd math: subnormal arguments and results", "[core][simd]", float, double) {
  const TestType least = std::numeric_limits<TestType>::denorm_min(), small = 8 * least;
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    CAPTURE(isa);
    for (const Unary op : {Unary::expm1, Unary::log1p, Unary::sin, Unary::tan, Unary::asin,
                           Unary::atan, Unary::sinh, Unary::tanh, Unary::asinh, Unary::atanh}) {
      CAPTURE(static_cast<int>(op));
      CHECK(same(apply(*table, op, -least), -least));
    }
    CHECK(apply(*table, Unary::exp2, std::log2(static_cast<double>(small))) == small);
    CHECK(apply(*table, Unary::log2, small) == std::log2(small));
    CHECK(apply(*table, Unary::cbrt, small * 8) == Approx(std::cbrt(small * 8)).epsilon(1e-6));
    CHECK(apply(*table, Binary::pow, std::sqrt(static_cast<double>(small)), 2) > 0);
  }
}

TEMPLATE_TEST_CASE("simd math: pow as in C", "[core][simd]", float, double) {
  // clang-format off
  const struct {
    double x, y, value;
  } cases[] = {
      {2, 10, 1024}, {-2, 3, -8}, {-2, -2, 0.25}, {-8, 0.5, NaN}, {0, 0, 1}, {NaN, 0, 1},
      {1, NaN, 1}, {0, -1, inf}, {-0., -1, -inf}, {-0., 3, -0.}, {-0., 2, 0}, {inf, -1, 0},
      {-inf, 3, -inf}, {-inf, -3, -0.}, {0.5, inf, 0}, {0.5, -inf, inf}, {-1, inf, 1},
      {2, inf, inf}, {-2, -inf, 0}, {NaN, 1, NaN}, {2, NaN, NaN}, {10, 400, inf}, {10, -400, 0},
      {-10, 401, -inf}, {4, 0.5, 2}, {1, -inf, 1}, {-1, 1e30, 1}, {3, 1, 3}, {-3, 16777215, -inf},
  };
  // clang-format on
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    for (const auto& [x, y, value] : cases) {
      const auto got = apply(*table, Binary::pow, x, y);
      CAPTURE(isa, x, y, value, got);
      CHECK(same(got, value));
    }
    // mpmath: 1.5^10.25, 0.0078125^-12.5, 1.0078125^4000.5
    CHECK(ulps(apply(*table, Binary::pow, 1.5, 10.25), 63.816856129281533) <= 2.6);
    CHECK(ulps(apply(*table, Binary::pow, 0.0078125, -12.5), 2.1883894912025836e26) <= 2.6);
    CHECK(ulps(apply(*table, Binary::pow, 1.0078125, 4000.5), 33162898053482.0521) <= 2.6);
  }
}

TEMPLATE_TEST_CASE("simd math: two operands at their edges", "[core][simd]", float, double) {
  const TestType pi = static_cast<TestType>(3.14159265358979323846);
  // clang-format off
  const struct {
    Binary op;
    double a, b, value;
  } cases[] = {
      {Binary::min, NaN, 1, NaN}, {Binary::min, 1, NaN, NaN}, {Binary::max, NaN, 1, NaN},
      {Binary::max, 1, NaN, NaN}, {Binary::max, -inf, 2, 2}, {Binary::min, 3, 2, 2},
      {Binary::atan2, 0, 1, 0}, {Binary::atan2, -0., 1, -0.}, {Binary::atan2, 0, -1, pi},
      {Binary::atan2, -0., -0., -pi}, {Binary::atan2, 1, 0, pi / 2},
      {Binary::atan2, inf, inf, pi / 4}, {Binary::atan2, inf, -1, pi / 2},
      {Binary::atan2, 1, -inf, pi}, {Binary::atan2, NaN, 1, NaN},
      {Binary::atan2, 3e38, 3e38, pi / 4}, {Binary::hypot, 3, -4, 5},
      {Binary::hypot, inf, NaN, inf}, {Binary::hypot, NaN, 1, NaN}, {Binary::hypot, 0, 0, 0},
      {Binary::hypot, 1e38, 0, static_cast<TestType>(1e38)}, {Binary::fmod, -7, 3, -1},
      {Binary::fmod, 7, -3, 1}, {Binary::fmod, 1, 0, NaN}, {Binary::remainder, -7, 3, 2},
      {Binary::remainder, 7, -3, -2}, {Binary::remainder, 6, 3, 0},
      {Binary::remainder, -1, inf, inf}, {Binary::copysign, 2, -0., -2}, {Binary::lt, 1, 2, 1},
      {Binary::lt, NaN, 2, 0}, {Binary::le, 2, 2, 1}, {Binary::gt, 2, 1, 1},
      {Binary::ge, NaN, NaN, 0}, {Binary::eq, 0, -0., 1}, {Binary::eq, NaN, NaN, 0},
      {Binary::ne, NaN, NaN, 1}, {Binary::ne, 1, 1, 0}, {Binary::logical_and, NaN, 1, 1},
      {Binary::logical_and, 0, 1, 0}, {Binary::logical_or, 0, -0., 0},
      {Binary::logical_or, 0, NaN, 1}, {Binary::tanh_backward, 2, 0.5, 1.5},
      {Binary::sigmoid_backward, 2, 0.25, 0.375}, {Binary::relu_backward, 2, 0, 0}, {Binary::relu_backward, 2, NaN, 2},
      {Binary::relu_backward, 2, 3, 2}, {Binary::abs_backward, 2, -3, -2},
      {Binary::abs_backward, 2, 0, 0}, {Binary::sqrt_backward, 3, 2, 0.75},
  };
  // clang-format on
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    for (const auto& [op, a, b, value] : cases) {
      const auto got = apply(*table, op, a, b);
      CAPTURE(isa, static_cast<int>(op), a, b, value, got);
      CHECK(same(got, value));
    }
  }
}
