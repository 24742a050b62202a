#include <cmath>

#include "training.hpp"

namespace bench {
namespace {

using xg::Array, xg::Variable, xg::Variables;

struct MLP : xg::nn::Layer<float> {
  std::vector<xg::nn::Linear<float>*> linear;
  bool with_tanh;
  MLP(const std::vector<std::size_t>& widths, bool use_tanh) : with_tanh(use_tanh) {
    for (std::size_t i = 0; i + 1 < widths.size(); ++i)
      linear.push_back(
          &add("l" + std::to_string(i), xg::nn::Linear<float>(widths[i], widths[i + 1])));
  }
  Variable<float> forward(const Variable<float>& x) override {
    Variable<float> h = x;
    for (std::size_t i = 0; i < linear.size(); ++i) {
      h = (*linear[i])(h);
      if (i + 1 < linear.size()) h = with_tanh ? tanh(h) : relu(h);
    }
    return h;
  }
};

Workload micrograd_mlp() {
  constexpr std::size_t n = 100;
  Array<float> x(xg::Shape{n, 2}), y(xg::Shape{n, 1});
  for (std::size_t i = 0; i < n; ++i) {
    const bool top = i % 2 == 0;
    const double a = 3.14159265 * static_cast<double>(i / 2) / 49.0;
    const double e = 0.1 * std::sin(12.9898 * static_cast<double>(i));
    x.data()[2 * i] = static_cast<float>((top ? std::cos(a) : 1 - std::cos(a)) + e);
    x.data()[2 * i + 1] = static_cast<float>((top ? std::sin(a) : 0.5 - std::sin(a)) - e);
    y.data()[i] = top ? -1.F : 1.F;
  }
  auto net = std::make_shared<MLP>(std::vector<std::size_t>{2, 16, 16, 1}, true);
  const Variable<float> inputs(std::move(x)), targets(std::move(y));
  return training([=] { return mean(relu(1 - targets * (*net)(inputs))); },
                  sgd(net->parameters(), 0.1, 0));
}

Workload mlp_mnist() {
  auto net = std::make_shared<MLP>(std::vector<std::size_t>{784, 256, 10}, false);
  return training(
      [=, x = normal({64, 784}), y = labels(64, 10)] { return cross_entropy((*net)(x), y); },
      sgd(net->parameters(), 0.01, 0.9));
}

Workload mlp_wide() {
  auto net = std::make_shared<MLP>(std::vector<std::size_t>{784, 1024, 1024, 10}, false);
  return training(
      [=, x = normal({256, 784}), y = labels(256, 10)] { return cross_entropy((*net)(x), y); },
      adam(net->parameters()));
}

// cross-entropy + 10 mean((||d sum(out)/dx|| - 1)^2) on the tanh MLP.
Workload double_backward() {
  auto net = std::make_shared<MLP>(std::vector<std::size_t>{784, 256, 10}, true);
  const auto optimizer = sgd(net->parameters(), 0.01, 0.9);
  Variable<float> x = normal({64, 784}).set_requires_grad(true);
  return {[=, y = labels(64, 10)]() mutable {
            const auto out = (*net)(x);
            const auto g = xg::grad(sum(out), x, {.create_graph = true});
            const auto penalty = mean(square(sqrt(sum(square(g), {1})) - 1));
            (cross_entropy(out, y) + 10 * penalty).backward();
            optimizer->step();
            optimizer->zero_grad();
            x.clear_grad();
          },
          nullptr};
}

}  // namespace

std::vector<Named> network_workloads() {
  return {{"micrograd_mlp", micrograd_mlp},
          {"mlp_mnist", mlp_mnist},
          {"mlp_wide", mlp_wide},
          {"double_backward", double_backward}};
}

}  // namespace bench
