#pragma once

#include <array>

#include "xgrad/nn/module.hpp"
#include "xgrad/ops/conv.hpp"
#include "xgrad/ops/pad.hpp"

namespace xg::nn {

template <std::size_t rank>
struct ConvOptions {
  PerAxis<rank> stride = 1;       ///< >= 1
  ConvPadding<rank> padding = 0;  ///< on both sides, or Padding::same, Padding::valid
  PerAxis<rank> dilation = 1;     ///< >= 1
  std::ptrdiff_t groups = 1;      ///< divides both numbers of channels
  bool bias = true;
  PadMode padding_mode = PadMode::constant;  ///< what the padding holds; constant: zeros
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

/// Convolution over one, two or three axes with learned weights: see conv1d, conv2d, conv3d.
///
///   x       [N, in_channels, d...] or [in_channels, d...]
///   weight  [out_channels, in_channels / groups, kernel...]  drawn from U(-k, k),
///           k = 1 / sqrt(fan_in), fan_in = in_channels / groups * elements of the kernel
///   bias    [out_channels]  likewise; undefined when options.bias is false
///
///   xg::nn::Conv2d<float>(3, 16, 3, {.padding = 1})
///   xg::nn::Conv2d<float>(16, 32, {3, 5}, {.stride = {2, 1}, .bias = false})
template <class T, std::size_t rank>
class Conv : public Layer<T> {
 public:
  /// Drawn from the default generator. @throws ValueError for a number out of range, if groups does
  /// not divide both numbers of channels, or for Padding::same with a stride.
  Conv(std::size_t in_channels, std::size_t out_channels, PerAxis<rank> kernel_size,
       const ConvOptions<rank>& options = {});
  Conv(Conv&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;
  double multiply_adds(const Shape& x, const Shape& y) const override;
  Conv rebuilt() const;  ///< for clone()

  const ConvOptions<rank>& options() const noexcept { return options_; }

  Variable<T> weight, bias;  ///< handles to the registered parameters: change them in place

 private:
  ConvOptions<rank> options_;
};
template <class T>
using Conv1d = Conv<T, 1>;
template <class T>
using Conv2d = Conv<T, 2>;
template <class T>
using Conv3d = Conv<T, 3>;

template <std::size_t rank>
struct ConvTransposeOptions {
  PerAxis<rank> stride = 1;          ///< of the convolution that this transposes, >= 1
  PerAxis<rank> padding = 0;         ///< likewise: taken from both sides of the result
  PerAxis<rank> output_padding = 0;  ///< added behind the result
  std::ptrdiff_t groups = 1;         ///< divides both numbers of channels
  bool bias = true;
  PerAxis<rank> dilation = 1;  ///< >= 1
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// Transposed convolution with learned weights: see conv_transpose1d.
///
///   x       [N, in_channels, e...] or [in_channels, e...]
///   weight  [in_channels, out_channels / groups, kernel...]  drawn from U(-k, k),
///           k = 1 / sqrt(out_channels / groups * elements of the kernel), as in PyTorch
///   bias    [out_channels]  likewise; undefined when options.bias is false
template <class T, std::size_t rank>
class ConvTranspose : public Layer<T> {
 public:
  /// @throws ValueError as Conv.
  ConvTranspose(std::size_t in_channels, std::size_t out_channels, PerAxis<rank> kernel_size,
                const ConvTransposeOptions<rank>& options = {});
  ConvTranspose(ConvTranspose&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;
  double multiply_adds(const Shape& x, const Shape& y) const override;
  ConvTranspose rebuilt() const;

  Variable<T> weight, bias;

 private:
  ConvTransposeOptions<rank> options_;
};
template <class T>
using ConvTranspose1d = ConvTranspose<T, 1>;
template <class T>
using ConvTranspose2d = ConvTranspose<T, 2>;
template <class T>
using ConvTranspose3d = ConvTranspose<T, 3>;

#define XG_DECLARE(rank)                            \
  extern template class Conv<float, rank>;          \
  extern template class Conv<double, rank>;         \
  extern template class ConvTranspose<float, rank>; \
  extern template class ConvTranspose<double, rank>;
XG_DECLARE(1)
XG_DECLARE(2)
XG_DECLARE(3)
#undef XG_DECLARE

}  // namespace xg::nn
