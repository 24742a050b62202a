#include "xgrad/nn/sequential.hpp"

namespace xg::nn {

template <class T>
void Sequential<T>::add(std::string name, std::unique_ptr<Layer<T>> layer) {
  this->adopt(std::move(name), std::move(layer));
}

template <class T>
std::size_t Sequential<T>::index_of(const std::string& name) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (this->child(i).name() == name) return i;
  throw ValueError(
      xg::detail::refusal("Sequential", "name", "be that of one of its layers", "'" + name + "'"));
}

template <class T>
void Sequential<T>::replace(const std::string& name, std::unique_ptr<Layer<T>> layer) {
  this->exchange_child(index_of(name), std::move(layer));
}

template <class T>
Layer<T>& Sequential<T>::operator[](std::size_t i) const {
  require<ValueError>(i < size(), "Sequential", "index", "be < " + std::to_string(size()), i);
  return static_cast<Layer<T>&>(this->child(i));  // add() takes nothing else
}
template <class T>
Layer<T>& Sequential<T>::operator[](const std::string& name) const {
  return (*this)[index_of(name)];
}

template <class T>
Variable<T> Sequential<T>::forward(const Variable<T>& x) {
  Variable<T> y = x;
  for (std::size_t i = 0; i < size(); ++i) y = static_cast<Layer<T>&>(this->child(i))(y);
  return y;
}

template <class T>
Sequential<T> Sequential<T>::rebuilt() const {
  Sequential copy;
  for (std::size_t i = 0; i < size(); ++i) copy.adopt((*this)[i].name(), (*this)[i].fresh());
  return copy;
}

template <class T>
std::unique_ptr<Layer<T>> Sequential<T>::fresh() const {
  return std::make_unique<Sequential>(rebuilt());
}

template <class T>
void replace_layer(Module<T>& model, const std::string& path, std::unique_ptr<Layer<T>> layer) {
  const std::size_t dot = path.rfind('.');
  const std::string parent = dot == std::string::npos ? "" : path.substr(0, dot);
  for (const auto& [name, module] : model.named_modules())
    if (name == parent)
      if (auto* layers = dynamic_cast<Sequential<T>*>(module))
        return layers->replace(path.substr(dot + 1), std::move(layer));  // npos + 1 is 0
  throw ValueError(xg::detail::refusal("replace_layer", "path", "lead to a layer in a Sequential",
                                       "'" + path + "'"));
}

#define XG_INSTANTIATE(T)       \
  template class Sequential<T>; \
  template void replace_layer<T>(Module<T>&, const std::string&, std::unique_ptr<Layer<T>>);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
