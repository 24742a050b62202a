#include "xgrad/ops/remap.hpp"

#include <optional>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/remap.hpp"

namespace xg::detail {

namespace {

/// The shape that goes in, and what becomes of its axes. Nodes share it.
struct Plan {
  Shape from, to;
  AxisMaps maps;
  std::vector<kernels::AxisSource> axes;
};
using Plans = std::shared_ptr<const Plan>;

Plans make_plan(const Shape& from, AxisMaps maps) {
  auto plan = std::make_shared<Plan>(Plan{from, from, std::move(maps), {}});
  for (std::size_t a = 0; a < from.size(); ++a) {
    const AxisMap& map = plan->maps[a];
    if (!map.stays) plan->to[a] = map.source.size();
    // An empty vector's data() may be null, which would mean that the axis stays.
    static constexpr std::int64_t none = 0;
    const std::int64_t* const source = map.source.empty() ? &none : map.source.data();
    plan->axes.push_back({from[a], plan->to[a], map.stays ? nullptr : source});
  }
  return plan;
}

/// The maps the other way round, where no entry of x is read twice; else nothing.
std::optional<AxisMaps> inverse_of(const Plan& plan) {
  AxisMaps inverse(plan.maps.size());
  for (std::size_t a = 0; a < inverse.size(); ++a) {
    if (plan.maps[a].stays) continue;
    inverse[a] = {false, std::vector<std::int64_t>(plan.from[a], -1)};
    const auto& source = plan.maps[a].source;
    for (std::size_t i = 0; i < source.size(); ++i) {
      if (source[i] < 0) continue;
      std::int64_t& to = inverse[a].source[static_cast<std::size_t>(source[i])];
      if (to >= 0) return {};
      to = static_cast<std::int64_t>(i);
    }
  }
  return inverse;
}

struct RemapAdjoint : Function<RemapAdjoint> {
  static constexpr auto name = "remap";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& y, const Plans& plan) {
    if (auto inverse = inverse_of(*plan)) {  // writes each element once
      Array<T> x(plan->from);
      const Plans back = make_plan(plan->to, std::move(*inverse));
      kernels::remap(y.data(), back->axes.data(), back->axes.size(), T(0), x.data());
      return x;
    }
    Array<T> x(plan->from, T(0));
    kernels::remap_add(y.data(), plan->axes.data(), plan->axes.size(), x.data());
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const Plans& plan);
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Plans& plan) {
    return RemapAdjoint::apply(t[0], plan);
  }
};

struct Remap : Function<Remap> {
  static constexpr auto name = "remap";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Plans& plan, double fill) {
    Array<T> y(plan->to);
    kernels::remap(x.data(), plan->axes.data(), plan->axes.size(), static_cast<T>(fill), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const Plans& plan, double) {
    return {RemapAdjoint::apply(gy, plan)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Plans& plan, double) {
    return Remap::apply(t[0], plan, 0.0);
  }
};

template <class T>
Variables<T> RemapAdjoint::backward(Context<T>&, const Variable<T>& gy, const Plans& plan) {
  return {Remap::apply(gy, plan, 0.0)};
}

AxisMaps one_axis(std::size_t rank, std::size_t axis, std::vector<std::int64_t> source) {
  AxisMaps maps(rank);
  maps[axis] = {false, std::move(source)};
  return maps;
}

}  // namespace

template <class T>
Variable<T> remap(const Variable<T>& x, AxisMaps maps, double fill) {
  return Remap::apply(x, make_plan(x.shape(), std::move(maps)), fill);
}

template <class T>
Variable<T> remap(const Variable<T>& x, std::size_t axis, std::vector<std::int64_t> source,
                  double fill) {
  return remap(x, one_axis(x.dimension(), axis, std::move(source)), fill);
}

template <class T>
Variable<T> remap_adjoint(const Variable<T>& y, const Shape& shape, std::size_t axis,
                          std::vector<std::int64_t> source) {
  return RemapAdjoint::apply(y, make_plan(shape, one_axis(shape.size(), axis, std::move(source))));
}

template <class T>
Variable<T> shifted(const Variable<T>& x, std::size_t axis, bool forwards, double fill) {
  const std::size_t n = x.shape()[axis];
  std::vector<std::int64_t> source(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto k = static_cast<std::int64_t>(i);
    source[i] = forwards ? k - 1 : i + 1 < n ? k + 1 : -1;
  }
  return remap(x, axis, std::move(source), fill);
}

#define XG_INSTANTIATE(T)                                                                         \
  template Variable<T> remap(const Variable<T>&, AxisMaps, double);                               \
  template Variable<T> remap(const Variable<T>&, std::size_t, std::vector<std::int64_t>, double); \
  template Variable<T> remap_adjoint(const Variable<T>&, const Shape&, std::size_t,               \
                                     std::vector<std::int64_t>);                                  \
  template Variable<T> shifted(const Variable<T>&, std::size_t, bool, double);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::detail
