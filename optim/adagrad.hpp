#pragma once

#include "xgrad/optim/optimizer.hpp"

namespace xg::optim {

struct AdagradOptions {
  double lr = 1e-2;                      ///< step size, >= 0
  double lr_decay = 0;                   ///< lr falls as 1 / (1 + (t - 1) lr_decay), >= 0
  double weight_decay = 0;               ///< factor of p added to g, >= 0
  double initial_accumulator_value = 0;  ///< of s, >= 0
  double eps = 1e-10;                    ///< added to the root, outside it, >= 0
  bool maximize = false;                 ///< climb instead
};

struct RMSpropOptions {
  double lr = 1e-2;         ///< step size, >= 0
  double alpha = 0.99;      ///< decay of the mean of g^2 (the lectures' decay_rate), in [0, 1)
  double eps = 1e-8;        ///< added to the root, outside it, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  double momentum = 0;      ///< fraction of the last step kept, >= 0
  bool centered = false;    ///< divide by the deviation of g instead of its root mean square
  bool maximize = false;    ///< climb instead
};

struct AdadeltaOptions {
  double lr = 1;            ///< step size, >= 0
  double rho = 0.9;         ///< decay of both means, in [0, 1)
  double eps = 1e-6;        ///< inside the roots, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool maximize = false;    ///< climb instead
};

/// s <- s + g^2;  p <- p - lr_t * g / (sqrt(s) + eps).
/// Source: Duchi, Hazan, Singer, JMLR 12, 2011.
template <class T>
using Adagrad = RuleOptimizer<T, AdagradOptions>;
extern template class RuleOptimizer<float, AdagradOptions>;
extern template class RuleOptimizer<double, AdagradOptions>;

/// s <- alpha s + (1 - alpha) g^2;  p <- p - lr * b,  b <- momentum * b + g / (sqrt(s) + eps);
/// centered: sqrt(s - m^2) with the mean m of g. Source: Tieleman, Hinton, lecture 6.5, 2012.
template <class T>
using RMSprop = RuleOptimizer<T, RMSpropOptions>;
extern template class RuleOptimizer<float, RMSpropOptions>;
extern template class RuleOptimizer<double, RMSpropOptions>;

/// s <- rho s + (1 - rho) g^2;  x = sqrt(a + eps) / sqrt(s + eps) * g;
/// a <- rho a + (1 - rho) x^2;  p <- p - lr * x.  Source: Zeiler, arXiv:1212.5701.
template <class T>
using Adadelta = RuleOptimizer<T, AdadeltaOptions>;
extern template class RuleOptimizer<float, AdadeltaOptions>;
extern template class RuleOptimizer<double, AdadeltaOptions>;

}  // namespace xg::optim
