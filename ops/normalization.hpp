#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Running statistics of batch_norm, updated in training: r <- (1 - momentum) r + momentum s.
/// The running variance takes the unbiased s (n - 1), the normalisation the biased one (n).
template <class T>
struct RunningStatistics {
  Array<T> mean;  ///< [C], begins as 0
  Array<T> var;   ///< [C], begins as 1
};

struct BatchNormOptions {
  double eps = 1e-5;      ///< > 0, added to the variance
  double momentum = 0.1;  ///< of the running statistics, in [0, 1]
  bool training = true;   ///< normalise by the batch; else by the running statistics
};

/// Batch normalisation: y = (x - mean) / sqrt(var + eps) weight + bias for each channel c (axis 1),
/// mean and biased variance taken over all other axes: the batch, and the positions of an image.
///
///   x             [N, C] or [N, C, d...]; at least two values a channel in training
///   weight, bias  [C] each, or undefined for 1 and 0
///   running       updated in training when not null; needed otherwise
///   y             the shape of x
///
/// Where squares of deviations are too large for T (float: from about 1e19 on) the channel is
/// scaled down first: y and the gradients stay right. (PyTorch gives the bias and 0.) A variance
/// that T does not hold makes running->var infinite.
///
/// @throws ShapeError if shapes do not fit or there is one value a channel in training; ValueError
///         for an option out of range or if there are no running statistics to use.
///
/// Gradient (h = (x - mean) / s, s = sqrt(var + eps), g = gy weight; means and sums as above):
///   dx = (g - mean(g) - h mean(g h)) / s in training, g / s otherwise; dweight = sum gy h;
///   dbias = sum gy.
/// Source: Ioffe, Szegedy, arXiv:1502.03167, algorithms 1 and 2.
template <Element T>
Variable<T> batch_norm(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
                       std::type_identity_t<RunningStatistics<T>>* running,
                       const BatchNormOptions& options = {});

}  // namespace xg
