#pragma once

#include "xgrad/ops/loss_options.hpp"

namespace xg {

struct CrossEntropyOptions {
  std::vector<double> weight = {};   ///< one a class; empty: all 1. The mean is then weighted.
  std::int64_t ignore_index = -100;  ///< examples with this label count for nothing
  double label_smoothing = 0;        ///< in [0, 1]: this much of the target is spread evenly
  LossReduction reduction = LossReduction::mean;
};

/// Cross entropy of logits with class indices: -log_softmax(x)[label], without overflow.
///
///   x       [N, C], [C] or [N, C, d1, ...]: logits, not probabilities
///   labels  [N], [] or [N, d1, ...]: in [0, C), or ignore_index
///   result  a scalar; with LossReduction::none the shape of labels
///
/// With weights w and smoothing s an example's loss is (1 - s) w_y nll_y + s / C sum_c w_c nll_c;
/// the mean divides by sum w_y (by the number of examples that are not ignored). Without any the
/// mean is NaN and its gradient 0, as in PyTorch.
///
/// @throws ShapeError if shapes do not fit; ValueError for a label out of range, which is named.
///
/// Gradient: (softmax(x) - onehot(labels)) gy, over N for the mean: one fused pass.
template <Element T>
Variable<T> cross_entropy(const Variable<T>& x, const IndexArray& labels,
                          const CrossEntropyOptions& options = {});
/// The same for labels of any integer type, in any xtensor expression.
template <Element T, IndexExpression E>
Variable<T> cross_entropy(const Variable<T>& x, const E& labels,
                          const CrossEntropyOptions& options = {}) {
  return cross_entropy(x, IndexArray(xt::cast<std::int64_t>(labels)), options);
}
/// Cross entropy with probabilities: -sum_c w_c p_c log_softmax(x)_c, x and p of one shape, as
/// above. ignore_index does not apply; the mean is over N (and d1, ...), whatever the weights.
/// Gradient also by `probabilities`: -gy w_c log_softmax(x)_c.
template <Element T>
Variable<T> cross_entropy(const Variable<T>& x, const Variable<T>& probabilities,
                          const CrossEntropyOptions& options = {});

struct NllLossOptions {
  std::vector<double> weight = {};   ///< one a class; empty: all 1. The mean is then weighted.
  std::int64_t ignore_index = -100;  ///< examples with this label count for nothing
  LossReduction reduction = LossReduction::mean;
};

/// Negative log-likelihood -w_y x[label] of log-probabilities x: cross_entropy without its
/// log_softmax. Shapes, mean and errors as there. Gradient: -gy w_y at the label.
template <Element T>
Variable<T> nll_loss(const Variable<T>& x, const IndexArray& labels,
                     const NllLossOptions& options = {});
template <Element T, IndexExpression E>
Variable<T> nll_loss(const Variable<T>& x, const E& labels, const NllLossOptions& options = {}) {
  return nll_loss(x, IndexArray(xt::cast<std::int64_t>(labels)), options);
}

}  // namespace xg
