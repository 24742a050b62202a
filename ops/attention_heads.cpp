#include <cmath>

#include "xgrad/core/error.hpp"
#include "xgrad/ops/attention.hpp"
#include "xgrad/ops/attention_core.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/pad.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

constexpr auto attention_name = "multi_head_attention";

std::ptrdiff_t number(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

struct Extents {
  std::size_t batch, queries, keys, width, heads;
  std::size_t extra = 0;  // keys added to those given
};

template <class T>
void require_shape(const char* argument, const Variable<T>& x, const Shape& expected) {
  if (!x.defined() || x.shape() == expected) return;
  require<ShapeError>(false, attention_name, argument, "have shape " + to_string(expected),
                      x.shape());
}

template <class T>
Extents check_inputs(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                     const MultiHeadOptions& o) {
  for (const auto& [name, x] : {std::pair("q", &q), std::pair("k", &k), std::pair("v", &v)})
    require_rank(attention_name, name, x->shape(), 3);
  for (const Variable<T>* x : {&k, &v})
    require_equal(attention_name, "q.shape[0]", q.shape()[0], x == &k ? "k.shape[0]" : "v.shape[0]",
                  x->shape()[0], q.shape(), x->shape());
  require_equal(attention_name, "k.shape[1]", k.shape()[1], "v.shape[1]", v.shape()[1], k.shape(),
                v.shape());
  const std::size_t width = q.shape()[2];
  require<ValueError>(o.heads >= 1 && width % o.heads == 0, attention_name, "heads",
                      "be >= 1 and divide " + std::to_string(width), o.heads);
  require<ValueError>(o.dropout >= 0 && o.dropout <= 1, attention_name, "dropout", "be in [0, 1]",
                      o.dropout);
  return {q.shape()[0], q.shape()[1], k.shape()[1], width, o.heads};
}

template <class T>
void check_weights(const MultiHeadWeights<T>& w, const Extents& e, std::size_t k, std::size_t v) {
  const std::size_t n = e.width;
  if (w.in.defined()) {
    require<ShapeError>(k == n && v == n, attention_name, "k and v",
                        "be " + std::to_string(n) + " wide unless weights are given apart",
                        std::to_string(k) + " and " + std::to_string(v));
    require_shape("weights.in", w.in, {3 * n, n});
  } else {
    require<ShapeError>(w.q.defined() && w.k.defined() && w.v.defined(), attention_name, "weights",
                        "hold in, or q, k and v", "neither");
    require_shape("weights.q", w.q, {n, n});
    require_shape("weights.k", w.k, {n, k});
    require_shape("weights.v", w.v, {n, v});
  }
  require<ShapeError>(w.out.defined(), attention_name, "weights.out", "be defined", "undefined");
  require<ShapeError>(w.k_extra.defined() == w.v_extra.defined(), attention_name, "weights",
                      "hold k_extra and v_extra or neither", "one");
  require_shape("weights.out", w.out, {n, n});
  require_shape("weights.in_bias", w.in_bias, {3 * n});
  require_shape("weights.out_bias", w.out_bias, {n});
  require_shape("weights.k_extra", w.k_extra, {n});
  require_shape("weights.v_extra", w.v_extra, {n});
}

/// [N, T, E] to [N, heads, T, E / heads].
template <class T>
Variable<T> cut(const Variable<T>& x, const Extents& e) {
  const Shape& s = x.shape();
  return permute(
      reshape(x, {number(s[0]), number(s[1]), number(e.heads), number(e.width / e.heads)}),
      {0, 2, 1, 3});
}

/// q, k and v, projected and cut, of one input.
template <class T>
Variables<T> project_one(const Variable<T>& x, const MultiHeadWeights<T>& w, const Extents& e) {
  const auto all = linear(x, w.in, w.in_bias);
  return unbind(permute(reshape(all, {number(e.batch), number(e.queries), 3, number(e.heads),
                                      number(e.width / e.heads)}),
                        {2, 0, 3, 1, 4}),
                0);
}

/// Keys (or values) with a learned one and zeros after them.
template <class T>
Variable<T> with_extra(const Variable<T>& x, const Variable<T>& learned, bool zero) {
  const Shape& s = x.shape();
  Variables<T> parts{x};
  if (learned.defined()) parts.push_back(expand(learned, {number(s[0]), 1, number(s[2])}));
  if (zero) parts.emplace_back(full_array<T>({s[0], 1, s[2]}, T(0)));
  return parts.size() == 1 ? x : concat(parts, 1);
}

template <class T>
Variables<T> project(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                     const MultiHeadWeights<T>& w, const Extents& e, bool zero) {
  if (e.extra == 0 && w.in.defined() && q.same_as(k) && k.same_as(v)) return project_one(q, w, e);
  const Variables<T> weights = w.in.defined() ? chunk(w.in, 3, 0) : Variables<T>{w.q, w.k, w.v};
  const Variables<T> bias = w.in_bias.defined() ? chunk(w.in_bias, 3, 0) : Variables<T>(3);
  return {cut(linear(q, weights[0], bias[0]), e),
          cut(with_extra(linear(k, weights[1], bias[1]), w.k_extra, zero), e),
          cut(with_extra(linear(v, weights[2], bias[2]), w.v_extra, zero), e)};
}

/// A mask [L, S] or [N heads, L, S] as [L, S] or [N, heads, L, S]; other shapes throw.
ShapeRequest mask_shape(const Shape& shape, const Extents& e) {
  const Shape flat{e.queries, e.keys}, full{e.batch * e.heads, e.queries, e.keys};
  require<ShapeError>(shape == flat || shape == full, attention_name, "mask",
                      "have shape " + to_string(flat) + " or " + to_string(full), shape);
  if (shape == flat) return {number(e.queries), number(e.keys)};
  return {number(e.batch), number(e.heads), number(e.queries), number(e.keys)};
}

/// What is forbidden, with columns for the extra keys, which are not. rows of keys each.
Array<bool> widened(const Array<bool>& forbidden, Shape shape, std::size_t extra) {
  const std::size_t keys = shape.back();
  shape.back() += extra;
  Array<bool> wide(shape, false);
  const std::size_t rows = keys == 0 ? 0 : forbidden.size() / keys;
  for (std::size_t i = 0; i < rows; ++i)
    std::copy_n(forbidden.data() + i * keys, keys, wide.data() + i * (keys + extra));
  return wide;
}

template <class T>
std::vector<Array<bool>> forbidden(const AttentionMask<T>& mask, const MultiHeadOptions& o,
                                   const Extents& e) {
  std::vector<Array<bool>> all;
  const auto add = [&](const Array<bool>& m, const Shape& shape) {
    all.push_back(widened(m, shape, e.extra));
  };
  if (o.causal) add(detail::later_keys(e.queries, e.keys), {e.queries, e.keys});
  if (mask.allowed) add(Array<bool>(!*mask.allowed), Shape(mask_shape(mask.allowed->shape(), e)));
  if (o.padding) {
    const Shape expected{e.batch, e.keys};
    require<ShapeError>(o.padding->shape() == expected, attention_name, "padding",
                        "have shape " + to_string(expected), o.padding->shape());
    add(*o.padding, {e.batch, 1, 1, e.keys});
  }
  return all;
}

template <class T>
Variable<T> added(const Variable<T>& mask, const Extents& e) {
  if (!mask.defined()) return mask;
  const auto cut_mask = reshape(mask, mask_shape(mask.shape(), e));
  if (e.extra == 0) return cut_mask;
  PadWidths widths(cut_mask.dimension(), {0, 0});
  widths.back().second = number(e.extra);
  return pad(cut_mask, widths);
}

}  // namespace

template <Element T>
Variables<T> multi_head_attention(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                                  const std::type_identity_t<MultiHeadWeights<T>>& weights,
                                  const std::type_identity_t<AttentionMask<T>>& mask,
                                  const MultiHeadOptions& options) {
  Extents e = check_inputs(q, k, v, options);
  check_weights(weights, e, k.shape()[2], v.shape()[2]);
  e.extra = (weights.k_extra.defined() ? 1u : 0u) + (options.add_zero ? 1u : 0u);
  const detail::AttentionCore core{.scale = 1 / std::sqrt(static_cast<double>(e.width / e.heads)),
                                   .dropout = options.dropout,
                                   .forbidden = forbidden(mask, options, e)};
  const auto bias = added(mask.added, e);
  const auto p = project(q, k, v, weights, e, options.add_zero);
  auto parts = detail::attend(p[0], p[1], p[2], bias, core);
  const auto joined = reshape(permute(parts[0], {0, 2, 1, 3}),
                              {number(e.batch), number(e.queries), number(e.width)});
  Variables<T> result{linear(joined, weights.out, weights.out_bias), {}};
  if (options.need_weights) result[1] = options.average_weights ? mean(parts[1], 1) : parts[1];
  return result;
}

#define XG_INSTANTIATE(T)                                                                    \
  template Variables<T> multi_head_attention(const Variable<T>&, const Variable<T>&,         \
                                             const Variable<T>&, const MultiHeadWeights<T>&, \
                                             const AttentionMask<T>&, const MultiHeadOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
