#pragma once

#include "xgrad/nn/module.hpp"

namespace xg::nn {

/// A layer and the name it shall have in a Sequential: named("fc", Linear<float>(4, 2)).
template <class L>
struct Named {
  std::string name;
  L layer;
};
template <class L>
Named<L> named(std::string name, L layer) {
  return {std::move(name), std::move(layer)};
}

/// Layers one after the other, y = f_n(... f_2(f_1(x))), named 0, 1, 2, ... unless names are given.
///
///   xg::nn::Sequential<float> net(xg::nn::Linear<float>(2, 16), xg::nn::ReLU<float>(),
///                                 xg::nn::Linear<float>(16, 1));
///   net.add("extra", xg::nn::Linear<float>(1, 1));
///   net.replace("2", xg::nn::Linear<float>(16, 5));   // another head
template <class T>
class Sequential : public Layer<T> {
 public:
  Sequential() = default;
  template <std::derived_from<Layer<T>>... L>
  requires(sizeof...(L) > 1 ||
           (!std::same_as<L, Sequential> && ...)) explicit Sequential(L... layers) {
    (push_back(std::move(layers)), ...);
  }
  template <class... L>
  requires(sizeof...(L) > 0) explicit Sequential(Named<L>... layers) {
    (add(std::move(layers.name), std::move(layers.layer)), ...);
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
  /// A layer whose type is known at run time only.
  void add(std::string name, std::unique_ptr<Layer<T>> layer);

  /// Another layer in the place and under the name of this one, which is destroyed.
  /// @throws ValueError if there is none of that name.
  template <std::derived_from<Layer<T>> L>
  L& replace(const std::string& name, L layer) {
    auto owner = std::make_unique<L>(std::move(layer));
    L& reference = *owner;
    replace(name, std::unique_ptr<Layer<T>>(std::move(owner)));
    return reference;
  }
  void replace(const std::string& name, std::unique_ptr<Layer<T>> layer);

  std::size_t size() const { return this->child_count(); }
  /// @throws ValueError unless i < size().
  Layer<T>& operator[](std::size_t i) const;
  /// @throws ValueError if there is none of that name.
  Layer<T>& operator[](const std::string& name) const;

  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override;
  Sequential rebuilt() const;  ///< for clone()

 private:
  std::size_t index_of(const std::string& name) const;
};

/// Replaces a layer anywhere in a model, by its path: replace_layer(net, "classifier.6", ...).
/// What holds it must be a Sequential: other modules may keep references to their children.
/// @throws ValueError if there is no such layer in a Sequential.
template <class T>
void replace_layer(Module<T>& model, const std::string& path, std::unique_ptr<Layer<T>> layer);
template <class T, std::derived_from<Layer<T>> L>
void replace_layer(Module<T>& model, const std::string& path, L layer) {
  replace_layer<T>(model, path, std::unique_ptr<Layer<T>>(std::make_unique<L>(std::move(layer))));
}

extern template class Sequential<float>;
extern template class Sequential<double>;

}  // namespace xg::nn
