#include <cmath>
#include <stdexcept>

#include "training.hpp"

namespace {

/// h*w, h+b, tanh(h) in turn, 1,000 operations on n elements, then the sum.
Workload chain(int64_t n) {
  const auto leaf = [n](float value) { return torch::full({n}, value).requires_grad_(); };
  const std::vector<Tensor> leaves{leaf(0.5f), leaf(0.99f), leaf(0.01f)};
  const auto forward = [=] {
    Tensor h = leaves[0];
    for (int i = 0; i < 1000; ++i) {
      if (i % 3 == 0)
        h = h * leaves[1];
      else if (i % 3 == 1)
        h = h + leaves[2];
      else
        h = torch::tanh(h);
    }
    return h;
  };
  const auto step = [=] {
    forward().sum().backward();
    for (const Tensor& leaf : leaves) leaf.mutable_grad().reset();
  };
  return {step, [=] { forward(); }, 1000};
}

struct MlpImpl : torch::nn::Module {
  MlpImpl(std::vector<int64_t> sizes, bool tanh) : tanh_(tanh) {
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i)
      layers_.push_back(
          register_module("fc" + std::to_string(i), torch::nn::Linear(sizes[i], sizes[i + 1])));
  }
  Tensor forward(Tensor h) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (i > 0) h = tanh_ ? torch::tanh(h) : torch::relu(h);
      h = layers_[i]->forward(h);
    }
    return h;
  }

 private:
  std::vector<torch::nn::Linear> layers_;
  bool tanh_;
};
TORCH_MODULE(Mlp);
using Sizes = std::vector<int64_t>;

Workload classifier(Sizes sizes, int64_t batch, bool with_adam) {
  Mlp net(sizes, false);
  const Tensor x = torch::randn({batch, sizes.front()}), y = labels(batch);
  const auto p = net->parameters();
  return training(with_adam ? adam(p) : sgd(p, 0.01, 0.9),
                  [=]() mutable { return F::cross_entropy(net->forward(x), y); });
}

/// Two moons of 50 points each, a tanh network and the hinge loss.
Workload micrograd_mlp() {
  const int64_t n = 100;
  Tensor x = torch::empty({n, 2}), y = torch::empty({n, 1});
  for (int64_t i = 0; i < n; ++i) {
    const bool top = i % 2 == 0;
    const double angle = 3.14159265 * static_cast<double>(i / 2) / 49;
    const double noise = 0.1 * std::sin(12.9898 * static_cast<double>(i));
    x[i][0] = (top ? std::cos(angle) : 1 - std::cos(angle)) + noise;
    x[i][1] = (top ? std::sin(angle) : 0.5 - std::sin(angle)) - noise;
    y[i][0] = top ? -1. : 1.;
  }
  Mlp net(Sizes{2, 16, 16, 1}, true);
  return training(sgd(net->parameters(), 0.1, 0),
                  [=]() mutable { return torch::relu(1 - y * net->forward(x)).mean(); });
}

Workload elementwise() {
  const Tensor x = torch::randn({1000000}).requires_grad_();
  const auto loss = [=] { return (x * torch::sigmoid(x) + torch::tanh(x) * 0.5).sum(); };
  const auto step = [=] {
    loss().backward();
    x.mutable_grad().reset();
  };
  return {step, [=] { loss(); }};
}

/// Cross-entropy plus the gradient penalty 10 mean((|d sum(out) / dx| - 1)^2).
Workload double_backward() {
  Mlp net(Sizes{784, 256, 10}, true);
  const auto optimizer = sgd(net->parameters(), 0.01, 0.9);
  const Tensor x = torch::randn({64, 784}).requires_grad_(), y = labels(64);
  const auto step = [=]() mutable {
    const Tensor out = net->forward(x);
    const Tensor gx = torch::autograd::grad({out.sum()}, {x}, {}, true, true)[0];
    const Tensor penalty = (gx.square().sum(1).sqrt() - 1).square().mean();
    (F::cross_entropy(out, y) + 10 * penalty).backward();
    optimizer->step();
    optimizer->zero_grad();
    x.mutable_grad().reset();
  };
  return {step, nullptr};
}

/// The worst difference between gradients and central differences over all parameters.
double check(const std::vector<Tensor>& parameters, const std::function<Tensor()>& loss) {
  torch::NoGradGuard guard;
  double worst = 0;
  for (const Tensor& parameter : parameters) {
    double* value = parameter.data_ptr<double>();
    const double* gradient = parameter.grad().data_ptr<double>();
    for (int64_t i = 0; i < parameter.numel(); ++i) {
      const double kept = value[i], h = 1e-6;
      value[i] = kept + h;
      const double above = loss().item<double>();
      value[i] = kept - h;
      const double below = loss().item<double>();
      value[i] = kept;
      worst = std::max(worst, std::abs((above - below) / (2 * h) - gradient[i]));
    }
  }
  return worst;
}

/// A 16-24-4 tanh network in double, batch 8: 1,016 evaluations of the loss and one backward.
Workload gradcheck_like() {
  const auto random = [](int64_t rows, int64_t columns) {
    return torch::randn({rows, columns}, torch::kDouble);
  };
  const std::vector<Tensor> p{random(16, 24) * 0.3, random(1, 24)[0] * 0.1, random(24, 4) * 0.3,
                              random(1, 4)[0] * 0.1};
  for (const Tensor& parameter : p) parameter.detach_().requires_grad_();
  const Tensor x = random(8, 16), y = random(8, 4);
  const std::function<Tensor()> loss = [=] {
    const Tensor h = torch::tanh(torch::mm(x, p[0]) + p[1]);
    return (torch::mm(h, p[2]) + p[3] - y).square().mean();
  };
  const auto step = [=] {
    loss().backward();
    if (check(p, loss) > 1e-6) throw std::runtime_error("the gradient is wrong");
    for (const Tensor& parameter : p) parameter.mutable_grad().reset();
  };
  return {step, nullptr, 1016};
}

}  // namespace

std::vector<Named> workloads() {
  std::vector<Named> all{
      {"chain_scalar", [] { return chain(1); }},
      {"chain_16", [] { return chain(16); }},
      {"chain_4096", [] { return chain(4096); }},
      {"micrograd_mlp", micrograd_mlp},
      {"mlp_mnist",
       [] {
         return classifier({784, 256, 10}, 64, false);
       }},
      {"mlp_wide",
       [] {
         return classifier({784, 1024, 1024, 10}, 256, true);
       }},
      {"elementwise", elementwise},
      {"double_backward", double_backward},
      {"gradcheck_like", gradcheck_like},
  };
  for (const auto& more : {image_workloads(), sequence_workloads(), part_workloads()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}
