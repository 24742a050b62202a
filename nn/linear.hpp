#pragma once

#include "xgrad/nn/module.hpp"

namespace xg::nn {

struct LinearOptions {
  bool bias = true;
};

/// Affine map y = x W^T + b.
///
///   x       [*, in_features]
///   weight  [out_features, in_features]  drawn from U(-k, k), k = 1 / sqrt(in_features)
///   bias    [out_features]               likewise; undefined when options.bias is false
///   y       [*, out_features]
template <class T>
class Linear : public Layer<T> {
 public:
  /// Drawn from the default generator. @throws ValueError unless both are >= 1.
  Linear(std::size_t in_features, std::size_t out_features, LinearOptions options = {});
  Linear(Linear&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;
  double multiply_adds(const Shape& x, const Shape& y) const override;
  Linear rebuilt() const;  ///< for clone()

  Variable<T> weight, bias;  ///< handles to the registered parameters: change them in place
};

struct MaxoutOptions {
  std::size_t pieces = 2;  ///< linear maps per output, >= 1
  bool bias = true;
};

/// The largest of several affine maps, y_j = max_i (x W_ji^T + b_ji).
/// Parameters as in Linear(in_features, pieces * out_features), pieces of one output adjacent.
/// Source: Goodfellow et al., arXiv:1302.4389.
template <class T>
class Maxout : public Layer<T> {
 public:
  Maxout(std::size_t in_features, std::size_t out_features, MaxoutOptions options = {});
  Maxout(Maxout&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;
  double multiply_adds(const Shape& x, const Shape& y) const override;

  Variable<T> weight, bias;

 private:
  std::size_t pieces_;
};

extern template class Linear<float>;
extern template class Linear<double>;
extern template class Maxout<float>;
extern template class Maxout<double>;

}  // namespace xg::nn
