#pragma once

#include "xgrad/nn/module.hpp"

namespace xg::nn {

/// Layers one after the other, y = f_n(... f_2(f_1(x))), named 0, 1, 2, ... unless names are given.
///
///   xg::nn::Sequential<float> net(xg::nn::Linear<float>(2, 16), xg::nn::ReLU<float>(),
///                                 xg::nn::Linear<float>(16, 1));
///   net.add("extra", xg::nn::Linear<float>(1, 1));
template <class T>
class Sequential : public Layer<T> {
 public:
  Sequential() = default;
  template <std::derived_from<Layer<T>>... L>
  requires(sizeof...(L) > 1 ||
           (!std::same_as<L, Sequential> && ...)) explicit Sequential(L... layers) {
    (push_back(std::move(layers)), ...);
  }
  Sequential(Sequential&&) noexcept = default;

  template <std::derived_from<Layer<T>> L>
  L& add(std::string name, L layer) {
    return Module<T>::add(std::move(name), std::move(layer));
  }
  template <std::derived_from<Layer<T>> L>
  L& push_back(L layer) {
    return add(std::to_string(size()), std::move(layer));
  }

  std::size_t size() const { return this->child_count(); }
  /// @throws ValueError unless i < size().
  Layer<T>& operator[](std::size_t i) const;

  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override;
  Sequential rebuilt() const;  ///< for clone()
};

extern template class Sequential<float>;
extern template class Sequential<double>;

}  // namespace xg::nn
