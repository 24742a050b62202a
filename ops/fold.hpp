#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/per_axis.hpp"

namespace xg {

/// Of sliding windows over [height, width].
struct FoldOptions {
  PerAxis<2> stride = 1;    ///< between windows, >= 1
  PerAxis<2> padding = 0;   ///< zeros on every side
  PerAxis<2> dilation = 1;  ///< between the elements of a window, >= 1
};

/// Sliding windows of images as columns (im2col, torch.nn.Unfold).
///
/// @param x       [batch, channels, height, width], or without batch.
/// @param kernel  extents of the window.
/// @return        [batch, channels * kernel[0] * kernel[1], positions], positions =
///                count[0] * count[1] with count = (extent + 2 padding - dilation (kernel - 1) - 1)
///                / stride + 1, in row-major order.
/// @throws ShapeError for another rank; ValueError for a kernel, stride or dilation below 1, a
///         padding below 0, or a window larger than the padded image.
/// Gradient: fold(gy).
template <Element T>
Variable<T> unfold(const Variable<T>& x, PerAxis<2> kernel, FoldOptions options = {});

/// The other way round: columns added up to an image of extents `size` (col2im, torch.nn.Fold),
/// each element to the place where unfold would have read it.
///
/// @param x  [batch, channels * kernel[0] * kernel[1], positions], or without batch.
/// @throws ShapeError for other extents than unfold would give; ValueError as unfold.
/// Gradient: unfold(gy).
template <Element T>
Variable<T> fold(const Variable<T>& x, PerAxis<2> size, PerAxis<2> kernel,
                 FoldOptions options = {});

/// [..., channels * factor^2, height, width] to [..., channels, height * factor, width * factor]:
/// channel c factor^2 + i factor + j goes to the places (., factor h + i, factor w + j).
/// @throws ShapeError for less than 3 axes or channels that factor^2 does not divide; ValueError
///         for a factor of 0. Gradient: pixel_unshuffle(gy, factor).
/// Source: Shi et al., arXiv:1609.05158, equation 4.
template <Element T>
Variable<T> pixel_shuffle(const Variable<T>& x, std::size_t factor);
/// The other way round: [..., channels, height * factor, width * factor] to
/// [..., channels * factor^2, height, width].
/// @throws ShapeError unless factor divides height and width; ValueError for a factor of 0.
template <Element T>
Variable<T> pixel_unshuffle(const Variable<T>& x, std::size_t factor);

}  // namespace xg
