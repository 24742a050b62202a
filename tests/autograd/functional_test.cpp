#include <xgrad/xgrad.hpp>

#include "support/catch.hpp"

using xg::Array, xg::Shape, xg::Variable;

namespace {
// f(x) = x^2 elementwise times its own first element: a Jacobian that is not diagonal.
Variable<double> cube(const Variable<double>& x) { return x * x * x; }
}  // namespace

TEST_CASE("functional: vjp and jvp of an elementwise cube", "[autograd][functional]") {
  const Variable<double> x(Array<double>{1., 2., 3.});
  const Variable<double> u(Array<double>{1., 10., 100.});
  const auto [y, g] = xg::vjp(cube, x, u);
  REQUIRE(y.value() == Array<double>{1., 8., 27.});
  REQUIRE(g.value() == Array<double>{3., 120., 2700.});
  REQUIRE(xg::jvp(cube, x, u).second.value() == Array<double>{3., 120., 2700.});
  REQUIRE_FALSE(x.requires_grad());
}

TEST_CASE("functional: jacobian and hessian", "[autograd][functional]") {
  const Variable<double> x(Array<double>{1., 2.});
  REQUIRE(xg::jacobian(cube, x).value() == Array<double>{{3., 0.}, {0., 12.}});
  // s = sum(x^3) through sum_to
  const auto s = [](const Variable<double>& v) { return xg::sum_to(v * v * v, Shape{}); };
  REQUIRE(xg::hessian(s, x).value() == Array<double>{{6., 0.}, {0., 12.}});
  REQUIRE(xg::hvp(s, x, Variable<double>(Array<double>{1., 2.})).value() == Array<double>{6., 24.});
  REQUIRE_THROWS_WITH(xg::hessian(cube, x),
                      "hessian: result of f must be a scalar (shape []), got [2]");
}

TEST_CASE("functional: value_and_grad of several arguments", "[autograd][functional]") {
  const auto f = xg::value_and_grad(
      [](const Variable<double>& a, const Variable<double>& b) { return a * a * b; });
  const Variable<double> a(Array<double>(Shape{}, 3.)), b(Array<double>(Shape{}, 5.));
  const auto [value, gradients] = f(a, b);
  REQUIRE(value.item() == 45);
  REQUIRE(gradients[0].item() == 30);
  REQUIRE(gradients[1].item() == 9);
}

TEST_CASE("functional: transforms nest with create_graph", "[autograd][functional]") {
  const Variable<double> x(Array<double>(Shape{}, 2.), true);
  const Variable<double> one(Array<double>(Shape{}, 1.));
  const auto [y, g] = xg::vjp(cube, x, one, {.create_graph = true});
  REQUIRE(xg::grad(g, x).item() == 12);
}
