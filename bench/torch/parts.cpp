#include "training.hpp"

namespace {

/// f(x), and its backward from a given gradient.
Workload forward_backward(at::IntArrayRef x_shape, at::IntArrayRef y_shape,
                          std::function<Tensor(const Tensor&)> f) {
  const Tensor x = torch::randn(x_shape).requires_grad_(), gy = torch::randn(y_shape);
  const auto step = [=] {
    f(x).backward(gy);
    x.mutable_grad().reset();
  };
  return {step, [=] { f(x); }};
}

Workload conv_layer() {
  const Tensor w = torch::randn({64, 32, 3, 3}).requires_grad_();
  return forward_backward({64, 32, 32, 32}, {64, 64, 32, 32}, [=](const Tensor& x) {
    w.mutable_grad().reset();
    return torch::conv2d(x, w, {}, 1, 1);
  });
}

Workload bn_fc() {
  torch::nn::BatchNorm1d norm(1024);
  return forward_backward({256, 1024}, {256, 1024}, [=](const Tensor& x) mutable {
    norm->zero_grad();
    return norm->forward(x);
  });
}

Workload softmax_ce() {
  const Tensor x = torch::randn({4096, 1000}).requires_grad_(), y = labels(4096, 1000);
  const auto loss = [=] { return F::cross_entropy(x, y); };
  const auto step = [=] {
    loss().backward();
    x.mutable_grad().reset();
  };
  return {step, [=] { loss(); }};
}

Workload dropout() {
  return forward_backward({1000000}, {1000000},
                          [](const Tensor& x) { return torch::dropout(x, 0.5, true); });
}

Workload maxout() {
  torch::nn::Linear linear(512, 1024);
  return forward_backward({256, 512}, {256, 512}, [=](const Tensor& x) mutable {
    linear->zero_grad();
    return std::get<0>(linear->forward(x).view({256, 2, 512}).max(1));
  });
}

Workload adam_alone(int64_t count, int64_t n) {
  std::vector<Tensor> parameters;
  for (int64_t i = 0; i < count; ++i) {
    parameters.push_back(torch::randn({n}).requires_grad_());
    parameters.back().mutable_grad() = torch::randn({n});
  }
  return {[optimizer = adam(parameters)] { optimizer->step(); }, nullptr};
}

}  // namespace

std::vector<Named> part_workloads() {
  return {{"conv_layer", conv_layer},
          {"bn_fc", bn_fc},
          {"softmax_ce", softmax_ce},
          {"dropout", dropout},
          {"maxout", maxout},
          {"adam_50x10k", [] { return adam_alone(50, 10000); }},
          {"adam_1x5M", [] { return adam_alone(1, 5000000); }}};
}
