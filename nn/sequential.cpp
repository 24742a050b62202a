#include "xgrad/nn/sequential.hpp"

namespace xg::nn {

template <class T>
Layer<T>& Sequential<T>::operator[](std::size_t i) const {
  require<ValueError>(i < size(), "Sequential", "index", "be < " + std::to_string(size()), i);
  return static_cast<Layer<T>&>(this->child(i));  // add() takes nothing else
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

template class Sequential<float>;
template class Sequential<double>;

}  // namespace xg::nn
