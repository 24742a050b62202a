#pragma once

#include "xgrad/nn/sequential.hpp"

namespace xg::nn {

/// A branch around which its input goes: y = branch(x) + x, or + shortcut(x) where shapes differ.
///
///   xg::nn::Residual<float>(xg::nn::Sequential<float>(...))
///   xg::nn::Residual<float>(xg::nn::Sequential<float>(...), xg::nn::Conv2d<float>(16, 32, 1))
///
/// Source: He, Zhang, Ren, Sun, arXiv:1512.03385, equations 1 and 2.
template <class T>
class Residual : public Layer<T> {
 public:
  template <std::derived_from<Layer<T>> L>
  requires(!std::same_as<L, Residual>) explicit Residual(L branch)
      : Residual(std::make_unique<L>(std::move(branch)), nullptr) {}
  template <std::derived_from<Layer<T>> L, std::derived_from<Layer<T>> S>
  Residual(L branch, S shortcut)
      : Residual(std::make_unique<L>(std::move(branch)), std::make_unique<S>(std::move(shortcut))) {
  }
  /// @param shortcut  null: the identity.
  Residual(std::unique_ptr<Layer<T>> branch, std::unique_ptr<Layer<T>> shortcut);
  Residual(Residual&&) noexcept = default;

  /// @throws ShapeError if the two results differ in shape.
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override { return "Residual"; }
  std::unique_ptr<Layer<T>> fresh() const override;
};

/// Branches side by side, concatenated along an axis (channels): y = concat(f_1(x), f_2(x), ...).
/// Named 0, 1, 2, ... or as given.
template <class T>
class Parallel : public Layer<T> {
 public:
  explicit Parallel(std::ptrdiff_t axis = 1) : axis_(axis) {}
  template <std::derived_from<Layer<T>>... L>
  requires(sizeof...(L) > 1) explicit Parallel(L... branches) : axis_(1) {
    (push_back(std::move(branches)), ...);
  }
  Parallel(Parallel&&) noexcept = default;

  template <std::derived_from<Layer<T>> L>
  L& add(std::string name, L branch) {
    return Module<T>::add(std::move(name), std::move(branch));
  }
  void add(std::string name, std::unique_ptr<Layer<T>> branch);
  template <std::derived_from<Layer<T>> L>
  L& push_back(L branch) {
    return add(std::to_string(this->child_count()), std::move(branch));
  }

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override { return "Parallel"; }
  std::unique_ptr<Layer<T>> fresh() const override;

 private:
  std::ptrdiff_t axis_;
};

/// Modules under the names 0, 1, 2, ...; what happens with them is the model's affair.
template <class T, class M = Layer<T>>
class ModuleList : public Module<T> {
 public:
  ModuleList() = default;
  ModuleList(ModuleList&&) noexcept = default;

  template <std::derived_from<M> L>
  L& push_back(L module) {
    return this->add(std::to_string(size()), std::move(module));
  }
  std::size_t size() const { return this->child_count(); }
  /// @throws ValueError unless i < size().
  M& operator[](std::size_t i) const {
    require<ValueError>(i < size(), "ModuleList", "index", "be < " + std::to_string(size()), i);
    return static_cast<M&>(this->child(i));
  }
};

/// Modules under names, in the order they were added.
template <class T, class M = Layer<T>>
class ModuleDict : public Module<T> {
 public:
  ModuleDict() = default;
  ModuleDict(ModuleDict&&) noexcept = default;

  template <std::derived_from<M> L>
  L& add(std::string name, L module) {
    return Module<T>::add(std::move(name), std::move(module));
  }
  std::size_t size() const { return this->child_count(); }
  bool contains(const std::string& name) const { return find(name) != nullptr; }
  /// @throws ValueError if there is none of that name.
  M& operator[](const std::string& name) const {
    M* found = find(name);
    require<ValueError>(found != nullptr, "ModuleDict", "name", "be that of one of its modules",
                        "'" + name + "'");
    return *found;
  }

 private:
  M* find(const std::string& name) const {
    for (std::size_t i = 0; i < size(); ++i)
      if (this->child(i).name() == name) return static_cast<M*>(&this->child(i));
    return nullptr;
  }
};

extern template class Residual<float>;
extern template class Residual<double>;
extern template class Parallel<float>;
extern template class Parallel<double>;

}  // namespace xg::nn
