#include "xgrad/nn/regularization.hpp"

#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/normalization.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg::nn {

template <class T>
Dropout<T>::Dropout(double p, std::optional<Generator> generator)
    : p_(p), generator_(std::move(generator)) {
  require<ValueError>(p >= 0 && p <= 1, "Dropout", "p", "be in [0, 1]", p);
}
template <class T>
Variable<T> Dropout<T>::forward(const Variable<T>& x) {
  if (!this->training()) return x;
  return dropout(x, p_, generator_ ? *generator_ : default_generator());
}
template <class T>
std::string Dropout<T>::description() const {
  return "Dropout(" + number_text(p_) + ")";
}
template <class T>
std::unique_ptr<Layer<T>> Dropout<T>::fresh() const {
  return std::make_unique<Dropout>(p_, generator_);
}

template <class T>
BatchNorm1d<T>::BatchNorm1d(std::size_t num_features, BatchNorm1dOptions options)
    : options_(options) {
  require<ValueError>(num_features >= 1, "BatchNorm1d", "num_features", "be >= 1", num_features);
  require<ValueError>(options.eps > 0, "BatchNorm1d", "eps", "be > 0", options.eps);
  require<ValueError>(options.momentum >= 0 && options.momentum <= 1, "BatchNorm1d", "momentum",
                      "be in [0, 1]", options.momentum);
  const Shape shape{num_features};
  const auto full = [&](T value) { return Variable<T>(full_array<T>(shape, value)); };
  if (options.affine) {
    weight = this->parameter("weight", full(1));
    bias = this->parameter("bias", full(0));
  }
  running_mean = this->buffer("running_mean", full(0));
  running_var = this->buffer("running_var", full(1));
  num_batches_tracked_ = &this->buffer("num_batches_tracked", full_array<std::int64_t>(Shape{}, 0));
}
template <class T>
Variable<T> BatchNorm1d<T>::forward(const Variable<T>& x) {
  RunningStatistics<T> running{running_mean.value(), running_var.value()};
  Variable<T> y = batch_norm(
      x, weight, bias, &running,
      {.eps = options_.eps, .momentum = options_.momentum, .training = this->training()});
  if (this->training()) {
    running_mean.copy_(running.mean);
    running_var.copy_(running.var);
    ++num_batches_tracked_->data()[0];
  }
  return y;
}
template <class T>
std::string BatchNorm1d<T>::description() const {
  return "BatchNorm1d(" + std::to_string(running_mean.size()) + ")";
}
template <class T>
std::unique_ptr<Layer<T>> BatchNorm1d<T>::fresh() const {
  return std::make_unique<BatchNorm1d>(running_mean.size(), options_);
}

template <class T>
Variable<T> Flatten<T>::forward(const Variable<T>& x) {
  return flatten(x, 1);
}

#define XG_INSTANTIATE(T)        \
  template class Dropout<T>;     \
  template class BatchNorm1d<T>; \
  template class Flatten<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
