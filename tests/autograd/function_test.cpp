#include <xgrad/xgrad.hpp>

#include "support/catch.hpp"

using test::contains;
using xg::Array, xg::Context, xg::Shape, xg::Variable, xg::Variables;

namespace {

Variable<double> scalar(double value) {
  return Variable<double>(Array<double>(Shape{}, value), true);
}

struct Cube : xg::Function<Cube> {
  static constexpr auto name = "cube";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    return x * x * x;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto x = ctx.saved(0);
    return {gy * 3 * x * x};
  }
};

/// x -> (x + shift, 2 x, 3 x), the last without gradient; shift is no Variable.
struct Three : xg::Function<Three> {
  static constexpr auto name = "three";
  template <class T>
  static xg::Arrays<T> forward(Context<T>& ctx, const Array<T>& x, double shift) {
    ctx.mark_non_differentiable(2);
    return {Array<T>(x + T(shift)), Array<T>(x * T(2)), Array<T>(x * T(3))};
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variables<T>& gy, double shift) {
    return {gy[0] * shift + gy[1] * 2};
  }
};

/// Keeps a copy of its input as a constant, and so cannot be differentiated twice.
struct SquareByConstant : xg::Function<SquareByConstant> {
  static constexpr auto name = "square_by_constant";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save_constant(Array<T>(x));
    return x * x;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {gy * 2 * ctx.saved_constant()};
  }
};

struct WrongShape : xg::Function<WrongShape> {
  static constexpr auto name = "wrong_shape";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x) {
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>&) {
    return {Variable<T>(Array<T>{1, 2, 3})};
  }
};

struct WrongCount : xg::Function<WrongCount> {
  static constexpr auto name = "wrong_count";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>&) {
    const Array<T> stranger(x);
    static_cast<void>(ctx);
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy};
  }
};

struct SavesStranger : xg::Function<SavesStranger> {
  static constexpr auto name = "saves_stranger";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    const Array<T> copy(x);
    ctx.save(copy);
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy};
  }
};

}  // namespace

TEST_CASE("function: backward in Variables differentiates again", "[autograd][function]") {
  const auto x = scalar(2);
  const auto g = xg::grad(Cube::apply(x), x, {.create_graph = true});
  REQUIRE(g.item() == 12);
  REQUIRE(xg::grad(g, x).item() == 12);
  REQUIRE(xg::gradcheck([](const Variable<double>& v) { return Cube::apply(v); },
                        Variable<double>(Array<double>{-1., 0.5, 2.})));
}

TEST_CASE("function: several outputs, some unused, one without gradient, a plain argument",
          "[autograd][function]") {
  const auto x = scalar(5);
  const auto y = Three::apply(x, 7.0);
  REQUIRE(y.size() == 3);
  REQUIRE(y[0].item() == 12);
  REQUIRE_FALSE(y[2].requires_grad());
  y[1].backward({.retain_graph = true});
  REQUIRE(x.grad().item() == 2);
  y[0].backward();
  REQUIRE(x.grad().item() == 9);
}

TEST_CASE("function: differentiating twice through a constant names the operation",
          "[autograd][function][errors]") {
  const auto x = scalar(3);
  const auto g = xg::grad(SquareByConstant::apply(x), x, {.create_graph = true});
  REQUIRE(g.item() == 6);
  REQUIRE_THROWS_WITH(xg::grad(g, x),
                      contains("square_by_constant: it cannot be differentiated twice"));
}

TEST_CASE("function: wrong gradients and saves are errors that name the operation",
          "[autograd][function][errors]") {
  const auto x = scalar(3);
  REQUIRE_THROWS_WITH(WrongShape::apply(x).backward(),
                      "wrong_shape: the gradient of argument 0 must have shape [], got [3]");
  REQUIRE_THROWS_WITH(WrongCount::apply(x, x).backward(),
                      contains("wrong_count: number of gradients"));
  REQUIRE_THROWS_WITH(
      SavesStranger::apply(x),
      "saves_stranger: save takes the operation's own inputs; keep other arrays with "
      "save_constant");
}
