#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Running statistics of batch_norm, updated in training: r <- (1 - momentum) r + momentum s.
/// The running variance takes the unbiased s (n - 1), the normalisation the biased one (n).
template <class T>
struct RunningStatistics {
  Array<T> mean;  ///< [D], begins as 0
  Array<T> var;   ///< [D], begins as 1
};

struct BatchNormOptions {
  double eps = 1e-5;      ///< > 0, added to the variance
  double momentum = 0.1;  ///< of the running statistics, in [0, 1]
  bool training = true;   ///< normalise by the batch; else by the running statistics
};

/// Batch normalisation of features: y = (x - mean) / sqrt(var + eps) weight + bias, mean and biased
/// variance taken over the batch.
///
///   x             [N, D]; N >= 2 in training
///   weight, bias  [D] each, or undefined for 1 and 0
///   running       updated in training when not null; needed otherwise
///   y             [N, D]
///
/// @throws ShapeError if shapes do not fit or N < 2 in training; ValueError for an option out of
///         range or if there are no running statistics to use.
///
/// Gradient (h = (x - mean) / s, s = sqrt(var + eps), g = gy weight):
///   dx = (g - mean(g) - h mean(g h)) / s in training, g / s otherwise; dweight = sum gy h;
///   dbias = sum gy.
/// Source: Ioffe, Szegedy, arXiv:1502.03167, algorithm 1.
template <Element T>
Variable<T> batch_norm(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
                       RunningStatistics<T>* running, const BatchNormOptions& options = {});

}  // namespace xg
