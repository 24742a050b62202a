#pragma once

#include "xgrad/ops/loss_options.hpp"

namespace xg {

// Losses of predictions x against targets of the same shape, any; with d = x - target.
// @throws ShapeError if the shapes differ (broadcasting a target is nearly always a mistake).
// Gradients: the derivative by d times gy for x, its opposite for the target.

/// Squared error d^2.
template <Element T>
Variable<T> mse_loss(const Variable<T>& x, const Target<T>& target,
                     const LossOptions& options = {});

/// Absolute error |d|; the derivative at 0 and at NaN is 0.
template <Element T>
Variable<T> l1_loss(const Variable<T>& x, const Target<T>& target, const LossOptions& options = {});

struct HuberLossOptions {
  double delta = 1;  ///< where the parabola meets the lines, > 0
  LossReduction reduction = LossReduction::mean;
};

/// d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2).
/// @throws ValueError if delta <= 0. Source: Huber, Ann. Math. Stat. 35, 1964.
template <Element T>
Variable<T> huber_loss(const Variable<T>& x, const Target<T>& target,
                       const HuberLossOptions& options = {});

struct SmoothL1LossOptions {
  double beta = 1;  ///< where the parabola meets the lines, >= 0; 0 is l1_loss
  LossReduction reduction = LossReduction::mean;
};

/// d^2 / (2 beta) where |d| < beta, else |d| - beta / 2: huber_loss / beta.
/// @throws ValueError if beta < 0. Source: Girshick, arXiv:1504.08083, section 2.3.
template <Element T>
Variable<T> smooth_l1_loss(const Variable<T>& x, const Target<T>& target,
                           const SmoothL1LossOptions& options = {});

struct PoissonNllOptions {
  bool log_input = true;  ///< x is the logarithm of the rate, else the rate itself
  bool full = false;      ///< add Stirling's t log t - t + log(2 pi t) / 2 where t > 1
  double eps = 1e-8;      ///< added to the rate before its logarithm is taken
  LossReduction reduction = LossReduction::mean;
};

/// Negative log-likelihood of counts t under Poisson distributions, without log t!:
/// exp(x) - t x, or x - t log(x + eps).
template <Element T>
Variable<T> poisson_nll_loss(const Variable<T>& x, const Target<T>& target,
                             const PoissonNllOptions& options = {});

struct GaussianNllOptions {
  bool full = false;  ///< add log(2 pi) / 2
  double eps = 1e-6;  ///< what variances below it count as, > 0
  LossReduction reduction = LossReduction::mean;
};

/// Negative log-likelihood of targets under normal distributions: (log v + d^2 / v) / 2,
/// v = max(var, eps).
///
/// @param var  variances: the shape of x, or that with a last extent of 1 or without the last axis.
/// @throws ShapeError for other shapes; ValueError for a negative variance or eps <= 0.
///
/// Gradient by var: (1 / v - d^2 / v^2) gy / 2, where var < eps too, so that it can grow again (as
/// PyTorch).
template <Element T>
Variable<T> gaussian_nll_loss(const Variable<T>& x, const Target<T>& target, const Target<T>& var,
                              const GaussianNllOptions& options = {});

}  // namespace xg
