#include "xgrad/nn/container.hpp"

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/index.hpp"

namespace xg::nn {
namespace {

template <class T>
Layer<T>& as_layer(Module<T>& module) {
  return static_cast<Layer<T>&>(module);  // these containers take nothing else
}

}  // namespace

template <class T>
Residual<T>::Residual(std::unique_ptr<Layer<T>> branch, std::unique_ptr<Layer<T>> shortcut) {
  this->adopt("branch", std::move(branch));
  if (shortcut) this->adopt("shortcut", std::move(shortcut));
}
template <class T>
Variable<T> Residual<T>::forward(const Variable<T>& x) {
  const Variable<T> y = as_layer(this->child(0))(x);
  const Variable<T> around = this->child_count() > 1 ? as_layer(this->child(1))(x) : x;
  if (y.shape() != around.shape())  // broadcasting would hide it
    require<ShapeError>(false, "Residual", "branch(x)",
                        "have the shape of the shortcut " + to_string(around.shape()), y.shape());
  return y + around;
}
template <class T>
std::unique_ptr<Layer<T>> Residual<T>::fresh() const {
  return std::make_unique<Residual>(
      as_layer(this->child(0)).fresh(),
      this->child_count() > 1 ? as_layer(this->child(1)).fresh() : nullptr);
}

template <class T>
void Parallel<T>::add(std::string name, std::unique_ptr<Layer<T>> branch) {
  this->adopt(std::move(name), std::move(branch));
}
template <class T>
Variable<T> Parallel<T>::forward(const Variable<T>& x) {
  Variables<T> results;
  for (std::size_t i = 0; i < this->child_count(); ++i)
    results.push_back(as_layer(this->child(i))(x));
  return concat(results, axis_);
}
template <class T>
std::unique_ptr<Layer<T>> Parallel<T>::fresh() const {
  auto copy = std::make_unique<Parallel>(axis_);
  for (std::size_t i = 0; i < this->child_count(); ++i)
    copy->add(this->child(i).name(), as_layer(this->child(i)).fresh());
  return copy;
}

template class Residual<float>;
template class Residual<double>;
template class Parallel<float>;
template class Parallel<double>;

}  // namespace xg::nn
