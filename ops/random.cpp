#include "xgrad/ops/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/random.hpp"
#include "xgrad/ops/activation.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/comparison.hpp"
#include "xgrad/ops/extremum.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg {

namespace {

template <class T>
Array<T> standard_normal(const Shape& shape, Generator& generator) {
  Array<T> z(shape);
  kernels::fill_normal<T>(generator, z.data(), z.size(), 0, 1);
  return z;
}
template <class T>
Array<T> standard_uniform(const Shape& shape, Generator& generator) {
  Array<T> u(shape);
  kernels::fill_uniform<T>(generator, u.data(), u.size(), 0, 1);
  return u;
}

/// The second argument's value with the first one's gradient.
struct StraightThrough : Function<StraightThrough> {
  static constexpr auto name = "straight_through";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>&, const Array<T>& value) {
    return value;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t) {
    return t[0];
  }
};

/// 1 at the first maximum along the axis, else 0.
template <class T>
Array<T> one_hot_maximum(const Variable<T>& x, std::ptrdiff_t axis) {
  const detail::AxisSplit s(
      x.shape(),
      x.dimension() == 0 ? 0 : normalize_axis("gumbel_softmax", "axis", axis, x.dimension()));
  Array<T> hot(x.shape(), T(0));
  if (x.size() == 0) return hot;
  const T* values = x.value().data();
  for (std::size_t o = 0; o < s.outer; ++o)
    for (std::size_t i = 0; i < s.inner; ++i) {
      const auto at = [&](std::size_t k) { return (o * s.n + k) * s.inner + i; };
      std::size_t best = 0;
      for (std::size_t k = 1; k < s.n; ++k)
        if (values[at(k)] > values[at(best)]) best = k;
      hot.data()[at(best)] = T(1);
    }
  return hot;
}

}  // namespace

template <Element T>
Variable<T> randn(const Shape& shape, Generator& generator) {
  return standard_normal<T>(shape, generator);
}
template <Element T>
Variable<T> rand(const Shape& shape, Generator& generator) {
  return standard_uniform<T>(shape, generator);
}

template <Element T>
Variable<T> normal(const Variable<T>& mean, const Variable<T>& std, Generator& generator) {
  const Shape shape = broadcast_shape("normal", mean.shape(), std.shape());
  for (const T s : std.value().storage())
    require<ValueError>(!(s < 0), "normal", "std", "be >= 0", s);
  const Variable<T> z(standard_normal<T>(shape, generator));
  return map_named(
      "normal", [](auto m, auto s, auto noise) { return m + s * noise; }, mean, std, z);
}

template <Element T>
Variable<T> uniform(const Variable<T>& low, const Variable<T>& high, Generator& generator) {
  const Shape shape = broadcast_shape("uniform", low.shape(), high.shape());
  const Array<bool> wrong = gt(low, high);
  require<ValueError>(
      !std::any_of(wrong.storage().begin(), wrong.storage().end(), [](bool w) { return w; }),
      "uniform", "low", "be <= high everywhere", "an element above it");
  const Variable<T> u(standard_uniform<T>(shape, generator));
  return map_named(
      "uniform", [](auto l, auto h, auto noise) { return l + (h - l) * noise; }, low, high, u);
}

template <Element T>
Variable<T> rrelu(const Variable<T>& x, const RReluOptions& o, Generator& generator) {
  if (!(o.lower <= o.upper))
    require<ValueError>(false, "rrelu", "lower", fmt::format("be <= upper = {}", o.upper), o.lower);
  if (!o.training) return leaky_relu(x, (o.lower + o.upper) / 2);
  Array<T> slopes(x.shape());
  kernels::fill_uniform<T>(generator, slopes.data(), slopes.size(), static_cast<T>(o.lower),
                           static_cast<T>(o.upper));
  return map_named(
      "rrelu", [](auto v, auto a) { return where(v <= 0, a * v, v); }, x,
      Variable<T>(std::move(slopes)));
}

template <Element T>
Variable<T> gumbel_softmax(const Variable<T>& x, const GumbelSoftmaxOptions& o,
                           Generator& generator) {
  require<ValueError>(o.tau > 0, "gumbel_softmax", "tau", "be > 0", o.tau);
  (void)normalize_axis("gumbel_softmax", "axis", o.axis, std::max<std::size_t>(x.dimension(), 1));
  Array<T> noise = standard_uniform<T>(x.shape(), generator);
  for (T& u : noise.storage())  // a zero would make the logarithm infinite
    u = -std::log(-std::log(std::max(u, std::numeric_limits<T>::min())));
  const auto soft = softmax((x + Variable<T>(std::move(noise))) / o.tau, o.axis);
  return o.hard ? StraightThrough::apply(soft, one_hot_maximum(soft, o.axis)) : soft;
}

#define XG_INSTANTIATE(T)                                                           \
  template Variable<T> randn(const Shape&, Generator&);                             \
  template Variable<T> rand(const Shape&, Generator&);                              \
  template Variable<T> normal(const Variable<T>&, const Variable<T>&, Generator&);  \
  template Variable<T> uniform(const Variable<T>&, const Variable<T>&, Generator&); \
  template Variable<T> rrelu(const Variable<T>&, const RReluOptions&, Generator&);  \
  template Variable<T> gumbel_softmax(const Variable<T>&, const GumbelSoftmaxOptions&, Generator&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
