// Single parts of a training step: layers forward and backward, and optimisers alone.

#include "training.hpp"

namespace bench {
namespace {

using xg::Array, xg::Variable;

Variable<float> leaf(const xg::Shape& shape) { return normal(shape).set_requires_grad(true); }

/// f(x), and its backward from a given gradient.
template <class F>
Workload forward_backward(const Variable<float>& x, const Variable<float>& gradient, F f) {
  return {[=] {
            f(x).backward({.gradient = gradient});
            x.clear_grad();
          },
          [=] { f(x); }};
}

Workload bn_fc() {
  auto norm = std::make_shared<xg::nn::BatchNorm1d<float>>(1024);
  return forward_backward(leaf({256, 1024}), normal({256, 1024}), [=](const Variable<float>& x) {
    norm->zero_grad();
    return (*norm)(x);
  });
}

Workload softmax_ce() {
  const auto x = leaf({4096, 1000});
  const auto loss = [=, y = labels(4096, 1000)] { return cross_entropy(x, y); };
  return {[=] {
            loss().backward();
            x.clear_grad();
          },
          [=] { loss(); }};
}

Workload dropout() {
  return forward_backward(leaf({1000000}), normal({1000000}),
                          [](const Variable<float>& x) { return xg::dropout(x, 0.5); });
}

// The largest of two linear maps.
Workload maxout() {
  auto linear = std::make_shared<xg::nn::Linear<float>>(512, 1024);
  return forward_backward(leaf({256, 512}), normal({256, 512}), [=](const Variable<float>& x) {
    linear->zero_grad();
    return xg::max(reshape((*linear)(x), {256, 2, 512}), 1).values;
  });
}

Workload adam_alone(std::size_t count, std::size_t n) {
  xg::Variables<float> parameters;
  for (std::size_t i = 0; i < count; ++i) {
    parameters.push_back(leaf({n}));
    parameters.back().set_grad(normal({n}));
  }
  return {[optimizer = adam(parameters)] { optimizer->step(); }, nullptr};
}

}  // namespace

std::vector<Named> part_workloads() {
  return {{"bn_fc", bn_fc},
          {"softmax_ce", softmax_ce},
          {"dropout", dropout},
          {"maxout", maxout},
          {"adam_50x10k", [] { return adam_alone(50, 10000); }},
          {"adam_1x5M", [] { return adam_alone(1, 5000000); }}};
}

}  // namespace bench
