#include "xgrad/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "xgrad/optim/rule_optimizer.hpp"

namespace xg::optim {

Schedule::Schedule(RateHolder& optimizer, Rate rate)
    : optimizer_(&optimizer), rate_(std::move(rate)) {
  for (std::size_t i = 0; i < optimizer.group_count(); ++i) first_.push_back(optimizer.lr(i));
  set_time(0);
}

void Schedule::set_time(std::int64_t t) {
  time_ = t;
  for (std::size_t i = 0; i < first_.size(); ++i)
    optimizer_->set_lr(i, rate_(first_[i], static_cast<double>(t)));
}

StateDict Schedule::state_dict() const {
  StateDict state;
  state.set("time", detail::scalar_entry(time_));
  for (std::size_t i = 0; i < first_.size(); ++i)
    state.set(detail::key("group", i, "first"), detail::scalar_entry(first_[i]));
  return state;
}

void Schedule::load_state_dict(const StateDict& state) {
  std::int64_t time = 0;
  std::vector<double> first = first_;
  detail::read_scalar(state, "time", time);
  for (std::size_t i = 0; i < first.size(); ++i)
    detail::read_scalar(state, detail::key("group", i, "first"), first[i]);
  first_ = std::move(first);
  set_time(time);
}

namespace {
double positive(const char* op, const char* name, std::int64_t value) {
  require<ValueError>(value > 0, op, name, "be > 0", value);
  return static_cast<double>(value);
}
}  // namespace

StepLR::StepLR(RateHolder& optimizer, StepLROptions options)
    : Schedule(optimizer, [size = positive("StepLR", "step_size", options.step_size),
                           gamma = options.gamma](double first, double t) {
        return first * std::pow(gamma, std::floor(t / size));
      }) {}

MultiStepLR::MultiStepLR(RateHolder& optimizer, MultiStepLROptions options)
    : Schedule(optimizer, [options](double first, double t) {
        const auto passed = std::count_if(options.milestones.begin(), options.milestones.end(),
                                          [t](auto m) { return static_cast<double>(m) <= t; });
        return first * std::pow(options.gamma, static_cast<double>(passed));
      }) {}

ExponentialLR::ExponentialLR(RateHolder& optimizer, ExponentialLROptions options)
    : Schedule(optimizer, [gamma = options.gamma](double first, double t) {
        return first * std::pow(gamma, t);
      }) {}

LinearLR::LinearLR(RateHolder& optimizer, LinearLROptions options)
    : Schedule(optimizer, [options, total = positive("LinearLR", "total_iters",
                                                     options.total_iters)](double first, double t) {
        const double part = std::min(t / total, 1.);
        return first * (options.start_factor + (options.end_factor - options.start_factor) * part);
      }) {}

CosineAnnealingLR::CosineAnnealingLR(RateHolder& optimizer, CosineAnnealingLROptions options)
    : Schedule(optimizer, [end = options.eta_min,
                           half = positive("CosineAnnealingLR", "T_max", options.T_max)](
                              double first, double t) {
        return end + (first - end) * (1 + std::cos(std::numbers::pi * t / half)) / 2;
      }) {}

}  // namespace xg::optim
