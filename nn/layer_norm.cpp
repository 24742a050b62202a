#include "xgrad/nn/layer_norm.hpp"

#include "xgrad/ops/normalization_layer.hpp"

namespace xg::nn {

template <class T>
LayerNorm<T>::LayerNorm(const Shape& normalized_shape, LayerNormOptions options)
    : shape_(normalized_shape), options_(options) {
  if (!options.elementwise_affine) return;
  weight = this->parameter("weight", Variable<T>(full_array<T>(shape_, T(1))));
  if (options.bias) bias = this->parameter("bias", Variable<T>(full_array<T>(shape_, T(0))));
}
template <class T>
Variable<T> LayerNorm<T>::forward(const Variable<T>& x) {
  return layer_norm(x, shape_, weight, bias, {.eps = options_.eps});
}
template <class T>
std::string LayerNorm<T>::description() const {
  return "LayerNorm(" + to_string(shape_) + ")";
}
template <class T>
std::unique_ptr<Layer<T>> LayerNorm<T>::fresh() const {
  return std::make_unique<LayerNorm>(shape_, options_);
}

template class LayerNorm<float>;
template class LayerNorm<double>;

}  // namespace xg::nn
