#pragma once

#include <concepts>
#include <cstdint>

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// How the losses of single examples become the result.
enum class LossReduction : std::uint8_t {
  mean,  ///< their mean, a scalar
  sum,   ///< their sum, a scalar
  none   ///< themselves
};

/// An xtensor expression of integers: class indices and the like.
template <class E>
concept IndexExpression = xt::is_xexpression<E>::value && std::integral<typename E::value_type> &&
    !std::same_as<typename E::value_type, bool>;

struct CrossEntropyOptions {
  std::vector<double> weight = {};   ///< one a class; empty: all 1. The mean is then weighted.
  std::int64_t ignore_index = -100;  ///< examples with this label count for nothing
  double label_smoothing = 0;        ///< in [0, 1]: this much of the target is spread evenly
  LossReduction reduction = LossReduction::mean;
};

/// Cross entropy of logits with class indices: -log_softmax(x)[label], without overflow.
///
///   x       [N, C] or [C]: logits, not probabilities
///   labels  [N] or []: in [0, C), or ignore_index
///   result  a scalar; with LossReduction::none the shape of labels
///
/// With weights w and smoothing s an example's loss is (1 - s) w_y nll_y + s / C sum_c w_c nll_c;
/// the mean divides by sum w_y (by the number of examples that are not ignored). Without any the
/// mean is NaN, as in PyTorch.
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
/// Cross entropy with probabilities: -sum_c w_c p_c log_softmax(x)_c, x and p [N, C] or [C].
/// ignore_index does not apply; the mean is over N, whatever the weights.
/// Gradient also by `probabilities`: -gy w_c log_softmax(x)_c.
template <Element T>
Variable<T> cross_entropy(const Variable<T>& x, const Variable<T>& probabilities,
                          const CrossEntropyOptions& options = {});

struct SvmLossOptions {
  double delta = 1;  ///< the margin, >= 0
  LossReduction reduction = LossReduction::mean;
};

/// Multiclass hinge loss of CS231n: sum_{j != y} max(0, s_j - s_y + delta) an example.
/// (PyTorch's multi_margin_loss divides it by the number of classes too.)
///
///   scores  [N, C]
///   labels  [N], in [0, C)
///
/// @throws ShapeError, ValueError as cross_entropy; ValueError if delta < 0.
///
/// Gradient: gy for every class within the margin, minus their number for y; 0 at the kink.
/// Source: Weston, Watkins, ESANN 1999; cs231n.github.io/linear-classify.
template <Element T>
Variable<T> svm_loss(const Variable<T>& scores, const IndexArray& labels,
                     const SvmLossOptions& options = {});
template <Element T, IndexExpression E>
Variable<T> svm_loss(const Variable<T>& scores, const E& labels,
                     const SvmLossOptions& options = {}) {
  return svm_loss(scores, IndexArray(xt::cast<std::int64_t>(labels)), options);
}

struct LossOptions {
  LossReduction reduction = LossReduction::mean;
};

/// Squared error (x - target)^2, of equal shapes, by default its mean over all elements.
/// @throws ShapeError if the shapes differ (broadcasting a target is nearly always a mistake).
/// Gradient: 2 (x - target) gy, and its opposite.
template <Element T>
Variable<T> mse_loss(const Variable<T>& x, const Variable<T>& target,
                     const LossOptions& options = {});

}  // namespace xg
