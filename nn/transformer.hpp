#pragma once

#include "xgrad/nn/attention.hpp"
#include "xgrad/nn/layer_norm.hpp"

/// The blocks of Vaswani et al., arXiv:1706.03762, section 3.1, with PyTorch's names.
///
///   x, tgt, memory  [T, N, d_model] (batch_first: [N, T, d_model]), or [T, d_model]
namespace xg::nn {

enum class TransformerActivation : std::uint8_t { relu, gelu };

struct TransformerOptions {
  std::size_t dim_feedforward = 2048;
  double dropout = 0.1;  ///< after each part, inside the feed-forward part, and of the attention
  TransformerActivation activation = TransformerActivation::relu;
  double layer_norm_eps = 1e-5;
  bool batch_first = false;
  bool norm_first = false;  ///< normalise what enters each part instead of what leaves it
  bool bias = true;
};

/// Self-attention and a feed-forward part, each added to what enters it:
///
///   x = norm1(x + self_attn(x)),  y = norm2(x + linear2(activation(linear1(x))))
///
/// or, with norm_first, x = x + self_attn(norm1(x)) and so on.
template <class T>
class TransformerEncoderLayer : public Layer<T> {
 public:
  TransformerEncoderLayer(std::size_t d_model, std::size_t nhead, TransformerOptions options = {});
  TransformerEncoderLayer(TransformerEncoderLayer&&) noexcept = default;

  using Layer<T>::operator();
  Variable<T> operator()(const Variable<T>& x, const AttentionCall<T>& masks);
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;
  TransformerEncoderLayer rebuilt() const;  ///< for clone()

  MultiheadAttention<T>& self_attn;
  Linear<T>&linear1, &linear2;
  LayerNorm<T>&norm1, &norm2;

 private:
  Variable<T> run(const Variable<T>& x, AttentionCall<T> masks);

  std::size_t d_model_, nhead_;
  TransformerOptions options_;
};

/// The same with attention to a memory, an encoder's results, between the two:
///
///   x = norm1(tgt + self_attn(tgt)),  x = norm2(x + multihead_attn(x, memory, memory)),
///   y = norm3(x + linear2(activation(linear1(x))))
template <class T>
class TransformerDecoderLayer : public Module<T> {
 public:
  TransformerDecoderLayer(std::size_t d_model, std::size_t nhead, TransformerOptions options = {});
  TransformerDecoderLayer(TransformerDecoderLayer&&) noexcept = default;

  Variable<T> operator()(const Variable<T>& tgt, const Variable<T>& memory,
                         const AttentionCall<T>& tgt_masks = {},
                         const AttentionCall<T>& memory_masks = {});
  std::string description() const override;
  TransformerDecoderLayer rebuilt() const;

  MultiheadAttention<T>&self_attn, &multihead_attn;
  Linear<T>&linear1, &linear2;
  LayerNorm<T>&norm1, &norm2, &norm3;

 private:
  std::size_t d_model_, nhead_;
  TransformerOptions options_;
};

struct TransformerStackOptions {
  bool norm = false;  ///< one more LayerNorm at the end, "norm"
  double layer_norm_eps = 1e-5;
};

/// num_layers copies of a layer, "layers.0" and so on, one after the other. As in PyTorch all begin
/// with the values of `layer`.
template <class T>
class TransformerEncoder : public Layer<T> {
 public:
  TransformerEncoder(const TransformerEncoderLayer<T>& layer, std::size_t num_layers,
                     TransformerStackOptions options = {});
  TransformerEncoder(TransformerEncoder&&) noexcept = default;

  using Layer<T>::operator();
  Variable<T> operator()(const Variable<T>& x, const AttentionCall<T>& masks);
  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override;
  std::string description() const override { return "TransformerEncoder"; }

  std::vector<TransformerEncoderLayer<T>*> layers;
  LayerNorm<T>* norm = nullptr;  ///< null unless options.norm

 private:
  Variable<T> run(const Variable<T>& x, const AttentionCall<T>& masks);

  TransformerStackOptions options_;
};

template <class T>
class TransformerDecoder : public Module<T> {
 public:
  TransformerDecoder(const TransformerDecoderLayer<T>& layer, std::size_t num_layers,
                     TransformerStackOptions options = {});
  TransformerDecoder(TransformerDecoder&&) noexcept = default;

  Variable<T> operator()(const Variable<T>& tgt, const Variable<T>& memory,
                         const AttentionCall<T>& tgt_masks = {},
                         const AttentionCall<T>& memory_masks = {});
  std::string description() const override { return "TransformerDecoder"; }

  std::vector<TransformerDecoderLayer<T>*> layers;
  LayerNorm<T>* norm = nullptr;
};

extern template class TransformerEncoderLayer<float>;
extern template class TransformerEncoderLayer<double>;
extern template class TransformerDecoderLayer<float>;
extern template class TransformerDecoderLayer<double>;
extern template class TransformerEncoder<float>;
extern template class TransformerEncoder<double>;
extern template class TransformerDecoder<float>;
extern template class TransformerDecoder<double>;

}  // namespace xg::nn
