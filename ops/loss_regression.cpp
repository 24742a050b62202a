#include "xgrad/ops/loss_regression.hpp"

#include <cmath>
#include <numbers>

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/floor_at.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::reduce_loss;
using detail::require_same_shape;
using std::numbers::pi;

namespace {

/// t log t - t + log(2 pi t) / 2, about log t!, where t > 1; else 0.
constexpr auto stirling = [](auto t) {
  return where(t <= 1, 0, t * log(t) - t + 0.5 * log(2 * pi * t));
};

template <class T>
Variable<T> fit_variance(const Variable<T>& var, const Shape& x) {
  Shape shorter = x, narrow = x;
  if (!x.empty()) {
    shorter.erase(shorter.begin() + (x.size() - 1));
    narrow.back() = 1;
  }
  if (var.shape() == x || var.shape() == narrow) return var;
  require<ShapeError>(
      !x.empty() && var.shape() == shorter, "gaussian_nll_loss", "var",
      "have the shape of x " + to_string(x) + ", but for a last extent of 1 or none", var.shape());
  return unsqueeze(var, -1);
}

}  // namespace

template <Element T>
Variable<T> mse_loss(const Variable<T>& x, const Target<T>& target, const LossOptions& options) {
  require_same_shape("mse_loss", "target", target.shape(), x.shape());
  return reduce_loss(square(x - target), options.reduction);
}

template <Element T>
Variable<T> l1_loss(const Variable<T>& x, const Target<T>& target, const LossOptions& options) {
  require_same_shape("l1_loss", "target", target.shape(), x.shape());
  return reduce_loss(abs(x - target), options.reduction);
}

template <Element T>
Variable<T> huber_loss(const Variable<T>& x, const Target<T>& target, const HuberLossOptions& o) {
  require_same_shape("huber_loss", "target", target.shape(), x.shape());
  require<ValueError>(o.delta > 0, "huber_loss", "delta", "be > 0", o.delta);
  const auto formula = [k = o.delta](auto a, auto b) {
    const auto d = a - b;
    return where(abs(d) <= k, 0.5 * square(d), k * (abs(d) - 0.5 * k));
  };
  return reduce_loss(map_named("huber_loss", formula, x, target), o.reduction);
}

template <Element T>
Variable<T> smooth_l1_loss(const Variable<T>& x, const Target<T>& target,
                           const SmoothL1LossOptions& o) {
  require_same_shape("smooth_l1_loss", "target", target.shape(), x.shape());
  require<ValueError>(o.beta >= 0, "smooth_l1_loss", "beta", "be >= 0", o.beta);
  if (o.beta == 0) return l1_loss(x, target, {.reduction = o.reduction});
  const auto formula = [k = o.beta](auto a, auto b) {
    const auto d = a - b;
    return where(abs(d) < k, 0.5 * square(d) / k, abs(d) - 0.5 * k);
  };
  return reduce_loss(map_named("smooth_l1_loss", formula, x, target), o.reduction);
}

template <Element T>
Variable<T> poisson_nll_loss(const Variable<T>& x, const Target<T>& target,
                             const PoissonNllOptions& o) {
  require_same_shape("poisson_nll_loss", "target", target.shape(), x.shape());
  const auto of_logarithm = [](auto v, auto t) { return exp(v) - t * v; };
  const auto of_rate = [eps = o.eps](auto v, auto t) { return v - t * log(v + eps); };
  auto losses = o.log_input ? map_named("poisson_nll_loss", of_logarithm, x, target)
                            : map_named("poisson_nll_loss", of_rate, x, target);
  if (o.full) losses = losses + map_named("poisson_nll_loss", stirling, target);
  return reduce_loss(losses, o.reduction);
}

template <Element T>
Variable<T> gaussian_nll_loss(const Variable<T>& x, const Target<T>& target, const Target<T>& var,
                              const GaussianNllOptions& o) {
  require_same_shape("gaussian_nll_loss", "target", target.shape(), x.shape());
  require<ValueError>(o.eps > 0, "gaussian_nll_loss", "eps", "be > 0", o.eps);
  for (const T v : var.value().storage())
    require<ValueError>(!(v < 0), "gaussian_nll_loss", "var", "be >= 0", v);
  const auto limited = detail::FloorAt::apply(fit_variance(var, x.shape()), o.eps);
  const auto formula = [](auto a, auto t, auto v) {
    const auto d = a - t;
    return 0.5 * (log(v) + d / v * d);
  };
  const auto losses = map_named("gaussian_nll_loss", formula, x, target, limited);
  return reduce_loss(o.full ? losses + 0.5 * std::log(2 * pi) : losses, o.reduction);
}

#define XG_INSTANTIATE(T)                                                                         \
  template Variable<T> mse_loss(const Variable<T>&, const Target<T>&, const LossOptions&);        \
  template Variable<T> l1_loss(const Variable<T>&, const Target<T>&, const LossOptions&);         \
  template Variable<T> huber_loss(const Variable<T>&, const Target<T>&, const HuberLossOptions&); \
  template Variable<T> smooth_l1_loss(const Variable<T>&, const Target<T>&,                       \
                                      const SmoothL1LossOptions&);                                \
  template Variable<T> poisson_nll_loss(const Variable<T>&, const Target<T>&,                     \
                                        const PoissonNllOptions&);                                \
  template Variable<T> gaussian_nll_loss(const Variable<T>&, const Target<T>&, const Target<T>&,  \
                                         const GaussianNllOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
