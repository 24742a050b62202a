// The rules of the tape, row by row of the design's table.

#include <xgrad/xgrad.hpp>

#include <sstream>

#include "support/catch.hpp"

using test::contains;
using xg::Array, xg::Shape, xg::Variable, xg::Variables;

namespace {

Variable<double> scalar(double value, bool requires_grad = true) {
  return Variable<double>(Array<double>(Shape{}, value), requires_grad);
}
Variable<double> vector(std::initializer_list<double> values, bool requires_grad = true) {
  return Variable<double>(Array<double>(values), requires_grad);
}

/// y = x, but its backward throws.
struct Throws : xg::Function<Throws> {
  static constexpr auto name = "throws";
  template <class T>
  static Array<T> forward(xg::Context<T>&, const Array<T>& x) {
    return x;
  }
  template <class T>
  static Variables<T> backward(xg::Context<T>&, const Variable<T>&) {
    throw xg::ValueError("throws: on purpose");
  }
};

}  // namespace

TEST_CASE("backward: gradients add up in the leaves", "[autograd]") {
  const auto x = scalar(3);
  (x * x).backward();
  (x * x).backward();
  REQUIRE(x.grad().item() == 12);
  REQUIRE_FALSE(x.grad().requires_grad());
}

TEST_CASE("backward: an argument used twice receives both contributions", "[autograd]") {
  const auto x = scalar(3);
  (x * x + x).backward();
  REQUIRE(x.grad().item() == 7);
}

TEST_CASE("backward: an output that is no scalar needs a gradient of its shape",
          "[autograd][errors]") {
  const auto x = vector({1, 2});
  const auto y = x * x;
  REQUIRE_THROWS_WITH(
      y.backward(),
      "backward: output must be a scalar (shape []), got [2]; reduce it first or pass an "
      "output gradient");
  REQUIRE_THROWS_WITH(y.backward({.gradient = vector({1, 2, 3}, false)}),
                      "backward: gradient must have the output's shape [2], got [3]");
  y.backward({.gradient = vector({1, 10}, false)});
  REQUIRE(x.grad().value() == Array<double>{2., 40.});
}

TEST_CASE("backward: a second one names the operation whose values are gone",
          "[autograd][errors]") {
  const auto x = scalar(3);
  const auto y = x * x;
  y.backward();
  REQUIRE_THROWS_WITH(y.backward(),
                      "backward: the values saved by 'mul' were freed by an earlier backward; pass "
                      "{.retain_graph = true} to that one");
  const auto z = x * x;
  z.backward({.retain_graph = true});
  REQUIRE_NOTHROW(z.backward());
}

TEST_CASE("backward: a throw changes no leaf and consumes the graph", "[autograd][errors]") {
  const auto x = scalar(2), w = scalar(5);
  const auto y = Throws::apply(x) * w + w;
  REQUIRE_THROWS_WITH(y.backward(), "throws: on purpose");
  REQUIRE_FALSE(x.grad().defined());
  REQUIRE_FALSE(w.grad().defined());
  REQUIRE_THROWS_AS(y.backward(), xg::StateError);
}

TEST_CASE("grad: leaves grad() alone and reaches interior Variables", "[autograd]") {
  const auto x = scalar(3);
  const auto h = x * x;
  const auto y = h * h;
  const auto g = xg::grad(Variables<double>{y}, Variables<double>{x, h}, {.retain_graph = true});
  REQUIRE(g[0].item() == 4 * 27);
  REQUIRE(g[1].item() == 18);
  REQUIRE_FALSE(x.grad().defined());
  const auto other = scalar(1);
  REQUIRE_THROWS_WITH(xg::grad(y, other, {.retain_graph = true}),
                      contains("grad: input 0 does not contribute to the outputs"));
  REQUIRE_FALSE(xg::grad(y, other, {.allow_unused = true}).defined());
}

TEST_CASE("grad: an input asked for twice is answered twice", "[autograd]") {
  const auto x = scalar(3);
  const auto g = xg::grad(Variables<double>{x * x}, Variables<double>{x, x});
  REQUIRE(g[0].item() == 6);
  REQUIRE(g[1].item() == 6);
}

TEST_CASE("backward: inputs restrict the leaves that receive a gradient", "[autograd]") {
  const auto x = scalar(3), w = scalar(4);
  (x * w).backward({.inputs = {w}});
  REQUIRE_FALSE(x.grad().defined());
  REQUIRE(w.grad().item() == 3);
}

TEST_CASE("create_graph: derivatives of any order", "[autograd]") {
  const auto x = scalar(2);
  auto y = x * x * x * x;
  for (const double expected : {32., 48., 48., 24.}) {
    y = xg::grad(y, x, {.create_graph = true});
    REQUIRE(y.item() == expected);
  }
}

TEST_CASE("grad mode: NoGrad records nothing, EnableGrad inside it does, exceptions restore",
          "[autograd]") {
  const auto x = scalar(3);
  {
    const xg::NoGrad guard;
    REQUIRE_FALSE((x * x).requires_grad());
    {
      const xg::EnableGrad inner;
      REQUIRE((x * x).requires_grad());
    }
    REQUIRE_FALSE(xg::grad_enabled());
  }
  try {
    const xg::NoGrad guard;
    throw 1;
  } catch (int) {
  }
  REQUIRE(xg::grad_enabled());
}

TEST_CASE("in place: a backward that needs the old value names both sides", "[autograd][errors]") {
  auto x = scalar(3);
  const auto y = x * x;
  x.mutable_value()() = 4;
  REQUIRE_THROWS_WITH(y.backward(),
                      contains("saved by 'mul' was changed in place by 'mutable_value'"));
  auto w = scalar(3);
  const auto z = w + w;  // keeps nothing
  w.copy_(Array<double>(Shape{}, 7.));
  REQUIRE_NOTHROW(z.backward());
  REQUIRE(w.version() == 1);
  REQUIRE_THROWS_WITH(w.copy_(Array<double>{1., 2.}), "copy_: source must have shape [], got [2]");
}

TEST_CASE("in place: detach shares value and version", "[autograd]") {
  const auto x = scalar(3);
  auto d = x.detach();
  const auto y = x * x;
  REQUIRE_FALSE(d.requires_grad());
  d.mutable_value()() = 5;
  REQUIRE(x.item() == 5);
  REQUIRE(x.version() == 1);
  REQUIRE_THROWS_AS(y.backward(), xg::StateError);
}

TEST_CASE("hooks: see, replace, run in order and go", "[autograd]") {
  const auto x = scalar(3);
  const auto h = x * x;
  std::vector<int> order;
  auto first = h.register_hook([&](const Variable<double>& g) {
    order.push_back(1);
    return g * 10;
  });
  h.register_hook([&](const Variable<double>& g) {
    order.push_back(static_cast<int>(g.item()));
    return Variable<double>();
  });
  auto leaf = x.register_hook([](const Variable<double>& g) { return g + 1; });
  h.backward({.retain_graph = true});
  REQUIRE(order == std::vector<int>{1, 10});
  REQUIRE(x.grad().item() == 61);
  first.remove();
  leaf.remove();
  x.detach();
  Variable<double>(x).clear_grad();
  h.backward();
  REQUIRE(x.grad().item() == 6);
}

TEST_CASE("hooks: a gradient of another shape is refused and changes nothing",
          "[autograd][errors]") {
  const auto x = vector({1, 2});
  const auto y = x * x;
  y.register_hook([](const Variable<double>&) { return vector({1, 2, 3}, false); });
  REQUIRE_THROWS_AS(y.backward({.gradient = vector({1, 1}, false)}), xg::ShapeError);
  REQUIRE_FALSE(x.grad().defined());
}

TEST_CASE("retain_grad: keeps the gradient of an interior Variable", "[autograd]") {
  const auto x = scalar(3);
  auto h = x * x;
  h.retain_grad();
  (h * h).backward();
  REQUIRE(h.grad().item() == 18);
}

TEST_CASE("set_requires_grad: only leaves can stop", "[autograd][errors]") {
  const auto x = scalar(3);
  auto y = x * x;
  REQUIRE_THROWS_WITH(
      y.set_requires_grad(false),
      "set_requires_grad: only a leaf can be set to false, this is the result of 'mul'; "
      "use detach()");
  REQUIRE_THROWS_WITH(scalar(1, false).backward(),
                      contains("backward: the output requires no gradient"));
}

TEST_CASE("memory: inputs of an addition are freed in forward, saved values as backward passes",
          "[autograd][memory]") {
  constexpr std::size_t n = 1 << 16;
  const Variable<float> x(xg::full_array<float>({n}, 1.F), true);
  const auto bytes = [] { return xg::memory_stats().current; };
  const auto before = bytes();
  auto y = x + 1.0;
  for (int i = 0; i < 10; ++i) y = y + x;
  REQUIRE(bytes() - before < 2 * n * sizeof(float));  // the last sum alone
  auto z = y * x;
  for (int i = 0; i < 10; ++i) z = z * x;
  REQUIRE(bytes() - before > 10 * n * sizeof(float));  // every factor is kept
  xg::reset_peak_memory();
  const auto kept = bytes();
  z.backward({.gradient = Variable<float>(xg::full_array<float>({n}, 1.F))});
  REQUIRE(xg::memory_stats().peak - kept < 5 * n * sizeof(float));
  REQUIRE(bytes() - before < 4 * n * sizeof(float));  // z, its gradient, x.grad()
}

TEST_CASE("print: value, shape, operation, requires_grad, name", "[autograd]") {
  auto x = vector({1, 2.5});
  x.set_name("x");
  std::ostringstream text;
  text << x << "\n" << x * x << "\n" << Variable<double>();
  REQUIRE(text.str() ==
          "{ 1. ,  2.5}\nVariable(shape [2], double, requires_grad, name 'x')\n"
          "{ 1.  ,  6.25}\nVariable(shape [2], double, made by mul, "
          "requires_grad)\nVariable(undefined)");
}

TEST_CASE("variable: an undefined one says so", "[autograd][errors]") {
  REQUIRE_THROWS_WITH(Variable<float>().value(), "variable: it is undefined, it has no value");
  REQUIRE_THROWS_WITH(vector({1, 2}).item(), "item: value must have one element, got [2]");
}
