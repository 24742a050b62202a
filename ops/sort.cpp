#include "xgrad/ops/sort.hpp"

#include "xgrad/core/kernels/sort.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::AxisSplit;

namespace {

template <class T>
IndexArray first_in_order(const Array<T>& x, std::size_t axis, std::size_t k, bool descending) {
  const AxisSplit s(x.shape(), axis);
  Shape shape = x.shape();
  if (!shape.empty()) shape[axis] = k;
  IndexArray index(shape);
  kernels::first_in_order(x.data(), s.outer, s.n, s.inner, k, descending, index.data());
  return index;
}

std::size_t extent_of(const Shape& shape, std::size_t axis) {
  return shape.empty() ? 1 : shape[axis];
}

}  // namespace

template <Element T>
IndexArray argsort(const Variable<T>& x, std::ptrdiff_t axis, bool descending) {
  const std::size_t at = detail::axis_or_zero("argsort", "axis", axis, x.dimension());
  return first_in_order(x.value(), at, extent_of(x.shape(), at), descending);
}

template <Element T>
Sorted<T> sort(const Variable<T>& x, std::ptrdiff_t axis, bool descending) {
  const std::size_t at = detail::axis_or_zero("sort", "axis", axis, x.dimension());
  IndexArray index = first_in_order(x.value(), at, extent_of(x.shape(), at), descending);
  return {gather(x, axis, index), std::move(index)};
}

template <Element T>
Sorted<T> topk(const Variable<T>& x, std::ptrdiff_t k, std::ptrdiff_t axis, bool largest) {
  const std::size_t at = detail::axis_or_zero("topk", "axis", axis, x.dimension());
  const std::size_t n = extent_of(x.shape(), at);
  require<ValueError>(k >= 0 && k <= static_cast<std::ptrdiff_t>(n), "topk", "k",
                      "be in [0, " + std::to_string(n) + "]", k);
  if (x.dimension() == 0 && k == 0) return topk(unsqueeze(x, 0), k, 0, largest);
  IndexArray index = first_in_order(x.value(), at, static_cast<std::size_t>(k), largest);
  return {gather(x, axis, index), std::move(index)};
}

template <Element T>
Extremum<T> median(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options) {
  const std::size_t at = detail::axis_or_zero("median", "axis", axis, x.dimension());
  const AxisSplit s(x.shape(), at);
  require<ValueError>(s.n > 0, "median", "x", "have elements along the axis", x.shape());
  Shape kept = x.shape(), shape = kept;
  if (!kept.empty()) {
    kept[at] = 1;
    shape.erase(shape.begin() + at);
  }
  IndexArray index(kept);
  kernels::median_place(x.value().data(), s.outer, s.n, s.inner, index.data());
  auto values = gather(x, axis, index);
  if (options.keepdims) return {std::move(values), std::move(index)};
  index.reshape(shape);
  return {reshape(values, shape), std::move(index)};
}

template <Element T>
Variable<T> median(const Variable<T>& x) {
  return median(reshape(x, {-1}), 0).values;
}

#define XG_INSTANTIATE(T)                                                            \
  template IndexArray argsort(const Variable<T>&, std::ptrdiff_t, bool);             \
  template Sorted<T> sort(const Variable<T>&, std::ptrdiff_t, bool);                 \
  template Sorted<T> topk(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t, bool); \
  template Extremum<T> median(const Variable<T>&, std::ptrdiff_t, ReduceOptions);    \
  template Variable<T> median(const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
