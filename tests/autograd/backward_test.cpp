#include <xgrad/xgrad.hpp>

#include "support/catch.hpp"

using xg::Array, xg::Context, xg::Gradients, xg::Variable, xg::Variables;

namespace {
struct Mul : xg::Function<Mul> {
  static constexpr auto name = "mul";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b) {
    ctx.save(a, b);
    Array<T> y(a.shape());
    for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = a.data()[i] * b.data()[i];
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {Mul::apply(gy, ctx.saved(1)), Mul::apply(gy, ctx.saved(0))};
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& g) {
    const auto& a = ctx.saved_value(0);
    const auto& b = ctx.saved_value(1);
    if (ctx.needs(1)) {
      auto& gb = g.make(1, b.shape());
      for (std::size_t i = 0; i < a.size(); ++i) gb.data()[i] = g.gy().data()[i] * a.data()[i];
    }
    if (ctx.needs(0)) {
      auto& ga = g.make_over_gy(0);
      for (std::size_t i = 0; i < a.size(); ++i) ga.data()[i] = g.gy().data()[i] * b.data()[i];
    }
  }
};
}  // namespace

TEST_CASE("backward: products of any order", "[autograd]") {
  const Variable<double> x(Array<double>(xg::Shape{}, 3.), true);
  const auto y = Mul::apply(Mul::apply(x, x), x);
  const auto first = xg::grad(y, x, {.create_graph = true});
  REQUIRE(first.item() == 27);
  const auto second = xg::grad(first, x, {.create_graph = true});
  REQUIRE(second.item() == 18);
  REQUIRE(xg::grad(second, x).item() == 6);
  REQUIRE_FALSE(x.grad().defined());
  y.backward({.retain_graph = true});
  y.backward();
  REQUIRE(x.grad().item() == 54);
  REQUIRE_THROWS_AS(y.backward(), xg::StateError);
}

TEST_CASE("backward: a chain of 1,000,000 operations runs and is freed", "[autograd]") {
  const Variable<float> x(Array<float>(xg::Shape{1}, 1.F), true);
  const Variable<float> w(Array<float>(xg::Shape{1}, 1.F), true);
  Variable<float> h = x;
  for (int i = 0; i < 1000000; ++i) h = Mul::apply(h, w);
  h.backward();
  h = {};
  REQUIRE(x.grad().item() == 1.F);
  REQUIRE(w.grad().item() == 1000000.F);
}
