#include "xgrad/ops/upsample.hpp"

#include <algorithm>
#include <cmath>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/interpolate.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/remap.hpp"

namespace xg {

namespace {

/// Between which entries those of the result lie, and how far from the first. Nodes share it.
struct Plan {
  Shape from, to;
  std::size_t axis;
  std::vector<std::size_t> first, second;
  std::vector<double> weight;

  kernels::Interpolation kernel() const {
    return {from[axis], to[axis], first.data(), second.data(), weight.data()};
  }
};
using Plans = std::shared_ptr<const Plan>;

Plans make_plan(const Shape& from, std::size_t axis, std::size_t m, bool align_corners) {
  auto plan = std::make_shared<Plan>(Plan{from, from, axis, {}, {}, {}});
  plan->to[axis] = m;
  const std::size_t n = from[axis];
  const double points = m > 1 ? static_cast<double>(n - 1) / static_cast<double>(m - 1) : 0;
  const double cells = static_cast<double>(n) / static_cast<double>(m);
  for (std::size_t j = 0; j < m; ++j) {
    const double i = static_cast<double>(j);
    const double at = align_corners ? i * points : std::max(0.0, (i + 0.5) * cells - 0.5);
    const std::size_t first = std::min(static_cast<std::size_t>(at), n - 1);
    plan->first.push_back(first);
    plan->second.push_back(std::min(first + 1, n - 1));
    plan->weight.push_back(std::min(at - static_cast<double>(first), 1.0));
  }
  return plan;
}

struct InterpolateAdjoint : Function<InterpolateAdjoint> {
  static constexpr auto name = "upsample";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& y, const Plans& plan) {
    const detail::AxisSplit s(plan->from, plan->axis);
    Array<T> x(plan->from);
    kernels::interpolate_adjoint(y.data(), s.outer, s.inner, plan->kernel(), x.data());
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const Plans& plan);
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Plans& plan) {
    return InterpolateAdjoint::apply(t[0], plan);
  }
};

struct Interpolate : Function<Interpolate> {
  static constexpr auto name = "upsample";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Plans& plan) {
    const detail::AxisSplit s(plan->from, plan->axis);
    Array<T> y(plan->to);
    kernels::interpolate(x.data(), s.outer, s.inner, plan->kernel(), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const Plans& plan) {
    return {InterpolateAdjoint::apply(gy, plan)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Plans& plan) {
    return Interpolate::apply(t[0], plan);
  }
};

template <class T>
Variables<T> InterpolateAdjoint::backward(Context<T>&, const Variable<T>& gy, const Plans& plan) {
  return {Interpolate::apply(gy, plan)};
}

/// In float, as PyTorch: where i n / m is a whole number up to rounding, both round alike.
std::vector<std::int64_t> nearest(std::size_t n, std::size_t m) {
  const float scale = static_cast<float>(n) / static_cast<float>(m);
  std::vector<std::int64_t> source(m);
  for (std::size_t i = 0; i < m; ++i)
    source[i] = std::min(static_cast<std::int64_t>(std::floor(static_cast<float>(i) * scale)),
                         static_cast<std::int64_t>(n) - 1);
  return source;
}

}  // namespace

template <Element T>
Variable<T> upsample(const Variable<T>& x, const Shape& size, UpsampleOptions options) {
  require<ShapeError>(!size.empty() && x.dimension() == size.size() + 2, "upsample", "size",
                      "have one extent for each axis of x " + to_string(x.shape()) + " but two",
                      size);
  for (std::size_t i = 0; i < size.size(); ++i)
    require<ValueError>(size[i] > 0 && x.shape()[i + 2] > 0, "upsample", "size",
                        "be > 0, like the extents of x " + to_string(x.shape()), size);
  if (options.mode == UpsampleMode::nearest) {
    detail::AxisMaps maps(x.dimension());
    for (std::size_t i = 0; i < size.size(); ++i)
      maps[i + 2] = {false, nearest(x.shape()[i + 2], size[i])};
    return detail::remap(x, std::move(maps));
  }
  Variable<T> y = x;
  for (std::size_t i = 0; i < size.size(); ++i)
    if (y.shape()[i + 2] != size[i])
      y = Interpolate::apply(y, make_plan(y.shape(), i + 2, size[i], options.align_corners));
  return y;
}

#define XG_INSTANTIATE(T) \
  template Variable<T> upsample(const Variable<T>&, const Shape&, UpsampleOptions);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
