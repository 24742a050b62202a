#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "xgrad/optim/optimizer.hpp"

namespace xg::optim {

/// Sets the learning rate of every group as a function of its first rate and of t, the number of
/// calls of step() so far: call it once an epoch (or a step), after the optimiser's.
///
///   Schedule warmup(sgd, [](double lr, double t) { return lr * std::min(1., (t + 1) / 8); });
///
/// Rates are closed forms of t, so changes made by hand do not last. The optimiser must outlive it.
class Schedule {
 public:
  using Rate = std::function<double(double first, double t)>;
  Schedule(RateHolder& optimizer, Rate rate);
  void step() { set_time(time_ + 1); }
  std::int64_t time() const noexcept { return time_; }
  void set_time(std::int64_t t);

  /// The time and the first rates.
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state);

 private:
  RateHolder* optimizer_;
  Rate rate_;
  std::vector<double> first_;
  std::int64_t time_ = 0;
};

struct StepLROptions {
  std::int64_t step_size = 1;  ///< > 0
  double gamma = 0.1;
};
/// first * gamma^floor(t / step_size)
struct StepLR : Schedule {
  StepLR(RateHolder& optimizer, StepLROptions options);
};

struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};
  double gamma = 0.1;
};
/// first * gamma^k, k the number of milestones <= t
struct MultiStepLR : Schedule {
  MultiStepLR(RateHolder& optimizer, MultiStepLROptions options);
};

struct ExponentialLROptions {
  double gamma = 0.9;
};
/// first * gamma^t
struct ExponentialLR : Schedule {
  ExponentialLR(RateHolder& optimizer, ExponentialLROptions options);
};

struct LinearLROptions {
  double start_factor = 1. / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;  ///< > 0
};
/// first times a factor that goes in a straight line from start_factor to end_factor
struct LinearLR : Schedule {
  LinearLR(RateHolder& optimizer, LinearLROptions options);
};

struct CosineAnnealingLROptions {
  std::int64_t T_max = 1;  ///< half a period, > 0
  double eta_min = 0;
};
/// eta_min + (first - eta_min) (1 + cos(pi t / T_max)) / 2. Loshchilov, Hutter, arXiv:1608.03983.
struct CosineAnnealingLR : Schedule {
  CosineAnnealingLR(RateHolder& optimizer, CosineAnnealingLROptions options);
};

}  // namespace xg::optim
