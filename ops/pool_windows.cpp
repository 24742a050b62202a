#include "xgrad/ops/pool_windows.hpp"

#include <algorithm>
#include <string>

#include "xgrad/core/error.hpp"

namespace xg::detail {

using kernels::PoolAxis;
using kernels::Pooling;

namespace {

std::size_t whole(std::ptrdiff_t n) { return static_cast<std::size_t>(n); }

PoolAxis axis_of(std::size_t in, std::size_t out) {
  PoolAxis axis;
  axis.in = in;
  axis.out = out;
  axis.begin.assign(out, 0);
  axis.count.assign(out, 1);
  axis.divisor.assign(out, 1);
  return axis;
}

void set_window(PoolAxis& axis, std::size_t o, std::size_t begin, std::size_t count) {
  axis.begin[o] = static_cast<std::uint32_t>(begin);
  axis.count[o] = static_cast<std::uint32_t>(count);
  axis.divisor[o] = static_cast<double>(count);
}

/// All elements one by one.
PoolAxis identity_axis(std::size_t in) {
  PoolAxis axis = axis_of(in, in);
  for (std::size_t o = 0; o < in; ++o) set_window(axis, o, o, 1);
  axis.regular = true;
  return axis;
}

void check_numbers(const char* op, const PoolNumbers& n, std::size_t rank) {
  for (std::size_t i = 0; i < rank; ++i) {
    require<ValueError>(n.kernel[i] >= 1, op, "kernel", "be >= 1", n.kernel[i]);
    require<ValueError>(n.stride[i] >= 1, op, "stride", "be >= 1", n.stride[i]);
    require<ValueError>(n.dilation[i] >= 1, op, "dilation", "be >= 1", n.dilation[i]);
    require<ValueError>(n.padding[i] >= 0, op, "padding", "be >= 0", n.padding[i]);
    const std::ptrdiff_t reach = (n.kernel[i] - 1) * n.dilation[i] + 1;
    require<ValueError>(n.padding[i] <= reach / 2, op, "padding", "be at most half of the window",
                        n.padding[i]);
  }
  require<ValueError>(n.divisor >= 0, op, "divisor", "be >= 0", n.divisor);
}

/// 0 if not even one fits.
std::size_t windows_along(const PoolNumbers& n, std::size_t i, std::size_t in, std::size_t reach) {
  const std::size_t stride = whole(n.stride[i]), padded = in + 2 * whole(n.padding[i]);
  const std::size_t slack = n.ceil_mode ? stride - 1 : 0;  // what may be missing from a window
  if (in == 0 || padded + slack < reach) return 0;
  const std::size_t out = (padded + slack - reach) / stride + 1;
  return n.ceil_mode && (out - 1) * stride >= in + whole(n.padding[i]) ? out - 1 : out;
}

PoolAxis regular_axis(const char* op, const PoolNumbers& n, std::size_t i, std::size_t in,
                      std::size_t reach) {
  PoolAxis axis = axis_of(in, windows_along(n, i, in, reach));
  axis.regular = true;
  axis.kernel = whole(n.kernel[i]);
  axis.stride = whole(n.stride[i]);
  axis.padding = whole(n.padding[i]);
  axis.step = whole(n.dilation[i]);
  for (std::size_t o = 0; o < axis.out; ++o) {
    const std::size_t from = o * axis.stride;  // counted in the padded input
    const std::size_t skipped =
        from >= axis.padding ? 0 : (axis.padding - from + axis.step - 1) / axis.step;
    const std::size_t begin = from + skipped * axis.step;
    const std::size_t end = in + axis.padding;
    const std::size_t fit = begin < end ? (end - begin + axis.step - 1) / axis.step : 0;
    set_window(axis, o, std::min(begin - axis.padding, in - 1),
               std::min(fit, axis.kernel - std::min(skipped, axis.kernel)));
    // PyTorch names an element that is not there, and its backward writes to it.
    require<ValueError>(axis.count[o] > 0, op, "dilation",
                        "let every window meet the input, not padding alone", n.dilation[i]);
    if (n.count_include_pad)
      axis.divisor[o] =
          static_cast<double>(std::min(from + axis.kernel, in + 2 * axis.padding) - from);
  }
  return axis;
}

PoolAxis adaptive_axis(std::size_t in, std::size_t out) {
  PoolAxis axis = axis_of(in, out);
  for (std::size_t o = 0; o < out; ++o) {
    const std::size_t begin = o * in / out;
    set_window(axis, o, begin, ((o + 1) * in + out - 1) / out - begin);
  }
  return axis;
}

}  // namespace

PoolInput::PoolInput(const char* name, std::size_t axes, const Shape& x)
    : op(name), rank(axes), shape(x) {
  if (x.size() == rank + 1 || x.size() == rank + 2) return;
  require<ShapeError>(false, op, "x",
                      "have rank " + std::to_string(rank + 2) + ", or " + std::to_string(rank + 1) +
                          " without batch",
                      x);
}

std::size_t PoolInput::planes() const {
  return shape.size() == rank + 2 ? shape[0] * shape[1] : shape[0];
}

Shape PoolInput::with(const Pooling& p) const {
  Shape result = shape;
  for (std::size_t i = 0; i < rank; ++i) result[shape.size() - rank + i] = p.axis[3 - rank + i].out;
  return result;
}

Windows regular_windows(const PoolInput& x, const PoolNumbers& n) {
  check_numbers(x.op, n, x.rank);
  Shape padded(x.rank), reach(x.rank);
  bool fits = true;
  for (std::size_t i = 0; i < x.rank; ++i) {
    padded[i] = x.extent(i) + 2 * whole(n.padding[i]);
    reach[i] = (whole(n.kernel[i]) - 1) * whole(n.dilation[i]) + 1;
    fits = fits && windows_along(n, i, x.extent(i), reach[i]) >= 1;
  }
  if (!fits)
    require<ShapeError>(false, x.op, "kernel", "fit the padded input " + to_string(padded), reach);
  auto p = std::make_shared<Pooling>();
  p->divisor = static_cast<double>(n.divisor);
  for (std::size_t i = 0; i < x.rank; ++i)
    p->axis[3 - x.rank + i] = regular_axis(x.op, n, i, x.extent(i), reach[i]);
  return p;
}

Windows adaptive_windows(const PoolInput& x, const std::ptrdiff_t* output_size) {
  auto p = std::make_shared<Pooling>();
  for (std::size_t i = 0; i < x.rank; ++i) {
    require<ValueError>(output_size[i] >= 1 || output_size[i] == -1, x.op, "output_size",
                        "be >= 1, or -1 for the extent of x", output_size[i]);
    require<ShapeError>(x.extent(i) >= 1, x.op, "x", "have elements along its last axes", x.shape);
    p->axis[3 - x.rank + i] =
        adaptive_axis(x.extent(i), output_size[i] == -1 ? x.extent(i) : whole(output_size[i]));
  }
  return p;
}

Windows neighbour_windows(const PoolInput& x, std::size_t size) {
  auto p = std::make_shared<Pooling>();
  PoolAxis axis = axis_of(x.extent(0), x.extent(0));
  for (std::size_t o = 0; o < axis.out; ++o) {
    const std::size_t begin = o - std::min(o, size / 2);
    set_window(axis, o, begin, std::min(o + (size + 1) / 2, axis.in) - begin);
    axis.divisor[o] = static_cast<double>(size);
  }
  p->axis[3 - x.rank] = axis;
  for (std::size_t i = 1; i < x.rank; ++i) p->axis[3 - x.rank + i] = identity_axis(x.extent(i));
  return p;
}

}  // namespace xg::detail
