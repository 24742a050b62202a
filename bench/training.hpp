#pragma once

// Data and the training step that workloads share.

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/xgrad.hpp>

#include <memory>
#include <utility>

#include "workloads.hpp"

namespace bench {

inline xg::Variable<float> normal(const xg::Shape& shape, float std = 1) {
  xg::Array<float> x(shape);
  xg::kernels::fill_normal(xg::default_generator(), x.data(), x.size(), 0.F, std);
  return xg::Variable<float>(std::move(x));
}

inline xg::IndexArray labels(std::size_t n, std::size_t classes) {
  xg::IndexArray y(xg::Shape{n});
  for (std::size_t i = 0; i < n; ++i) y.data()[i] = static_cast<std::int64_t>(i * 7 % classes);
  return y;
}

inline std::shared_ptr<xg::optim::SGD<float>> sgd(const xg::Variables<float>& parameters, double lr,
                                                  double momentum) {
  return std::make_shared<xg::optim::SGD<float>>(
      parameters, xg::optim::SGDOptions{.lr = lr, .momentum = momentum});
}
inline std::shared_ptr<xg::optim::Adam<float>> adam(const xg::Variables<float>& parameters) {
  return std::make_shared<xg::optim::Adam<float>>(parameters, xg::optim::AdamOptions{.lr = 1e-3});
}

/// Forward, backward, optimiser step, zeroing of the gradients.
template <class Loss, class Optimizer>
Workload training(Loss loss, std::shared_ptr<Optimizer> optimizer) {
  return {[=]() mutable {
            loss().backward();
            optimizer->step();
            optimizer->zero_grad();
          },
          [=]() mutable { loss(); }};
}

}  // namespace bench
