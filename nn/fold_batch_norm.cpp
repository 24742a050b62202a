#include "xgrad/nn/fold_batch_norm.hpp"

#include <cmath>
#include <typeinfo>

#include "xgrad/nn/activation.hpp"

namespace xg::nn {
namespace {

template <class L, class N>
void fold(L& layer, const N& norm) {
  using T = typename L::value_type;
  require<ValueError>(norm.running_var.defined(), "fold_batch_norm", "norm",
                      "have running statistics", "none");
  const std::size_t channels = layer.weight.shape()[0];
  require_equal("fold_batch_norm", "layer.weight.shape[0]", channels, "norm.num_features",
                norm.running_var.size(), layer.weight.shape(), norm.running_var.shape());
  if (!layer.bias.defined())
    layer.bias = layer.parameter("bias", Variable<T>(full_array<T>(Shape{channels}, T(0))));
  T* const w = layer.weight.mutable_value("fold_batch_norm").data();
  T* const b = layer.bias.mutable_value("fold_batch_norm").data();
  const std::size_t row = layer.weight.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto at = [c](const Variable<T>& v, double absent) {
      return v.defined() ? static_cast<double>(v.value().data()[c]) : absent;
    };
    const double scale =
        at(norm.weight, 1) / std::sqrt(at(norm.running_var, 0) + norm.options().eps);
    const double shift = at(norm.bias, 0) - at(norm.running_mean, 0) * scale;
    for (std::size_t i = c * row; i < (c + 1) * row; ++i)
      w[i] = static_cast<T>(static_cast<double>(w[i]) * scale);
    b[c] = static_cast<T>(static_cast<double>(b[c]) * scale + shift);
  }
}

/// If these are of the types L and N themselves: what derives from L may compute its weight.
template <class L, class N, class T>
bool try_fold(Layer<T>& layer, Layer<T>& norm) {
  if (typeid(layer) != typeid(L)) return false;
  auto* const found = dynamic_cast<N*>(&norm);
  if (found == nullptr || !found->running_var.defined()) return false;
  fold(static_cast<L&>(layer), *found);
  return true;
}

template <class T>
std::size_t fold_within(Sequential<T>& layers) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    Layer<T>&a = layers[i], &b = layers[i + 1];
    if (!try_fold<Linear<T>, BatchNorm1d<T>>(a, b) && !try_fold<Conv1d<T>, BatchNorm1d<T>>(a, b) &&
        !try_fold<Conv2d<T>, BatchNorm2d<T>>(a, b) && !try_fold<Conv3d<T>, BatchNorm3d<T>>(a, b))
      continue;
    layers.replace(b.name(), Identity<T>());
    ++count;
  }
  return count;
}

}  // namespace

template <class T, std::size_t rank>
void fold_batch_norm(Conv<T, rank>& layer, const BatchNorm<T, rank>& norm) {
  fold(layer, norm);
}
template <class T>
void fold_batch_norm(Linear<T>& layer, const BatchNorm<T, 1>& norm) {
  fold(layer, norm);
}

template <class T>
std::size_t fold_batch_norms(Module<T>& model) {
  std::size_t count = 0;
  if (auto* layers = dynamic_cast<Sequential<T>*>(&model)) count += fold_within(*layers);
  for (Module<T>* child : model.children()) count += fold_batch_norms(*child);
  return count;
}

#define XG_INSTANTIATE(T)                                                   \
  template void fold_batch_norm<T, 1>(Conv<T, 1>&, const BatchNorm<T, 1>&); \
  template void fold_batch_norm<T, 2>(Conv<T, 2>&, const BatchNorm<T, 2>&); \
  template void fold_batch_norm<T, 3>(Conv<T, 3>&, const BatchNorm<T, 3>&); \
  template void fold_batch_norm<T>(Linear<T>&, const BatchNorm<T, 1>&);     \
  template std::size_t fold_batch_norms<T>(Module<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
