#pragma once

#include "xgrad/optim/optimizer.hpp"

namespace xg::optim {

struct SGDOptions {
  double lr = 1e-3;         ///< step size, >= 0
  double momentum = 0;      ///< fraction of v kept a step, >= 0
  double dampening = 0;     ///< fraction of g kept out of v
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool nesterov = false;    ///< look ahead; needs momentum > 0 and dampening 0
  bool maximize = false;    ///< climb instead
};

/// Gradient descent:  g <- g + weight_decay * p;  v <- momentum * v + (1 - dampening) * g, v = g in
/// the first step;  p <- p - lr * v, or with nesterov  p <- p - lr * (g + momentum * v).
///
/// As in PyTorch. Sutskever et al., ICML 2013, keep lr inside v instead; the two part ways when lr
/// changes. The lectures' v <- mu v - lr g, p <- p + v gives the same p for a constant lr.
template <class T>
using SGD = RuleOptimizer<T, SGDOptions>;
extern template class RuleOptimizer<float, SGDOptions>;
extern template class RuleOptimizer<double, SGDOptions>;

}  // namespace xg::optim
