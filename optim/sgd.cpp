#include "xgrad/optim/sgd.hpp"

#include <cmath>

#include "xgrad/core/kernels/optimizer.hpp"
#include "xgrad/optim/rule_optimizer.hpp"

namespace xg::optim {
namespace detail {

template <>
const Names Rule<SGDOptions>::names = {"SGD", "SGD.step"};

template <>
std::vector<Option<SGDOptions>> Rule<SGDOptions>::options() {
  using O = SGDOptions;
  return {
      {"lr", &O::lr, Range::not_negative}, {"momentum", &O::momentum, Range::not_negative},
      {"dampening", &O::dampening},        {"weight_decay", &O::weight_decay, Range::not_negative},
      {"nesterov", &O::nesterov},          {"maximize", &O::maximize}};
}

template <>
void Rule<SGDOptions>::check_together(const SGDOptions& o) {
  require<ValueError>(!o.nesterov || (o.momentum > 0 && o.dampening == 0), names.rule, "nesterov",
                      "come with momentum > 0 and dampening 0",
                      std::string_view("momentum " + number_text(o.momentum) + ", dampening " +
                                       number_text(o.dampening)));
}

template <>
std::size_t Rule<SGDOptions>::buffer_count(const SGDOptions& o) {
  return o.momentum != 0 ? 1 : 0;
}

template <>
template <class T>
void Rule<SGDOptions>::update(const Update<T>& u, const SGDOptions& o) {
  const kernels::SGDStep c{.lr = o.lr,
                           .scale = o.maximize ? -1. : 1.,
                           .weight_decay = o.weight_decay,
                           .momentum = o.momentum,
                           .dampening = o.dampening,
                           .nesterov = o.nesterov,
                           .first = u.slot.steps == 1};
  kernels::sgd_step<T>(c, u.p, u.g, o.momentum != 0 ? u.buffer(0) : nullptr, u.n);
}

}  // namespace detail

template class RuleOptimizer<float, SGDOptions>;
template class RuleOptimizer<double, SGDOptions>;

}  // namespace xg::optim
