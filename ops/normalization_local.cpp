#include "xgrad/ops/normalization_local.hpp"

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/norm.hpp"
#include "xgrad/ops/pool_function.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

template <Element T>
Variable<T> local_response_norm(const Variable<T>& x, std::ptrdiff_t size,
                                const LocalResponseNormOptions& o) {
  static constexpr auto op = "local_response_norm";
  require<ShapeError>(x.dimension() >= 3, op, "x", "have a batch, a channel and further axes",
                      x.shape());
  require<ValueError>(size >= 1, op, "size", "be >= 1", size);
  if (x.size() == 0) return x * 1;
  ShapeRequest planes{static_cast<std::ptrdiff_t>(x.shape()[0]),
                      static_cast<std::ptrdiff_t>(x.shape()[1]), -1};
  const auto square = reshape(map([](auto v) { return v * v; }, x), planes);
  const detail::PoolInput input(op, 2, square.shape());
  const auto windows = detail::neighbour_windows(input, static_cast<std::size_t>(size));
  const auto mean = reshape(detail::average(input, square, windows), x.shape());
  return map_named(
      op, [o](auto v, auto m) { return v * pow(o.k + o.alpha * m, -o.beta); }, x, mean);
}

template <Element T>
Variable<T> normalize(const Variable<T>& x, const NormalizeOptions& o) {
  const auto size = norm(x, o.p, o.axis, {.keepdims = true});
  return map_named(
      "normalize", [eps = o.eps](auto v, auto n) { return v / where(n < eps, eps, n); }, x, size);
}

#define XG_INSTANTIATE(T)                                                      \
  template Variable<T> local_response_norm(const Variable<T>&, std::ptrdiff_t, \
                                           const LocalResponseNormOptions&);   \
  template Variable<T> normalize(const Variable<T>&, const NormalizeOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
