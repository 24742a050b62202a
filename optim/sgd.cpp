#include "xgrad/optim/sgd.hpp"

#include <cmath>

#include "xgrad/core/kernels/optimizer.hpp"
#include "xgrad/optim/rule_optimizer.hpp"

namespace xg::optim {
namespace detail {

void SGDRule::check(const SGDOptions& o) {
  check_at_least(name, "lr", o.lr, 0);
  check_at_least(name, "momentum", o.momentum, 0);
  check_at_least(name, "weight_decay", o.weight_decay, 0);
  require<ValueError>(!o.nesterov || (o.momentum > 0 && o.dampening == 0), name, "nesterov",
                      "come with momentum > 0 and dampening 0",
                      std::string_view("momentum " + number_text(o.momentum) + ", dampening " +
                                       number_text(o.dampening)));
}

std::size_t SGDRule::buffer_count(const SGDOptions& o) { return o.momentum != 0 ? 1 : 0; }

double SGDRule::initial(const SGDOptions&, std::size_t) { return 0; }

void SGDRule::visit(SGDOptions& o, const OptionVisitor& f) {
  f("lr", o.lr);
  f("momentum", o.momentum);
  f("dampening", o.dampening);
  f("weight_decay", o.weight_decay);
  f("nesterov", o.nesterov);
  f("maximize", o.maximize);
}

template <class T>
void SGDRule::update(const Update<T>& u, const SGDOptions& o) {
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

template class RuleOptimizer<float, detail::SGDRule>;
template class RuleOptimizer<double, detail::SGDRule>;

}  // namespace xg::optim
