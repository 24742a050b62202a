#include "xgrad/ops/index.hpp"

#include <algorithm>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/transpose.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::AxisSplit;

namespace {

/// A part of an array: where it begins, how far the next element along each axis lies.
struct View {
  Shape from;   // of the whole
  Shape shape;  // of the part
  Strides strides;
  std::ptrdiff_t offset = 0;
};

/// The whole of `shape`, every element once.
View whole(const Shape& shape) {
  View v{shape, shape, Strides(shape.size(), 1), 0};
  for (std::size_t i = shape.size(); i-- > 1;)
    v.strides[i - 1] = v.strides[i] * static_cast<std::ptrdiff_t>(shape[i]);
  return v;
}

/// Zeros but for a part; backward of Take, and the other way round.
struct Place : Function<Place> {
  static constexpr auto name = "slice";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& y, const View& v) {
    Array<T> x(v.from, T(0));
    kernels::strided_assign(y.data(), v.shape.data(), v.shape.size(), x.data() + v.offset,
                            v.strides.data());
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const View& v);
};

struct Take : Function<Take> {
  static constexpr auto name = "slice";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const View& v) {
    Array<T> y(v.shape);
    kernels::strided_copy(x.data() + v.offset, v.strides.data(), v.shape.data(), v.shape.size(),
                          y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const View& v) {
    return {Place::apply(gy, v)};
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const View& v) {
    Array<T>* sum = out.accumulation_target(0);
    if (sum == nullptr) {
      sum = &out.make(0, ctx.input_shape(0));
      sum->fill(T(0));
    }
    kernels::strided_add(out.gy().data(), v.shape.data(), v.shape.size(), sum->data() + v.offset,
                         v.strides.data());
  }
};

template <class T>
Variables<T> Place::backward(Context<T>&, const Variable<T>& gy, const View& v) {
  return {Take::apply(gy, v)};
}

std::ptrdiff_t check_index(const char* op, std::ptrdiff_t index, std::size_t n) {
  const auto extent = static_cast<std::ptrdiff_t>(n);
  require<ValueError>(index >= -extent && index < extent, op, "index",
                      "be in [" + std::to_string(-extent) + ", " + std::to_string(extent) + ")",
                      index);
  return index < 0 ? index + extent : index;
}

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
  const View all = whole(shape);
  View view{shape, {}, {}, 0};
  std::size_t axis = 0;
  const auto keep = [&](std::size_t count) {
    for (; count > 0; --count, ++axis) add_range(view, xt::all(), shape[axis], all.strides[axis]);
  };
  for (const Slice& s : slices) {
    if (s.kind == Slice::Kind::index) {
      view.offset += check_index("slice", s.start, shape[axis]) * all.strides[axis];
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

View part(const Shape& shape, std::size_t axis, std::size_t begin, std::size_t count) {
  View view = whole(shape);
  view.shape[axis] = count;
  if (count > 0) view.offset = static_cast<std::ptrdiff_t>(begin) * view.strides[axis];
  return view;
}

/// Indices of one call, all in [0, n); nodes share them instead of copying.
using Indices = std::shared_ptr<const IndexArray>;

/// Calls f(flat place in x, flat place in index) for every entry of the index.
template <class F>
void for_each_place(const Shape& shape, const IndexArray& index, std::size_t axis, F f) {
  const AxisSplit s(shape, axis);
  const std::size_t n = index.shape()[axis];
  std::size_t at = 0;
  for (std::size_t o = 0; o < s.outer; ++o)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < s.inner; ++k, ++at)
        f((o * s.n + static_cast<std::size_t>(index.data()[at])) * s.inner + k, at);
}

struct Gather : Function<Gather> {
  static constexpr auto name = "gather";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, std::size_t axis, const Indices& index) {
    Array<T> y(index->shape());
    for_each_place(x.shape(), *index, axis,
                   [&](std::size_t from, std::size_t at) { y.data()[at] = x.data()[from]; });
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                               const Indices& index);
};

struct ScatterAdd : Function<ScatterAdd> {
  static constexpr auto name = "scatter_add";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Array<T>& y, std::size_t axis,
                          const Indices& index) {
    Array<T> sum = x;
    for_each_place(x.shape(), *index, axis,
                   [&](std::size_t to, std::size_t at) { sum.data()[to] += y.data()[at]; });
    return sum;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                               const Indices& index) {
    return {gy, ctx.needs(1) ? Gather::apply(gy, axis, index) : Variable<T>{}};
  }
};

template <class T>
Variables<T> Gather::backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                              const Indices& index) {
  const Variable<T> zeros(Array<T>(ctx.input_shape(0), T(0)));
  return {ScatterAdd::apply(zeros, gy, axis, index)};
}

/// The index with negative entries counted from the end.
Indices checked_indices(const char* op, const Shape& shape, const IndexArray& index,
                        std::size_t axis) {
  Shape expected = shape;
  if (index.dimension() == shape.size()) expected[axis] = index.shape()[axis];
  require<ShapeError>(index.shape() == expected, op, "index",
                      "have the extents of x " + to_string(shape) + " but along the axis",
                      index.shape());
  auto copy = std::make_shared<IndexArray>(index);
  for (std::int64_t& i : copy->storage()) i = check_index(op, i, shape[axis]);
  return copy;
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
      kernels::strided_assign(x.data(), v.shape.data(), v.shape.size(), y.data() + v.offset,
                              v.strides.data());
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
      if (ctx.needs(i)) g[i] = Take::apply(gy, part(gy.shape(), axis, begin, extents[i]));
      begin += extents[i];
    }
    return g;
  }
  template <class T>
  static Array<T> forward(Context<T>& ctx, const ArrayRefs<T>& xs, const Shape&, std::size_t axis) {
    return forward(ctx, xs, axis);
  }
};

}  // namespace

template <Element T>
Variable<T> slice(const Variable<T>& x, const Slices& slices) {
  return Take::apply(x, resolve(x.shape(), slices));
}

template <Element T>
Variable<T> select(const Variable<T>& x, std::ptrdiff_t axis, std::ptrdiff_t index) {
  const std::size_t at = normalize_axis("select", "axis", axis, x.dimension());
  const std::ptrdiff_t i = check_index("select", index, x.shape()[at]);
  View view = part(x.shape(), at, static_cast<std::size_t>(i), 1);
  view.shape.erase(view.shape.begin() + at);
  view.strides.erase(view.strides.begin() + at);
  return Take::apply(x, view);
}

template <Element T>
Variable<T> gather(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index) {
  const std::size_t at = normalize_axis("gather", "axis", axis, x.dimension());
  return Gather::apply(x, at, checked_indices("gather", x.shape(), index, at));
}

template <Element T>
Variable<T> scatter_add(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index,
                        const Variable<T>& y) {
  const std::size_t at = normalize_axis("scatter_add", "axis", axis, x.dimension());
  require<ShapeError>(y.shape() == index.shape(), "scatter_add", "y",
                      "have the shape of index " + to_string(index.shape()), y.shape());
  return ScatterAdd::apply(x, y, at, checked_indices("scatter_add", x.shape(), index, at));
}

template <Element T>
Variable<T> index_select(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index) {
  const std::size_t at = normalize_axis("index_select", "axis", axis, x.dimension());
  require_rank("index_select", "index", index.shape(), 1);
  Shape shape = x.shape();
  shape[at] = index.size();
  auto wide = std::make_shared<IndexArray>(shape);
  const AxisSplit s(shape, at);
  for (std::size_t o = 0, k = 0; o < s.outer; ++o)
    for (const std::int64_t i : index.storage()) {
      const std::int64_t place = check_index("index_select", i, x.shape()[at]);
      for (std::size_t j = 0; j < s.inner; ++j) wide->data()[k++] = place;
    }
  return Gather::apply(x, at, Indices(wide));
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
    parts.push_back(Take::apply(x, part(x.shape(), at, begin, size)));
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
  if (sizes.empty()) sizes.push_back(0);
  return split(x, sizes, axis);
}

#define XG_INSTANTIATE(T)                                                                   \
  template Variable<T> slice(const Variable<T>&, const Slices&);                            \
  template Variable<T> select(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t);          \
  template Variable<T> gather(const Variable<T>&, std::ptrdiff_t, const IndexArray&);       \
  template Variable<T> scatter_add(const Variable<T>&, std::ptrdiff_t, const IndexArray&,   \
                                   const Variable<T>&);                                     \
  template Variable<T> index_select(const Variable<T>&, std::ptrdiff_t, const IndexArray&); \
  template Variable<T> concat(const Variables<T>&, std::ptrdiff_t);                         \
  template Variable<T> stack(const Variables<T>&, std::ptrdiff_t);                          \
  template Variables<T> split(const Variable<T>&, const Shape&, std::ptrdiff_t);            \
  template Variables<T> chunk(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
