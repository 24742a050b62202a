#include "xgrad/ops/loss_probability.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/map.hpp"

namespace xg {

using detail::reduce_loss;
using detail::require_same_shape;

namespace {

/// A formula applied to arrays alone.
template <class T, class F>
Array<T> map_arrays(const F& formula, const Array<T>& a, const Array<T>& b) {
  auto y = map(formula, a, b);
  return std::move(y.mutable_value());
}

/// The slope has a limit of its own, which is not that of the value.
struct BinaryCrossEntropy : Function<BinaryCrossEntropy> {
  static constexpr auto name = "binary_cross_entropy";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>& target) {
    ctx.save(x);
    if (ctx.needs(0)) ctx.save(target);
    return map_arrays(
        [](auto v, auto t) {
          return -(t * maximum(log(v), -100) + (1 - t) * maximum(log1p(-v), -100));
        },
        x, target);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto x = ctx.saved(0);
    return {ctx.needs(0) ? map_named(name, by_x, gy, x, ctx.saved(1)) : Variable<T>(),
            ctx.needs(1) ? map_named(name, by_target, gy, x) : Variable<T>()};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto x = ctx.saved(0);
    return add_tangents(t[0].defined() ? map_named(name, by_x, t[0], x, ctx.saved(1)) : t[0],
                        t[1].defined() ? map_named(name, by_target, t[1], x) : t[1]);
  }

 private:
  static constexpr auto by_x = [](auto g, auto v, auto t) {
    return g * (v - t) / maximum(v * (1 - v), 1e-12F);
  };
  static constexpr auto by_target = [](auto g, auto v) {
    return g * (maximum(log1p(-v), -100) - maximum(log(v), -100));
  };
};

template <class T>
Variable<T> weighted(const char* op, const Variable<T>& losses, const Variable<T>& weight) {
  if (!weight.defined()) return losses;
  require<ShapeError>(broadcast_shape(op, losses.shape(), weight.shape()) == losses.shape(), op,
                      "weight", "broadcast to x " + to_string(losses.shape()), weight.shape());
  return losses * weight;
}

constexpr auto cross_entropy_of_logit = [](auto v, auto t) {
  return t * softplus(-v) + (1 - t) * softplus(v);
};

}  // namespace

template <Element T>
Variable<T> binary_cross_entropy(const Variable<T>& x, const Target<T>& target,
                                 const std::type_identity_t<BceOptions<T>>& o) {
  require_same_shape("binary_cross_entropy", "target", target.shape(), x.shape());
  for (const T v : x.value().storage())
    require<ValueError>(!(v < 0 || v > 1), "binary_cross_entropy", "x", "be in [0, 1]", v);
  const auto losses = BinaryCrossEntropy::apply(x, target);
  return reduce_loss(weighted("binary_cross_entropy", losses, o.weight), o.reduction);
}

template <Element T>
Variable<T> binary_cross_entropy_with_logits(
    const Variable<T>& x, const Target<T>& target,
    const std::type_identity_t<BceWithLogitsOptions<T>>& o) {
  constexpr auto op = "binary_cross_entropy_with_logits";
  require_same_shape(op, "target", target.shape(), x.shape());
  const Variable<T>& p = o.pos_weight;
  if (!p.defined()) {
    const auto losses = map_named(op, cross_entropy_of_logit, x, target);
    return reduce_loss(weighted(op, losses, o.weight), o.reduction);
  }
  require<ShapeError>(broadcast_shape(op, x.shape(), p.shape()) == x.shape(), op, "pos_weight",
                      "broadcast to x " + to_string(x.shape()), p.shape());
  const auto formula = [](auto v, auto t, auto w) {
    return w * t * softplus(-v) + (1 - t) * softplus(v);
  };
  return reduce_loss(weighted(op, map_named(op, formula, x, target, p), o.weight), o.reduction);
}

template <Element T>
Variable<T> sigmoid_focal_loss(const Variable<T>& x, const Target<T>& target,
                               const FocalLossOptions& o) {
  require_same_shape("sigmoid_focal_loss", "target", target.shape(), x.shape());
  require<ValueError>(o.gamma >= 0, "sigmoid_focal_loss", "gamma", "be >= 0", o.gamma);
  require<ValueError>(o.alpha <= 1, "sigmoid_focal_loss", "alpha", "be <= 1", o.alpha);
  const double positive = o.alpha < 0 ? 1 : o.alpha, negative = o.alpha < 0 ? 1 : 1 - o.alpha;
  const auto formula = [gamma = o.gamma, positive, negative](auto v, auto t) {
    const auto missed = t * sigmoid(-v) + (1 - t) * sigmoid(v);  // 1 - p_t, all its digits
    return (positive * t + negative * (1 - t)) * pow(missed, gamma) * cross_entropy_of_logit(v, t);
  };
  return reduce_loss(map_named("sigmoid_focal_loss", formula, x, target), o.reduction);
}

template <Element T>
Variable<T> kl_div(const Variable<T>& x, const Target<T>& target, const KlDivOptions& o) {
  require_same_shape("kl_div", "target", target.shape(), x.shape());
  const auto of_logarithm = [](auto v, auto t) { return exp(t) * (t - v); };
  const auto of_probability = [](auto v, auto t) { return where(t == 0, 0, t * log(t)) - t * v; };
  return reduce_loss(o.log_target ? map_named("kl_div", of_logarithm, x, target)
                                  : map_named("kl_div", of_probability, x, target),
                     o.reduction);
}

#define XG_INSTANTIATE(T)                                                                     \
  template Variable<T> binary_cross_entropy(const Variable<T>&, const Target<T>&,             \
                                            const BceOptions<T>&);                            \
  template Variable<T> binary_cross_entropy_with_logits(const Variable<T>&, const Target<T>&, \
                                                        const BceWithLogitsOptions<T>&);      \
  template Variable<T> sigmoid_focal_loss(const Variable<T>&, const Target<T>&,               \
                                          const FocalLossOptions&);                           \
  template Variable<T> kl_div(const Variable<T>&, const Target<T>&, const KlDivOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
