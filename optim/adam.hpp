#pragma once

#include "xgrad/optim/optimizer.hpp"

namespace xg::optim {

struct AdamOptions {
  double lr = 1e-3;         ///< step size, >= 0
  double beta1 = 0.9;       ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;     ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;        ///< added to the root, outside it, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool amsgrad = false;     ///< divide by the largest v so far
  bool maximize = false;    ///< climb instead
};

struct AdamWOptions {
  double lr = 1e-3;            ///< step size, >= 0
  double beta1 = 0.9;          ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;        ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;           ///< added to the root, outside it, >= 0
  double weight_decay = 1e-2;  ///< p shrinks by lr * weight_decay a step, >= 0
  bool amsgrad = false;        ///< divide by the largest v so far
  bool maximize = false;       ///< climb instead
};

struct NAdamOptions {
  double lr = 2e-3;              ///< step size, >= 0
  double beta1 = 0.9;            ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;          ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;             ///< added to the root, outside it, >= 0
  double weight_decay = 0;       ///< factor of p added to g, >= 0
  double momentum_decay = 4e-3;  ///< of the schedule of beta1, >= 0
  bool maximize = false;         ///< climb instead
};

struct RAdamOptions {
  double lr = 1e-3;         ///< step size, >= 0
  double beta1 = 0.9;       ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;     ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;        ///< added to the root, outside it, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool maximize = false;    ///< climb instead
};

struct AdamaxOptions {
  double lr = 2e-3;         ///< step size, >= 0
  double beta1 = 0.9;       ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;     ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;        ///< added to the root, outside it, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool maximize = false;    ///< climb instead
};

/// g <- g + weight_decay * p;  m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;
/// p <- p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
/// Source: Kingma, Ba, arXiv:1412.6980 (eps as in algorithm 1); amsgrad: Reddi et al., ICLR 2018.
template <class T>
using Adam = RuleOptimizer<T, AdamOptions>;
extern template class RuleOptimizer<float, AdamOptions>;
extern template class RuleOptimizer<double, AdamOptions>;

/// Adam with decoupled decay:  p <- p - lr * weight_decay * p  before, none in g.
/// Source: Loshchilov, Hutter, arXiv:1711.05101.
template <class T>
using AdamW = RuleOptimizer<T, AdamWOptions>;
extern template class RuleOptimizer<float, AdamWOptions>;
extern template class RuleOptimizer<double, AdamWOptions>;

/// Adam with Nesterov momentum: mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), and m is corrected
/// by the running product of mu. Source: Dozat, ICLR workshop 2016, as in PyTorch.
template <class T>
using NAdam = RuleOptimizer<T, NAdamOptions>;
extern template class RuleOptimizer<float, NAdamOptions>;
extern template class RuleOptimizer<double, NAdamOptions>;

/// Adam whose v is trusted only once its variance is small; until then  p <- p - lr * m / (1 -
/// beta1^t). Source: Liu et al., arXiv:1908.03265.
template <class T>
using RAdam = RuleOptimizer<T, RAdamOptions>;
extern template class RuleOptimizer<float, RAdamOptions>;
extern template class RuleOptimizer<double, RAdamOptions>;

/// m as in Adam;  u <- max(beta2 u, |g| + eps);  p <- p - lr / (1 - beta1^t) * m / u.
/// Source: Kingma, Ba, arXiv:1412.6980, section 7.1.
template <class T>
using Adamax = RuleOptimizer<T, AdamaxOptions>;
extern template class RuleOptimizer<float, AdamaxOptions>;
extern template class RuleOptimizer<double, AdamaxOptions>;

}  // namespace xg::optim
