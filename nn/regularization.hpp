#pragma once

#include <optional>

#include "xgrad/core/random.hpp"
#include "xgrad/nn/module.hpp"

namespace xg::nn {

/// In training each element becomes 0 with probability p, else x / (1 - p); in evaluation x.
/// (p is the probability of dropping; the lectures' p is that of keeping.)
template <class T>
class Dropout : public Layer<T> {
 public:
  /// @param p          in [0, 1]. @throws ValueError otherwise.
  /// @param generator  where masks are drawn from; the default generator if absent.
  explicit Dropout(double p = 0.5, std::optional<Generator> generator = {});

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

 private:
  double p_;
  std::optional<Generator> generator_;
};

struct BatchNorm1dOptions {
  double eps = 1e-5;      ///< > 0, added to the variance
  double momentum = 0.1;  ///< share of the new batch in the running statistics, in [0, 1]
  bool affine = true;     ///< learn weight and bias
};

/// Batch normalisation of features: y = (x - mean) / sqrt(var + eps) * weight + bias, by the batch
/// in training, by running statistics in evaluation.
///
///   x, y                       [N, num_features]; N >= 2 in training
///   weight, bias               [num_features]  begin as 1 and 0; absent unless options.affine
///   running_mean, running_var  [num_features]  buffers, begin as 0 and 1
///   num_batches_tracked        []              buffer, the batches of training so far
template <class T>
class BatchNorm1d : public Layer<T> {
 public:
  explicit BatchNorm1d(std::size_t num_features, BatchNorm1dOptions options = {});
  BatchNorm1d(BatchNorm1d&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

  Variable<T> weight, bias, running_mean, running_var;

 private:
  BatchNorm1dOptions options_;
  IndexArray* num_batches_tracked_;
};

/// [N, ...] to [N, product of the rest].
template <class T>
class Flatten : public Layer<T> {
 public:
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override { return "Flatten"; }
  std::unique_ptr<Layer<T>> fresh() const override { return std::make_unique<Flatten>(); }
};

extern template class Dropout<float>;
extern template class Dropout<double>;
extern template class BatchNorm1d<float>;
extern template class BatchNorm1d<double>;
extern template class Flatten<float>;
extern template class Flatten<double>;

}  // namespace xg::nn
