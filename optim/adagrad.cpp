#include "xgrad/optim/adagrad.hpp"

#include <cmath>

#include "xgrad/core/kernels/optimizer.hpp"
#include "xgrad/optim/rule_optimizer.hpp"

namespace xg::optim {
namespace detail {

void AdagradRule::check(const AdagradOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "lr_decay", o.lr_decay, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_at_least(name, "initial_accumulator_value", o.initial_accumulator_value, 0);
  check_at_least(name, "eps", o.eps, 0);
}

std::size_t AdagradRule::buffer_count(const AdagradOptions&) { return 1; }

double AdagradRule::initial(const AdagradOptions& o, std::size_t) {
  return o.initial_accumulator_value;
}

void AdagradRule::visit(AdagradOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("lr_decay", o.lr_decay);
  f("weight_decay", o.weight_decay);
  f("initial_accumulator_value", o.initial_accumulator_value);
  f("eps", o.eps);
  f("maximize", o.maximize);
}

template <class T>
void AdagradRule::update(const Update<T>& u, const AdagradOptions& o) {
  const double lr = o.lr / (1 + static_cast<double>(u.slot.steps - 1) * o.lr_decay);
  kernels::adagrad_step<T>({lr, o.maximize ? -1. : 1., o.weight_decay, o.eps}, u.p, u.g,
                           u.buffer(0), u.n);
}

void RMSpropRule::check(const RMSpropOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "eps", o.eps, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_at_least(name, "momentum", o.momentum, 0);
  check_fraction(name, "alpha", o.alpha);
}

// s, the mean of g, the last step: those that are not used come last.
std::size_t RMSpropRule::buffer_count(const RMSpropOptions& o) {
  return o.momentum > 0 ? 3 : o.centered ? 2 : 1;
}

double RMSpropRule::initial(const RMSpropOptions&, std::size_t) { return 0; }

void RMSpropRule::visit(RMSpropOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("alpha", o.alpha);
  f("eps", o.eps);
  f("weight_decay", o.weight_decay);
  f("momentum", o.momentum);
  f("centered", o.centered);
  f("maximize", o.maximize);
}

template <class T>
void RMSpropRule::update(const Update<T>& u, const RMSpropOptions& o) {
  kernels::rmsprop_step<T>(
      {o.lr, o.maximize ? -1. : 1., o.weight_decay, o.alpha, o.eps, o.momentum}, u.p, u.g,
      u.buffer(0), o.centered ? u.buffer(1) : nullptr, o.momentum > 0 ? u.buffer(2) : nullptr, u.n);
}

void AdadeltaRule::check(const AdadeltaOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "eps", o.eps, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_fraction(name, "rho", o.rho);
}

std::size_t AdadeltaRule::buffer_count(const AdadeltaOptions&) { return 2; }

double AdadeltaRule::initial(const AdadeltaOptions&, std::size_t) { return 0; }

void AdadeltaRule::visit(AdadeltaOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("rho", o.rho);
  f("eps", o.eps);
  f("weight_decay", o.weight_decay);
  f("maximize", o.maximize);
}

template <class T>
void AdadeltaRule::update(const Update<T>& u, const AdadeltaOptions& o) {
  kernels::adadelta_step<T>({o.lr, o.maximize ? -1. : 1., o.weight_decay, o.rho, o.eps}, u.p, u.g,
                            u.buffer(0), u.buffer(1), u.n);
}

}  // namespace detail

template class RuleOptimizer<float, detail::AdagradRule>;
template class RuleOptimizer<double, detail::AdagradRule>;
template class RuleOptimizer<float, detail::RMSpropRule>;
template class RuleOptimizer<double, detail::RMSpropRule>;
template class RuleOptimizer<float, detail::AdadeltaRule>;
template class RuleOptimizer<double, detail::AdadeltaRule>;

}  // namespace xg::optim
