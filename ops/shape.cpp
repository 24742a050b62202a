#include "xgrad/ops/shape.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/transpose.hpp"
#include "xgrad/ops/broadcast.hpp"

namespace xg {

namespace {

struct Reshape : Function<Reshape> {
  static constexpr auto name = "reshape";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Shape& shape) {
    Array<T> y(shape);
    std::copy_n(x.data(), x.size(), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {Reshape::apply(gy, ctx.input_shape(0))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Shape& shape) {
    return Reshape::apply(t[0], shape);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const Shape&) {
    const Array<T>& gy = out.gy();
    Array<T>& gx = out.make_over_gy(0);
    if (gx.data() != gy.data()) std::copy_n(gy.data(), gy.size(), gx.data());
    gx.reshape(ctx.input_shape(0));
  }
};

struct Permute : Function<Permute> {
  static constexpr auto name = "permute";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Shape& axes) {
    Shape shape = axes;
    for (std::size_t& axis : shape) axis = x.shape()[axis];
    Array<T> y(shape);
    kernels::permute(x.data(), x.shape().data(), axes.data(), axes.size(), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const Shape& axes) {
    Shape inverse = axes;
    for (std::size_t i = 0; i < axes.size(); ++i) inverse[axes[i]] = i;
    return {Permute::apply(gy, inverse)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Shape& axes) {
    return Permute::apply(t[0], axes);
  }
};

/// The shape asked for, its -1 filled in.
Shape resolve(const Shape& from, const ShapeRequest& request) {
  Shape shape(request.size());
  std::ptrdiff_t open = -1;
  std::size_t known = 1;
  for (std::size_t i = 0; i < request.size(); ++i) {
    require<ValueError>(request[i] >= -1, "reshape", "shape", "have extents >= -1", request[i]);
    if (request[i] == -1) {
      require<ValueError>(open < 0, "reshape", "shape", "have at most one -1", "two");
      open = static_cast<std::ptrdiff_t>(i);
      continue;
    }
    shape[i] = static_cast<std::size_t>(request[i]);
    known *= shape[i];
  }
  const std::size_t n = element_count(from);
  if (open >= 0 && known != 0) shape[static_cast<std::size_t>(open)] = n / known;
  require<ShapeError>(element_count(shape) == n && (open < 0 || known != 0), "reshape", "shape",
                      "have as many elements as x " + to_string(from),
                      detail::request_text(request));
  return shape;
}

}  // namespace

namespace detail {
std::string request_text(const ShapeRequest& request) {
  std::string text = "[";
  for (const std::ptrdiff_t extent : request)
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}
}  // namespace detail

template <Element T>
Variable<T> reshape(const Variable<T>& x, const ShapeRequest& request) {
  const Shape shape = resolve(x.shape(), request);
  return shape == x.shape() ? x : Reshape::apply(x, shape);
}

template <Element T>
Variable<T> flatten(const Variable<T>& x, std::ptrdiff_t start_axis, std::ptrdiff_t end_axis) {
  const std::size_t rank = std::max<std::size_t>(x.dimension(), 1);
  const std::size_t first = normalize_axis("flatten", "start_axis", start_axis, rank);
  const std::size_t last = normalize_axis("flatten", "end_axis", end_axis, rank);
  require<ValueError>(first <= last, "flatten", "end_axis",
                      "be no less than start_axis " + std::to_string(start_axis), end_axis);
  Shape shape;
  for (std::size_t i = 0; i < x.dimension(); ++i) {
    if (i > first && i <= last)
      shape.back() *= x.shape()[i];
    else
      shape.push_back(x.shape()[i]);
  }
  if (shape.empty()) shape.push_back(1);
  return shape == x.shape() ? x : Reshape::apply(x, shape);
}

template <Element T>
Variable<T> squeeze(const Variable<T>& x, const Axes& axes) {
  SmallVector<bool> chosen(x.dimension(), axes.empty());
  for (const std::ptrdiff_t axis : axes) {
    const std::size_t at = detail::axis_or_zero("squeeze", "axes", axis, x.dimension());
    if (x.dimension() > 0) chosen[at] = true;
  }
  Shape shape;
  for (std::size_t i = 0; i < x.dimension(); ++i)
    if (!chosen[i] || x.shape()[i] != 1) shape.push_back(x.shape()[i]);
  return shape == x.shape() ? x : Reshape::apply(x, shape);
}

template <Element T>
Variable<T> unsqueeze(const Variable<T>& x, std::ptrdiff_t axis) {
  const std::size_t at = normalize_axis("unsqueeze", "axis", axis, x.dimension() + 1);
  Shape shape = x.shape();
  shape.insert(shape.begin() + at, 1);
  return Reshape::apply(x, shape);
}

template <Element T>
Variable<T> permute(const Variable<T>& x, const Axes& axes) {
  require<ValueError>(axes.size() == x.dimension(), "permute", "axes",
                      "have one entry an axis of x " + to_string(x.shape()), axes.size());
  Shape order;
  SmallVector<bool> seen(x.dimension(), false);
  for (const std::ptrdiff_t axis : axes) {
    order.push_back(normalize_axis("permute", "axes", axis, x.dimension()));
    require<ValueError>(!seen[order.back()], "permute", "axes", "be different", axis);
    seen[order.back()] = true;
  }
  return Permute::apply(x, order);
}

template <Element T>
Variable<T> transpose(const Variable<T>& x, std::ptrdiff_t axis0, std::ptrdiff_t axis1) {
  const std::size_t i = detail::axis_or_zero("transpose", "axis0", axis0, x.dimension());
  const std::size_t j = detail::axis_or_zero("transpose", "axis1", axis1, x.dimension());
  if (i == j) return x;
  Shape order(x.dimension());
  for (std::size_t a = 0; a < order.size(); ++a) order[a] = a;
  std::swap(order[i], order[j]);
  return Permute::apply(x, order);
}

template <Element T>
Variable<T> transpose(const Variable<T>& x) {
  return x.dimension() < 2 ? x : transpose(x, -2, -1);
}

template <Element T>
Variable<T> expand(const Variable<T>& x, const ShapeRequest& request) {
  const std::size_t rank = x.dimension();
  require<ShapeError>(request.size() >= rank, "expand", "shape",
                      "have at least the rank of x " + to_string(x.shape()),
                      detail::request_text(request));
  Shape shape(request.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool stays = request[i] == -1 && i + rank >= shape.size();
    require<ValueError>(stays || request[i] >= 0, "expand", "shape",
                        "have extents >= 0, or -1 for an axis of x", request[i]);
    shape[i] = stays ? x.shape()[i + rank - shape.size()] : static_cast<std::size_t>(request[i]);
  }
  return broadcast_to(x, shape);
}

namespace {

/// The axes as places, all different.
Shape different_axes(const char* argument, const Axes& axes, std::size_t rank) {
  Shape places;
  for (const std::ptrdiff_t axis : axes) {
    const std::size_t at = detail::axis_or_zero("movedim", argument, axis, rank);
    require<ValueError>(std::find(places.begin(), places.end(), at) == places.end(), "movedim",
                        argument, "be different", axis);
    places.push_back(at);
  }
  return places;
}

}  // namespace

template <Element T>
Variable<T> movedim(const Variable<T>& x, const Axes& source, const Axes& destination) {
  const std::size_t rank = x.dimension();
  const Shape from = different_axes("source", source, rank);
  const Shape to = different_axes("destination", destination, rank);
  require<ValueError>(from.size() == to.size(), "movedim", "destination",
                      "have as many axes as source, " + std::to_string(from.size()), to.size());
  if (rank == 0) return x;
  Shape order(rank, rank);
  for (std::size_t i = 0; i < to.size(); ++i) order[to[i]] = from[i];
  std::size_t next = 0;  // of the axes that are not named
  for (std::size_t& axis : order) {
    if (axis != rank) continue;
    while (std::find(from.begin(), from.end(), next) != from.end()) ++next;
    axis = next++;
  }
  return std::is_sorted(order.begin(), order.end()) ? x : Permute::apply(x, order);
}

template <class T>
Variable<T> detail::reduced_last(const Variable<T>& x, const Reduction& reduction) {
  Shape order;
  for (const bool going : {false, true})
    for (std::size_t i = 0; i < x.dimension(); ++i)
      if (reduction.reduced[i] == going) order.push_back(i);
  return std::is_sorted(order.begin(), order.end()) ? x : Permute::apply(x, order);
}

#define XG_INSTANTIATE(T)                                                             \
  template Variable<T> reshape(const Variable<T>&, const ShapeRequest&);              \
  template Variable<T> flatten(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t);   \
  template Variable<T> squeeze(const Variable<T>&, const Axes&);                      \
  template Variable<T> unsqueeze(const Variable<T>&, std::ptrdiff_t);                 \
  template Variable<T> permute(const Variable<T>&, const Axes&);                      \
  template Variable<T> transpose(const Variable<T>&);                                 \
  template Variable<T> transpose(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t); \
  template Variable<T> expand(const Variable<T>&, const ShapeRequest&);               \
  template Variable<T> movedim(const Variable<T>&, const Axes&, const Axes&);         \
  template Variable<T> detail::reduced_last(const Variable<T>&, const Reduction&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
