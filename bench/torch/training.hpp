#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "workloads.hpp"

// Data and the training step that workloads share.

using torch::Tensor;
namespace F = torch::nn::functional;

inline Tensor labels(int64_t n, int64_t classes = 10) {
  return torch::randint(classes, {n}, torch::kLong);
}
inline std::shared_ptr<torch::optim::Optimizer> sgd(const std::vector<Tensor>& parameters,
                                                    double lr, double momentum) {
  return std::make_shared<torch::optim::SGD>(parameters,
                                             torch::optim::SGDOptions(lr).momentum(momentum));
}
inline std::shared_ptr<torch::optim::Optimizer> adam(const std::vector<Tensor>& parameters) {
  return std::make_shared<torch::optim::Adam>(parameters, torch::optim::AdamOptions(1e-3));
}

/// Forward, backward, optimiser step, zeroing of the gradients.
inline Workload training(std::shared_ptr<torch::optim::Optimizer> optimizer,
                         std::function<Tensor()> loss) {
  const auto step = [=] {
    loss().backward();
    optimizer->step();
    optimizer->zero_grad();
  };
  return {step, [=] { loss(); }};
}

using Named = std::pair<std::string, std::function<Workload()>>;
std::vector<Named> image_workloads();     ///< lenet, cnn_cifar, resnet20
std::vector<Named> sequence_workloads();  ///< recurrent networks
std::vector<Named> part_workloads();      ///< conv_layer, bn_fc, ..., optimisers alone
