// A program of somebody else's: a model, a formula and a Function of its own.
#include <xgrad/xgrad.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "consumer: %s\n", what);
  std::exit(1);
}

struct Twice : xg::Function<Twice> {
  static constexpr auto name = "twice";
  template <class T>
  static xg::Array<T> forward(xg::Context<T>&, const xg::Array<T>& x) {
    return 2 * x;
  }
  template <class T>
  static xg::Variables<T> backward(xg::Context<T>&, const xg::Variable<T>& gy) {
    return {Twice::apply(gy)};
  }
};

void own_function() {
  xg::Variable<float> x(xg::Array<float>{1, 2, 3}, true);
  Twice::apply(x).backward({.gradient = xg::Array<float>{1, 1, 1}});
  const xg::Array<float> expected{2, 2, 2};
  check(x.grad().value() == expected, "the gradient of 2 x is 2");
}

void own_formula() {
  xg::Variable<double> x(xg::Array<double>{-1, 0, 2}, true);
  const auto y = xg::map([](auto v) { return v * v * v; }, x);
  y.backward({.gradient = xg::Array<double>{1, 1, 1}});
  const xg::Array<double> expected{3, 0, 12};
  check(xt::allclose(x.grad().value(), expected), "the gradient of x^3 is 3 x^2");
}

struct Net : xg::nn::Layer<float> {
  xg::nn::Linear<float>& fc1 = add("fc1", xg::nn::Linear<float>(2, 8));
  xg::nn::Linear<float>& fc2 = add("fc2", xg::nn::Linear<float>(8, 2));
  xg::Variable<float> forward(const xg::Variable<float>& x) override { return fc2(tanh(fc1(x))); }
};

void own_model() {
  xg::manual_seed(1);
  Net net;
  xg::optim::SGD<float> sgd(net.parameters(), {.lr = 0.5, .momentum = 0.9});
  const xg::Array<float> points{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const xg::IndexArray labels{0, 1, 1, 0};
  float loss = 0;
  for (int step = 0; step < 200; ++step) {
    const auto error = cross_entropy(net(points), labels);
    sgd.zero_grad();
    error.backward();
    sgd.step();
    loss = error.item();
  }
  check(loss < 0.1f, "a network learns exclusive or");
}

}  // namespace

int main() {
  own_model();
  own_function();
  own_formula();
}
