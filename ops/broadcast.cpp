#include "xgrad/ops/broadcast.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/core/kernels/transpose.hpp"

namespace xg {

namespace {

/// Strides, in elements, of a contiguous array of shape `from` that is repeated to shape `to`.
Strides repeated_strides(const Shape& from, const Shape& to) {
  Strides strides(to.size(), 0);
  std::ptrdiff_t step = 1;
  for (std::size_t i = from.size(); i-- > 0;) {
    if (from[i] != 1) strides[to.size() - from.size() + i] = step;
    step *= static_cast<std::ptrdiff_t>(from[i]);
  }
  return strides;
}

struct SumTo : Function<SumTo> {
  static constexpr auto name = "sum_to";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Shape& shape) {
    return detail::sum_array_to(x, shape);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {broadcast_to(gy, ctx.input_shape(0))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Shape& shape) {
    return sum_to(t[0], shape);
  }
};

struct BroadcastTo : Function<BroadcastTo> {
  static constexpr auto name = "broadcast_to";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Shape& shape) {
    return detail::broadcast_array(x, shape);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {sum_to(gy, ctx.input_shape(0))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Shape& shape) {
    return broadcast_to(t[0], shape);
  }
};

}  // namespace

namespace detail {

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  const std::size_t added = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1 && from[i] != to[added + i]) return false;
  return true;
}

template <class T>
Array<T> broadcast_array(const Array<T>& x, const Shape& shape) {
  Array<T> y = empty_array<T>(shape);
  kernels::broadcast_copy(x.data(), x.shape().data(), x.dimension(), shape.data(), shape.size(),
                          y.data());
  return y;
}

template <class T>
Array<T> sum_array_to(const Array<T>& x, const Shape& shape) {
  Array<T> y = empty_array<T>(shape);
  kernels::sum_to(x.data(), x.shape().data(), x.dimension(), shape.data(), shape.size(), y.data());
  return y;
}

template <class T>
Array<T> broadcast_binary(const char* name, kernels::Binary op, const Array<T>& a,
                          const Array<T>& b) {
  const bool same = a.shape() == b.shape();
  Array<T> y =  // one y: built in place
      same ? empty_like(a) : empty_array<T>(broadcast_shape(name, a.shape(), b.shape()));
  if (same) {
    kernels::binary<T>(op, a.data(), b.data(), y.data(), y.size());
  } else if (b.dimension() == 0) {
    kernels::binary_scalar<T>(op, a.data(), *b.data(), y.data(), y.size());
  } else if (a.dimension() == 0) {
    kernels::scalar_binary<T>(op, *a.data(), b.data(), y.data(), y.size());
  } else {
    const Strides sa = repeated_strides(a.shape(), y.shape());
    const Strides sb = repeated_strides(b.shape(), y.shape());
    kernels::broadcast_binary<T>(op, a.data(), sa.data(), b.data(), sb.data(), y.data(),
                                 y.shape().data(), y.dimension());
  }
  return y;
}

#define XG_INSTANTIATE(T)                                                           \
  template Array<T> broadcast_array(const Array<T>&, const Shape&);                 \
  template Array<T> sum_array_to(const Array<T>&, const Shape&);                    \
  template Array<T> broadcast_binary(const char*, kernels::Binary, const Array<T>&, \
                                     const Array<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace detail

template <Element T>
Variable<T> broadcast_to(const Variable<T>& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (!detail::broadcasts_to(x.shape(), shape))
    require<ShapeError>(false, "broadcast_to", "x", "broadcast to " + to_string(shape), x.shape());
  return BroadcastTo::apply(x, shape);
}

template <Element T>
Variable<T> sum_to(const Variable<T>& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (!detail::broadcasts_to(shape, x.shape()))
    require<ShapeError>(false, "sum_to", "shape", "broadcast to " + to_string(x.shape()), shape);
  return SumTo::apply(x, shape);
}

template Variable<float> broadcast_to(const Variable<float>&, const Shape&);
template Variable<double> broadcast_to(const Variable<double>&, const Shape&);
template Variable<float> sum_to(const Variable<float>&, const Shape&);
template Variable<double> sum_to(const Variable<double>&, const Shape&);

}  // namespace xg
