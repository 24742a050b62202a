#include "xgrad/ops/elementary_pairs.hpp"

#include <numbers>

#include "xgrad/ops/map.hpp"

namespace xg {

namespace {

constexpr auto lerp_formula = [](auto a, auto b, auto t) {
  // From the nearer end, so that both are met exactly.
  return where(abs(t) < 0.5, a + t * (b - a), b - (1 - t) * (b - a));
};

/// The larger plus log2(1 + 2^d), d the difference <= 0: nothing overflows.
constexpr auto logaddexp2_formula = [](auto a, auto b) {
  using std::numbers::ln2;
  const auto from_a = a + softplus((b - a) * ln2) / ln2;
  const auto from_b = b + softplus((a - b) * ln2) / ln2;
  return where(a == b && isinf(a), a, where(a > b, from_a, from_b));
};

}  // namespace

template <Element T>
Variable<T> logaddexp2(const Variable<T>& a, const Variable<T>& b) {
  return map_named("logaddexp2", logaddexp2_formula, a, b);
}
template <Element T>
Variable<T> fmod(const Variable<T>& a, const Variable<T>& b) {
  return map_named(
      "fmod", [](auto x, auto y) { return fmod(x, y); }, a, b);
}
template <Element T>
Variable<T> remainder(const Variable<T>& a, const Variable<T>& b) {
  return map_named(
      "remainder", [](auto x, auto y) { return remainder(x, y); }, a, b);
}
template <Element T>
Variable<T> copysign(const Variable<T>& a, const Variable<T>& b) {
  return map_named(
      "copysign", [](auto x, auto y) { return copysign(x, y); }, a, b);
}

template <Element T>
Variable<T> lerp(const Variable<T>& a, const Variable<T>& b, const Variable<T>& t) {
  return map_named("lerp", lerp_formula, a, b, t);
}
template <Element T>
Variable<T> lerp(const Variable<T>& a, const Variable<T>& b, double t) {
  return map_named("lerp", lerp_formula, a, b, t);
}

template <Element T>
Variable<T> addcmul(const Variable<T>& a, const Variable<T>& b, const Variable<T>& c,
                    double value) {
  return map_named(
      "addcmul", [value](auto x, auto y, auto z) { return x + value * y * z; }, a, b, c);
}
template <Element T>
Variable<T> addcdiv(const Variable<T>& a, const Variable<T>& b, const Variable<T>& c,
                    double value) {
  return map_named(
      "addcdiv", [value](auto x, auto y, auto z) { return x + value * (y / z); }, a, b, c);
}

#define XG_INSTANTIATE(T)                                                                  \
  template Variable<T> logaddexp2(const Variable<T>&, const Variable<T>&);                 \
  template Variable<T> fmod(const Variable<T>&, const Variable<T>&);                       \
  template Variable<T> remainder(const Variable<T>&, const Variable<T>&);                  \
  template Variable<T> copysign(const Variable<T>&, const Variable<T>&);                   \
  template Variable<T> lerp(const Variable<T>&, const Variable<T>&, const Variable<T>&);   \
  template Variable<T> lerp(const Variable<T>&, const Variable<T>&, double);               \
  template Variable<T> addcmul(const Variable<T>&, const Variable<T>&, const Variable<T>&, \
                               double);                                                    \
  template Variable<T> addcdiv(const Variable<T>&, const Variable<T>&, const Variable<T>&, double);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
