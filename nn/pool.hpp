#pragma once

#include <optional>

#include "xgrad/nn/module.hpp"
#include "xgrad/ops/pool.hpp"

/// Pooling layers: [N, C, d...] or [C, d...] to [N, C, e...] or [C, e...]. Options, formulas,
/// errors and gradients are those of the operations in ops/pool.hpp.
namespace xg::nn {

/// Largest element of each window: max_pool1d, max_pool2d, max_pool3d.
template <class T, std::size_t rank>
class MaxPool : public Layer<T> {
 public:
  explicit MaxPool(PerAxis<rank> kernel_size, const MaxPoolOptions<rank>& options = {})
      : kernel_(kernel_size), options_(options) {}

  Variable<T> forward(const Variable<T>& x) override;
  /// The same with the places of the elements chosen, as MaxUnpool takes them.
  Pooled<T> with_indices(const Variable<T>& x);
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<MaxPool>(kernel_, options_);
  }

 private:
  PerAxis<rank> kernel_;
  MaxPoolOptions<rank> options_;
};

template <std::size_t rank>
struct MaxUnpoolOptions {
  PerAxis<rank> stride = {};    ///< of the pooling; by default the kernel
  PerAxis<rank> padding = 0;    ///< of the pooling
  Shape output_size = Shape{};  ///< extents d...; by default (e - 1) stride - 2 padding + kernel
};

/// Undoes MaxPool: zeros but for the elements of x, which return to where they came from.
template <class T, std::size_t rank>
class MaxUnpool : public Module<T> {
 public:
  explicit MaxUnpool(PerAxis<rank> kernel_size, const MaxUnpoolOptions<rank>& options = {})
      : kernel_(kernel_size), options_(options) {}

  Variable<T> operator()(const Variable<T>& x, const IndexArray& indices);
  std::string description() const override;

 private:
  PerAxis<rank> output_size(const Shape& x) const;

  PerAxis<rank> kernel_;
  MaxUnpoolOptions<rank> options_;
};

/// Average of each window: avg_pool1d, avg_pool2d, avg_pool3d.
template <class T, std::size_t rank>
class AvgPool : public Layer<T> {
 public:
  explicit AvgPool(PerAxis<rank> kernel_size, const AvgPoolOptions<rank>& options = {})
      : kernel_(kernel_size), options_(options) {}

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<AvgPool>(kernel_, options_);
  }

 private:
  PerAxis<rank> kernel_;
  AvgPoolOptions<rank> options_;
};

/// Averages over windows that give extents output_size; 1 pools globally, -1 keeps an extent.
template <class T, std::size_t rank>
class AdaptiveAvgPool : public Layer<T> {
 public:
  explicit AdaptiveAvgPool(PerAxis<rank> output_size) : output_size_(output_size) {}

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<AdaptiveAvgPool>(output_size_);
  }

 private:
  PerAxis<rank> output_size_;
};

/// The largest elements of the same windows.
template <class T, std::size_t rank>
class AdaptiveMaxPool : public Layer<T> {
 public:
  explicit AdaptiveMaxPool(PerAxis<rank> output_size) : output_size_(output_size) {}

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<AdaptiveMaxPool>(output_size_);
  }

 private:
  PerAxis<rank> output_size_;
};

/// Power average (sum x^p)^(1/p) of each window: lp_pool1d, lp_pool2d, lp_pool3d.
template <class T, std::size_t rank>
class LPPool : public Layer<T> {
 public:
  LPPool(double norm_type, PerAxis<rank> kernel_size, const LpPoolOptions<rank>& options = {})
      : norm_type_(norm_type), kernel_(kernel_size), options_(options) {}

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<LPPool>(norm_type_, kernel_, options_);
  }

 private:
  double norm_type_;
  PerAxis<rank> kernel_;
  LpPoolOptions<rank> options_;
};

template <std::size_t rank>
struct FractionalMaxPoolOptions {
  PerAxis<rank> output_size = {};           ///< this, or
  std::optional<double> output_ratio = {};  ///< a share of the input's extents, in (0, 1)
  std::optional<Generator> generator = {};  ///< of the regions; the default one if absent
  PoolRegions regions = PoolRegions::pseudo_random;
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions<2>;
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions<3>;

/// Largest elements of random regions, drawn anew at every call: fractional_max_pool2d,
/// fractional_max_pool3d. Source: Graham, arXiv:1412.6071.
template <class T, std::size_t rank>
class FractionalMaxPool : public Layer<T> {
 public:
  /// @throws ValueError unless just one of output_size and output_ratio is given.
  FractionalMaxPool(PerAxis<rank> kernel_size, const FractionalMaxPoolOptions<rank>& options);

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<FractionalMaxPool>(kernel_, options_);
  }

 private:
  PerAxis<rank> output_size(const Shape& x) const;

  PerAxis<rank> kernel_;
  FractionalMaxPoolOptions<rank> options_;
};

// clang-format off
template <class T> using MaxPool1d = MaxPool<T, 1>;
template <class T> using MaxPool2d = MaxPool<T, 2>;
template <class T> using MaxPool3d = MaxPool<T, 3>;
template <class T> using MaxUnpool1d = MaxUnpool<T, 1>;
template <class T> using MaxUnpool2d = MaxUnpool<T, 2>;
template <class T> using MaxUnpool3d = MaxUnpool<T, 3>;
template <class T> using AvgPool1d = AvgPool<T, 1>;
template <class T> using AvgPool2d = AvgPool<T, 2>;
template <class T> using AvgPool3d = AvgPool<T, 3>;
template <class T> using AdaptiveAvgPool1d = AdaptiveAvgPool<T, 1>;
template <class T> using AdaptiveAvgPool2d = AdaptiveAvgPool<T, 2>;
template <class T> using AdaptiveAvgPool3d = AdaptiveAvgPool<T, 3>;
template <class T> using AdaptiveMaxPool1d = AdaptiveMaxPool<T, 1>;
template <class T> using AdaptiveMaxPool2d = AdaptiveMaxPool<T, 2>;
template <class T> using AdaptiveMaxPool3d = AdaptiveMaxPool<T, 3>;
template <class T> using LPPool1d = LPPool<T, 1>;
template <class T> using LPPool2d = LPPool<T, 2>;
template <class T> using LPPool3d = LPPool<T, 3>;
template <class T> using FractionalMaxPool2d = FractionalMaxPool<T, 2>;
template <class T> using FractionalMaxPool3d = FractionalMaxPool<T, 3>;
// clang-format on

}  // namespace xg::nn
