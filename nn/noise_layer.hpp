#pragma once

#include <optional>

#include "xgrad/core/random.hpp"
#include "xgrad/nn/module.hpp"

namespace xg::nn {

/// What layers share that draw random numbers in training and not in evaluation.
template <class T>
class NoiseLayer : public Layer<T> {
 public:
  explicit NoiseLayer(std::optional<Generator> generator) : generator_(std::move(generator)) {}
  /// Draws in evaluation too: for monte_carlo_prediction.
  void keep_drawing(bool on) noexcept { always_ = on; }

 protected:
  bool draws() const noexcept { return always_ || this->training(); }
  Generator& generator() { return generator_ ? *generator_ : default_generator(); }
  std::optional<Generator> generator_;  ///< the default generator if absent

 private:
  bool always_ = false;
};

}  // namespace xg::nn
