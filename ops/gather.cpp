#include "xgrad/ops/gather.hpp"

#include <algorithm>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/gather.hpp"
#include "xgrad/core/kernels/transpose.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/remap.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/view.hpp"

namespace xg {

namespace {

/// Indices of one call, all in [0, n) or -1 for an element that is left out; nodes share them.
using Indices = std::shared_ptr<const IndexArray>;

kernels::Places places(const Shape& shape, std::size_t axis, const IndexArray& index) {
  return {shape.data(), shape.size(), axis, index.data(), index.shape().data()};
}

struct Gather : Function<Gather> {
  static constexpr auto name = "gather";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, std::size_t axis, const Indices& index) {
    Array<T> y(index->shape());
    kernels::gather(x.data(), places(x.shape(), axis, *index), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                               const Indices& index);
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, std::size_t axis,
                         const Indices& index) {
    return Gather::apply(t[0], axis, index);
  }
};

struct ScatterAdd : Function<ScatterAdd> {
  static constexpr auto name = "scatter_add";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Array<T>& y, std::size_t axis,
                          const Indices& index) {
    Array<T> sum = x;
    kernels::scatter_add(y.data(), places(x.shape(), axis, *index), sum.data());
    return sum;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                               const Indices& index) {
    return {gy, ctx.needs(1) ? Gather::apply(gy, axis, index) : Variable<T>{}};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t axis,
                         const Indices& index) {
    if (!t[1].defined()) return t[0];
    const Variable<T> zeros(Array<T>(ctx.output_shape(), T(0)));
    return ScatterAdd::apply(t[0].defined() ? t[0] : zeros, t[1], axis, index);
  }
};

template <class T>
Variables<T> Gather::backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                              const Indices& index) {
  const Variable<T> zeros(Array<T>(ctx.input_shape(0), T(0)));
  return {ScatterAdd::apply(zeros, gy, axis, index)};
}

/// No place occurs twice in the index.
struct Scatter : Function<Scatter> {
  static constexpr auto name = "scatter";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Array<T>& y, std::size_t axis,
                          const Indices& index) {
    Array<T> result = x;
    kernels::scatter(y.data(), places(x.shape(), axis, *index), result.data());
    return result;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                               const Indices& index) {
    const Variable<T> zeros(Array<T>(index->shape(), T(0)));
    return {ctx.needs(0) ? Scatter::apply(gy, zeros, axis, index) : Variable<T>{},
            ctx.needs(1) ? Gather::apply(gy, axis, index) : Variable<T>{}};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t axis,
                         const Indices& index) {
    const auto or_zeros = [](const Variable<T>& tangent, const Shape& shape) {
      return tangent.defined() ? tangent : Variable<T>(Array<T>(shape, T(0)));
    };
    return Scatter::apply(or_zeros(t[0], ctx.output_shape()), or_zeros(t[1], index->shape()), axis,
                          index);
  }
};

/// The smallest and the largest entry; 0 of nothing.
std::pair<std::int64_t, std::int64_t> bounds(const IndexArray& index) {
  std::int64_t low = 0, high = 0;
  for (std::size_t i = 0; i < index.size(); ++i) {
    low = std::min(low, index.data()[i]);
    high = std::max(high, index.data()[i]);
  }
  return {low, index.size() == 0 ? -1 : high};
}

/// Negative entries counted from the end. The caller's array itself where that changes nothing and
/// no node is going to keep it. @throws ValueError if one is out of range.
Indices count_from_start(const char* op, const IndexArray& index, std::size_t n, bool kept) {
  const auto [low, high] = bounds(index);
  if (!kept && low >= 0 && high < static_cast<std::int64_t>(n)) return {Indices(), &index};
  auto copy = std::make_shared<IndexArray>(index);
  if (low < 0 || high >= static_cast<std::int64_t>(n))
    for (std::int64_t& i : copy->storage()) i = detail::check_index(op, i, n);
  return copy;
}

Indices checked_indices(const char* op, const Shape& shape, const IndexArray& index,
                        std::size_t axis, bool kept) {
  bool fits = index.dimension() == shape.size();
  for (std::size_t a = 0; fits && index.size() > 0 && a < shape.size(); ++a)
    fits = a == axis || index.shape()[a] <= shape[a];
  require<ShapeError>(
      fits, op, "index",
      "have the rank of x " + to_string(shape) + " and no larger extents but along the axis",
      index.shape());
  return count_from_start(op, index, shape[axis], kept);
}

/// Whether an operation on x is recorded.
template <class T>
bool keeps(const Variable<T>& x) {
  return grad_enabled() && x.requires_grad();
}

/// -1 in place of all entries but the last of those that name the same place.
Indices last_of_each(const Shape& shape, std::size_t axis, Indices index) {
  IndexArray order(index->shape()), owner(shape, std::int64_t{-1}), winner(index->shape());
  for (std::size_t i = 0; i < order.size(); ++i) order.data()[i] = static_cast<std::int64_t>(i);
  kernels::scatter(order.data(), places(shape, axis, *index), owner.data());
  kernels::gather(owner.data(), places(shape, axis, *index), winner.data());
  if (winner.storage() == order.storage()) return index;
  auto copy = std::make_shared<IndexArray>(*index);
  for (std::size_t i = 0; i < order.size(); ++i)
    if (winner.data()[i] != order.data()[i]) copy->data()[i] = -1;
  return copy;
}

/// What scatter and scatter_add check.
template <class T, class Apply>
Variable<T> write_at(const char* op, const Variable<T>& x, std::ptrdiff_t axis,
                     const IndexArray& index, const Variable<T>& y, const Apply& apply) {
  const std::size_t at = detail::axis_or_zero(op, "axis", axis, x.dimension());
  const std::size_t ranks[] = {x.dimension(), index.dimension(), y.dimension()};
  if (std::ranges::max(ranks) < 2 && std::ranges::min(ranks) == 0) {
    IndexArray list(index);
    list.reshape(Shape{index.size()});
    return reshape(write_at(op, reshape(x, {-1}), 0, list, reshape(y, {-1}), apply), x.shape());
  }
  bool covers = y.dimension() == index.dimension();
  for (std::size_t a = 0; covers && a < y.dimension(); ++a)
    covers = index.shape()[a] <= y.shape()[a];
  require<ShapeError>(covers, op, "y",
                      "have the shape of index " + to_string(index.shape()) + " or a larger one",
                      y.shape());
  const Indices checked = checked_indices(op, x.shape(), index, at, keeps(x) || keeps(y));
  if (y.shape() == index.shape()) return apply(x, at, checked, y);
  detail::View leading = detail::whole(y.shape());
  leading.shape = index.shape();
  return apply(x, at, checked, detail::take(y, leading));
}

/// A vector of places along the axis, counted from the start.
std::vector<std::int64_t> entries(const char* op, const IndexArray& index, std::size_t n) {
  require<ShapeError>(index.dimension() <= 1, op, "index", "be a vector or a scalar",
                      index.shape());
  std::vector<std::int64_t> source(index.storage().begin(), index.storage().end());
  for (std::int64_t& i : source) i = detail::check_index(op, i, n);
  return source;
}

IndexArray broadcast_index(const IndexArray& index, const Shape& shape) {
  if (index.shape() == shape) return index;
  IndexArray wide(shape);
  kernels::broadcast_copy(index.data(), index.shape().data(), index.dimension(), shape.data(),
                          shape.size(), wide.data());
  return wide;
}

}  // namespace

std::ptrdiff_t detail::check_index(const char* op, std::ptrdiff_t index, std::size_t n) {
  const auto extent = static_cast<std::ptrdiff_t>(n);
  if (index >= 0 && index < extent) return index;
  require<ValueError>(index >= -extent && index < extent, op, "index",
                      "be in [" + std::to_string(-extent) + ", " + std::to_string(extent) + ")",
                      index);
  return index + extent;
}

template <Element T>
Variable<T> gather(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index) {
  const std::size_t at = detail::axis_or_zero("gather", "axis", axis, x.dimension());
  if (x.dimension() + index.dimension() < 2)  // one is a scalar, the other at most a vector
    return reshape(index_select(reshape(x, {-1}), 0, index), index.shape());
  return Gather::apply(x, at, checked_indices("gather", x.shape(), index, at, keeps(x)));
}

template <Element T>
Variable<T> scatter_add(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index,
                        const std::type_identity_t<Variable<T>>& y) {
  return write_at("scatter_add", x, axis, index, y,
                  [](const auto& to, std::size_t at, const Indices& i, const auto& from) {
                    return ScatterAdd::apply(to, from, at, i);
                  });
}

template <Element T>
Variable<T> scatter(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index,
                    const std::type_identity_t<Variable<T>>& y) {
  return write_at("scatter", x, axis, index, y,
                  [](const auto& to, std::size_t at, const Indices& i, const auto& from) {
                    return Scatter::apply(to, from, at, last_of_each(to.shape(), at, i));
                  });
}

template <Element T>
Variable<T> take_along_axis(const Variable<T>& x, const IndexArray& index, std::ptrdiff_t axis) {
  static constexpr auto op = "take_along_axis";
  require<ShapeError>(x.dimension() == index.dimension(), op, "index",
                      "have the rank of x " + to_string(x.shape()), index.shape());
  if (x.dimension() == 0) return gather(x, axis, index);
  const std::size_t at = normalize_axis(op, "axis", axis, x.dimension());
  Shape from = x.shape(), to = index.shape();
  from[at] = to[at] = 1;
  Shape common = broadcast_shape(op, from, to);
  common[at] = x.shape()[at];
  const auto wide = broadcast_to(x, common);
  common[at] = index.shape()[at];
  const IndexArray places_of_all = broadcast_index(index, common);
  return Gather::apply(wide, at, checked_indices(op, wide.shape(), places_of_all, at, keeps(x)));
}

template <Element T>
Variable<T> index_select(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index) {
  static constexpr auto op = "index_select";
  const std::size_t at = detail::axis_or_zero(op, "axis", axis, x.dimension());
  if (x.dimension() == 0 && index.size() == 1)
    return reshape(detail::remap(unsqueeze(x, 0), 0, entries(op, index, 1)), Shape{});
  require<ShapeError>(x.dimension() > 0, op, "index", "have one entry for a scalar x",
                      index.shape());
  return detail::remap(x, at, entries(op, index, x.shape()[at]));
}

template <Element T>
Variable<T> index_add(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index,
                      const std::type_identity_t<Variable<T>>& y, double alpha) {
  static constexpr auto op = "index_add";
  const std::size_t at = detail::axis_or_zero(op, "axis", axis, x.dimension());
  const Shape shape = x.dimension() == 0 ? Shape{1} : x.shape();
  auto source = entries(op, index, shape[at]);
  Shape expected = shape;
  expected[at] = source.size();
  const bool scalars = x.dimension() == 0 && y.dimension() == 0 && source.size() == 1;
  require<ShapeError>(scalars || y.shape() == expected, op, "y",
                      "have the shape of the entries named " + to_string(expected), y.shape());
  const auto sum = detail::remap_adjoint(reshape(y, expected), shape, at, std::move(source));
  return add(x, reshape(alpha == 1 ? sum : mul(sum, alpha), x.shape()));
}

template <Element T>
Variable<T> index(const Variable<T>& x, const std::vector<IndexArray>& indices) {
  static constexpr auto op = "index";
  require<ValueError>(!indices.empty() && indices.size() <= x.dimension(), op, "indices",
                      "name one to all axes of x " + to_string(x.shape()), indices.size());
  Shape common;
  for (const IndexArray& i : indices) common = broadcast_shape(op, common, i.shape());
  std::vector<std::int64_t> rows(element_count(common), 0);
  Shape shape{1}, result = common;
  for (std::size_t a = 0; a < x.dimension(); ++a) {
    const std::size_t n = x.shape()[a];
    if (a >= indices.size()) {
      shape.push_back(n);
      result.push_back(n);
      continue;
    }
    shape[0] *= n;
    const IndexArray wide = broadcast_index(indices[a], common);
    for (std::size_t k = 0; k < rows.size(); ++k)
      rows[k] = rows[k] * static_cast<std::int64_t>(n) + detail::check_index(op, wide.data()[k], n);
  }
  return reshape(detail::remap(reshape(x, shape), 0, std::move(rows)), result);
}

IndexArray one_hot(const IndexArray& index, std::ptrdiff_t classes) {
  require<ValueError>(classes >= 0 || index.size() > 0, "one_hot", "classes",
                      "be >= 0 where there is no index to count from", classes);
  if (classes < 0) classes = *std::max_element(index.storage().begin(), index.storage().end()) + 1;
  Shape shape = index.shape();
  shape.push_back(static_cast<std::size_t>(std::max<std::ptrdiff_t>(classes, 0)));
  IndexArray hot(shape, std::int64_t{0});
  for (std::size_t i = 0; i < index.size(); ++i) {
    const std::int64_t k = index.data()[i];
    require<ValueError>(k >= 0 && k < classes, "one_hot", "index",
                        "be in [0, " + std::to_string(classes) + ")", k);
    hot.data()[static_cast<std::ptrdiff_t>(i) * classes + k] = 1;
  }
  return hot;
}

#define XG_INSTANTIATE(T)                                                                      \
  template Variable<T> gather(const Variable<T>&, std::ptrdiff_t, const IndexArray&);          \
  template Variable<T> scatter_add(const Variable<T>&, std::ptrdiff_t, const IndexArray&,      \
                                   const Variable<T>&);                                        \
  template Variable<T> scatter(const Variable<T>&, std::ptrdiff_t, const IndexArray&,          \
                               const Variable<T>&);                                            \
  template Variable<T> take_along_axis(const Variable<T>&, const IndexArray&, std::ptrdiff_t); \
  template Variable<T> index_select(const Variable<T>&, std::ptrdiff_t, const IndexArray&);    \
  template Variable<T> index_add(const Variable<T>&, std::ptrdiff_t, const IndexArray&,        \
                                 const Variable<T>&, double);                                  \
  template Variable<T> index(const Variable<T>&, const std::vector<IndexArray>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
