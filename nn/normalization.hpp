#pragma once

#include <optional>

#include "xgrad/nn/module.hpp"

namespace xg::nn {

struct BatchNormOptions {
  double eps = 1e-5;  ///< > 0, added to the variance
  /// Share of the new batch in the running statistics, in [0, 1]; without one they become the plain
  /// average over all batches.
  std::optional<double> momentum = 0.1;
  bool affine = true;               ///< learn weight and bias
  bool track_running_stats = true;  ///< else the batch's own statistics serve in evaluation too
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

/// Batch normalisation by channel: y = (x - mean) / sqrt(var + eps) * weight + bias, by the batch
/// in training, by running statistics in evaluation: see batch_norm.
///
///   x, y                       [N, num_features, d...] with `rank` axes d; of rank 1 also
///                              [N, num_features]
///   weight, bias               [num_features]  begin as 1 and 0; undefined unless options.affine
///   running_mean, running_var  [num_features]  buffers, begin as 0 and 1
///   num_batches_tracked        []              buffer, the batches of training so far
template <class T, std::size_t rank>
class BatchNorm : public Layer<T> {
 public:
  /// @throws ValueError for a number out of range.
  explicit BatchNorm(std::size_t num_features, BatchNormOptions options = {});
  BatchNorm(BatchNorm&&) noexcept = default;

  /// @throws ShapeError for another number of axes.
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

  const BatchNormOptions& options() const noexcept { return options_; }

  Variable<T> weight, bias, running_mean, running_var;

 private:
  double momentum_now();

  std::size_t num_features_;
  BatchNormOptions options_;
  IndexArray* num_batches_tracked_ = nullptr;
};
template <class T>
using BatchNorm1d = BatchNorm<T, 1>;
template <class T>
using BatchNorm2d = BatchNorm<T, 2>;
template <class T>
using BatchNorm3d = BatchNorm<T, 3>;

struct InstanceNormOptions {
  double eps = 1e-5;                 ///< >= 0, added to the variance
  double momentum = 0.1;             ///< of the running statistics, in [0, 1]
  bool affine = false;               ///< learn weight and bias
  bool track_running_stats = false;  ///< keep averages for evaluation
};

/// Each plane (n, c) normalised by itself, over its positions: see instance_norm.
///
///   x, y                       [N, num_features, d...] or [num_features, d...]
///   weight, bias               [num_features]; undefined unless options.affine
///   running_mean, running_var  [num_features]  buffers, absent unless options.track_running_stats
template <class T, std::size_t rank>
class InstanceNorm : public Layer<T> {
 public:
  explicit InstanceNorm(std::size_t num_features, InstanceNormOptions options = {});
  InstanceNorm(InstanceNorm&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

  Variable<T> weight, bias, running_mean, running_var;

 private:
  void track(const Variable<T>& x);

  std::size_t num_features_;
  InstanceNormOptions options_;
  IndexArray* num_batches_tracked_ = nullptr;
};
template <class T>
using InstanceNorm1d = InstanceNorm<T, 1>;
template <class T>
using InstanceNorm2d = InstanceNorm<T, 2>;
template <class T>
using InstanceNorm3d = InstanceNorm<T, 3>;

struct GroupNormOptions {
  double eps = 1e-5;   ///< >= 0, added to the variance
  bool affine = true;  ///< learn weight and bias
};

/// The channels in num_groups groups, each normalised for each example by itself: see group_norm.
///
///   x, y          [N, num_channels, d...]
///   weight, bias  [num_channels]  begin as 1 and 0; undefined unless options.affine
template <class T>
class GroupNorm : public Layer<T> {
 public:
  /// @throws ValueError unless num_groups divides num_channels.
  GroupNorm(std::size_t num_groups, std::size_t num_channels, GroupNormOptions options = {});
  GroupNorm(GroupNorm&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

  Variable<T> weight, bias;

 private:
  std::size_t groups_, channels_;
  GroupNormOptions options_;
};

struct RMSNormOptions {
  std::optional<double> eps = {};  ///< >= 0; by default the machine epsilon of T
  bool elementwise_affine = true;  ///< learn the weight
};

/// Normalisation by the root mean square over the last axes: see rms_norm.
///
///   x, y    [..., normalized_shape...]
///   weight  [normalized_shape...], begins as 1
template <class T>
class RMSNorm : public Layer<T> {
 public:
  explicit RMSNorm(const Shape& normalized_shape, RMSNormOptions options = {});
  explicit RMSNorm(std::size_t features, RMSNormOptions options = {})
      : RMSNorm(Shape{features}, options) {}
  RMSNorm(RMSNorm&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

  Variable<T> weight;

 private:
  Shape shape_;
  RMSNormOptions options_;
};

struct LocalResponseNormOptions {
  double alpha = 1e-4;  ///< weight of the neighbours' mean square
  double beta = 0.75;   ///< exponent
  double k = 1;         ///< added to it
};

/// Normalisation by `size` neighbouring channels, as in AlexNet: see local_response_norm.
template <class T>
class LocalResponseNorm : public Layer<T> {
 public:
  explicit LocalResponseNorm(std::size_t size, LocalResponseNormOptions options = {})
      : size_(size), options_(options) {}

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<LocalResponseNorm>(size_, options_);
  }

 private:
  std::size_t size_;
  LocalResponseNormOptions options_;
};

}  // namespace xg::nn
