#pragma once
#include <algorithm>
#include <cstddef>

#include <xgrad/core/kernels/conv.hpp>

/// What convolutions are made of. Private to core/kernels.
namespace xg::kernels {

/// Images of one block: as many as keep a thread busy and use the weights often enough, in at most
/// `blocks` blocks. Depends on the shape alone.
inline std::size_t images_per_block(const Convolution& c, std::size_t blocks) {
  constexpr double busy = 5e6;            // floating-point operations
  constexpr std::size_t positions = 512;  // of the output
  const auto images = static_cast<std::size_t>(busy / std::max(c.flops(), 1.0)) + 1;
  const std::size_t least = std::max(images, positions / std::max<std::size_t>(c.out_size(), 1));
  const std::size_t most = std::min(std::max(least, (c.batch + blocks - 1) / blocks), c.batch);
  const std::size_t count = (c.batch + most - 1) / most;
  return (c.batch + count - 1) / count;  // blocks of one size
}
inline constexpr std::size_t conv_blocks = 16;

/// Blocks whose gradients by the weights are held at once: fewer where these are large.
inline std::size_t gradient_blocks(const Convolution& c) {
  return std::clamp<std::size_t>((std::size_t{1} << 22) / c.weights(), 2, 16);
}

/// By oneDNN. False if this build has none or it does not take this shape; nothing is written then.
bool onednn_conv_forward(const Convolution& c, const float* x, const float* w, const float* b,
                         float* y);
bool onednn_conv_backward_data(const Convolution& c, const float* gy, const float* w,
                               const float* b, float* gx);
bool onednn_conv_backward_weights(const Convolution& c, const float* x, const float* gy, float* gw,
                                  float* gb);

/// From the few channels of an image to few others, which would fill the lanes of oneDNN and BLAS
/// badly: along the lines of the image.
bool suits_narrow(const Convolution& c);
bool suits_narrow_data(const Convolution& c);
template <class T>
void narrow_forward(const Convolution& c, const T* x, const T* w, const T* b, T* y);
template <class T>
void narrow_backward_data(const Convolution& c, const T* gy, const T* w, const T* b, T* gx);
template <class T>
void narrow_backward_weights(const Convolution& c, const T* x, const T* gy, T* gw, T* gb);

/// By unfolding and BLAS.
template <class T>
void im2col_forward(const Convolution& c, const T* x, const T* w, const T* b, T* y);
template <class T>
void im2col_backward_data(const Convolution& c, const T* gy, const T* w, const T* b, T* gx);
template <class T>
void im2col_backward_weights(const Convolution& c, const T* x, const T* gy, T* gw, T* gb);

/// gw = the sum of `parts` arrays of `size` elements, in order.
template <class T>
void sum_parts(const T* partial, std::size_t parts, std::size_t size, T* gw);

/// gb[o] = sum of gy [images, channels, size] over images and positions.
template <class T>
void sum_channels(const T* gy, std::size_t images, std::size_t channels, std::size_t size, T* gb);

}  // namespace xg::kernels
