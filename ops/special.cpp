#include "xgrad/ops/special.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/elementwise.hpp"
#include "xgrad/core/kernels/special.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/map.hpp"

namespace xg {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct ErfInv : Function<ErfInv> {
  static constexpr auto name = "erfinv";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save_output();
    Array<T> y(x.shape());
    kernels::erfinv(x.data(), y.data(), y.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {gy * (exp(square(ctx.saved_output())) * (std::sqrt(std::numbers::pi) / 2))};
  }
  // elementwise: the Jacobian is its own transpose
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return backward(ctx, t[0])[0];
  }
};

struct LogGamma : Function<LogGamma> {
  static constexpr auto name = "lgamma";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    Array<T> y(x.shape());
    kernels::unary(kernels::Unary::lgamma, x.data(), y.data(), y.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {gy * digamma(ctx.saved(0))};
  }
  // elementwise: the Jacobian is its own transpose
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return backward(ctx, t[0])[0];
  }
};

struct Polygamma : Function<Polygamma> {
  static constexpr auto name = "polygamma";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, std::size_t order) {
    ctx.save(x);
    Array<T> y(x.shape());
    if (order == 0)
      kernels::unary(kernels::Unary::digamma, x.data(), y.data(), y.size());
    else if (order == 1)
      kernels::unary(kernels::Unary::trigamma, x.data(), y.data(), y.size());
    else
      kernels::polygamma(order, x.data(), y.data(), y.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t order) {
    return {gy * Polygamma::apply(ctx.saved(0), order + 1U)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t order) {
    return backward(ctx, t[0], order)[0];
  }
};

/// sin(t) / t for t = pi x: the power series where the quotient's derivatives would cancel.
constexpr auto sinc_formula = [](auto x) {
  constexpr int terms = 13;
  const auto t = std::numbers::pi * x;
  const auto u = square(t);
  auto series = 1 - u / (2. * terms * (2 * terms + 1));
  for (int k = terms - 1; k > 0; --k) series = 1 - u / (2. * k * (2 * k + 1)) * series;
  return where(abs(t) < 1, series, sin(t) / t);
};

constexpr auto logit_formula = [](auto x) {
  const auto centre = 2 * atanh(2 * x - 1);  // 2 x - 1 is exact near 1/2
  const auto tails = log(x) - log1p(-x);
  return where(x < 0 || x > 1, nan * x, where(abs(x - 0.5) < 0.25, centre, tails));
};

}  // namespace

template <Element T>
Variable<T> erfinv(const Variable<T>& x) {
  return ErfInv::apply(x);
}
template <Element T>
Variable<T> lgamma(const Variable<T>& x) {
  return LogGamma::apply(x);
}
template <Element T>
Variable<T> digamma(const Variable<T>& x) {
  return Polygamma::apply(x, std::size_t{0});
}
template <Element T>
Variable<T> polygamma(std::ptrdiff_t order, const Variable<T>& x) {
  require<ValueError>(order >= 0, "polygamma", "order", "be >= 0", order);
  return Polygamma::apply(x, static_cast<std::size_t>(order));
}

template <Element T>
Variable<T> sinc(const Variable<T>& x) {
  return map_named("sinc", sinc_formula, x);
}

template <Element T>
Variable<T> logit(const Variable<T>& x) {
  return map_named("logit", logit_formula, x);
}
template <Element T>
Variable<T> logit(const Variable<T>& x, double eps) {
  require<ValueError>(eps >= 0 && eps <= 0.5, "logit", "eps", "be in [0, 1/2]", eps);
  return logit(clamp(x, eps, 1 - eps));
}

template <Element T>
Variable<T> nan_to_num(const Variable<T>& x, const NanToNumOptions& o) {
  constexpr double largest = static_cast<double>(std::numeric_limits<T>::max());
  const auto formula = [number = o.nan, high = o.posinf.value_or(largest),
                        low = o.neginf.value_or(-largest)](auto v) {
    return where(isnan(v), number, where(v == inf, high, where(v == -inf, low, v)));
  };
  return map_named("nan_to_num", formula, x);
}

#define XG_INSTANTIATE(T)                                             \
  template Variable<T> erfinv(const Variable<T>&);                    \
  template Variable<T> lgamma(const Variable<T>&);                    \
  template Variable<T> digamma(const Variable<T>&);                   \
  template Variable<T> polygamma(std::ptrdiff_t, const Variable<T>&); \
  template Variable<T> sinc(const Variable<T>&);                      \
  template Variable<T> logit(const Variable<T>&);                     \
  template Variable<T> logit(const Variable<T>&, double);             \
  template Variable<T> nan_to_num(const Variable<T>&, const NanToNumOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
