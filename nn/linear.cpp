#include "xgrad/nn/linear.hpp"

#include <cmath>

#include "xgrad/nn/init.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/maxout.hpp"

namespace xg::nn {
namespace {

/// An array drawn from U(-k, k), k = 1 / sqrt(fan_in).
template <class T>
Variable<T> drawn(const Shape& shape, std::size_t fan_in) {
  Variable<T> x(empty_array<T>(shape));
  const double k = 1 / std::sqrt(static_cast<double>(fan_in));
  init::uniform_(x, -k, k);
  return x;
}

void check(const char* op, std::size_t in, std::size_t out) {
  require<ValueError>(in >= 1, op, "in_features", "be >= 1", in);
  require<ValueError>(out >= 1, op, "out_features", "be >= 1", out);
}

}  // namespace

template <class T>
Linear<T>::Linear(std::size_t in_features, std::size_t out_features, LinearOptions options) {
  check("Linear", in_features, out_features);
  weight = this->parameter("weight", drawn<T>({out_features, in_features}, in_features));
  if (options.bias) bias = this->parameter("bias", drawn<T>({out_features}, in_features));
}
template <class T>
Variable<T> Linear<T>::forward(const Variable<T>& x) {
  return linear(x, weight, bias);
}
template <class T>
std::string Linear<T>::description() const {
  return "Linear(" + std::to_string(weight.shape()[1]) + ", " + std::to_string(weight.shape()[0]) +
         (bias.defined() ? ")" : ", no bias)");
}
template <class T>
Linear<T> Linear<T>::rebuilt() const {
  return Linear(weight.shape()[1], weight.shape()[0], {.bias = bias.defined()});
}
template <class T>
double Linear<T>::multiply_adds(const Shape& x, const Shape&) const {
  return static_cast<double>(weight.shape()[0]) * static_cast<double>(element_count(x));
}
template <class T>
std::unique_ptr<Layer<T>> Linear<T>::fresh() const {
  return std::make_unique<Linear>(rebuilt());
}

template <class T>
Maxout<T>::Maxout(std::size_t in_features, std::size_t out_features, MaxoutOptions options)
    : pieces_(options.pieces) {
  check("Maxout", in_features, out_features);
  require<ValueError>(pieces_ >= 1, "Maxout", "pieces", "be >= 1", pieces_);
  const std::size_t rows = out_features * pieces_;
  weight = this->parameter("weight", drawn<T>({rows, in_features}, in_features));
  if (options.bias) bias = this->parameter("bias", drawn<T>({rows}, in_features));
}
template <class T>
Variable<T> Maxout<T>::forward(const Variable<T>& x) {
  return maxout(linear(x, weight, bias), static_cast<std::ptrdiff_t>(pieces_));
}
template <class T>
std::string Maxout<T>::description() const {
  return "Maxout(" + std::to_string(weight.shape()[1]) + ", " +
         std::to_string(weight.shape()[0] / pieces_) + ", pieces " + std::to_string(pieces_) + ")";
}
template <class T>
double Maxout<T>::multiply_adds(const Shape& x, const Shape&) const {
  return static_cast<double>(weight.shape()[0]) * static_cast<double>(element_count(x));
}
template <class T>
std::unique_ptr<Layer<T>> Maxout<T>::fresh() const {
  return std::make_unique<Maxout>(weight.shape()[1], weight.shape()[0] / pieces_,
                                  MaxoutOptions{.pieces = pieces_, .bias = bias.defined()});
}

template class Linear<float>;
template class Linear<double>;
template class Maxout<float>;
template class Maxout<double>;

}  // namespace xg::nn
