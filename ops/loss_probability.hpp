#pragma once

#include "xgrad/ops/loss_options.hpp"

namespace xg {

// Losses of probabilities against targets t of the same shape, any.
// @throws ShapeError if a shape does not fit.

template <class T>
struct BceOptions {
  Variable<T> weight = {};  ///< factor of each loss, broadcast to x; undefined: 1
  LossReduction reduction = LossReduction::mean;
};

/// Binary cross entropy of probabilities: -(t log x + (1 - t) log(1 - x)), each logarithm at least
/// -100.
///
/// @throws ValueError for an x outside [0, 1].
///
/// Gradient by x: (x - t) / max(x (1 - x), 1e-12F) (PyTorch's: finite at 0 and 1). Prefer
/// binary_cross_entropy_with_logits, which needs no such limits.
template <Element T>
Variable<T> binary_cross_entropy(const Variable<T>& x, const Target<T>& target,
                                 const std::type_identity_t<BceOptions<T>>& options = {});

template <class T>
struct BceWithLogitsOptions {
  Variable<T> weight = {};      ///< factor of each loss, broadcast to x; undefined: 1
  Variable<T> pos_weight = {};  ///< factor of the t term alone, broadcast to x; undefined: 1
  LossReduction reduction = LossReduction::mean;
};

/// Binary cross entropy of logits: pos_weight t softplus(-x) + (1 - t) softplus(x), which is that
/// of sigmoid(x) without overflow or lost digits. Gradient by x: (1 - t) sigmoid(x) - pos_weight t
/// sigmoid(-x).
template <Element T>
Variable<T> binary_cross_entropy_with_logits(
    const Variable<T>& x, const Target<T>& target,
    const std::type_identity_t<BceWithLogitsOptions<T>>& options = {});

struct FocalLossOptions {
  double gamma = 2;     ///< how much easy examples are turned down, >= 0; 0: not at all
  double alpha = 0.25;  ///< weight of t = 1, that of t = 0 is 1 - alpha; negative: both 1
  LossReduction reduction = LossReduction::none;
};

/// Focal loss of logits: alpha_t (1 - p_t)^gamma times binary_cross_entropy_with_logits, where p_t
/// is the probability given to the target. (torchvision's function of this name.)
/// @throws ValueError if gamma < 0 or alpha > 1.
/// Source: Lin, Goyal, Girshick, He, Dollar, arXiv:1708.02002.
template <Element T>
Variable<T> sigmoid_focal_loss(const Variable<T>& x, const Target<T>& target,
                               const FocalLossOptions& options = {});

struct KlDivOptions {
  bool log_target = false;  ///< the target holds log-probabilities too
  LossReduction reduction = LossReduction::mean;
};

/// Kullback-Leibler divergence of log-probabilities x from target probabilities t, each element
/// t (log t - x), 0 - t x where t = 0; with log_target exp(t) (t - x). The divergence of
/// distributions is the sum: LossReduction::batch_mean gives its mean over examples.
/// Gradients: -t gy; (log t + 1 - x) gy, -x gy where t = 0.
template <Element T>
Variable<T> kl_div(const Variable<T>& x, const Target<T>& target, const KlDivOptions& options = {});

}  // namespace xg
