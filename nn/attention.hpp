#pragma once

#include <optional>

#include "xgrad/nn/linear.hpp"
#include "xgrad/nn/module.hpp"
#include "xgrad/ops/attention.hpp"

namespace xg::nn {

struct MultiheadAttentionOptions {
  double dropout = 0;  ///< of the attention weights, in training
  bool bias = true;
  bool add_bias_kv = false;    ///< one more key and value, learned
  bool add_zero_attn = false;  ///< one more key and value of zeros
  std::size_t kdim = 0;        ///< width of the keys; 0: embed_dim
  std::size_t vdim = 0;        ///< width of the values; 0: embed_dim
  bool batch_first = false;    ///< [N, T, E] instead of [T, N, E]
};

/// What a call of MultiheadAttention may bring along. As in PyTorch a mask of booleans tells what
/// is *not* seen (in scaled_dot_product_attention it tells what is).
template <class T>
struct AttentionCall {
  std::optional<Array<bool>> key_padding_mask = {};  ///< [N, S], true: no query sees this key
  std::optional<Array<bool>> attn_mask = {};         ///< [L, S] or [N heads, L, S], true: not seen
  Variable<T> attn_bias = {};                        ///< the same shapes, added (a float attn_mask)
  bool is_causal = false;                            ///< query i sees the keys 0 ... i
  bool need_weights = true;
  bool average_attn_weights = true;  ///< over the heads
};

template <class T>
struct AttentionResult {
  Variable<T> y, weights;  ///< weights are undefined unless asked for
};

/// Multi-head attention; see multi_head_attention for formulas.
///
///   auto [y, weights] = attention(q, k, v, {.is_causal = true});
///
///   q, k, v         [L, N, embed_dim], [S, N, kdim], [S, N, vdim]; without N for a single sequence
///   in_proj_weight  [3 embed_dim, embed_dim]; q_proj_weight, k_proj_weight, v_proj_weight instead
///                   where kdim or vdim differ. Xavier's uniform distribution
///   in_proj_bias, out_proj.bias  0 at first;  out_proj.weight  as Linear's
///   bias_k, bias_v  [1, 1, embed_dim], Xavier's normal distribution
template <class T>
class MultiheadAttention : public Module<T> {
 public:
  /// @throws ValueError unless num_heads divides embed_dim.
  MultiheadAttention(std::size_t embed_dim, std::size_t num_heads,
                     MultiheadAttentionOptions options = {});
  MultiheadAttention(MultiheadAttention&&) noexcept = default;

  AttentionResult<T> operator()(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                                const AttentionCall<T>& with = {});
  std::string description() const override;
  /// Of projections, scores and weighted means, as if there were as many keys as queries.
  double multiply_adds(const Shape& x, const Shape& y) const override;
  MultiheadAttention rebuilt() const;  ///< for clone()

  Variable<T> in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight, in_proj_bias;
  Variable<T> bias_k, bias_v;
  Linear<T>& out_proj;

 private:
  Variables<T> attend(const Variables<T>& in, const AttentionCall<T>& with);

  std::size_t embed_dim_, num_heads_;
  MultiheadAttentionOptions options_;
};

/// Sinusoidal positions, added: y = x + p, p[t, 2 i] = sin(t w_i), p[t, 2 i + 1] = cos(t w_i),
/// w_i = 10000^(-2 i / d_model).
///
///   x, y  [T, N, d_model] (batch_first: [N, T, d_model]), T <= max_len; dropout follows
///
/// Source: Vaswani et al., arXiv:1706.03762, section 3.5.
struct PositionalEncodingOptions {
  double dropout = 0.1;
  std::size_t max_len = 5000;
  bool batch_first = false;
};
template <class T>
class PositionalEncoding : public Layer<T> {
 public:
  explicit PositionalEncoding(std::size_t d_model, PositionalEncodingOptions options = {});
  PositionalEncoding(PositionalEncoding&&) noexcept = default;
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

 private:
  std::size_t d_model_;
  PositionalEncodingOptions options_;
  Array<T> table_;  // [max_len, d_model]; not part of the state
};

/// Additive attention: one query looks at S annotations.
///
///   e_s = v . tanh(W q + U a_s),  w = softmax(e),  context = sum_s w_s a_s
///
///   query        [N, query_dim]
///   annotations  [N, S, annotation_dim]
///   mask         [N, S], true: not seen; or absent
///   context      [N, annotation_dim];  weights  [N, S]
///
/// Parameters: query.weight, annotation.weight, annotation.bias, score.weight [1, attention_dim].
/// Source: Bahdanau, Cho, Bengio, arXiv:1409.0473, appendix A.1.2.
template <class T>
class AdditiveAttention : public Module<T> {
 public:
  AdditiveAttention(std::size_t query_dim, std::size_t annotation_dim, std::size_t attention_dim);
  AdditiveAttention(AdditiveAttention&&) noexcept = default;
  /// @return y the context, and the weights.
  AttentionResult<T> operator()(const Variable<T>& query, const Variable<T>& annotations,
                                const std::optional<Array<bool>>& mask = {});
  std::string description() const override;
  AdditiveAttention rebuilt() const;

  Linear<T>&query, &annotation, &score;
};

/// Soft attention over the positions of an image, as the captioning lecture has it: the last state
/// of the language model decides where to look next.
///
///   features  [N, D, H, W], a convolutional network's
///   state     [N, state_dim]
///   context   [N, D], the features' mean under the weights;  weights  [N, H, W], which sum to 1
///
/// The weights are those of AdditiveAttention (in `attention`).
/// Source: Xu et al., arXiv:1502.03044, section 4.2; CS231n, lecture on recurrent networks.
template <class T>
class SoftSpatialAttention : public Module<T> {
 public:
  SoftSpatialAttention(std::size_t feature_dim, std::size_t state_dim, std::size_t attention_dim);
  SoftSpatialAttention(SoftSpatialAttention&&) noexcept = default;
  AttentionResult<T> operator()(const Variable<T>& features, const Variable<T>& state);
  std::string description() const override;
  SoftSpatialAttention rebuilt() const;

  AdditiveAttention<T>& attention;
};

extern template class MultiheadAttention<float>;
extern template class MultiheadAttention<double>;
extern template class PositionalEncoding<float>;
extern template class PositionalEncoding<double>;
extern template class AdditiveAttention<float>;
extern template class AdditiveAttention<double>;
extern template class SoftSpatialAttention<float>;
extern template class SoftSpatialAttention<double>;

}  // namespace xg::nn
