#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/broadcast.hpp>

#include "support/catch.hpp"

using xg::Array, xg::Shape, xg::Variable;

namespace {

template <class A, class B>
void require_sum(A&& a, B&& b) {
  const auto y = std::forward<A>(a) + std::forward<B>(b);
  static_assert(std::is_same_v<decltype(y), const Variable<float>>);
  REQUIRE(y.value()(1) == 22.F);
}

}  // namespace

TEST_CASE("arithmetic: Variables meet xtensor expressions in every value category", "[ops]") {
  const Array<float> constant{10, 20};
  Array<float> array = constant;
  const Variable<float> fixed(Array<float>{1, 2});
  Variable<float> x = fixed;
  require_sum(x, array);
  require_sum(x, constant);
  require_sum(fixed, array);
  require_sum(fixed, Array<float>{10, 20});
  require_sum(Variable<float>(fixed), array);
  require_sum(array, x);
  require_sum(constant, x);
  require_sum(array, fixed);
  require_sum(Array<float>{10, 20}, x);
  require_sum(constant * 1.F, x);
  require_sum(x, constant * 1);
  require_sum(x, xt::xarray<double>{10, 20});
  require_sum(xt::xtensor<int, 1>{10, 20}, fixed);
  REQUIRE((constant - x).value()(1) == 18.F);
  REQUIRE((x - constant).value()(1) == -18.F);
  REQUIRE((constant * x).value()(1) == 40.F);
  REQUIRE((constant / x).value()(1) == 10.F);
  REQUIRE((x / constant).value()(1) == 0.1F);
}

TEST_CASE("arithmetic: Variables meet numbers on both sides", "[ops]") {
  const Variable<float> x(Array<float>{1, 2});
  REQUIRE((x + 1).value()(1) == 3.F);
  REQUIRE((1U + x).value()(1) == 3.F);
  REQUIRE((x - 0.5).value()(1) == 1.5F);
  REQUIRE((0.5F - x).value()(1) == -1.5F);
  REQUIRE((x * 3).value()(1) == 6.F);
  REQUIRE((3L * x).value()(1) == 6.F);
  REQUIRE((x / 4).value()(1) == 0.5F);
  REQUIRE((4 / x).value()(1) == 2.F);
  REQUIRE((-x).value()(1) == -2.F);
}

TEST_CASE("arithmetic: compound assignment rebinds and leaves other handles alone", "[ops]") {
  Variable<double> x(Array<double>{1, 2}, true);
  const Variable<double> before = x;
  x += 1;
  x *= before;
  x -= Array<double>{1, 1};
  x /= 2;
  REQUIRE(x.value()(1) == 2.5);
  REQUIRE(before.value()(1) == 2);
  REQUIRE(before.version() == 0);
}

TEST_CASE("arithmetic: operands that do not broadcast are refused", "[ops][errors]") {
  const Variable<float> a(Array<float>(Shape{2, 3}, 1.F)), b(Array<float>(Shape{4, 3}, 1.F));
  REQUIRE_THROWS_AS(a + b, xg::ShapeError);
  REQUIRE_THROWS_AS(a / b, xg::ShapeError);
}

TEST_CASE("arithmetic: add keeps no value alive, mul only what a gradient needs", "[ops]") {
  const Variable<float> w(Array<float>(Shape{2}, 3.F), true);
  Variable<float> x(Array<float>(Shape{2}, 1.F));
  const auto y = x * w;
  x.mutable_value()(0) = 5;  // saved for w's gradient
  REQUIRE_THROWS_AS(y.backward({.gradient = w.detach()}), xg::StateError);
  Variable<float> z(Array<float>(Shape{2}, 1.F));
  const auto sum = z + w;
  z.mutable_value()(0) = 5;
  sum.backward({.gradient = w.detach()});
  REQUIRE(w.grad().value()(0) == 3.F);
}

TEST_CASE("broadcast: sum_to and broadcast_to are each other's gradients", "[ops][broadcast]") {
  const Variable<double> row(Array<double>{1, 2, 3}, true);
  const auto wide = broadcast_to(row, {2, 3});
  REQUIRE(wide.value()(1, 2) == 3);
  REQUIRE(sum_to(wide, {3}).value()(2) == 6);
  REQUIRE(sum_to(wide, {2, 1}).shape() == Shape{2, 1});
  REQUIRE(gradcheck(
              [](const Variable<double>& x) {
                return broadcast_to(x * x, {4, 2, 3});
              },
              row)
              .passed);
  REQUIRE(gradcheck(
              [](const Variable<double>& x) {
                return sum_to(x * x, {1, 3});
              },
              wide.detach())
              .passed);
  REQUIRE_THROWS_WITH(broadcast_to(row, {3, 2}),
                      "broadcast_to: x must broadcast to [3, 2], got [3]");
  REQUIRE_THROWS_WITH(sum_to(row, {2}), "sum_to: shape must broadcast to [3], got [2]");
}
