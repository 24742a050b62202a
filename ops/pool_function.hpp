#pragma once

// Internal: pooling over given windows, as Functions.

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/pool.hpp"
#include "xgrad/ops/pool_windows.hpp"

namespace xg {
namespace detail {

/// Places within planes, shared by the nodes of a graph.
using Places = std::shared_ptr<const IndexArray>;

/// x [planes, m] at the places [planes, n]; shape: of the result.
struct GatherPlanes : Function<GatherPlanes> {
  static constexpr auto name = "gather_planes";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Places& places,
                          std::size_t planes) {
    Array<T> y(places->shape());
    if (planes == 0) return y;
    kernels::gather_planes(planes, x.size() / planes, y.size() / planes, places->data(), x.data(),
                           y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Places& places,
                               std::size_t planes);
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Places& places,
                         std::size_t planes) {
    return GatherPlanes::apply(t[0], places, planes);
  }
};

/// Zeros of `shape` with x at the places, added up or (assign) written.
struct ScatterPlanes : Function<ScatterPlanes> {
  static constexpr auto name = "scatter_planes";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Places& places, std::size_t planes,
                          const Shape& shape, bool assign) {
    Array<T> y(shape);
    if (planes == 0) return y;
    (assign ? kernels::scatter_planes<T>
            : kernels::scatter_add_planes<T>)(planes, x.size() / planes, y.size() / planes,
                                              places->data(), x.data(), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const Places& places,
                               std::size_t planes, const Shape&, bool) {
    return {GatherPlanes::apply(gy, places, planes)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Places& places,
                         std::size_t planes, const Shape& shape, bool assign) {
    return ScatterPlanes::apply(t[0], places, planes, shape, assign);
  }
};

template <class T>
Variables<T> GatherPlanes::backward(Context<T>& ctx, const Variable<T>& gy, const Places& places,
                                    std::size_t planes) {
  return {ScatterPlanes::apply(gy, places, planes, ctx.input_shape(0), false)};
}

/// The maxima over windows; forward fills `places`, which it makes.
struct MaxPool : Function<MaxPool> {
  static constexpr auto name = "max_pool";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Windows& windows,
                          const std::shared_ptr<IndexArray>& places, std::size_t planes) {
    Array<T> y(places->shape());
    kernels::max_pool(*windows, planes, x.data(), y.data(), places->data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Windows&,
                               const std::shared_ptr<IndexArray>& places, std::size_t planes) {
    return {ScatterPlanes::apply(gy, Places(places), planes, ctx.input_shape(0), false)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Windows&,
                         const std::shared_ptr<IndexArray>& places, std::size_t planes) {
    return GatherPlanes::apply(t[0], Places(places), planes);
  }
};

struct SpreadPool;

/// The averages over windows; shape: of the result.
struct AvgPool : Function<AvgPool> {
  static constexpr auto name = "avg_pool";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Windows& windows,
                          std::size_t planes, const Shape& shape) {
    Array<T> y(shape);
    kernels::avg_pool(*windows, planes, x.data(), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Windows& windows,
                               std::size_t planes, const Shape&);
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Windows& windows,
                         std::size_t planes, const Shape& shape) {
    return AvgPool::apply(t[0], windows, planes, shape);
  }
};

/// Its transpose.
struct SpreadPool : Function<SpreadPool> {
  static constexpr auto name = "avg_pool_backward";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& gy, const Windows& windows,
                          std::size_t planes, const Shape& shape) {
    Array<T> gx(shape);
    kernels::avg_pool_backward(*windows, planes, gy.data(), gx.data());
    return gx;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& g, const Windows& windows,
                               std::size_t planes, const Shape&) {
    return {AvgPool::apply(g, windows, planes, ctx.input_shape(0))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Windows& windows,
                         std::size_t planes, const Shape& shape) {
    return SpreadPool::apply(t[0], windows, planes, shape);
  }
};

template <class T>
Variables<T> AvgPool::backward(Context<T>& ctx, const Variable<T>& gy, const Windows& windows,
                               std::size_t planes, const Shape&) {
  return {SpreadPool::apply(gy, windows, planes, ctx.input_shape(0))};
}

template <class T>
Variable<T> average(const PoolInput& input, const Variable<T>& x, const Windows& windows) {
  return AvgPool::apply(x, windows, input.planes(), input.with(*windows));
}

}  // namespace detail
}  // namespace xg
