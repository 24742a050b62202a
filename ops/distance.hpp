#pragma once

#include "xgrad/ops/loss_options.hpp"

namespace xg {

struct CosineSimilarityOptions {
  std::ptrdiff_t axis = 1;
  double eps = 1e-8;  ///< what norms below it count as
};

/// a . b / (max(|a|, eps) max(|b|, eps)) along an axis, which goes; a and b broadcast together.
/// Each vector is divided by its norm first, so that nothing overflows. A scalar counts as a vector
/// of one element when the axis is 0 or -1.
///
/// @throws ShapeError if the shapes do not broadcast, ValueError if the axis is out of range.
/// Gradient: that of the quotient; below eps as if the norm were not limited (as PyTorch).
template <Element T>
Variable<T> cosine_similarity(const Variable<T>& a, const Target<T>& b,
                              const CosineSimilarityOptions& options = {});

struct PairwiseDistanceOptions {
  double p = 2;       ///< order of the norm
  double eps = 1e-6;  ///< added to each difference
  bool keepdims = false;
};

/// |a - b + eps|_p along the last axis, which goes; a and b broadcast together.
/// @throws ShapeError if they do not, or both are scalars. Gradient: that of norm.
template <Element T>
Variable<T> pairwise_distance(const Variable<T>& a, const Target<T>& b,
                              const PairwiseDistanceOptions& options = {});

struct CosineEmbeddingOptions {
  double margin = 0;
  LossReduction reduction = LossReduction::mean;
};

/// 1 - c where y = 1, max(0, c - margin) where y = -1, c the cosine between a and b.
///
///   a, b  [N, D] or [D]
///   y     [N] or []: 1 or -1
///
/// c = a . b / (hypot(|a|, e) hypot(|b|, e)), e = 1e-6 but for a rounding that is PyTorch's.
/// @throws ShapeError for other shapes, ValueError for another y.
/// Gradient: that of the formula; 0 at the kink c = margin.
template <Element T>
Variable<T> cosine_embedding_loss(const Variable<T>& a, const Target<T>& b, const Target<T>& y,
                                  const CosineEmbeddingOptions& options = {});

struct TripletMarginOptions {
  double margin = 1;
  double p = 2;       ///< order of the norm
  double eps = 1e-6;  ///< as in pairwise_distance
  bool swap = false;  ///< take the smaller of d(anchor, negative) and d(positive, negative)
  LossReduction reduction = LossReduction::mean;
};

/// max(0, d(anchor, positive) - d(anchor, negative) + margin), d the pairwise_distance.
///
///   anchor, positive, negative  [N, D] or [D]
///
/// @throws ShapeError if the shapes differ.
/// Gradient: that of the distances; 0 where the loss is 0.
/// Source: Balntas, Riba, Ponsa, Mikolajczyk, BMVC 2016.
template <Element T>
Variable<T> triplet_margin_loss(const Variable<T>& anchor, const Target<T>& positive,
                                const Target<T>& negative,
                                const TripletMarginOptions& options = {});

}  // namespace xg
