#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/kernels/conv.hpp"
#include "xgrad/ops/per_axis.hpp"

namespace xg {

template <std::size_t rank>
struct ConvOptions {
  PerAxis<rank> stride = 1;       ///< >= 1, from one output to the next
  ConvPadding<rank> padding = 0;  ///< zeros on both sides, >= 0, or Padding::same, Padding::valid
  PerAxis<rank> dilation = 1;     ///< >= 1, from one tap of the kernel to the next
  std::ptrdiff_t groups = 1;      ///< divides both numbers of channels; in = groups: depthwise
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

/// Convolution (cross-correlation, as in all of deep learning) over one, two or three axes:
///   y[n, o, p] = b[o] + sum_{c, k} x[n, c, p stride - padding + k dilation] w[o, c, k],
/// c over the channels of the group that o belongs to, x being 0 outside.
///
///   x  [batch, in, d...] or [in, d...]
///   w  [out, in / groups, k...]
///   b  [out], or undefined for none
///   y  [batch, out, e...], or without batch as x; e = (d + 2 padding - dilation (k - 1) - 1) /
///      stride + 1, rounded down
///
///   conv2d(x, w, b, {.stride = 2, .padding = {1, 0}})
///
/// @throws ShapeError if the channels do not fit or the kernel is larger than the padded input;
///         ValueError for an option out of range.
///
/// Gradient: by x the transposed convolution of gy with w; by w the correlation of x with gy; by b
/// the sum of gy. All three are convolutions again, to any order.
/// Float runs on oneDNN where it can; for 3x3 kernels see set_winograd in
/// core/kernels/conv.hpp. Source: Dumoulin, Visin,
/// arXiv:1603.07285, relationship 6 with groups and dilation added.
template <Element T>
Variable<T> conv1d(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b = {},
                   const Conv1dOptions& options = {});
template <Element T>
Variable<T> conv2d(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b = {},
                   const Conv2dOptions& options = {});
template <Element T>
Variable<T> conv3d(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b = {},
                   const Conv3dOptions& options = {});

template <std::size_t rank>
struct ConvTransposeOptions {
  PerAxis<rank> stride = 1;          ///< of the convolution that this transposes; >= 1
  PerAxis<rank> padding = 0;         ///< likewise, >= 0: taken from both sides of the result
  PerAxis<rank> output_padding = 0;  ///< added behind the result, < max(stride, dilation)
  PerAxis<rank> dilation = 1;        ///< >= 1
  std::ptrdiff_t groups = 1;         ///< divides both numbers of channels
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// Transposed convolution: the gradient of a convolution by its input, as a function of the output
/// gradient x. It undoes the shapes of the convolution with the same options ("deconvolution").
///
///   x  [batch, in, e...] or [in, e...]
///   w  [in, out / groups, k...]
///   b  [out], or undefined for none
///   y  [batch, out, d...], or without batch as x;
///      d = (e - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1
///
/// (Several convolution inputs lead to one output extent; output_padding chooses among them.)
/// @throws ShapeError if the channels do not fit or nothing is left of the result; ValueError
///         for an option out of range.
///
/// Gradient: by x the convolution of gy with w; by w the correlation of gy with x; by b the sum of
/// gy. Source: Zeiler, Krishnan, Taylor, Fergus, CVPR 2010; Dumoulin, Visin, arXiv:1603.07285.
template <Element T>
Variable<T> conv_transpose1d(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b = {},
                             const ConvTranspose1dOptions& options = {});
template <Element T>
Variable<T> conv_transpose2d(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b = {},
                             const ConvTranspose2dOptions& options = {});
template <Element T>
Variable<T> conv_transpose3d(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b = {},
                             const ConvTranspose3dOptions& options = {});

}  // namespace xg
