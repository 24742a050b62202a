// Forward mode: tangents through recorded nodes.

#include <xgrad/xgrad.hpp>

#include <cmath>

#include "support/catch.hpp"

using test::contains;
using xg::Array, xg::Context, xg::Shape, xg::Variable, xg::Variables;

namespace {

Variable<double> scalar(double value, bool requires_grad = false) {
  return Variable<double>(Array<double>(Shape{}, value), requires_grad);
}
Variable<double> vector(std::initializer_list<double> values) {
  return Variable<double>(Array<double>(values));
}

int rule_calls = 0, backward_calls = 0;

/// x^3 with a tangent rule that counts its calls.
struct Cube : xg::Function<Cube> {
  static constexpr auto name = "cube";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    return x * x * x;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    ++backward_calls;
    return {gy * 3 * square(ctx.saved(0))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& tangents) {
    ++rule_calls;
    return tangents[0] * 3 * square(ctx.saved(0));
  }
};

/// (a b, a + c) without a tangent rule; the number c is no Variable.
struct TwoResults : xg::Function<TwoResults> {
  static constexpr auto name = "two_results";
  template <class T>
  static xg::Arrays<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b, double c) {
    ctx.save(a, b);
    return {Array<T>(a * b), Array<T>(a + T(c))};
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variables<T>& gy) {
    ++backward_calls;
    return {ctx.needs(0) ? gy[0] * ctx.saved(1) + gy[1] : Variable<T>{},
            ctx.needs(1) ? gy[0] * ctx.saved(0) : Variable<T>{}};
  }
};

/// Several results, an extra argument, a tangent rule: (x c, x^2).
struct WithRule : xg::Function<WithRule> {
  static constexpr auto name = "with_rule";
  template <class T>
  static xg::Arrays<T> forward(Context<T>& ctx, const Array<T>& x, double c) {
    ctx.save(x);
    return {Array<T>(x * T(c)), Array<T>(x * x)};
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variables<T>& gy, double c) {
    return {gy[0] * c + gy[1] * ctx.saved(0) * 2};
  }
  template <class T>
  static Variables<T> jvp(Context<T>& ctx, const Variables<T>& t, double c) {
    return {t[0] * c, t[0] * ctx.saved(0) * 2};
  }
};

/// x^2, its backward by a backward of its own, which walks over everything behind x.
struct SquareByGrad : xg::Function<SquareByGrad> {
  static constexpr auto name = "square_by_grad";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    return x * x;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto x = ctx.saved(0);
    return {xg::grad(x * x, x, {.grad_outputs = {gy}, .create_graph = true})};
  }
};

struct WrongTangent : xg::Function<WrongTangent> {
  static constexpr auto name = "wrong_tangent";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x) {
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>&) {
    return Variable<T>(Array<T>{1, 2, 3});
  }
};

const auto cube = [](const Variable<double>& x) { return Cube::apply(x); };

}  // namespace

TEST_CASE("jvp: a Function's own rule is called once, its backward not at all",
          "[autograd][forward]") {
  rule_calls = backward_calls = 0;
  const auto x = vector({1., 2., 3.});
  const auto [y, t] = xg::jvp(cube, x, vector({1., 10., 100.}));
  REQUIRE(y.value() == Array<double>{1., 8., 27.});
  REQUIRE(t.value() == Array<double>{3., 120., 2700.});
  REQUIRE(rule_calls == 1);
  REQUIRE(backward_calls == 0);
  REQUIRE_FALSE(y.requires_grad());
  REQUIRE_FALSE(t.requires_grad());
  REQUIRE_FALSE(x.requires_grad());
}

TEST_CASE("jvp: several results, extra arguments, results that are not used",
          "[autograd][forward]") {
  const auto f = [](const Variables<double>& in) { return WithRule::apply(in[0], 5.0); };
  const auto [y, t] = xg::jvp(f, Variables<double>{vector({3., -1.})}, {vector({1., 2.})});
  REQUIRE(y[1].value() == Array<double>{9., 1.});
  REQUIRE(t[0].value() == Array<double>{5., 10.});
  REQUIRE(t[1].value() == Array<double>{6., -4.});
  const auto second = [&](const Variable<double>& x) { return WithRule::apply(x, 5.0)[1]; };
  REQUIRE(xg::jvp(second, vector({3.}), vector({1.})).second.value() == Array<double>{6.});
}

TEST_CASE("jvp: a Function without a rule goes by the derivative of its backward",
          "[autograd][forward]") {
  const auto f = [](const Variables<double>& in) { return TwoResults::apply(in[0], in[1], 1.5); };
  const Variables<double> x{vector({2., 3.}), vector({5., 7.})};
  const auto [y, both] = xg::jvp(f, x, {vector({1., 10.}), vector({0.5, 2.})});
  REQUIRE(both[0].value() == Array<double>{5. + 1., 70. + 6.});
  REQUIRE(both[1].value() == Array<double>{1., 10.});
  const auto only_b = xg::jvp(f, x, {Variable<double>(), vector({0.5, 2.})}).second;
  REQUIRE(only_b[0].value() == Array<double>{1., 6.});
  REQUIRE(only_b[1].value() == Array<double>{0., 0.});
}

TEST_CASE("jvp: without a rule, one backward of that node alone a step of a chain",
          "[autograd][forward]") {
  backward_calls = 0;
  const auto chain = [](const Variable<double>& x) {
    Variable<double> y = x;
    for (int k = 0; k < 50; ++k) y = TwoResults::apply(y, y, 0.0)[1];
    return y;
  };
  REQUIRE(xg::jvp(chain, scalar(1), scalar(3)).second.item() == 3);
  REQUIRE(backward_calls == 50);
  // recorded as well: the graph behind each node is not walked again
  backward_calls = 0;
  REQUIRE(xg::jvp(chain, scalar(1, true), scalar(3), {.create_graph = true}).second.item() == 3);
  REQUIRE(backward_calls == 50);
}

TEST_CASE("jvp: nodes without a rule whose backward runs a backward", "[autograd][forward]") {
  const auto w = scalar(1.0, true);
  const auto f = [&](const Variable<double>& x) {
    auto y = x * w;
    for (int k = 0; k < 3; ++k) y = SquareByGrad::apply(y * w) + w * x;
    return y;
  };
  // y -> y^2 + x, three times: y' = 2 y y' + 1 from y = x = 0.5
  double y = 0.5, slope = 1;
  for (int k = 0; k < 3; ++k) {
    slope = 2 * y * slope + 1;
    y = y * y + 0.5;
  }
  for (const bool create_graph : {false, true}) {
    const auto [value, tangent] =
        xg::jvp(f, scalar(0.5), scalar(1), {.create_graph = create_graph});
    REQUIRE(value.item() == Approx(y));
    REQUIRE(tangent.item() == Approx(slope));
  }
}

TEST_CASE("jvp: a result that does not depend on x has the tangent zero", "[autograd][forward]") {
  const auto c = scalar(4, true);
  const auto f = [&](const Variables<double>& in) {
    return Variables<double>{in[0], c * c, Variable<double>(Array<double>{1., 2.})};
  };
  const auto [y, t] = xg::jvp(f, Variables<double>{scalar(2)}, {scalar(3)});
  REQUIRE(t[0].item() == 3);
  REQUIRE(t[1].item() == 0);
  REQUIRE(t[2].value() == Array<double>{0., 0.});
}

TEST_CASE("jvp: differentiates again, in both modes and to third order", "[autograd][forward]") {
  const auto one = scalar(1);
  // reverse over forward
  const auto x = scalar(2, true);
  const auto t = xg::jvp(cube, x, one, {.create_graph = true}).second;
  const auto g = xg::grad(t, x, {.create_graph = true});
  REQUIRE(g.item() == 12);
  REQUIRE(xg::grad(g, x).item() == 6);
  // forward over forward over forward
  const auto first = [&](const Variable<double>& v) {
    return xg::jvp(cube, v, one, {.create_graph = true}).second;
  };
  const auto second = [&](const Variable<double>& v) {
    return xg::jvp(first, v, one, {.create_graph = true}).second;
  };
  REQUIRE(xg::jvp(first, scalar(2), one).second.item() == 12);
  REQUIRE(xg::jvp(second, scalar(2), one).second.item() == 6);
  // through the tangent as well: it is linear in v
  const auto v = scalar(5, true);
  REQUIRE(xg::grad(xg::jvp(cube, scalar(2), v, {.create_graph = true}).second, v).item() == 12);
}

TEST_CASE("jvp: perturbations of nested calls are not confused", "[autograd][forward]") {
  // d/dx (x d/dy (x + y)) = 1 at any point; confusion gives 2
  const auto one = scalar(1);
  const auto inner = [&](const Variable<double>& x) {
    const auto sum = [&](const Variable<double>& y) { return x + y; };
    return x * xg::jvp(sum, one, one, {.create_graph = true}).second;
  };
  REQUIRE(xg::jvp(inner, scalar(3), one).second.item() == 1);
}

TEST_CASE("jvp: x with a history stays connected, and counts as independent of it",
          "[autograd][forward]") {
  const auto w = scalar(3, true);
  const auto x = w * w;
  const auto [y, t] = xg::jvp([&](const Variable<double>& v) { return v * v * w; }, x, scalar(1),
                              {.create_graph = true});
  REQUIRE(t.item() == 2 * 9 * 3);  // w does not move with x here
  REQUIRE(xg::grad(t, w, {.retain_graph = true}).item() == 2 * 9 + 2 * 6 * 3);
  REQUIRE(xg::grad(y, w).item() == 5 * 81);
}

TEST_CASE("jvp: a chain of a million operations, forward over it and free", "[autograd][forward]") {
  const auto chain = [](const Variable<double>& x) {
    Variable<double> y = x;
    for (int k = 0; k < 1'000'000; ++k) y = y + 1e-6;
    return y;
  };
  REQUIRE(xg::jvp(chain, scalar(0), scalar(2)).second.item() == 2);
}

TEST_CASE("jvp: refuses tangents of another shape or number", "[autograd][forward][errors]") {
  REQUIRE_THROWS_WITH(xg::jvp(cube, vector({1., 2.}), vector({1.})),
                      "jvp: v must have shape [2], got [1]");
  const auto f = [](const Variables<double>& in) { return in; };
  REQUIRE_THROWS_WITH(xg::jvp(f, Variables<double>{scalar(1), scalar(2)}, {scalar(1)}),
                      "jvp: v must have an entry for each of 2, got 1");
  REQUIRE_THROWS_WITH(xg::jvp([](const Variable<double>& x) { return WrongTangent::apply(x); },
                              scalar(1), scalar(1)),
                      "wrong_tangent: the tangent of result 0 must have shape [], got [3]");
}

TEST_CASE("jvp: inside NoGrad and inside a hook of a running backward", "[autograd][forward]") {
  {
    const xg::NoGrad guard;
    REQUIRE(xg::jvp(cube, scalar(2), scalar(1)).second.item() == 12);
  }
  const auto x = scalar(2, true);
  const auto y = x * x;
  double inside = 0;
  y.register_hook([&](const Variable<double>& g) {
    // walks y's own nodes while backward is in the middle of them
    const auto f = [&](const Variable<double>& v) { return v * y; };
    inside = xg::jvp(f, scalar(1), scalar(1)).second.item();
    return g;
  });
  (y * 3.0).backward();
  REQUIRE(inside == 4);
  REQUIRE(x.grad().item() == 12);
}
