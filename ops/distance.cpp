#include "xgrad/ops/distance.hpp"

#include <cmath>

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/floor_at.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/norm.hpp"
#include "xgrad/ops/reduce.hpp"

namespace xg {

using detail::reduce_loss;

namespace {

// What PyTorch adds to the squared lengths: 1e-12, as a float.
const double least_length = std::sqrt(static_cast<double>(1e-12F));

/// Sum of products of vectors along an axis, each divided by its length.
template <class T, class Length>
Variable<T> cosine(const Variable<T>& a, const Variable<T>& b, std::ptrdiff_t axis,
                   const Length& length) {
  const auto by_length = [&](const Variable<T>& x) {
    return x / length(norm(x, 2, axis, {.keepdims = true}));
  };
  return sum(by_length(a) * by_length(b), axis);
}

}  // namespace

template <Element T>
Variable<T> cosine_similarity(const Variable<T>& a, const Target<T>& b,
                              const CosineSimilarityOptions& o) {
  const Shape shape = broadcast_shape("cosine_similarity", a.shape(), b.shape());
  (void)detail::axis_or_zero("cosine_similarity", "axis", o.axis, shape.size());
  return cosine(broadcast_to(a, shape), broadcast_to(b, shape), o.axis,
                [&](const Variable<T>& length) { return detail::FloorAt::apply(length, o.eps); });
}

template <Element T>
Variable<T> pairwise_distance(const Variable<T>& a, const Target<T>& b,
                              const PairwiseDistanceOptions& o) {
  const Shape shape = broadcast_shape("pairwise_distance", a.shape(), b.shape());
  require<ShapeError>(!shape.empty(), "pairwise_distance", "a", "have an axis", shape);
  return norm(a - b + o.eps, o.p, -1, {.keepdims = o.keepdims});
}

template <Element T>
Variable<T> cosine_embedding_loss(const Variable<T>& a, const Target<T>& b, const Target<T>& y,
                                  const CosineEmbeddingOptions& o) {
  const Shape& shape = a.shape();
  require<ShapeError>(shape.size() == 1 || shape.size() == 2, "cosine_embedding_loss", "a",
                      "have shape [N, D] or [D]", shape);
  require<ShapeError>(b.shape() == shape, "cosine_embedding_loss", "b",
                      "have the shape of a " + to_string(shape), b.shape());
  const Shape examples(shape.begin(), shape.end() - 1);
  require<ShapeError>(y.shape() == examples, "cosine_embedding_loss", "y",
                      "have shape " + to_string(examples) + " for a " + to_string(shape),
                      y.shape());
  for (const T v : y.value().storage())
    require<ValueError>(v == 1 || v == -1, "cosine_embedding_loss", "y", "be 1 or -1", v);
  const auto c = cosine(a, Variable<T>(b), -1,
                        [](const Variable<T>& length) { return hypot(length, least_length); });
  const auto formula = [margin = o.margin](auto v, auto sign) {
    return where(sign == 1, 1 - v, detail::hinge(v - margin));
  };
  return reduce_loss(map_named("cosine_embedding_loss", formula, c, y), o.reduction);
}

template <Element T>
Variable<T> triplet_margin_loss(const Variable<T>& anchor, const Target<T>& positive,
                                const Target<T>& negative, const TripletMarginOptions& o) {
  const Shape& shape = anchor.shape();
  for (const auto& [name, other] : {std::pair("positive", &positive), {"negative", &negative}})
    require<ShapeError>(other->shape() == shape, "triplet_margin_loss", name,
                        "have the shape of anchor " + to_string(shape), other->shape());
  const auto distance = [&](const Variable<T>& a, const Variable<T>& b) {
    return pairwise_distance(a, b, {.p = o.p, .eps = o.eps});
  };
  auto apart = distance(anchor, negative);
  if (o.swap) apart = minimum(apart, distance(positive, negative));
  const auto formula = [margin = o.margin](auto near, auto far) {
    return detail::hinge(near - far + margin);
  };
  return reduce_loss(map_named("triplet_margin_loss", formula, distance(anchor, positive), apart),
                     o.reduction);
}

#define XG_INSTANTIATE(T)                                                                          \
  template Variable<T> cosine_similarity(const Variable<T>&, const Target<T>&,                     \
                                         const CosineSimilarityOptions&);                          \
  template Variable<T> pairwise_distance(const Variable<T>&, const Target<T>&,                     \
                                         const PairwiseDistanceOptions&);                          \
  template Variable<T> cosine_embedding_loss(const Variable<T>&, const Target<T>&,                 \
                                             const Target<T>&, const CosineEmbeddingOptions&);     \
  template Variable<T> triplet_margin_loss(const Variable<T>&, const Target<T>&, const Target<T>&, \
                                           const TripletMarginOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
