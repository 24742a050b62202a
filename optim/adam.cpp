#include "xgrad/optim/adam.hpp"

#include <cmath>

#include "xgrad/core/kernels/optimizer.hpp"
#include "xgrad/optim/rule_optimizer.hpp"

namespace xg::optim {
namespace detail {

void AdamRule::check(const AdamOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "eps", o.eps, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_fraction(name, "beta1", o.beta1);
  check_fraction(name, "beta2", o.beta2);
}

std::size_t AdamRule::buffer_count(const AdamOptions& o) { return o.amsgrad ? 3 : 2; }

double AdamRule::initial(const AdamOptions&, std::size_t) { return 0; }

void AdamRule::visit(AdamOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("beta1", o.beta1);
  f("beta2", o.beta2);
  f("eps", o.eps);
  f("weight_decay", o.weight_decay);
  f("amsgrad", o.amsgrad);
  f("maximize", o.maximize);
}

template <class T>
void AdamRule::update(const Update<T>& u, const AdamOptions& o) {
  const double t = static_cast<double>(u.slot.steps);
  const kernels::AdamStep c{.scale = o.maximize ? -1. : 1.,
                            .weight_decay = o.weight_decay,
                            .shrink = 1,
                            .beta1 = o.beta1,
                            .beta2 = o.beta2,
                            .lr1 = 0,
                            .lr2 = o.lr / (1 - std::pow(o.beta1, t)),
                            .root = std::sqrt(1 - std::pow(o.beta2, t)),
                            .eps = o.eps};
  kernels::adam_step<T>(c, u.p, u.g, u.buffer(0), u.buffer(1), o.amsgrad ? u.buffer(2) : nullptr,
                        u.n);
}

void AdamWRule::check(const AdamWOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "eps", o.eps, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_fraction(name, "beta1", o.beta1);
  check_fraction(name, "beta2", o.beta2);
}

std::size_t AdamWRule::buffer_count(const AdamWOptions& o) { return o.amsgrad ? 3 : 2; }

double AdamWRule::initial(const AdamWOptions&, std::size_t) { return 0; }

void AdamWRule::visit(AdamWOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("beta1", o.beta1);
  f("beta2", o.beta2);
  f("eps", o.eps);
  f("weight_decay", o.weight_decay);
  f("amsgrad", o.amsgrad);
  f("maximize", o.maximize);
}

template <class T>
void AdamWRule::update(const Update<T>& u, const AdamWOptions& o) {
  const double t = static_cast<double>(u.slot.steps);
  const kernels::AdamStep c{.scale = o.maximize ? -1. : 1.,
                            .weight_decay = 0,
                            .shrink = 1 - o.lr * o.weight_decay,
                            .beta1 = o.beta1,
                            .beta2 = o.beta2,
                            .lr1 = 0,
                            .lr2 = o.lr / (1 - std::pow(o.beta1, t)),
                            .root = std::sqrt(1 - std::pow(o.beta2, t)),
                            .eps = o.eps};
  kernels::adam_step<T>(c, u.p, u.g, u.buffer(0), u.buffer(1), o.amsgrad ? u.buffer(2) : nullptr,
                        u.n);
}

void NAdamRule::check(const NAdamOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "eps", o.eps, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_at_least(name, "momentum_decay", o.momentum_decay, 0);
  check_fraction(name, "beta1", o.beta1);
  check_fraction(name, "beta2", o.beta2);
}

std::size_t NAdamRule::buffer_count(const NAdamOptions&) { return 2; }

double NAdamRule::initial(const NAdamOptions&, std::size_t) { return 0; }

void NAdamRule::visit(NAdamOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("beta1", o.beta1);
  f("beta2", o.beta2);
  f("eps", o.eps);
  f("weight_decay", o.weight_decay);
  f("momentum_decay", o.momentum_decay);
  f("maximize", o.maximize);
}

template <class T>
void NAdamRule::update(const Update<T>& u, const NAdamOptions& o) {
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

void RAdamRule::check(const RAdamOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "eps", o.eps, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_fraction(name, "beta1", o.beta1);
  check_fraction(name, "beta2", o.beta2);
}

std::size_t RAdamRule::buffer_count(const RAdamOptions&) { return 2; }

double RAdamRule::initial(const RAdamOptions&, std::size_t) { return 0; }

void RAdamRule::visit(RAdamOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("beta1", o.beta1);
  f("beta2", o.beta2);
  f("eps", o.eps);
  f("weight_decay", o.weight_decay);
  f("maximize", o.maximize);
}

template <class T>
void RAdamRule::update(const Update<T>& u, const RAdamOptions& o) {
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

void AdamaxRule::check(const AdamaxOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "eps", o.eps, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  check_fraction(name, "beta1", o.beta1);
  check_fraction(name, "beta2", o.beta2);
}

std::size_t AdamaxRule::buffer_count(const AdamaxOptions&) { return 2; }

double AdamaxRule::initial(const AdamaxOptions&, std::size_t) { return 0; }

void AdamaxRule::visit(AdamaxOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("beta1", o.beta1);
  f("beta2", o.beta2);
  f("eps", o.eps);
  f("weight_decay", o.weight_decay);
  f("maximize", o.maximize);
}

template <class T>
void AdamaxRule::update(const Update<T>& u, const AdamaxOptions& o) {
  const double lr = o.lr / (1 - std::pow(o.beta1, static_cast<double>(u.slot.steps)));
  kernels::adamax_step<T>({lr, o.maximize ? -1. : 1., o.weight_decay, o.beta1, o.beta2, o.eps}, u.p,
                          u.g, u.buffer(0), u.buffer(1), u.n);
}

}  // namespace detail

template class RuleOptimizer<float, detail::AdamRule>;
template class RuleOptimizer<double, detail::AdamRule>;
template class RuleOptimizer<float, detail::AdamWRule>;
template class RuleOptimizer<double, detail::AdamWRule>;
template class RuleOptimizer<float, detail::NAdamRule>;
template class RuleOptimizer<double, detail::NAdamRule>;
template class RuleOptimizer<float, detail::RAdamRule>;
template class RuleOptimizer<double, detail::RAdamRule>;
template class RuleOptimizer<float, detail::AdamaxRule>;
template class RuleOptimizer<double, detail::AdamaxRule>;

}  // namespace xg::optim
