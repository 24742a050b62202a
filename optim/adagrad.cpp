#include "xgrad/optim/adagrad.hpp"

#include <cmath>

#include "xgrad/core/kernels/optimizer.hpp"
#include "xgrad/optim/rule_optimizer.hpp"

namespace xg::optim {
namespace detail {

template <>
const Names Rule<AdagradOptions>::names = {"Adagrad", "Adagrad.step"};

template <>
std::vector<Option<AdagradOptions>> Rule<AdagradOptions>::options() {
  using O = AdagradOptions;
  return {{"lr", &O::lr, Range::not_negative},
          {"lr_decay", &O::lr_decay, Range::not_negative},
          {"weight_decay", &O::weight_decay, Range::not_negative},
          {"initial_accumulator_value", &O::initial_accumulator_value, Range::not_negative},
          {"eps", &O::eps, Range::not_negative},
          {"maximize", &O::maximize}};
}

template <>
std::size_t Rule<AdagradOptions>::buffer_count(const AdagradOptions&) {
  return 1;
}

template <>
double Rule<AdagradOptions>::initial(const AdagradOptions& o) {
  return o.initial_accumulator_value;
}

template <>
template <class T>
void Rule<AdagradOptions>::update(const Update<T>& u, const AdagradOptions& o) {
  const double lr = o.lr / (1 + static_cast<double>(u.slot.steps - 1) * o.lr_decay);
  kernels::adagrad_step<T>({lr, o.maximize ? -1. : 1., o.weight_decay, o.eps}, u.p, u.g,
                           u.buffer(0), u.n);
}

template <>
const Names Rule<RMSpropOptions>::names = {"RMSprop", "RMSprop.step"};

template <>
std::vector<Option<RMSpropOptions>> Rule<RMSpropOptions>::options() {
  using O = RMSpropOptions;
  return {{"lr", &O::lr, Range::not_negative},
          {"alpha", &O::alpha, Range::fraction},
          {"eps", &O::eps, Range::not_negative},
          {"weight_decay", &O::weight_decay, Range::not_negative},
          {"momentum", &O::momentum, Range::not_negative},
          {"centered", &O::centered},
          {"maximize", &O::maximize}};
}

// s, the mean of g, the last step: those that are not used come last.
template <>
std::size_t Rule<RMSpropOptions>::buffer_count(const RMSpropOptions& o) {
  return o.momentum > 0 ? 3 : o.centered ? 2 : 1;
}

template <>
template <class T>
void Rule<RMSpropOptions>::update(const Update<T>& u, const RMSpropOptions& o) {
  kernels::rmsprop_step<T>(
      {o.lr, o.maximize ? -1. : 1., o.weight_decay, o.alpha, o.eps, o.momentum}, u.p, u.g,
      u.buffer(0), o.centered ? u.buffer(1) : nullptr, o.momentum > 0 ? u.buffer(2) : nullptr, u.n);
}

template <>
const Names Rule<AdadeltaOptions>::names = {"Adadelta", "Adadelta.step"};

template <>
std::vector<Option<AdadeltaOptions>> Rule<AdadeltaOptions>::options() {
  using O = AdadeltaOptions;
  return {{"lr", &O::lr, Range::not_negative},
          {"rho", &O::rho, Range::fraction},
          {"eps", &O::eps, Range::not_negative},
          {"weight_decay", &O::weight_decay, Range::not_negative},
          {"maximize", &O::maximize}};
}

template <>
std::size_t Rule<AdadeltaOptions>::buffer_count(const AdadeltaOptions&) {
  return 2;
}

template <>
template <class T>
void Rule<AdadeltaOptions>::update(const Update<T>& u, const AdadeltaOptions& o) {
  kernels::adadelta_step<T>({o.lr, o.maximize ? -1. : 1., o.weight_decay, o.rho, o.eps}, u.p, u.g,
                            u.buffer(0), u.buffer(1), u.n);
}

}  // namespace detail

template class RuleOptimizer<float, AdagradOptions>;
template class RuleOptimizer<double, AdagradOptions>;
template class RuleOptimizer<float, RMSpropOptions>;
template class RuleOptimizer<double, RMSpropOptions>;
template class RuleOptimizer<float, AdadeltaOptions>;
template class RuleOptimizer<double, AdadeltaOptions>;

}  // namespace xg::optim
