// The checker itself, used on purpose on wrong gradients.

#include <xgrad/xgrad.hpp>

#include <cmath>

#include "support/catch.hpp"

using test::contains;
using xg::Array, xg::Context, xg::Shape, xg::Variable, xg::Variables;

namespace {

const Variable<double>& point() {
  static const Variable<double> x(Array<double>{-1.3, 0.4, 0.9, 2.2});
  return x;
}

/// y = x^3 with a backward that is right times `factor`, plus `offset`.
struct Scaled : xg::Function<Scaled> {
  static constexpr auto name = "scaled";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, double, double) {
    ctx.save(x);
    return x * x * x;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, double factor,
                               double offset) {
    return {gy * ctx.saved(0) * ctx.saved(0) * (3 * factor) + offset};
  }
};

/// |x| with a chosen value of the derivative at zero.
struct Abs : xg::Function<Abs> {
  static constexpr auto name = "abs_at";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, double) {
    ctx.save(x);
    return xt::abs(x);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, double at_zero) {
    const Array<T>& x = ctx.saved(0).value();
    Array<T> slope(x.shape());
    for (std::size_t i = 0; i < x.size(); ++i)
      slope.data()[i] = x.data()[i] == 0 ? T(at_zero) : std::copysign(T(1), x.data()[i]);
    return {gy * Variable<T>(slope)};
  }
};

}  // namespace

TEST_CASE("gradcheck: accepts the right gradient, first and second order", "[gradcheck]") {
  const auto f = [](const Variable<double>& x) { return Scaled::apply(x, 1.0, 0.0); };
  REQUIRE(xg::gradcheck(f, point()));
  REQUIRE(xg::gradgradcheck(f, point()));
  REQUIRE(xg::gradcheck(f, point(), {.fast = true}));
}

TEST_CASE("gradcheck: refuses a gradient that is off by a factor or an offset", "[gradcheck]") {
  const auto [factor, offset] = GENERATE(std::pair{1.0001, 0.0}, std::pair{-1.0, 0.0},
                                         std::pair{0.0, 0.0}, std::pair{1.0, 1e-5});
  CAPTURE(factor, offset);
  const auto f = [factor = factor, offset = offset](const Variable<double>& x) {
    return Scaled::apply(x, factor, offset);
  };
  for (const bool fast : {false, true}) {
    const auto report = xg::gradcheck(f, point(), {.fast = fast});
    REQUIRE_FALSE(report.passed);
    REQUIRE_THAT(report.table, contains("WRONG"));
  }
}

TEST_CASE("gradcheck: shrinks a failure to the smallest shape", "[gradcheck]") {
  const auto report =
      xg::gradcheck([](const Variable<double>& x) { return Scaled::apply(x, 1.1, 0.0); },
                    Variable<double>(xg::full_array<double>({6, 4}, 1.5)));
  REQUIRE_FALSE(report.passed);
  REQUIRE(report.smallest_failure.size() == 1);
  REQUIRE(report.smallest_failure[0] == Shape{1, 1});
  REQUIRE_THAT(report.table, contains("smallest inputs that still fail: [1, 1] (seed 0)"));
}

TEST_CASE("gradcheck: at a kink any slope between the two sides is right", "[gradcheck]") {
  const Variable<double> x(Array<double>{-1., 0., 2.});
  for (const double slope : {-1., -0.3, 0., 1.}) {
    CAPTURE(slope);
    const auto report =
        xg::gradcheck([=](const Variable<double>& v) { return Abs::apply(v, slope); }, x);
    INFO(report.table);
    REQUIRE(report.passed);
    REQUIRE(report.kinks == 1);
    REQUIRE(report.entries[0].verdict == xg::Verdict::subgradient);
  }
  REQUIRE_FALSE(xg::gradcheck([](const Variable<double>& v) { return Abs::apply(v, 1.5); }, x));
}

TEST_CASE("gradcheck: a function that is not deterministic, or changes its input", "[gradcheck]") {
  int calls = 0;
  REQUIRE_THAT(
      xg::gradcheck([&](const Variable<double>& x) { return x * (1.0 + 1e-9 * ++calls); }, point())
          .reason,
      contains("not deterministic"));
  REQUIRE_THAT(xg::gradcheck(
                   [](const Variable<double>& x) {
                     Variable<double>(x).mutable_value()(0) += 1;
                     return x + 1.0;
                   },
                   point())
                   .reason,
               contains("changed its input 0"));
}

TEST_CASE("gradcheck: badly scaled functions", "[gradcheck]") {
  const double scale = GENERATE(1e-12, 1e-6, 1e6, 1e12);
  CAPTURE(scale);
  const auto right = [=](const Variable<double>& x) { return x * x * x * scale; };
  const auto report = xg::gradcheck(right, point());
  INFO(report.table);
  REQUIRE(report.passed);
  REQUIRE_FALSE(xg::gradcheck(
      [=](const Variable<double>& x) { return Scaled::apply(x, 1.001, 0.0) * scale; }, point()));
}

TEST_CASE("gradcheck: a gradient that misses one of its terms to second order", "[gradcheck]") {
  // First order right, but the factor is detached, so the second derivative loses a term.
  const auto f = [](const Variable<double>& x) { return x * x.detach() * 2.0 - x * x + x * x; };
  REQUIRE_FALSE(xg::gradcheck(f, point()));
}
