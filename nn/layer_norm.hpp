#pragma once

#include "xgrad/nn/module.hpp"

namespace xg::nn {

struct LayerNormOptions {
  double eps = 1e-5;               ///< added to the variance
  bool elementwise_affine = true;  ///< learn weight and bias
  bool bias = true;                ///< else weight alone
};

/// Layer normalisation over the last axes: see layer_norm.
///
///   x, y          [..., normalized_shape...]
///   weight, bias  [normalized_shape...], begin as 1 and 0
template <class T>
class LayerNorm : public Layer<T> {
 public:
  explicit LayerNorm(const Shape& normalized_shape, LayerNormOptions options = {});
  explicit LayerNorm(std::size_t features, LayerNormOptions options = {})
      : LayerNorm(Shape{features}, options) {}
  LayerNorm(LayerNorm&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

  const Shape& shape() const noexcept { return shape_; }  ///< normalized_shape

  Variable<T> weight, bias;

 private:
  Shape shape_;
  LayerNormOptions options_;
};

extern template class LayerNorm<float>;
extern template class LayerNorm<double>;

}  // namespace xg::nn
