#include "xgrad/ops/comparison.hpp"

#include "xgrad/core/kernels/elementwise.hpp"
#include "xgrad/ops/broadcast.hpp"

namespace xg {

namespace {

using kernels::Binary;
using kernels::Unary;

/// From numbers that are 0 or 1.
template <class T>
Array<bool> as_booleans(const Array<T>& x) {
  Array<bool> y(x.shape());
  for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = x.data()[i] != T(0);
  return y;
}

template <class T>
Array<bool> compare(const char* name, Binary op, const Variable<T>& a, const Variable<T>& b) {
  return as_booleans(detail::broadcast_binary(name, op, a.value(), b.value()));
}

template <class T>
Array<bool> classify(Unary op, const Variable<T>& x) {
  Array<T> y(x.shape());
  kernels::unary(op, x.value().data(), y.data(), y.size());
  return as_booleans(y);
}

/// Sets an element of the result, which holds !found, where one of x is `found`.
Array<bool> search(const char* name, bool found, const Array<bool>& x, const Axes& axes,
                   ReduceOptions options) {
  const auto reduction = detail::make_reduction(name, x.shape(), axes, options);
  const Shape kept = reduction.kept_shape(x.shape());
  Array<bool> result(kept, !found);
  Strides strides(kept.size(), 0);  // of the result, 0 along reduced axes
  std::ptrdiff_t stride = 1;
  for (std::size_t axis = kept.size(); axis-- > 0;) {
    if (!reduction.reduced[axis]) strides[axis] = stride;
    stride *= static_cast<std::ptrdiff_t>(kept[axis]);
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x.data()[i] != found) continue;
    std::size_t at = 0, rest = i;
    for (std::size_t axis = kept.size(); axis-- > 0; rest /= x.shape()[axis])
      at += rest % x.shape()[axis] * static_cast<std::size_t>(strides[axis]);
    result.data()[at] = found;
  }
  result.reshape(reduction.result_shape(x.shape()));
  return result;
}

}  // namespace

#define XG_COMPARISON(function)                                                  \
  template <Element T>                                                           \
  Array<bool> function(const Variable<T>& a, const Variable<T>& b) {             \
    return compare(#function, Binary::function, a, b);                           \
  }                                                                              \
  template Array<bool> function(const Variable<float>&, const Variable<float>&); \
  template Array<bool> function(const Variable<double>&, const Variable<double>&);
XG_COMPARISON(eq)
XG_COMPARISON(ne)
XG_COMPARISON(lt)
XG_COMPARISON(le)
XG_COMPARISON(gt)
XG_COMPARISON(ge)
#undef XG_COMPARISON

#define XG_CLASSIFICATION(function)                      \
  template <Element T>                                   \
  Array<bool> function(const Variable<T>& x) {           \
    return classify(Unary::function, x);                 \
  }                                                      \
  template Array<bool> function(const Variable<float>&); \
  template Array<bool> function(const Variable<double>&);
XG_CLASSIFICATION(isnan)
XG_CLASSIFICATION(isinf)
XG_CLASSIFICATION(isfinite)
#undef XG_CLASSIFICATION

Array<bool> all(const Array<bool>& x, const Axes& axes, ReduceOptions options) {
  return search("all", false, x, axes, options);
}
Array<bool> any(const Array<bool>& x, const Axes& axes, ReduceOptions options) {
  return search("any", true, x, axes, options);
}

}  // namespace xg
