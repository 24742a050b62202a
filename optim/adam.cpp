#include "xgrad/optim/adam.hpp"

#include <cmath>

#include "xgrad/core/kernels/optimizer.hpp"
#include "xgrad/optim/rule_optimizer.hpp"

namespace xg::optim {
namespace detail {

namespace {

/// All options of a rule of this family, its own before the last.
template <class O>
std::vector<Option<O>> with_common(std::initializer_list<Option<O>> own = {}) {
  std::vector<Option<O>> all{{"lr", &O::lr, Range::not_negative},
                             {"beta1", &O::beta1, Range::fraction},
                             {"beta2", &O::beta2, Range::fraction},
                             {"eps", &O::eps, Range::not_negative},
                             {"weight_decay", &O::weight_decay, Range::not_negative}};
  all.insert(all.end(), own);
  all.push_back({"maximize", &O::maximize});
  return all;
}

/// Adam and AdamW; `decay` is added to g as a factor of p, `shrink` multiplies p.
template <class T, class O>
void update_adam(const Update<T>& u, const O& o, double decay, double shrink) {
  const double t = static_cast<double>(u.slot.steps);
  const kernels::AdamStep c{.scale = o.maximize ? -1. : 1.,
                            .weight_decay = decay,
                            .shrink = shrink,
                            .beta1 = o.beta1,
                            .beta2 = o.beta2,
                            .lr1 = 0,
                            .lr2 = o.lr / (1 - std::pow(o.beta1, t)),
                            .root = std::sqrt(1 - std::pow(o.beta2, t)),
                            .eps = o.eps};
  kernels::adam_step<T>(c, u.p, u.g, u.buffer(0), u.buffer(1), o.amsgrad ? u.buffer(2) : nullptr,
                        u.n);
}

}  // namespace

template <>
const Names Rule<AdamOptions>::names = {"Adam", "Adam.step"};

template <>
std::vector<Option<AdamOptions>> Rule<AdamOptions>::options() {
  return with_common<AdamOptions>({{"amsgrad", &AdamOptions::amsgrad}});
}

template <>
std::size_t Rule<AdamOptions>::buffer_count(const AdamOptions& o) {
  return o.amsgrad ? 3 : 2;
}

template <>
template <class T>
void Rule<AdamOptions>::update(const Update<T>& u, const AdamOptions& o) {
  update_adam(u, o, o.weight_decay, 1);
}

template <>
const Names Rule<AdamWOptions>::names = {"AdamW", "AdamW.step"};

template <>
std::vector<Option<AdamWOptions>> Rule<AdamWOptions>::options() {
  return with_common<AdamWOptions>({{"amsgrad", &AdamWOptions::amsgrad}});
}

template <>
std::size_t Rule<AdamWOptions>::buffer_count(const AdamWOptions& o) {
  return o.amsgrad ? 3 : 2;
}

template <>
template <class T>
void Rule<AdamWOptions>::update(const Update<T>& u, const AdamWOptions& o) {
  update_adam(u, o, 0, 1 - o.lr * o.weight_decay);
}

template <>
const Names Rule<NAdamOptions>::names = {"NAdam", "NAdam.step"};

template <>
std::vector<Option<NAdamOptions>> Rule<NAdamOptions>::options() {
  return with_common<NAdamOptions>(
      {{"momentum_decay", &NAdamOptions::momentum_decay, Range::not_negative}});
}

template <>
std::size_t Rule<NAdamOptions>::buffer_count(const NAdamOptions&) {
  return 2;
}

template <>
template <class T>
void Rule<NAdamOptions>::update(const Update<T>& u, const NAdamOptions& o) {
  const double t = static_cast<double>(u.slot.steps);
  const double mu = o.beta1 * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay));
  const double next = o.beta1 * (1 - 0.5 * std::pow(0.96, (t + 1) * o.momentum_decay));
  u.slot.product *= mu;
  const kernels::AdamStep c{.scale = o.maximize ? -1. : 1.,
                            .weight_decay = o.weight_decay,
                            .shrink = 1,
                            .beta1 = o.beta1,
                            .beta2 = o.beta2,
                            .lr1 = o.lr * (1 - mu) / (1 - u.slot.product),
                            .lr2 = o.lr * next / (1 - u.slot.product * next),
                            .root = std::sqrt(1 - std::pow(o.beta2, t)),
                            .eps = o.eps};
  kernels::adam_step<T>(c, u.p, u.g, u.buffer(0), u.buffer(1), nullptr, u.n);
}

template <>
const Names Rule<RAdamOptions>::names = {"RAdam", "RAdam.step"};

template <>
std::vector<Option<RAdamOptions>> Rule<RAdamOptions>::options() {
  return with_common<RAdamOptions>();
}

template <>
std::size_t Rule<RAdamOptions>::buffer_count(const RAdamOptions&) {
  return 2;
}

template <>
template <class T>
void Rule<RAdamOptions>::update(const Update<T>& u, const RAdamOptions& o) {
  const double t = static_cast<double>(u.slot.steps);
  const double power = std::pow(o.beta2, t), rest = 1 - power;
  const double end = 2 / (1 - o.beta2) - 1;       // rho at infinity
  const double rho = end - 2 * t * power / rest;  // length of the approximated average
  const bool adaptive = rho > 5;
  double lr = o.lr / (1 - std::pow(o.beta1, t));
  if (adaptive) lr *= std::sqrt(rest * (rho - 4) * (rho - 2) * end / ((end - 4) * (end - 2) * rho));
  kernels::radam_step<T>(
      {lr, o.maximize ? -1. : 1., o.weight_decay, o.beta1, o.beta2, o.eps, adaptive}, u.p, u.g,
      u.buffer(0), u.buffer(1), u.n);
}

template <>
const Names Rule<AdamaxOptions>::names = {"Adamax", "Adamax.step"};

template <>
std::vector<Option<AdamaxOptions>> Rule<AdamaxOptions>::options() {
  return with_common<AdamaxOptions>();
}

template <>
std::size_t Rule<AdamaxOptions>::buffer_count(const AdamaxOptions&) {
  return 2;
}

template <>
template <class T>
void Rule<AdamaxOptions>::update(const Update<T>& u, const AdamaxOptions& o) {
  const double lr = o.lr / (1 - std::pow(o.beta1, static_cast<double>(u.slot.steps)));
  kernels::adamax_step<T>({lr, o.maximize ? -1. : 1., o.weight_decay, o.beta1, o.beta2, o.eps}, u.p,
                          u.g, u.buffer(0), u.buffer(1), u.n);
}

}  // namespace detail

template class RuleOptimizer<float, AdamOptions>;
template class RuleOptimizer<double, AdamOptions>;
template class RuleOptimizer<float, AdamWOptions>;
template class RuleOptimizer<double, AdamWOptions>;
template class RuleOptimizer<float, NAdamOptions>;
template class RuleOptimizer<double, NAdamOptions>;
template class RuleOptimizer<float, RAdamOptions>;
template class RuleOptimizer<double, RAdamOptions>;
template class RuleOptimizer<float, AdamaxOptions>;
template class RuleOptimizer<double, AdamaxOptions>;

}  // namespace xg::optim
