#pragma once

// Internal: what the models are put together from.

#include <algorithm>
#include <cmath>

#include "xgrad/nn/activation.hpp"
#include "xgrad/nn/container.hpp"
#include "xgrad/nn/conv.hpp"
#include "xgrad/nn/linear.hpp"
#include "xgrad/nn/pool.hpp"
#include "xgrad/nn/regularization.hpp"

namespace xg::nn::models::detail {

/// n channels, made wider or narrower.
inline std::size_t scaled(std::size_t n, double width) {
  return static_cast<std::size_t>(std::max(1.0, std::round(static_cast<double>(n) * width)));
}

/// Two hidden layers with dropout before them, the end of AlexNet and VGG; numbered as there.
template <class T>
Sequential<T> classifier(std::size_t in, std::size_t hidden, std::size_t classes, double dropout,
                         bool dropout_first) {
  Sequential<T> layers;
  if (dropout_first) layers.push_back(Dropout<T>(dropout));
  layers.push_back(Linear<T>(in, hidden));
  layers.push_back(ReLU<T>());
  layers.push_back(Dropout<T>(dropout));
  layers.push_back(Linear<T>(hidden, hidden));
  layers.push_back(ReLU<T>());
  if (!dropout_first) layers.push_back(Dropout<T>(dropout));
  layers.push_back(Linear<T>(hidden, classes));
  return layers;
}

}  // namespace xg::nn::models::detail
