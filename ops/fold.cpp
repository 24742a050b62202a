#include "xgrad/ops/fold.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/unfold.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

using Pair = PerAxis<2>;

std::string text(std::ptrdiff_t vertical, std::ptrdiff_t horizontal) {
  return detail::request_text({vertical, horizontal});
}

void require_least(const char* op, const char* argument, const Pair& pair, std::ptrdiff_t least) {
  require<ValueError>(pair[0] >= least && pair[1] >= least, op, argument,
                      "be >= " + std::to_string(least), text(pair[0], pair[1]));
}

/// Checked windows over planes of an extent; the number of planes is left open.
kernels::Windows make_windows(const char* op, const Pair& extent, const Pair& kernel,
                              const FoldOptions& o) {
  require_least(op, "kernel", kernel, 1);
  require_least(op, "stride", o.stride, 1);
  require_least(op, "padding", o.padding, 0);
  require_least(op, "dilation", o.dilation, 1);
  kernels::Windows w{};
  std::ptrdiff_t padded[2], window[2];
  for (const std::size_t d : {0U, 1U}) {
    padded[d] = extent[d] + 2 * o.padding[d];
    window[d] = o.dilation[d] * (kernel[d] - 1) + 1;
  }
  require<ValueError>(window[0] <= padded[0] && window[1] <= padded[1], op, "kernel",
                      "fit the padded image " + text(padded[0], padded[1]),
                      text(window[0], window[1]));
  const auto count = [](std::ptrdiff_t n) { return static_cast<std::size_t>(n); };
  for (const std::size_t d : {0U, 1U}) {
    w.extent[d] = count(extent[d]);
    w.kernel[d] = count(kernel[d]);
    w.stride[d] = count(o.stride[d]);
    w.padding[d] = count(o.padding[d]);
    w.dilation[d] = count(o.dilation[d]);
    w.count[d] = count((padded[d] - window[d]) / o.stride[d] + 1);
  }
  return w;
}

struct Fold : Function<Fold> {
  static constexpr auto name = "fold";
  /// columns of any shape to planes [..., height, width].
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& columns, const kernels::Windows& w,
                          const Shape& shape) {
    Array<T> x(shape);
    kernels::fold(columns.data(), w, x.data());
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const kernels::Windows& w,
                               const Shape&);
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const kernels::Windows& w,
                         const Shape& shape) {
    return Fold::apply(t[0], w, shape);
  }
};

struct Unfold : Function<Unfold> {
  static constexpr auto name = "unfold";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const kernels::Windows& w,
                          const Shape& shape) {
    Array<T> columns(shape);
    kernels::unfold(x.data(), w, columns.data());
    return columns;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const kernels::Windows& w,
                               const Shape&) {
    return {Fold::apply(gy, w, ctx.input_shape(0))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const kernels::Windows& w,
                         const Shape& shape) {
    return Unfold::apply(t[0], w, shape);
  }
};

template <class T>
Variables<T> Fold::backward(Context<T>& ctx, const Variable<T>& gy, const kernels::Windows& w,
                            const Shape&) {
  return {Unfold::apply(gy, w, ctx.input_shape(0))};
}

void require_factor(const char* op, const Shape& shape, std::size_t factor) {
  require<ShapeError>(shape.size() >= 3, op, "x", "have at least 3 axes", shape);
  require<ValueError>(factor > 0, op, "factor", "be >= 1", factor);
}

}  // namespace

template <Element T>
Variable<T> unfold(const Variable<T>& x, PerAxis<2> kernel, FoldOptions options) {
  const Shape& shape = x.shape();
  const std::size_t rank = shape.size();
  require<ShapeError>(rank == 3 || rank == 4, "unfold", "x",
                      "be [batch, channels, height, width] or [channels, height, width]", shape);
  auto w = make_windows("unfold", Pair(shape[rank - 2], shape[rank - 1]), kernel, options);
  w.planes = shape[rank - 3] * (rank == 4 ? shape[0] : 1);
  Shape columns{shape[rank - 3] * w.kernel[0] * w.kernel[1], w.count[0] * w.count[1]};
  if (rank == 4) columns.insert(columns.begin(), shape[0]);
  return Unfold::apply(x, w, columns);
}

template <Element T>
Variable<T> fold(const Variable<T>& x, PerAxis<2> size, PerAxis<2> kernel, FoldOptions options) {
  require_least("fold", "size", size, 0);
  const Shape& shape = x.shape();
  const std::size_t rank = shape.size();
  require<ShapeError>(rank == 2 || rank == 3, "fold", "x",
                      "be [batch, columns, positions] or [columns, positions]", shape);
  auto w = make_windows("fold", size, kernel, options);
  const std::size_t taps = w.kernel[0] * w.kernel[1], positions = w.count[0] * w.count[1];
  require<ShapeError>(shape[rank - 2] % taps == 0, "fold", "x",
                      "have a multiple of " + std::to_string(taps) + " columns", shape);
  require<ShapeError>(shape[rank - 1] == positions, "fold", "x",
                      "have " + std::to_string(positions) + " positions", shape);
  Shape image{shape[rank - 2] / taps, w.extent[0], w.extent[1]};
  if (rank == 3) image.insert(image.begin(), shape[0]);
  w.planes = image[0] * (rank == 3 ? image[1] : 1);
  return Fold::apply(x, w, image);
}

template <Element T>
Variable<T> pixel_shuffle(const Variable<T>& x, std::size_t factor) {
  require_factor("pixel_shuffle", x.shape(), factor);
  const Shape& shape = x.shape();
  const std::size_t rank = shape.size(), area = factor * factor;
  const std::size_t channels = shape[rank - 3], height = shape[rank - 2], width = shape[rank - 1];
  require<ShapeError>(channels % area == 0, "pixel_shuffle", "x",
                      "have a multiple of " + std::to_string(area) + " channels", shape);
  Shape result(shape.begin(), shape.end() - 3);
  const std::size_t outer = element_count(result) * (channels / area);
  result.push_back(channels / area);
  result.push_back(height * factor);
  result.push_back(width * factor);
  const auto parts = reshape(x, Shape{outer, factor, factor, height, width});
  return reshape(permute(parts, {0, 3, 1, 4, 2}), result);
}

template <Element T>
Variable<T> pixel_unshuffle(const Variable<T>& x, std::size_t factor) {
  require_factor("pixel_unshuffle", x.shape(), factor);
  const Shape& shape = x.shape();
  const std::size_t rank = shape.size();
  const std::size_t channels = shape[rank - 3], height = shape[rank - 2], width = shape[rank - 1];
  require<ShapeError>(height % factor == 0 && width % factor == 0, "pixel_unshuffle", "x",
                      "have extents that are multiples of " + std::to_string(factor), shape);
  Shape result(shape.begin(), shape.end() - 3);
  const std::size_t outer = element_count(result) * channels;
  result.push_back(channels * factor * factor);
  result.push_back(height / factor);
  result.push_back(width / factor);
  const auto parts = reshape(x, Shape{outer, height / factor, factor, width / factor, factor});
  return reshape(permute(parts, {0, 2, 4, 1, 3}), result);
}

#define XG_INSTANTIATE(T)                                                             \
  template Variable<T> unfold(const Variable<T>&, PerAxis<2>, FoldOptions);           \
  template Variable<T> fold(const Variable<T>&, PerAxis<2>, PerAxis<2>, FoldOptions); \
  template Variable<T> pixel_shuffle(const Variable<T>&, std::size_t);                \
  template Variable<T> pixel_unshuffle(const Variable<T>&, std::size_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
