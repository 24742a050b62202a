#pragma once

// Internal: the arguments of a convolution checked and brought into the form of the kernels.

#include "xgrad/core/array.hpp"
#include "xgrad/core/kernels/conv.hpp"

namespace xg::detail {

struct ConvGeometry {
  const char* op;
  std::size_t rank;
  const Shape& x;
  const Shape& w;
  const Shape* b;  // null: none
  std::ptrdiff_t groups;
  std::ptrdiff_t stride[3] = {1, 1, 1}, padding[3] = {0, 0, 0}, dilation[3] = {1, 1, 1};
  std::ptrdiff_t output_padding[3] = {0, 0, 0};

  void set_axis(std::size_t i, std::ptrdiff_t step, std::ptrdiff_t pad, std::ptrdiff_t spread) {
    stride[i] = step;
    padding[i] = pad;
    dilation[i] = spread;
  }
  /// x is the input, or (transposed) the output gradient. @throws ShapeError, ValueError.
  kernels::Convolution forward(bool same) const;
  kernels::Convolution transposed() const;

 private:
  void check_options() const;
  void check_shapes(std::size_t x_channels_of_w, std::size_t bias) const;
  kernels::Convolution begin() const;
  std::size_t spatial(std::size_t axis) const { return x[x.size() - rank + axis]; }
  std::size_t reach(std::size_t axis) const {  // extent of the dilated kernel
    return (w[axis + 2] - 1) * static_cast<std::size_t>(dilation[axis]) + 1;
  }
};

/// Of x, w and y.
Shape input_shape(const kernels::Convolution& c);
Shape weight_shape(const kernels::Convolution& c);
Shape output_shape(const kernels::Convolution& c);

}  // namespace xg::detail
