#include "xgrad/ops/extremum.hpp"

#include <algorithm>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/core/parallel.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::AxisSplit;

namespace {

/// The largest (smallest) along the middle axis of [outer, n, inner].
struct Extreme : Function<Extreme> {
  static constexpr auto name = "amax";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, bool largest) {
    ctx.save(x);
    ctx.save_output();
    Array<T> y(Shape{x.shape()[0], x.shape()[2]});
    const bool reduced[] = {false, true, false};
    kernels::reduce(largest ? kernels::Reduce::max : kernels::Reduce::min, x.data(),
                    x.shape().data(), 3, reduced, y.data());
    return y;
  }
  // dx_i = dy / count of those equal to y; the share does not change where dx exists
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {unsqueeze(gy, 1) * share_of(ctx)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, bool) {
    return sum(t[0] * share_of(ctx), 1);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, bool) {
    out.set(0, share(ctx.saved_value(0), ctx.saved_output_value(), out.gy()));
  }

 private:
  template <class T>
  static Variable<T> share_of(Context<T>& ctx) {
    const Array<T>&x = ctx.saved_value(0), &y = ctx.saved_output_value();
    return Variable<T>(share(x, y, Array<T>(y.shape(), T(1))));
  }
  template <class T>
  static Array<T> share(const Array<T>& x, const Array<T>& y, const Array<T>& gy) {
    Array<T> gx(x.shape());
    kernels::extremum_backward(x.data(), y.data(), gy.data(), x.shape()[0], x.shape()[1],
                               x.shape()[2], gx.data());
    const std::size_t n = x.shape()[1], inner = x.shape()[2];
    for (std::size_t i = 0; i < y.size(); ++i) {  // next to a NaN there is no derivative
      if (y.data()[i] == y.data()[i]) continue;
      T* const line = gx.data() + i / inner * n * inner + i % inner;
      for (std::size_t k = 0; k < n; ++k) line[k * inner] = y.data()[i];
    }
    return gx;
  }
};

/// The element at the index of the largest (smallest) along an axis; forward fills the index.
struct ExtremeAt : Function<ExtremeAt> {
  static constexpr auto name = "max";
  using Index = std::shared_ptr<IndexArray>;  // of the result's shape, shared with the graph
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, bool largest, std::size_t axis,
                          const Index& index) {
    const AxisSplit s(x.shape(), axis);
    Array<T> y(index->shape());
    (largest ? kernels::arg_max<T> : kernels::arg_min<T>)(x.data(), s.outer, s.n, s.inner,
                                                          index->data(), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, bool, std::size_t axis,
                               const Index& index) {
    const Shape& shape = ctx.input_shape(0);
    const Variable<T> zeros(Array<T>(shape, T(0)));
    const IndexArray at = with_axis(shape, axis, *index);
    return {scatter_add(zeros, static_cast<std::ptrdiff_t>(axis), at, reshape(gy, at.shape()))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, bool, std::size_t axis,
                         const Index& index) {
    const IndexArray at = with_axis(ctx.input_shape(0), axis, *index);
    return reshape(gather(t[0], static_cast<std::ptrdiff_t>(axis), at), index->shape());
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, bool, std::size_t axis,
                              const Index& index) {
    const AxisSplit s(ctx.input_shape(0), axis);
    kernels::place_at_index(index->data(), out.gy().data(), s.outer, s.n, s.inner,
                            out.make(0, ctx.input_shape(0)).data());
  }

 private:
  static IndexArray with_axis(const Shape& x, std::size_t axis, IndexArray index) {
    Shape shape = x;
    if (!shape.empty()) shape[axis] = 1;
    index.reshape(shape);
    return index;
  }
};

template <class T>
Variable<T> extreme(const char* op, bool largest, const Variable<T>& x, const Axes& axes,
                    ReduceOptions options) {
  const auto r = detail::make_reduction(op, x.shape(), axes, options);
  require<ValueError>(r.count(x.shape()) > 0, op, "x", "have elements along the axes", x.shape());
  const Shape shape = r.result_shape(x.shape());
  if (axes.size() == 1) {
    const AxisSplit s(x.shape(), detail::axis_or_zero(op, "axes", axes[0], x.dimension()));
    return reshape(Extreme::apply(reshape(x, Shape{s.outer, s.n, s.inner}), largest), shape);
  }
  const Shape three{element_count(shape), r.count(x.shape()), 1};
  return reshape(Extreme::apply(reshape(detail::reduced_last(x, r), three), largest), shape);
}

/// The axis, checked, and the shape without it.
struct IndexShape {
  std::size_t axis;
  Shape shape;
  IndexShape(const char* op, const Shape& x, std::ptrdiff_t along, ReduceOptions options)
      : axis(detail::axis_or_zero(op, "axis", along, x.size())), shape(x) {
    require<ValueError>(AxisSplit(x, axis).n > 0, op, "x", "have elements along the axis", x);
    if (shape.empty()) return;
    shape[axis] = 1;
    if (!options.keepdims) shape.erase(shape.begin() + axis);
  }
};

template <class T>
IndexArray arg_extreme(const char* op, bool largest, const Array<T>& x, std::ptrdiff_t axis,
                       ReduceOptions options) {
  const IndexShape to(op, x.shape(), axis, options);
  const AxisSplit s(x.shape(), to.axis);
  IndexArray index(to.shape);
  (largest ? kernels::arg_max<T> : kernels::arg_min<T>)(x.data(), s.outer, s.n, s.inner,
                                                        index.data(), nullptr);
  return index;
}

template <class T>
IndexArray arg_extreme_flat(const char* op, bool largest, const Array<T>& x) {
  require<ValueError>(x.size() > 0, op, "x", "have elements", x.shape());
  IndexArray index = IndexArray::from_shape(Shape{});
  (largest ? kernels::arg_max<T> : kernels::arg_min<T>)(x.data(), 1, x.size(), 1, index.data(),
                                                        nullptr);
  return index;
}

template <class T>
Extremum<T> extreme_at(const char* op, bool largest, const Variable<T>& x, std::ptrdiff_t axis,
                       ReduceOptions options) {
  const IndexShape to(op, x.shape(), axis, options);
  const auto index = std::make_shared<IndexArray>(to.shape);
  auto values = ExtremeAt::apply(x, largest, to.axis, index);
  if (index.use_count() == 1) return {std::move(values), std::move(*index)};
  IndexArray own(to.shape);  // the graph goes on using its own
  parallel_for(own.size(), 16384, [&](std::size_t begin, std::size_t end) {
    std::copy(index->data() + begin, index->data() + end, own.data() + begin);
  });
  return {std::move(values), std::move(own)};
}

}  // namespace

template <Element T>
Variable<T> amax(const Variable<T>& x, const Axes& axes, ReduceOptions options) {
  return extreme("amax", true, x, axes, options);
}
template <Element T>
Variable<T> amin(const Variable<T>& x, const Axes& axes, ReduceOptions options) {
  return extreme("amin", false, x, axes, options);
}
template <Element T>
Extremum<T> max(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options) {
  return extreme_at("max", true, x, axis, options);
}
template <Element T>
Extremum<T> min(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options) {
  return extreme_at("min", false, x, axis, options);
}
template <Element T>
IndexArray argmax(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options) {
  return arg_extreme("argmax", true, x.value(), axis, options);
}
template <Element T>
IndexArray argmin(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options) {
  return arg_extreme("argmin", false, x.value(), axis, options);
}
template <Element T>
IndexArray argmax(const Variable<T>& x) {
  return arg_extreme_flat("argmax", true, x.value());
}
template <Element T>
IndexArray argmin(const Variable<T>& x) {
  return arg_extreme_flat("argmin", false, x.value());
}

#define XG_INSTANTIATE(T)                                                        \
  template Variable<T> amax(const Variable<T>&, const Axes&, ReduceOptions);     \
  template Variable<T> amin(const Variable<T>&, const Axes&, ReduceOptions);     \
  template Extremum<T> max(const Variable<T>&, std::ptrdiff_t, ReduceOptions);   \
  template Extremum<T> min(const Variable<T>&, std::ptrdiff_t, ReduceOptions);   \
  template IndexArray argmax(const Variable<T>&, std::ptrdiff_t, ReduceOptions); \
  template IndexArray argmin(const Variable<T>&, std::ptrdiff_t, ReduceOptions); \
  template IndexArray argmax(const Variable<T>&);                                \
  template IndexArray argmin(const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
