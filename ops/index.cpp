#include "xgrad/ops/index.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/transpose.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/view.hpp"

namespace xg {

using detail::part;
using detail::View;

namespace {

/// Python's rule for start:stop:step on an axis of extent n.
void add_range(View& view, const Slice& s, std::size_t n, std::ptrdiff_t stride) {
  const auto extent = static_cast<std::ptrdiff_t>(n);
  const std::ptrdiff_t step = s.step == Slice::open ? 1 : s.step;
  require<ValueError>(step != 0, "slice", "step", "not be 0", step);
  const std::ptrdiff_t low = step > 0 ? 0 : -1, high = step > 0 ? extent : extent - 1;
  const auto cut = [&](std::ptrdiff_t at, std::ptrdiff_t otherwise) {
    if (at == Slice::open) return otherwise;
    return std::clamp(at < 0 ? at + extent : at, low, high);
  };
  const std::ptrdiff_t start = cut(s.start, step > 0 ? low : high);
  const std::ptrdiff_t stop = cut(s.stop, step > 0 ? high : low);
  const std::ptrdiff_t distance = step > 0 ? stop - start : start - stop;
  const std::ptrdiff_t stride_of_step = step > 0 ? step : -step;
  const std::ptrdiff_t count = distance <= 0 ? 0 : (distance - 1) / stride_of_step + 1;
  view.shape.push_back(static_cast<std::size_t>(count));
  view.strides.push_back(stride * step);
  if (count > 0) view.offset += start * stride;
}

View resolve(const Shape& shape, const Slices& slices) {
  std::size_t named = 0, ellipses = 0;
  for (const Slice& s : slices) {
    named += s.kind == Slice::Kind::index || s.kind == Slice::Kind::range;
    ellipses += s.kind == Slice::Kind::ellipsis;
  }
  require<ValueError>(named <= shape.size(), "slice", "slices",
                      "name at most the axes of x " + to_string(shape), named);
  require<ValueError>(ellipses <= 1, "slice", "slices", "have at most one ellipsis", ellipses);
  const View all = detail::whole(shape);
  View view{shape, {}, {}, 0};
  std::size_t axis = 0;
  const auto keep = [&](std::size_t count) {
    for (; count > 0; --count, ++axis) add_range(view, xt::all(), shape[axis], all.strides[axis]);
  };
  for (const Slice& s : slices) {
    if (s.kind == Slice::Kind::index) {
      view.offset += detail::check_index("slice", s.start, shape[axis]) * all.strides[axis];
      ++axis;
    } else if (s.kind == Slice::Kind::range) {
      add_range(view, s, shape[axis], all.strides[axis]);
      ++axis;
    } else if (s.kind == Slice::Kind::new_axis) {
      view.shape.push_back(1);
      view.strides.push_back(0);
    } else {
      keep(shape.size() - named);
    }
  }
  keep(shape.size() - axis);
  return view;
}

struct Concat : Function<Concat> {
  static constexpr auto name = "concat";
  template <class T>
  static Array<T> forward(Context<T>&, const ArrayRefs<T>& xs, std::size_t axis) {
    Shape shape = xs[0].get().shape();
    shape[axis] = 0;
    for (const Array<T>& x : xs) shape[axis] += x.shape()[axis];
    Array<T> y(shape);
    std::size_t begin = 0;
    for (const Array<T>& x : xs) {
      const View v = part(shape, axis, begin, x.shape()[axis]);
      kernels::strided_assign(x.data(), v.shape.data(), v.shape.size(),
                              detail::begin_of(v, y.data()), v.strides.data());
      begin += x.shape()[axis];
    }
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Shape& extents,
                               std::size_t axis) {
    Variables<T> g(extents.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      if (ctx.needs(i)) g[i] = detail::take(gy, part(gy.shape(), axis, begin, extents[i]));
      begin += extents[i];
    }
    return g;
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Shape& extents,
                         std::size_t axis) {
    Variables<T> parts = t;
    Shape shape = ctx.output_shape();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      shape[axis] = extents[i];
      if (!parts[i].defined()) parts[i] = Variable<T>(full_array<T>(shape, T(0)));
    }
    return Concat::apply(parts, extents, axis);
  }
  template <class T>
  static Array<T> forward(Context<T>& ctx, const ArrayRefs<T>& xs, const Shape&, std::size_t axis) {
    return forward(ctx, xs, axis);
  }
};

}  // namespace

template <Element T>
Variable<T> slice(const Variable<T>& x, const Slices& slices) {
  return detail::take(x, resolve(x.shape(), slices));
}

template <Element T>
Variable<T> select(const Variable<T>& x, std::ptrdiff_t axis, std::ptrdiff_t index) {
  const std::size_t at = normalize_axis("select", "axis", axis, x.dimension());
  const std::ptrdiff_t i = detail::check_index("select", index, x.shape()[at]);
  View view = part(x.shape(), at, static_cast<std::size_t>(i), 1);
  view.shape.erase(view.shape.begin() + at);
  view.strides.erase(view.strides.begin() + at);
  return detail::take(x, view);
}

template <Element T>
Variable<T> concat(const Variables<T>& xs, std::ptrdiff_t axis) {
  require<ValueError>(!xs.empty(), "concat", "xs", "hold at least one Variable", "none");
  const std::size_t at = normalize_axis("concat", "axis", axis, xs[0].dimension());
  Shape extents;
  for (const Variable<T>& x : xs) {
    Shape expected = xs[0].shape();
    if (x.dimension() == expected.size()) expected[at] = x.shape()[at];
    require<ShapeError>(
        x.shape() == expected, "concat", "xs",
        "have equal extents but along the axis, as the first " + to_string(xs[0].shape()),
        x.shape());
    extents.push_back(x.shape()[at]);
  }
  return Concat::apply(xs, extents, at);
}

template <Element T>
Variable<T> stack(const Variables<T>& xs, std::ptrdiff_t axis) {
  require<ValueError>(!xs.empty(), "stack", "xs", "hold at least one Variable", "none");
  Variables<T> parts;
  for (const Variable<T>& x : xs) {
    require<ShapeError>(x.shape() == xs[0].shape(), "stack", "xs",
                        "have equal shapes, as the first " + to_string(xs[0].shape()), x.shape());
    const auto rank = x.dimension() + 1;
    parts.push_back(
        unsqueeze(x, static_cast<std::ptrdiff_t>(normalize_axis("stack", "axis", axis, rank))));
  }
  return concat(parts, axis);
}

template <Element T>
Variables<T> split(const Variable<T>& x, const Shape& sizes, std::ptrdiff_t axis) {
  const std::size_t at = normalize_axis("split", "axis", axis, x.dimension());
  std::size_t total = 0;
  for (const std::size_t size : sizes) total += size;
  require<ValueError>(total == x.shape()[at], "split", "sizes",
                      "add up to the extent " + std::to_string(x.shape()[at]), total);
  Variables<T> parts;
  std::size_t begin = 0;
  for (const std::size_t size : sizes) {
    parts.push_back(detail::take(x, part(x.shape(), at, begin, size)));
    begin += size;
  }
  return parts;
}

template <Element T>
Variables<T> chunk(const Variable<T>& x, std::ptrdiff_t n, std::ptrdiff_t axis) {
  const std::size_t at = normalize_axis("chunk", "axis", axis, x.dimension());
  require<ValueError>(n >= 1, "chunk", "n", "be >= 1", n);
  const std::size_t extent = x.shape()[at], parts = static_cast<std::size_t>(n);
  const std::size_t size = std::max<std::size_t>((extent + parts - 1) / parts, 1);
  Shape sizes;
  for (std::size_t begin = 0; begin < extent; begin += size)
    sizes.push_back(std::min(size, extent - begin));
  if (extent == 0) sizes = Shape(parts, 0);  // nothing, in n parts
  return split(x, sizes, axis);
}

template <Element T>
Variables<T> unbind(const Variable<T>& x, std::ptrdiff_t axis) {
  const std::size_t at = normalize_axis("unbind", "axis", axis, x.dimension());
  Variables<T> parts;
  for (std::size_t i = 0; i < x.shape()[at]; ++i)
    parts.push_back(select(x, static_cast<std::ptrdiff_t>(at), static_cast<std::ptrdiff_t>(i)));
  return parts;
}

#define XG_INSTANTIATE(T)                                                          \
  template Variable<T> slice(const Variable<T>&, const Slices&);                   \
  template Variable<T> select(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t); \
  template Variable<T> concat(const Variables<T>&, std::ptrdiff_t);                \
  template Variable<T> stack(const Variables<T>&, std::ptrdiff_t);                 \
  template Variables<T> split(const Variable<T>&, const Shape&, std::ptrdiff_t);   \
  template Variables<T> chunk(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t); \
  template Variables<T> unbind(const Variable<T>&, std::ptrdiff_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
