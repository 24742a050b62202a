#pragma once
#include <cstddef>

/// Convolutions of one to three axes and their two derivatives, on contiguous arrays, T float or
/// double. Float runs on oneDNN where the build has it and it takes the shape; double, and the
/// rest, as products of unfolded patches.
///
/// Bits do not depend on the number of threads: the batch is cut into blocks by shape alone, and
/// each is done by one thread.
namespace xg {

/// Whether float convolutions of 3x3, stride 1, may use Winograd's algorithm F(4x4, 3x3) (Lavin,
/// Gray, arXiv:1509.09308), which multiplies four times less; on by default. It exists in oneDNN
/// for machines with AVX-512.
///
/// Its rounding errors are larger: on normal random numbers, 64 images of 32x32x32 to 64 channels,
/// relative to the root mean square of the result 6e-7 forward, 8e-7 and 4e-6 for the gradients by
/// the input and the weights, against some 2e-7 directly. For the whole process; takes effect at
/// the next convolution.
void set_winograd(bool enabled) noexcept;
bool get_winograd() noexcept;

}  // namespace xg

namespace xg::kernels {

/// y[n, o, p] = b[o] + sum over c, k of x[n, c, p stride - padding + k dilation] w[o, c, k], where
/// c runs over the channels of o's group; x is 0 outside.
///
///   x  [batch, in_channels, in...]
///   w  [out_channels, in_channels / groups, kernel...]
///   y  [batch, out_channels, out...]
///
/// The first `rank` entries of the arrays count. Extents are >= 1, but for batch; groups divides
/// both channels. `out` may fall short of what fits.
struct Convolution {
  std::size_t rank = 2;
  std::size_t batch = 0, in_channels = 1, out_channels = 1, groups = 1;
  std::size_t in[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, out[3] = {1, 1, 1};
  std::size_t stride[3] = {1, 1, 1}, dilation[3] = {1, 1, 1};
  std::size_t padding[3] = {0, 0, 0};  ///< before the first element

  std::size_t in_size() const { return in[0] * in[1] * in[2]; }
  std::size_t out_size() const { return out[0] * out[1] * out[2]; }
  std::size_t kernel_size() const { return kernel[0] * kernel[1] * kernel[2]; }
  std::size_t weights() const { return out_channels * (in_channels / groups) * kernel_size(); }
  /// Floating-point operations of a pass over one image.
  double flops() const {
    return 2.0 * static_cast<double>(weights()) * static_cast<double>(out_size());
  }
};

/// y from x and w; b [out_channels] may be null.
template <class T>
void conv_forward(const Convolution& c, const T* x, const T* w, const T* b, T* y);

/// gx [as x] = gradient by x of <gy, y>: the transposed convolution of gy. b [in_channels], added
/// to every channel, may be null.
template <class T>
void conv_backward_data(const Convolution& c, const T* gy, const T* w, const T* b, T* gx);

/// gw [as w] = gradient by w of <gy, y>, and unless null gb [out_channels] = the sums of gy.
template <class T>
void conv_backward_weights(const Convolution& c, const T* x, const T* gy, T* gw, T* gb);

}  // namespace xg::kernels
