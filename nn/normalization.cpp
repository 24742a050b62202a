#include "xgrad/nn/normalization.hpp"

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/nn/text.hpp"
#include "xgrad/ops/arrange.hpp"
#include "xgrad/ops/normalization.hpp"
#include "xgrad/ops/normalization_layer.hpp"
#include "xgrad/ops/normalization_local.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg::nn {
namespace {

template <class T>
Variable<T> filled(const Shape& shape, double value) {
  return Variable<T>(full_array<T>(shape, static_cast<T>(value)));
}

void check(const std::string& op, std::size_t num_features, double eps, double momentum) {
  require<ValueError>(num_features >= 1, op, "num_features", "be >= 1", num_features);
  require<ValueError>(eps >= 0, op, "eps", "be >= 0", eps);
  require<ValueError>(momentum >= 0 && momentum <= 1, op, "momentum", "be in [0, 1]", momentum);
}

}  // namespace

template <class T, std::size_t rank>
BatchNorm<T, rank>::BatchNorm(std::size_t num_features, BatchNormOptions options)
    : num_features_(num_features), options_(options) {
  check(detail::ranked_name<rank>("BatchNorm"), num_features, options.eps,
        options.momentum.value_or(0));
  const Shape shape{num_features};
  if (options.affine) {
    weight = this->parameter("weight", filled<T>(shape, 1));
    bias = this->parameter("bias", filled<T>(shape, 0));
  }
  if (!options.track_running_stats) return;
  running_mean = this->buffer("running_mean", filled<T>(shape, 0));
  running_var = this->buffer("running_var", filled<T>(shape, 1));
  num_batches_tracked_ = &this->buffer("num_batches_tracked", full_array<std::int64_t>(Shape{}, 0));
}

/// Of the batch that is about to be counted.
template <class T, std::size_t rank>
double BatchNorm<T, rank>::momentum_now() {
  if (options_.momentum) return *options_.momentum;
  return 1 / static_cast<double>(num_batches_tracked_->data()[0] + 1);
}

template <class T, std::size_t rank>
Variable<T> BatchNorm<T, rank>::forward(const Variable<T>& x) {
  const std::size_t axes = x.dimension();
  if (axes != rank + 2 && !(rank == 1 && axes == 2))
    require_rank(detail::ranked_name<rank>("BatchNorm"), "x", x.shape(), rank + 2);
  if (num_batches_tracked_ == nullptr)
    return batch_norm(x, weight, bias, nullptr, {.eps = options_.eps, .training = true});
  RunningStatistics<T> running{running_mean.value(), running_var.value()};
  Variable<T> y =
      batch_norm(x, weight, bias, &running,
                 {.eps = options_.eps, .momentum = momentum_now(), .training = this->training()});
  if (this->training()) {
    running_mean.copy_(running.mean);
    running_var.copy_(running.var);
    ++num_batches_tracked_->data()[0];
  }
  return y;
}
template <class T, std::size_t rank>
std::string BatchNorm<T, rank>::description() const {
  return detail::ranked_name<rank>("BatchNorm") + "(" + std::to_string(num_features_) + ")";
}
template <class T, std::size_t rank>
std::unique_ptr<Layer<T>> BatchNorm<T, rank>::fresh() const {
  return std::make_unique<BatchNorm>(num_features_, options_);
}

template <class T, std::size_t rank>
InstanceNorm<T, rank>::InstanceNorm(std::size_t num_features, InstanceNormOptions options)
    : num_features_(num_features), options_(options) {
  check(detail::ranked_name<rank>("InstanceNorm"), num_features, options.eps, options.momentum);
  const Shape shape{num_features};
  if (options.affine) {
    weight = this->parameter("weight", filled<T>(shape, 1));
    bias = this->parameter("bias", filled<T>(shape, 0));
  }
  if (!options.track_running_stats) return;
  running_mean = this->buffer("running_mean", filled<T>(shape, 0));
  running_var = this->buffer("running_var", filled<T>(shape, 1));
  num_batches_tracked_ = &this->buffer("num_batches_tracked", full_array<std::int64_t>(Shape{}, 0));
}

/// Running statistics: those of batch_norm over the planes of all examples side by side, then
/// averaged over the examples (as PyTorch).
template <class T, std::size_t rank>
void InstanceNorm<T, rank>::track(const Variable<T>& x) {
  const NoGrad guard;
  const std::size_t batch = x.shape()[0];
  ShapeRequest side_by_side(x.shape().begin(), x.shape().end());
  side_by_side[0] = 1;
  side_by_side[1] *= static_cast<std::ptrdiff_t>(batch);
  const auto copies = [&](const Variable<T>& v) { return tile(v, {batch}).value(); };
  RunningStatistics<T> running{copies(running_mean), copies(running_var)};
  batch_norm(reshape(x, side_by_side), Variable<T>(), Variable<T>(), &running,
             {.eps = options_.eps, .momentum = options_.momentum, .training = true});
  const ShapeRequest by_example{static_cast<std::ptrdiff_t>(batch), -1};
  const auto average = [&](const Array<T>& v) {
    return mean(reshape(Variable<T>(v), by_example), 0).value();
  };
  running_mean.copy_(average(running.mean));
  running_var.copy_(average(running.var));
  ++num_batches_tracked_->data()[0];
}

template <class T, std::size_t rank>
Variable<T> InstanceNorm<T, rank>::forward(const Variable<T>& x) {
  if (x.dimension() == rank + 1) return squeeze(forward(unsqueeze(x, 0)), 0);
  require_rank(detail::ranked_name<rank>("InstanceNorm"), "x", x.shape(), rank + 2);
  if (num_batches_tracked_ == nullptr || this->training()) {
    Variable<T> y = instance_norm(x, weight, bias, {.eps = options_.eps});
    if (num_batches_tracked_ != nullptr) track(x);
    return y;
  }
  RunningStatistics<T> running{running_mean.value(), running_var.value()};
  return batch_norm(x, weight, bias, &running, {.eps = options_.eps, .training = false});
}
template <class T, std::size_t rank>
std::string InstanceNorm<T, rank>::description() const {
  return detail::ranked_name<rank>("InstanceNorm") + "(" + std::to_string(num_features_) + ")";
}
template <class T, std::size_t rank>
std::unique_ptr<Layer<T>> InstanceNorm<T, rank>::fresh() const {
  return std::make_unique<InstanceNorm>(num_features_, options_);
}

template <class T>
GroupNorm<T>::GroupNorm(std::size_t num_groups, std::size_t num_channels, GroupNormOptions options)
    : groups_(num_groups), channels_(num_channels), options_(options) {
  require<ValueError>(
      num_groups >= 1 && num_channels >= 1 && num_channels % num_groups == 0, "GroupNorm",
      "num_groups", "be >= 1 and divide num_channels " + std::to_string(num_channels), num_groups);
  if (!options.affine) return;
  weight = this->parameter("weight", filled<T>({num_channels}, 1));
  bias = this->parameter("bias", filled<T>({num_channels}, 0));
}
template <class T>
Variable<T> GroupNorm<T>::forward(const Variable<T>& x) {
  if (x.dimension() >= 2)
    require_equal("GroupNorm", "x.shape[1]", x.shape()[1], "num_channels", channels_, x.shape(),
                  Shape{channels_});
  return group_norm(x, static_cast<std::ptrdiff_t>(groups_), weight, bias, {.eps = options_.eps});
}
template <class T>
std::string GroupNorm<T>::description() const {
  return "GroupNorm(" + std::to_string(groups_) + ", " + std::to_string(channels_) + ")";
}
template <class T>
std::unique_ptr<Layer<T>> GroupNorm<T>::fresh() const {
  return std::make_unique<GroupNorm>(groups_, channels_, options_);
}

template <class T>
RMSNorm<T>::RMSNorm(const Shape& normalized_shape, RMSNormOptions options)
    : shape_(normalized_shape), options_(options) {
  if (options.elementwise_affine) weight = this->parameter("weight", filled<T>(shape_, 1));
}
template <class T>
Variable<T> RMSNorm<T>::forward(const Variable<T>& x) {
  return rms_norm(x, shape_, weight, {.eps = options_.eps});
}
template <class T>
std::string RMSNorm<T>::description() const {
  return "RMSNorm(" + to_string(shape_) + ")";
}
template <class T>
std::unique_ptr<Layer<T>> RMSNorm<T>::fresh() const {
  return std::make_unique<RMSNorm>(shape_, options_);
}

template <class T>
Variable<T> LocalResponseNorm<T>::forward(const Variable<T>& x) {
  return local_response_norm(x, static_cast<std::ptrdiff_t>(size_),
                             {.alpha = options_.alpha, .beta = options_.beta, .k = options_.k});
}
template <class T>
std::string LocalResponseNorm<T>::description() const {
  return "LocalResponseNorm(" + std::to_string(size_) + ")";
}

#define XG_INSTANTIATE(T)            \
  template class BatchNorm<T, 1>;    \
  template class BatchNorm<T, 2>;    \
  template class BatchNorm<T, 3>;    \
  template class InstanceNorm<T, 1>; \
  template class InstanceNorm<T, 2>; \
  template class InstanceNorm<T, 3>; \
  template class GroupNorm<T>;       \
  template class RMSNorm<T>;         \
  template class LocalResponseNorm<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
