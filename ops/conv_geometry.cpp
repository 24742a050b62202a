#include "xgrad/ops/conv_geometry.hpp"

#include <algorithm>
#include <string>

#include "xgrad/core/error.hpp"

namespace xg::detail {

using kernels::Convolution;

namespace {

std::size_t positive(std::ptrdiff_t n) { return static_cast<std::size_t>(n); }

Shape with_axes(std::size_t first, std::size_t second, const std::size_t* axes, std::size_t rank) {
  Shape shape{first, second};
  for (std::size_t i = 0; i < rank; ++i) shape.push_back(axes[i]);
  return shape;
}

}  // namespace

Shape input_shape(const Convolution& c) { return with_axes(c.batch, c.in_channels, c.in, c.rank); }
Shape weight_shape(const Convolution& c) {
  return with_axes(c.out_channels, c.in_channels / c.groups, c.kernel, c.rank);
}
Shape output_shape(const Convolution& c) {
  return with_axes(c.batch, c.out_channels, c.out, c.rank);
}

void ConvGeometry::check_options() const {
  for (std::size_t i = 0; i < rank; ++i) {
    require<ValueError>(stride[i] >= 1, op, "stride", "be >= 1", stride[i]);
    require<ValueError>(padding[i] >= 0, op, "padding", "be >= 0", padding[i]);
    require<ValueError>(dilation[i] >= 1, op, "dilation", "be >= 1", dilation[i]);
    require<ValueError>(output_padding[i] >= 0, op, "output_padding", "be >= 0", output_padding[i]);
    require<ValueError>(
        output_padding[i] == 0 || output_padding[i] < std::max(stride[i], dilation[i]), op,
        "output_padding", "be smaller than stride or dilation", output_padding[i]);
  }
  require<ValueError>(groups >= 1, op, "groups", "be >= 1", groups);
}

void ConvGeometry::check_shapes(std::size_t x_channels_of_w, std::size_t bias) const {
  if (x.size() != rank + 1 && x.size() != rank + 2)
    require<ShapeError>(false, op, "x",
                        "have rank " + std::to_string(rank + 2) + ", or " +
                            std::to_string(rank + 1) + " without batch",
                        x);
  require_rank(op, "w", w, rank + 2);
  for (std::size_t i = 0; i < w.size(); ++i)
    require<ShapeError>(w[i] >= 1, op, "w", "have no axis of extent 0", w);
  const std::size_t channels = x[x.size() - rank - 1];
  if (channels != x_channels_of_w)
    require<ShapeError>(false, op, "x",
                        "have " + std::to_string(x_channels_of_w) + " channels for w " +
                            to_string(w) + " and groups " + std::to_string(groups),
                        x);
  if (w[0] % positive(groups) != 0)
    require<ValueError>(false, op, "groups", "divide w.shape[0] = " + std::to_string(w[0]), groups);
  if (b != nullptr && *b != Shape{bias})
    require<ShapeError>(false, op, "b", "have shape " + to_string(Shape{bias}), *b);
}

Convolution ConvGeometry::begin() const {
  Convolution c;
  c.rank = rank;
  c.batch = x.size() == rank + 2 ? x[0] : 1;
  c.groups = positive(groups);
  c.out_channels = w[0];
  c.in_channels = w[1] * c.groups;
  for (std::size_t i = 0; i < rank; ++i) {
    c.kernel[i] = w[i + 2];
    c.stride[i] = positive(stride[i]);
    c.dilation[i] = positive(dilation[i]);
    c.padding[i] = positive(padding[i]);
  }
  return c;
}

Convolution ConvGeometry::forward(bool same) const {
  check_options();
  require_rank(op, "w", w, rank + 2);
  check_shapes(w[1] * positive(groups), w[0]);
  Convolution c = begin();
  Shape padded(rank), kernel(rank);
  bool fits = true;
  for (std::size_t i = 0; i < rank; ++i) {
    require<ValueError>(!same || stride[i] == 1, op, "stride", "be 1 with Padding::same",
                        stride[i]);
    if (same) c.padding[i] = (reach(i) - 1) / 2;
    c.in[i] = spatial(i);
    padded[i] = c.in[i] + (same ? reach(i) - 1 : 2 * c.padding[i]);
    kernel[i] = reach(i);
    fits = fits && c.in[i] >= 1 && kernel[i] <= padded[i];
    if (fits) c.out[i] = (padded[i] - kernel[i]) / c.stride[i] + 1;
  }
  if (!fits)
    require<ShapeError>(false, op, "kernel", "fit the padded input " + to_string(padded), kernel);
  return c;
}

Convolution ConvGeometry::transposed() const {
  check_options();
  require_rank(op, "w", w, rank + 2);
  check_shapes(w[0], w[1] * positive(groups));
  Convolution c = begin();
  for (std::size_t i = 0; i < rank; ++i) {
    c.out[i] = spatial(i);
    const std::size_t whole =
        c.out[i] == 0 ? 0 : (c.out[i] - 1) * c.stride[i] + reach(i) + positive(output_padding[i]);
    if (whole <= 2 * c.padding[i])
      require<ShapeError>(false, op, "padding",
                          "leave something of the result " + std::to_string(whole), padding[i]);
    c.in[i] = whole - 2 * c.padding[i];
  }
  return c;
}

}  // namespace xg::detail
