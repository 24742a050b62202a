#include <xgrad/ops/comparison.hpp>

#include <limits>

#include "support/catch.hpp"

using namespace xg;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();
const double inf = std::numeric_limits<double>::infinity();
const Variable<double> a(Array<double>{1, 2, missing, 0});
const Variable<double> b(Array<double>{1, 3, missing, -0.});

using Booleans = Array<bool>;

template <class A>
A column(A x) {
  x.reshape(Shape{x.size(), 1});
  return x;
}

}  // namespace

TEST_CASE("comparisons give booleans; NaN is unequal to everything", "[ops][comparison]") {
  CHECK((eq(a, b) == Booleans{true, false, false, true}));
  CHECK((ne(a, b) == Booleans{false, true, true, false}));
  CHECK((lt(a, b) == Booleans{false, true, false, false}));
  CHECK((le(a, b) == Booleans{true, true, false, true}));
  CHECK((gt(a, b) == Booleans{false, false, false, false}));
  CHECK((ge(a, b) == Booleans{true, false, false, true}));
}

TEST_CASE("comparisons broadcast and take numbers and expressions", "[ops][comparison]") {
  const Variable<float> two(column(Array<float>{1, 3})), row(Array<float>{1, 2, 3});
  CHECK((lt(two, row) == Booleans{{false, true, true}, {false, false, false}}));
  CHECK((gt(row, 1.5) == Booleans{false, true, true}));
  CHECK((ge(2, row) == Booleans{true, true, false}));
  CHECK((eq(row, row.value() * row.value()) == Booleans{true, false, false}));
  CHECK((ne(Variable<double>(Array<double>(Shape{}, 1.)), 2) == Booleans(Shape{}, true)));
  CHECK((le(Variable<double>(empty_array<double>({0, 3})), 1).shape() == Shape{0, 3}));
  REQUIRE_THROWS_WITH(
      eq(row, Variable<float>(Array<float>{1, 2})),
      "eq: a and b must broadcast together: axis -1 has 3 and 2: a is [3], b is [2]");
}

TEST_CASE("isnan, isinf and isfinite tell the kinds of numbers apart", "[ops][comparison]") {
  const Variable<double> x(Array<double>{0., -inf, missing, inf, 1e308});
  CHECK((isnan(x) == Booleans{false, false, true, false, false}));
  CHECK((isinf(x) == Booleans{false, true, false, true, false}));
  CHECK((isfinite(x) == Booleans{true, false, false, false, true}));
}

TEST_CASE("all and any reduce over any axes", "[ops][comparison]") {
  const Booleans x{{true, true, false}, {true, true, true}};
  CHECK((xg::all(x) == Booleans(Shape{}, false)));
  CHECK((xg::any(x) == Booleans(Shape{}, true)));
  CHECK((xg::all(x, 0) == Booleans{true, true, false}));
  CHECK((xg::all(x, -1, {.keepdims = true}) == column(Booleans{false, true})));
  const Booleans few{{true, false}, {false, false}};
  CHECK((xg::any(few, 1) == Booleans{true, false}));
  CHECK((xg::any(x, {0, 1}) == Booleans(Shape{}, true)));
  CHECK((xg::all(Booleans(Shape{0, 2}), 0) == Booleans{true, true}));
  CHECK((xg::any(Booleans(Shape{0, 2}), 0) == Booleans{false, false}));
  REQUIRE_THROWS_WITH(xg::all(x, 2), "all: axes must be in [-2, 2), got 2");
}
