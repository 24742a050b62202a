#pragma once

#include <optional>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/random.hpp"

namespace xg {

/// Which keys a query may see. Both kinds broadcast to [..., L, S].
template <class T>
struct AttentionMask {
  AttentionMask() = default;
  AttentionMask(Array<bool> mask) : allowed(std::move(mask)) {}  // NOLINT
  AttentionMask(Variable<T> bias) : added(std::move(bias)) {}    // NOLINT

  std::optional<Array<bool>> allowed = {};  ///< true: may attend
  Variable<T> added = {};                   ///< to the scaled products; -infinity forbids
};

struct AttentionOptions {
  bool causal = false;               ///< query i sees the keys 0 ... i
  std::optional<double> scale = {};  ///< of q k^T; 1 / sqrt(D) if absent
  double dropout = 0;                ///< of the weights, in [0, 1]; 0 unless training
};

/// Scaled dot-product attention: softmax(scale q k^T + mask) v, the softmax over the keys.
///
///   q       [..., L, D]
///   k       [..., S, D]
///   v       [..., S, E]
///   result  [..., L, E]; leading axes broadcast
///
/// A query that may see no key gets 0.
/// @throws ShapeError if shapes do not fit; ValueError if dropout is outside [0, 1].
/// Source: Vaswani et al., arXiv:1706.03762, section 3.2.1.
template <Element T>
Variable<T> scaled_dot_product_attention(const Variable<T>& q, const Variable<T>& k,
                                         const Variable<T>& v,
                                         const std::type_identity_t<AttentionMask<T>>& mask = {},
                                         const AttentionOptions& options = {});

/// Parameters of multi_head_attention, in PyTorch's layout. Undefined biases count as 0.
template <class T>
struct MultiHeadWeights {
  Variable<T> in = {};  ///< [3 E, E]: of q, of k, of v below each other; or undefined, and these:
  Variable<T> q = {}, k = {}, v = {};      ///< [E, E], [E, K], [E, V]: other widths of k and v
  Variable<T> in_bias = {};                ///< [3 E]
  Variable<T> out = {}, out_bias = {};     ///< [E, E], [E]
  Variable<T> k_extra = {}, v_extra = {};  ///< [E] each: one more key and value, learned
};

struct MultiHeadOptions {
  std::size_t heads = 1;        ///< >= 1, divides E
  bool causal = false;          ///< query i sees the keys 0 ... i
  double dropout = 0;           ///< of the weights, in [0, 1]; 0 unless training
  bool add_zero = false;        ///< one more key and value of zeros
  bool need_weights = true;     ///< else the second result is undefined
  bool average_weights = true;  ///< over the heads
  /// [N, S], true: this key is padding, which no query sees. Absent: none is.
  std::optional<Array<bool>> padding = {};
};

/// Attention by several heads side by side: q, k and v are each projected to E features, cut into
/// `heads` parts, attended part by part; the results, joined, are projected once more.
///
///   q     [N, L, E]
///   k     [N, S, K], K = E unless weights are given apart
///   v     [N, S, V], likewise
///   mask  [L, S] or [N heads, L, S]
///   y     [N, L, E]; and the weights [N, L, S], or [N, heads, L, S] if not averaged (S and more
///         with extra keys)
///
/// A query that may see no key gets 0 before the last projection. (PyTorch gives NaN there if it is
/// asked for the weights.)
/// @return {y, weights}
/// @throws ShapeError if shapes do not fit; ValueError for an option out of range.
/// Source: Vaswani et al., arXiv:1706.03762, section 3.2.2.
template <Element T>
Variables<T> multi_head_attention(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                                  const std::type_identity_t<MultiHeadWeights<T>>& weights,
                                  const std::type_identity_t<AttentionMask<T>>& mask = {},
                                  const MultiHeadOptions& options = {});

}  // namespace xg
