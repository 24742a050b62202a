#include <cmath>
#include <limits>
#include <optional>

#include <xgrad/core/error.hpp>
#include <xgrad/ops/formula/scalar_function.hpp>
#include <xgrad/ops/map.hpp>

#include "support/catch.hpp"

namespace {

TEST_CASE("a formula prints as what is computed", "[ops][symbolic]") {
  CHECK(xg::formula_text([](auto x) { return x / (1 + exp(-x)); }) == "y = x * sigmoid(x)");
  CHECK(xg::formula_text([](auto x) { return log(1 + exp(x)); }) == "y = softplus(x)");
  CHECK(xg::formula_text([](auto a, auto b) { return (a - (b - 2)) * -b; }) ==
        "y = -(x2 * (x1 - (x2 - 2)))");
  CHECK(xg::formula_text([](auto x) { return where(x > 0 && !(x >= 3), x, exp(x) - 1); }) ==
        "y = where(x > 0 && !(x >= 3), x, exp(x) - 1)");
  CHECK(xg::formula_text([](auto x) { return minimum(x, 2) / max(1.5, x); }) ==
        "y = minimum(2, x) / maximum(1.5, x)");
}

TEST_CASE("a formula is simplified without losing infinities or NaN", "[ops][symbolic]") {
  CHECK(xg::formula_text([](auto x) { return (x + 0) * 1 - 0.0; }) == "y = x");
  CHECK(xg::formula_text([](auto x) { return pow(x, 2) + x * x; }) == "y = square(x) + square(x)");
  CHECK(xg::formula_text([](auto x) { return 2 * (x * 3) + exp(xg::Symbol(0)); }) ==
        "y = 1 + 6 * x");
  CHECK(xg::formula_text([](auto x) { return x * 0; }) == "y = 0 * x");
  CHECK(xg::formula_text([](auto x) { return x - x; }) == "y = x - x");
  CHECK(xg::formula_text([](auto x) { return -(-x) + x / 4; }) == "y = x + 0.25 * x");
  CHECK(xg::formula_text([](auto x) { return x / 3; }) == "y = x / 3");
  CHECK(xg::formula_text([](auto x) { return where(x > 0, 1, 0); }) == "y = x > 0");
  CHECK(xg::formula_text([](auto) { return 2.5; }) == "y = 2.5");
  // Two factors that together leave the range of float stay two.
  CHECK(xg::formula_text([](auto x) { return 1e-30 * (1e-30 * x); }) == "y = 1e-30 * (1e-30 * x)");
}

/// The formula through map against the same lambda called with numbers.
template <class F>
void same_as_on_numbers(const char* text, F formula) {
  constexpr double inf = std::numeric_limits<double>::infinity(),
                   nan = std::numeric_limits<double>::quiet_NaN();
  const double points[] = {0, 1, -1, 0.3, -2.5, 7, 1e-8, -1e5, 600, inf, -inf, nan};
  for (const double a : points) {
    for (const double b : points) {
      CAPTURE(text, a, b);
      const auto y = xg::map(formula, xg::Array<double>{a}, xg::Array<double>{b});
      const double expected = formula(a, b), actual = y.value()(0);
      if (std::isnan(expected) || std::isinf(expected))
        CHECK((std::isnan(expected) ? std::isnan(actual) : actual == expected));
      else
        CHECK(actual == Approx(expected).epsilon(1e-13).margin(1e-300));
    }
  }
}

TEST_CASE("what is simplified keeps its value, for infinities and NaN too", "[ops][symbolic]") {
  using std::abs;
  same_as_on_numbers("-a + b", [](auto a, auto b) { return -a + b; });
  same_as_on_numbers("-a + 2 * b", [](auto a, auto b) {
    const auto first = -a;  // recorded before 2 * b
    return first + 2 * b;
  });
  same_as_on_numbers("a + -b", [](auto a, auto b) { return a + -b; });
  same_as_on_numbers("a - -b", [](auto a, auto b) { return a - -b; });
  same_as_on_numbers("-a - b", [](auto a, auto b) { return -a - b; });
  same_as_on_numbers("-a * b", [](auto a, auto b) { return -a * b; });
  same_as_on_numbers("a * -b", [](auto a, auto b) { return a * -b; });
  same_as_on_numbers("-a * -b", [](auto a, auto b) { return -a * -b; });
  same_as_on_numbers("-a / b", [](auto a, auto b) { return -a / b; });
  same_as_on_numbers("a / -b", [](auto a, auto b) { return a / -b; });
  same_as_on_numbers("-1 * a + b * 1", [](auto a, auto b) { return -1 * a + b * 1; });
  same_as_on_numbers("-(2 * a) * b", [](auto a, auto b) { return -(2 * a) * b; });
  same_as_on_numbers("3 * (2 * -a) - b", [](auto a, auto b) { return 3 * (2 * -a) - b; });
  same_as_on_numbers("a * a / (b * b)", [](auto a, auto b) { return a * a / (b * b); });
  same_as_on_numbers("-a * -a + abs(-b)", [](auto a, auto b) { return -a * -a + abs(-b); });
  same_as_on_numbers("a / 8 - b / -0.5", [](auto a, auto b) { return a / 8 - b / -0.5; });
  same_as_on_numbers("a / 3 + 0 * b", [](auto a, auto b) { return a / 3 + 0 * b; });
  same_as_on_numbers("1 / a - 1 / -b", [](auto a, auto b) { return 1 / a - 1 / -b; });
  same_as_on_numbers("pow", [](auto a, auto b) { return pow(a, 2) - pow(b, 3) + pow(a, 4); });
  same_as_on_numbers("pow(., -n)", [](auto a, auto b) { return pow(a, -1) * pow(b, -2); });
  same_as_on_numbers("pow(., 0 or 1)", [](auto a, auto b) { return pow(a, 1) + pow(b, 0); });
  same_as_on_numbers("2 / sqrt(abs(a)) + b", [](auto a, auto b) { return 2 / sqrt(abs(a)) + b; });
  same_as_on_numbers("sigmoid", [](auto a, auto b) { return 3 / (1 + exp(-a)) - b; });
  same_as_on_numbers("sigmoid of a negative", [](auto a, auto b) { return b / (exp(a) + 1); });
  same_as_on_numbers("log of sigmoid", [](auto a, auto) { return log1p(exp(-abs(a))); });
}

TEST_CASE("derivatives print, to any order", "[ops][symbolic]") {
  CHECK(xg::derivative_text([](auto x) { return x * x * x; }) == "y' = square(x) + x * (2 * x)");
  CHECK(xg::derivative_text([](auto x) { return sin(x); }) == "y' = cos(x)");
  CHECK(xg::derivative_text([](auto x) { return sin(x); }, 4) == "y'''' = sin(x)");
  CHECK(xg::derivative_text([](auto x) { return 3 * x + 1; }) == "y' = 3");
  CHECK(xg::derivative_text([](auto x) { return floor(x); }) == "y' = 0");
  CHECK(xg::derivative_text([](auto a, auto b) { return a / b; }) ==
        "dy/dx1 = 1 / x2\ndy/dx2 = -(x1 / x2 / x2)");
  CHECK(xg::derivative_text([](auto x) { return where(x > 0, log(x), 0); }) ==
        "y' = where(x > 0, 1 / x, 0)");
}

TEST_CASE("kinks have the derivatives of the built-in operations", "[ops][symbolic]") {
  CHECK(xg::derivative_text([](auto x) { return relu(x); }) == "y' = where(x <= 0, 0, 1)");
  CHECK(xg::derivative_text([](auto x) { return abs(x); }) == "y' = sign(x)");
  CHECK(xg::derivative_text([](auto x) { return maximum(x, 1); }) ==
        "y' = where(1 > x, 0, where(x > 1, 1, where(1 == x, 0.5, 1)))");
}

TEST_CASE("a long formula prints with named intermediates", "[ops][symbolic]") {
  const auto f = [](auto x) {
    auto y = tanh(x);
    for (int i = 0; i < 3; ++i) y = y * y + sin(y);
    return y;
  };
  const std::string text = xg::formula_text(f);
  CHECK(text.find("t1 = tanh(x)\n") == 0);
  CHECK(text.find("y = ") != std::string::npos);
  CHECK(text.size() < 200);
}

TEST_CASE("a deep formula is recorded, differentiated and printed without recursion",
          "[ops][symbolic]") {
  const auto deep = [](auto x) {
    auto y = x;
    for (int i = 0; i < 30000; ++i) y = sin(y) * 0.5;
    return y;
  };
  const xg::Variable<double> x(xg::Array<double>{0.5}, true);
  const auto y = xg::map(deep, x);
  y.backward({.gradient = xg::Variable<double>(xg::Array<double>{1.})});
  CHECK(y.value()(0) == 0.0);  // 2^-30000 times less than 0.5
  const auto printed = [](auto v) {
    for (int i = 0; i < 5000; ++i) v = sin(v) * v;
    return v;
  };
  CHECK(xg::formula_text(printed).size() < 200000);
}

TEST_CASE("the same operations and constants give the same compiled formula", "[ops][symbolic]") {
  const auto make = [](double alpha) {
    return [alpha](auto x) { return where(x > 0, x, alpha * expm1(x)); };
  };
  const auto same = [](const auto& f) { return f; };
  const auto one = xg::detail::with_recorded<1>(make(0.5), same);
  const auto two = xg::detail::with_recorded<1>(make(0.5), same);
  const auto other = xg::detail::with_recorded<1>(make(0.25), same);
  CHECK(one == two);
  CHECK(one != other);
  for (int i = 0; i < 5000; ++i) xg::detail::with_recorded<1>(make(i), same);  // bounded
}

TEST_CASE("a Symbol outside its formula is refused", "[ops][symbolic][errors]") {
  REQUIRE_THROWS_WITH(xg::Symbol(1.0),
                      "map: a Symbol must be made inside a formula, got one made outside");
  std::optional<xg::Symbol> kept;
  xg::formula_text([&](auto x) { return (kept = x), x; });
  const auto stale = [&](auto x) { return x + *kept; };
  REQUIRE_THROWS_AS(xg::formula_text(stale), xg::StateError);
  CHECK(xg::formula_text([](auto x) { return x; }) == "y = x");  // nothing is left behind
}

TEST_CASE("recordings nest", "[ops][symbolic]") {
  const auto outer = [](auto x) {
    const double inner = xg::map([](auto v) { return 2 * v; }, xg::Array<double>{21.}).value()(0);
    return x + inner;
  };
  CHECK(xg::formula_text(outer) == "y = 42 + x");
}

TEST_CASE("trigamma has no derivative", "[ops][symbolic][errors]") {
  REQUIRE_THROWS_WITH(xg::derivative_text([](auto x) { return lgamma(x); }, 3),
                      "map: formula must be differentiable, got trigamma, whose derivative is not "
                      "available");
  const xg::Variable<double> x(xg::Array<double>{1.5}, true);
  const auto y = xg::map([](auto v) { return trigamma(v); }, x);  // recording it is no mistake
  REQUIRE_THROWS_AS(y.backward({.gradient = x.detach()}), xg::ValueError);
}

TEST_CASE("derivative_text refuses an order it cannot print", "[ops][symbolic][errors]") {
  REQUIRE_THROWS_WITH(xg::derivative_text([](auto x) { return x; }, 0),
                      "derivative_text: order must be > 0, got 0");
  REQUIRE_THROWS_AS(xg::derivative_text([](auto a, auto b) { return a * b; }, 2), xg::ValueError);
}

}  // namespace
