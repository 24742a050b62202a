#include <atomic>
#include <thread>

#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/node.hpp>
#include <xgrad/core/allocator.hpp>
#include <xgrad/ops/map.hpp>

#include "support/catch.hpp"

using xg::Array, xg::Shape, xg::Variable;

namespace {

const auto gated = [](auto x, auto b, auto s) { return s * tanh(x + b) * sigmoid(x - b) + b; };

/// Distinct values in (-1, 1), none near 0.
Variable<double> sample(const Shape& shape, double phase = 0) {
  Array<double> values(shape);
  for (std::size_t i = 0; i < values.size(); ++i)
    values.data()[i] = 0.05 + 0.9 * std::sin(1.7 * static_cast<double>(i + 1) + phase);
  return Variable<double>(std::move(values), true);
}

TEST_CASE("map broadcasts its inputs together, and gradients have the inputs' shapes",
          "[ops][map][grad]") {
  struct Case {
    Shape x, b, s, y;
  };
  const Case cases[] = {
      {{2, 3}, {2, 3}, {2, 3}, {2, 3}},    {{2, 3}, {3}, {}, {2, 3}}, {{2, 3}, {2, 1}, {1}, {2, 3}},
      {{3}, {2, 1}, {4, 1, 1}, {4, 2, 3}}, {{}, {}, {}, {}},          {{0, 4}, {4}, {1, 1}, {0, 4}},
      {{1}, {5}, {1, 1}, {1, 5}}};
  for (const Case& c : cases) {
    CAPTURE(xg::to_string(c.x), xg::to_string(c.b), xg::to_string(c.s));
    const xg::Variables<double> inputs{sample(c.x), sample(c.b, 1), sample(c.s, 2)};
    const auto f = [](const xg::Variables<double>& in) -> xg::Variables<double> {
      return {xg::map(gated, in[0], in[1], in[2])};
    };
    CHECK(f(inputs)[0].shape() == c.y);
    const auto first = xg::gradcheck(f, inputs);
    INFO(first.reason << first.table);
    CHECK(first.passed);
    const auto second = xg::gradgradcheck(f, inputs);
    INFO(second.reason << second.table);
    CHECK(second.passed);
  }
}

TEST_CASE("map equals the formula on numbers, element by element", "[ops][map]") {
  const Variable<double> x = sample({3, 700}), b = sample({700}, 1), s = sample({3, 1}, 2);
  const Variable<double> y = xg::map(gated, x, b, s);
  double worst = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 700; ++j) {
      const double xv = x.value()(i, j), bv = b.value()(j), sv = s.value()(i, 0);
      const double expected = sv * std::tanh(xv + bv) / (1 + std::exp(bv - xv)) + bv;
      worst = std::max(worst, std::abs(y.value()(i, j) - expected));
    }
  }
  CHECK(worst < 1e-14);
}

TEST_CASE("map takes Arrays, expressions and numbers beside Variables", "[ops][map]") {
  const Array<double> a{1., 2., 3.};
  const Variable<double> x(a, true);
  const auto f = [](auto p, auto q) { return p * q + 1; };
  CHECK(xg::map(f, x, 2).value() == Array<double>{3., 5., 7.});
  CHECK(xg::map(f, 2.5f, x).value() == Array<double>{3.5, 6., 8.5});
  CHECK(xg::map(f, x, a + 1).value() == Array<double>{3., 7., 13.});
  CHECK(xg::map(f, xg::IndexArray{1, 2, 3}, x).value() == Array<double>{2., 5., 10.});
  CHECK(xg::map(f, a, a).value() == Array<double>{2., 5., 10.});
  CHECK_FALSE(xg::map(f, a, a).requires_grad());
  CHECK(xg::map(f, x, a).requires_grad());
  const Array<float> single{1.f, 2.f};
  CHECK(xg::map(f, single, 3).value() == Array<float>{4.f, 7.f});
}

TEST_CASE("the same Variable may be several inputs", "[ops][map][grad]") {
  const Variable<double> x = sample({4});
  const auto f = [](const Variable<double>& v) {
    return xg::map([](auto a, auto b) { return a * exp(b); }, v, v);
  };
  CHECK(xg::gradcheck(f, x).passed);
  CHECK(xg::gradgradcheck(f, x).passed);
}

TEST_CASE("any subset of the inputs may require gradients", "[ops][map][grad]") {
  const Array<double> values{0.5, 1.5};
  const auto f = [](auto a, auto b, auto c) { return a * b / c; };
  for (int mask = 0; mask < 8; ++mask) {
    CAPTURE(mask);
    const Variable<double> a(values, mask & 1), b(values, mask & 2), c(values, mask & 4);
    const Variable<double> y = xg::map(f, a, b, c);
    CHECK(y.requires_grad() == (mask != 0));
    if (mask == 0) continue;
    y.backward({.gradient = Variable<double>(Array<double>{1., 1.})});
    CHECK(a.grad().defined() == ((mask & 1) != 0));
    if (mask & 1) CHECK(xt::allclose(a.grad().value(), Array<double>{1., 1.}));
    if (mask & 2) CHECK(xt::allclose(b.grad().value(), Array<double>{1., 1.}));
    if (mask & 4) CHECK(xt::allclose(c.grad().value(), Array<double>{-1., -1.}));
  }
}

TEST_CASE("derivatives of any order come out of the same formula", "[ops][map][grad]") {
  const Variable<double> x(xg::full_array<double>({}, 0.7), true);
  Variable<double> y = xg::map([](auto v) { return sin(2 * v); }, x);
  for (int order = 0; order < 5; ++order) y = xg::grad(y, x, {.create_graph = true});
  CHECK(y.item() == Approx(32 * std::cos(1.4)).epsilon(1e-13));
}

TEST_CASE("captured numbers are constants, also when they change", "[ops][map]") {
  const Variable<float> x(Array<float>{1, 2});
  for (int k = 0; k < 3; ++k) {
    const Array<float> y = xg::map([k](auto v) { return k * v; }, x).value();
    CHECK(y == Array<float>{1.f * static_cast<float>(k), 2.f * static_cast<float>(k)});
  }
}

TEST_CASE("float agrees with double", "[ops][map]") {
  const Variable<double> x = sample({1000});
  const auto f = [](auto v) { return v * sigmoid(v) + 0.5 * tanh(v); };
  const Variable<float> single(x.value(), true);
  const Variable<double> y = xg::map(f, x);
  const Variable<float> z = xg::map(f, single);
  CHECK(xt::amax(xt::abs(y.value() - z.value()))() < 3e-7);
  y.backward({.gradient = Variable<double>(xt::ones<double>({1000}))});
  z.backward({.gradient = Variable<float>(xt::ones<float>({1000}))});
  CHECK(xt::amax(xt::abs(x.grad().value() - single.grad().value()))() < 1e-6);
}

TEST_CASE("a backward with a kept graph gives the same bits again", "[ops][map][grad]") {
  const Variable<double> x = sample({100});
  const Variable<double> y = xg::map([](auto v) { return v * sigmoid(v); }, x);
  const Variable<double> gy = sample({100}, 3).detach();
  const Array<double> before = gy.value();
  y.backward({.gradient = gy, .retain_graph = true});
  const Array<double> first = x.grad().value();
  Variable<double>(x).clear_grad();
  y.backward({.gradient = gy});
  CHECK(x.grad().value() == first);
  CHECK(gy.value() == before);
  REQUIRE_THROWS_AS(y.backward({.gradient = gy}), xg::StateError);
}

TEST_CASE("map saves what it needs: nothing of its own for relu, one array for swish",
          "[ops][map][memory]") {
  const std::size_t n = 1 << 16, bytes = n * sizeof(float);
  const Variable<float> x(xg::full_array<float>({n}, 0.5f), true);
  const auto held = [&](auto formula) {
    const std::size_t before = xg::memory_stats().current;
    const Variable<float> y = xg::map(formula, x);
    return (xg::memory_stats().current - before + bytes / 2) / bytes;
  };
  CHECK(held([](auto v) { return relu(v); }) == 1);  // y itself
  CHECK(held([](auto v) { return where(v > 0, v, 0.1 * v); }) == 1);
  CHECK(held([](auto v) { return tanh(v); }) == 1);
  CHECK(held([](auto v) { return v * v; }) == 1);
  CHECK(held([](auto v) { return sin(v); }) == 1);
  CHECK(held([](auto v) { return v * sigmoid(v); }) == 2);
}

TEST_CASE("formulas may be used by several threads at once", "[ops][map][threads]") {
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong, t] {
      for (int k = 0; k < 50; ++k) {
        const Variable<double> x(Array<double>{0.25 * t, 1.}, true);
        const Variable<double> b(Array<double>{1., 2.}, k % 2 == 0);
        const auto f = [](auto v, auto w) { return tanh(v) * w; };
        const auto g = [c = k % 3](auto v) { return c * v * v; };
        const Variable<double> y = xg::map(g, xg::map(f, x, b));
        y.backward({.gradient = Variable<double>(Array<double>{1., 1.})});
        const double th = std::tanh(0.25 * t);
        if (std::abs(x.grad().value()(0) - 2 * (k % 3) * th * (1 - th * th)) > 1e-14) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("an input changed in place before backward is an error that names both",
          "[ops][map][errors]") {
  Variable<double> x = sample({3});
  Variable<double> leaf(Array<double>{1., 2., 3.}, true);
  const Variable<double> h = xg::map([](auto v) { return 2 * v; }, leaf);
  const Variable<double> y = xg::map_named(
      "cube", [](auto v) { return v * v * v; }, h);
  CHECK(y.grad_fn()->name() == "cube");
  Variable<double>(h).mutable_value() += 1;
  REQUIRE_THROWS_WITH(
      y.backward({.gradient = x.detach()}),
      "backward: a value saved by 'cube' was changed in place by 'mutable_value' (saved at version "
      "0, now 1); change it after backward, or a copy of it");
}

TEST_CASE("map refuses inputs that do not broadcast", "[ops][map][errors]") {
  const auto f = [](auto a, auto b) { return a + b; };
  REQUIRE_THROWS_AS(xg::map(f, sample({2, 3}), sample({2})), xg::ShapeError);
  const Variable<double> undefined;
  REQUIRE_THROWS_AS(xg::map(f, undefined, sample({2})), xg::StateError);
}

TEST_CASE("a formula that throws leaves nothing behind", "[ops][map][errors]") {
  int calls = 0;
  const auto thrower = [&](auto x) {
    if (++calls == 1) throw std::runtime_error("mine");
    return x + 1;
  };
  const Variable<double> x = sample({2});
  REQUIRE_THROWS_WITH(xg::map(thrower, x), "mine");
  CHECK(xt::allclose(xg::map(thrower, x).value(), x.value() + 1));
}

}  // namespace
