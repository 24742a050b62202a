#pragma once

#include "xgrad/ops/loss_options.hpp"

namespace xg {

// Losses that ask for a margin. @throws ShapeError if shapes do not fit, ValueError for a label out
// of range, which is named.

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
/// @throws also ValueError if delta < 0.
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

struct MultiMarginOptions {
  int p = 1;  ///< power of each term, 1 or 2
  double margin = 1;
  std::vector<double> weight = {};  ///< one a class, of the label; empty: all 1
  LossReduction reduction = LossReduction::mean;
};

/// sum_{j != y} w_y max(0, margin - x_y + x_j)^p / C an example.
///
///   x       [N, C] or [C]
///   labels  [N] or [], in [0, C)
///
/// @throws also ValueError for another p.
/// Gradient: that of the formula; 0 at the kink.
template <Element T>
Variable<T> multi_margin_loss(const Variable<T>& x, const IndexArray& labels,
                              const MultiMarginOptions& options = {});
template <Element T, IndexExpression E>
Variable<T> multi_margin_loss(const Variable<T>& x, const E& labels,
                              const MultiMarginOptions& options = {}) {
  return multi_margin_loss(x, IndexArray(xt::cast<std::int64_t>(labels)), options);
}

/// Several labels an example: sum over labels j and other classes i of max(0, 1 - x_j + x_i) / C.
///
///   x       [N, C] or [C]
///   labels  the same shape: labels in [0, C), all up to the first -1
///
/// Gradient: that of the formula; 0 at the kink.
template <Element T>
Variable<T> multilabel_margin_loss(const Variable<T>& x, const IndexArray& labels,
                                   const LossOptions& options = {});

struct MarginOptions {
  double margin = 0;
  LossReduction reduction = LossReduction::mean;
};

/// max(0, -y (a - b) + margin): a should be larger where y = 1, smaller where y = -1. a, b and y
/// broadcast together.
/// Gradient: -y gy and y gy where that is positive; 0 at the kink.
template <Element T>
Variable<T> margin_ranking_loss(const Variable<T>& a, const Target<T>& b, const Target<T>& y,
                                const MarginOptions& options = {});

struct HingeEmbeddingOptions {
  double margin = 1;
  LossReduction reduction = LossReduction::mean;
};

/// Of distances x: x where y = 1, max(0, margin - x) where y = -1. y has the shape of x.
/// @throws also ValueError for another y.
/// Gradient: gy; -gy where x < margin.
template <Element T>
Variable<T> hinge_embedding_loss(const Variable<T>& x, const Target<T>& y,
                                 const HingeEmbeddingOptions& options = {});

/// log(1 + exp(-y x)), without overflow. y, 1 or -1, has the shape of x.
/// Gradient: -y sigmoid(-y x) gy; y is not meant to have one, but gets -x sigmoid(-y x) gy.
template <Element T>
Variable<T> soft_margin_loss(const Variable<T>& x, const Target<T>& y,
                             const LossOptions& options = {});

struct MultilabelSoftMarginOptions {
  std::vector<double> weight = {};  ///< one a class; empty: all 1
  LossReduction reduction = LossReduction::mean;
};

/// Mean over the classes, the last axis, of the binary cross entropy of logits x with y, in [0, 1].
///
///   x, y    [*, C]
///   result  a scalar; with LossReduction::none [*]
///
/// Gradient: w (sigmoid(x) - y) gy / C.
template <Element T>
Variable<T> multilabel_soft_margin_loss(const Variable<T>& x, const Target<T>& y,
                                        const MultilabelSoftMarginOptions& options = {});

}  // namespace xg
