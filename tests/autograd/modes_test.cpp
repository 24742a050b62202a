// Anomaly mode, checkpointing, reentrancy, threads.

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/xgrad.hpp>

#include <limits>
#include <thread>

#include "support/catch.hpp"

using test::contains;
using xg::Array, xg::Shape, xg::Variable, xg::Variables;

namespace {

Variable<double> scalar(double value, bool requires_grad = true) {
  return Variable<double>(Array<double>(Shape{}, value), requires_grad);
}

/// x times random numbers from the default generator.
Variable<double> noisy(const Variable<double>& x) {
  Array<double> noise(x.shape());
  xg::kernels::fill_uniform(xg::default_generator(), noise.data(), noise.size(), 0., 1.);
  return x * Variable<double>(noise);
}

/// y = x; backward returns a NaN.
struct Poison : xg::Function<Poison> {
  static constexpr auto name = "poison";
  template <class T>
  static Array<T> forward(xg::Context<T>&, const Array<T>& x) {
    return x;
  }
  template <class T>
  static Variables<T> backward(xg::Context<T>&, const Variable<T>& gy) {
    return {gy * std::numeric_limits<double>::quiet_NaN()};
  }
};

}  // namespace

TEST_CASE("anomaly: the first NaN names the operation and the module", "[autograd][anomaly]") {
  const xg::DetectAnomaly guard;
  const auto x = scalar(2);
  REQUIRE_THROWS_WITH(x * std::numeric_limits<double>::infinity(),
                      contains("mul: the result of shape [] holds a infinity"));
  Variable<double> y;
  {
    const xg::ModuleScope outer("net"), inner("fc1");
    y = Poison::apply(x);
  }
  REQUIRE_THROWS_WITH(y.backward(), contains("a NaN") && contains("poison") && contains("net.fc1"));
  REQUIRE_FALSE(x.grad().defined());
}

TEST_CASE("anomaly: shows the stack of the forward call on request", "[autograd][anomaly]") {
  const xg::DetectAnomaly guard({.call_stack = true});
  const auto y = Poison::apply(scalar(2));
  REQUIRE_THROWS_WITH(y.backward(), contains("forward call:\n"));
}

TEST_CASE("checkpoint: same gradients, of any order, by captured Variables too",
          "[autograd][checkpoint]") {
  const auto w = scalar(3);
  const auto f = [&](const Variable<double>& x) { return x * x * w * x; };
  const auto x = scalar(2);
  const auto plain = f(x), cheap = xg::checkpoint(f, x);
  const auto g =
      xg::grad(Variables<double>{cheap}, Variables<double>{x, w}, {.create_graph = true});
  REQUIRE(g[0].item() == 36);
  REQUIRE(g[1].item() == 8);
  REQUIRE(xg::grad(g[0], w, {.retain_graph = true}).item() == 12);
  REQUIRE(xg::grad(g[0], x).item() == 36);
  REQUIRE(plain.item() == cheap.item());
}

TEST_CASE("checkpoint: keeps no interior value until backward asks",
          "[autograd][checkpoint][memory]") {
  constexpr std::size_t n = 1 << 16;
  const Variable<float> x(xg::full_array<float>({n}, 1.F), true);
  const auto f = [](Variable<float> h) {
    for (int i = 0; i < 20; ++i) h = h * h;
    return h;
  };
  const auto before = xg::memory_stats().current;
  const auto y = xg::checkpoint(f, x);
  REQUIRE(xg::memory_stats().current - before < 2 * n * sizeof(float));
  y.backward({.gradient = Variable<float>(xg::full_array<float>({n}, 1.F))});
  REQUIRE(x.grad().value()(0) == 1048576.F);
  REQUIRE(xg::memory_stats().current - before < 4 * n * sizeof(float));
}

TEST_CASE("checkpoint: draws the same random bits and disturbs no later draw",
          "[autograd][checkpoint]") {
  const Variable<double> x(xg::full_array<double>({8}, 1.), true);
  const Variable<double> ones(xg::full_array<double>({8}, 1.));
  const auto f = [](const Variable<double>& in) { return noisy(in) * in; };
  xg::manual_seed(7);
  const auto plain = f(x);
  const auto expected = xg::grad(plain, x, {.grad_outputs = {ones}});
  xg::manual_seed(7);
  const auto cheap = xg::checkpoint(f, x);
  const auto next = xg::default_generator().state();
  const auto got = xg::grad(cheap, x, {.grad_outputs = {ones}});
  REQUIRE(plain.value() == cheap.value());
  REQUIRE(expected.value() == got.value());
  REQUIRE(next == xg::default_generator().state());
}

TEST_CASE("checkpoint: an input changed in place, or another second run, is an error",
          "[autograd][checkpoint][errors]") {
  auto x = scalar(2);
  const auto y = xg::checkpoint([](const Variable<double>& in) { return in * in; }, x);
  x.mutable_value()() = 3;
  REQUIRE_THROWS_WITH(y.backward(),
                      "checkpoint: an input was changed in place after the forward call");
  int calls = 0;
  const auto z = xg::checkpoint(
      [&](const Variable<double>& in) { return calls++ == 0 ? in * in * in : in * in; }, scalar(2));
  REQUIRE_THROWS_WITH(z.backward(), contains("it saved fewer"));
}

TEST_CASE("reentrancy: backward inside backward, thousands of levels deep", "[autograd]") {
  std::function<Variable<double>(int)> level = [&](int depth) {
    const xg::EnableGrad record;  // hooks run unrecorded
    const auto x = scalar(1);
    const auto y = x * x;
    y.register_hook([&level, depth](const Variable<double>&) {
      if (depth > 0) level(depth - 1).backward();
      return Variable<double>();
    });
    return y;
  };
  REQUIRE_NOTHROW(level(3000).backward());
}

TEST_CASE("reentrancy: an inner backward over the outer one's graph", "[autograd]") {
  const auto x = scalar(3);
  const auto h = x * x;
  const auto y = h * h;
  y.register_hook([&](const Variable<double>&) {
    h.backward({.retain_graph = true});
    return Variable<double>();
  });
  y.backward();
  REQUIRE(x.grad().item() == 108 + 6);
}

TEST_CASE("threads: separate graphs that share leaves", "[autograd][threads]") {
  const auto x = scalar(3), w = scalar(2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        Variable<double> h = x;
        for (int k = 0; k < 10; ++k) h = h + w * x;
        h.backward();
      }
    });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(x.grad().item() == 4 * 200 * 21);
  REQUIRE(w.grad().item() == 4 * 200 * 30);
}
