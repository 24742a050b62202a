#pragma once
#include <cstddef>

/// Windows of images laid out in columns (im2col) and back (col2im); T float or double.
namespace xg::kernels {

/// Windows over planes [height, width], with zeros around them. Index 0: vertical, 1: horizontal.
struct Windows {
  std::size_t planes;
  std::size_t extent[2];  ///< of a plane
  std::size_t kernel[2], stride[2], padding[2], dilation[2];
  std::size_t count[2];  ///< positions of the window
};

/// columns [planes, kernel0, kernel1, count0, count1] from x [planes, height, width].
template <class T>
void unfold(const T* x, const Windows& windows, T* columns);
/// x = sum of the columns' elements, each where unfold would have read it.
template <class T>
void fold(const T* columns, const Windows& windows, T* x);

}  // namespace xg::kernels
