#include "xgrad/ops/attention.hpp"

#include <cmath>
#include <limits>

#include "xgrad/core/error.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/attention_core.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/mask.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg {

namespace {

/// Which rows of the scores are -infinity throughout, [..., L, 1]; empty if none is.
template <class T>
Array<bool> blind_rows(const Array<T>& scores) {
  Shape shape = scores.shape();
  const std::size_t keys = shape.back();
  shape.back() = 1;
  Array<bool> blind(shape);
  bool found = false;
  for (std::size_t i = 0; i < blind.size(); ++i) {
    std::size_t j = 0;
    while (j < keys && scores.data()[i * keys + j] == -std::numeric_limits<T>::infinity()) ++j;
    blind.data()[i] = j == keys;
    found |= j == keys;
  }
  return found ? blind : Array<bool>();
}

void check_dropout(const char* op, double p) {
  require<ValueError>(p >= 0 && p <= 1, op, "dropout", "be in [0, 1]", p);
}

}  // namespace

Array<bool> detail::later_keys(std::size_t queries, std::size_t keys) {
  Array<bool> later(Shape{queries, keys});
  for (std::size_t i = 0; i < queries; ++i)
    for (std::size_t j = 0; j < keys; ++j) later.data()[i * keys + j] = j > i;
  return later;
}

template <class T>
Variables<T> detail::attend(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                            const Variable<T>& added, const AttentionCore& core) {
  constexpr double nothing = -std::numeric_limits<double>::infinity();
  Variable<T> scores = detail::product(q * core.scale, k, false, true);
  for (const Array<bool>& mask : core.forbidden) scores = masked_fill(scores, mask, nothing);
  if (added.defined()) scores = scores + added;
  Array<bool> blind;
  if (added.defined() || !core.forbidden.empty()) blind = blind_rows(scores.value());
  if (blind.dimension() > 0) scores = masked_fill(scores, blind, 0);
  Variable<T> weights = softmax(scores, -1);
  if (blind.dimension() > 0) weights = masked_fill(weights, blind, 0);
  if (core.dropout > 0) weights = dropout(weights, core.dropout);
  return {detail::product(weights, v, false, false), weights};
}

template <Element T>
Variable<T> scaled_dot_product_attention(const Variable<T>& q, const Variable<T>& k,
                                         const Variable<T>& v,
                                         const std::type_identity_t<AttentionMask<T>>& mask,
                                         const AttentionOptions& options) {
  static constexpr auto op = "scaled_dot_product_attention";
  for (const auto& [name, x] : {std::pair("q", &q), std::pair("k", &k), std::pair("v", &v)})
    require<ShapeError>(x->dimension() >= 2, op, name, "have rank >= 2", x->shape());
  const Shape &qs = q.shape(), &ks = k.shape(), &vs = v.shape();
  require_equal(op, "q.shape[-1]", qs.back(), "k.shape[-1]", ks.back(), qs, ks);
  const std::size_t queries = qs[qs.size() - 2], keys = ks[ks.size() - 2];
  require_equal(op, "k.shape[-2]", keys, "v.shape[-2]", vs[vs.size() - 2], ks, vs);
  const Shape batch = broadcast_shape(op, detail::batch_of(qs), detail::batch_of(ks));
  (void)broadcast_shape(op, batch, detail::batch_of(vs));
  check_dropout(op, options.dropout);
  const Shape scores = detail::with_matrix(batch, queries, keys);
  const auto check_mask = [&](const Shape& shape) {
    if (!detail::broadcasts_to(shape, scores))
      require<ShapeError>(false, op, "mask", "broadcast to " + to_string(scores), shape);
  };
  detail::AttentionCore core{
      .scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(qs.back()))),
      .dropout = options.dropout};
  if (options.causal) core.forbidden.push_back(detail::later_keys(queries, keys));
  if (mask.allowed) {
    check_mask(mask.allowed->shape());
    core.forbidden.emplace_back(!*mask.allowed);
  }
  if (mask.added.defined()) check_mask(mask.added.shape());
  return detail::attend(q, k, v, mask.added, core)[0];
}

#define XG_INSTANTIATE(T)                                                                          \
  template Variable<T> scaled_dot_product_attention(const Variable<T>&, const Variable<T>&,        \
                                                    const Variable<T>&, const AttentionMask<T>&,   \
                                                    const AttentionOptions&);                      \
  template Variables<T> detail::attend(const Variable<T>&, const Variable<T>&, const Variable<T>&, \
                                       const Variable<T>&, const AttentionCore&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
