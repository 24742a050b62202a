#include "xgrad/nn/attention.hpp"

#include <cmath>

#include "xgrad/nn/init.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/mask.hpp"
#include "xgrad/ops/product.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg::nn {

namespace {

std::ptrdiff_t number(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

template <class T>
Variable<T> xavier(const Shape& shape) {
  Variable<T> x(empty_array<T>(shape));
  init::xavier_uniform_(x);
  return x;
}
template <class T>
Variable<T> zeros(const Shape& shape) {
  return Variable<T>(full_array<T>(shape, T(0)));
}

}  // namespace

template <class T>
MultiheadAttention<T>::MultiheadAttention(std::size_t embed_dim, std::size_t num_heads,
                                          MultiheadAttentionOptions options)
    : out_proj(this->add("out_proj", Linear<T>(embed_dim, embed_dim, {.bias = options.bias}))),
      embed_dim_(embed_dim),
      num_heads_(num_heads),
      options_(options) {
  require<ValueError>(num_heads >= 1 && embed_dim % num_heads == 0, "MultiheadAttention",
                      "num_heads", "be >= 1 and divide embed_dim " + std::to_string(embed_dim),
                      num_heads);
  if (options_.kdim == 0) options_.kdim = embed_dim;
  if (options_.vdim == 0) options_.vdim = embed_dim;
  if (options_.kdim == embed_dim && options_.vdim == embed_dim) {
    in_proj_weight = this->parameter("in_proj_weight", xavier<T>({3 * embed_dim, embed_dim}));
  } else {
    q_proj_weight = this->parameter("q_proj_weight", xavier<T>({embed_dim, embed_dim}));
    k_proj_weight = this->parameter("k_proj_weight", xavier<T>({embed_dim, options_.kdim}));
    v_proj_weight = this->parameter("v_proj_weight", xavier<T>({embed_dim, options_.vdim}));
  }
  if (options_.bias) {
    in_proj_bias = this->parameter("in_proj_bias", zeros<T>({3 * embed_dim}));
    init::zeros_(out_proj.bias);
  }
  if (options_.add_bias_kv) {
    bias_k = this->parameter("bias_k", zeros<T>({1, 1, embed_dim}));
    bias_v = this->parameter("bias_v", zeros<T>({1, 1, embed_dim}));
    init::xavier_normal_(bias_k);
    init::xavier_normal_(bias_v);
  }
}

template <class T>
AttentionResult<T> MultiheadAttention<T>::operator()(const Variable<T>& q, const Variable<T>& k,
                                                     const Variable<T>& v,
                                                     const AttentionCall<T>& with) {
  auto out = this->call({q, k, v}, [&](const Variables<T>& in) { return attend(in, with); });
  return {out.at(0), out.size() > 1 ? out[1] : Variable<T>()};
}

template <class T>
Variables<T> MultiheadAttention<T>::attend(const Variables<T>& in, const AttentionCall<T>& with) {
  const bool single = in[0].dimension() == 2;
  const auto batched = [&](const Variable<T>& x) {
    return single ? unsqueeze(x, 0) : options_.batch_first ? x : transpose(x, 0, 1);
  };
  Variables<T> x{batched(in[0])};  // what is the same stays so: it takes one product
  x.push_back(in[1].same_as(in[0]) ? x[0] : batched(in[1]));
  x.push_back(in[2].same_as(in[1]) ? x[1] : batched(in[2]));
  MultiHeadWeights<T> weights{.in = in_proj_weight,
                              .q = q_proj_weight,
                              .k = k_proj_weight,
                              .v = v_proj_weight,
                              .in_bias = in_proj_bias,
                              .out = out_proj.weight,
                              .out_bias = out_proj.bias};
  if (options_.add_bias_kv) {
    weights.k_extra = reshape(bias_k, {number(embed_dim_)});
    weights.v_extra = reshape(bias_v, {number(embed_dim_)});
  }
  AttentionMask<T> mask(with.attn_bias);
  if (with.attn_mask) mask.allowed = Array<bool>(!*with.attn_mask);
  MultiHeadOptions options{.heads = num_heads_,
                           .causal = with.is_causal,
                           .dropout = this->training() ? options_.dropout : 0,
                           .add_zero = options_.add_zero_attn,
                           .need_weights = with.need_weights,
                           .average_weights = with.average_attn_weights,
                           .padding = with.key_padding_mask};
  if (single && options.padding && options.padding->dimension() == 1)
    options.padding->reshape({std::size_t{1}, options.padding->size()});
  auto out = multi_head_attention(x[0], x[1], x[2], weights, mask, options);
  out[0] = single ? squeeze(out[0], 0) : options_.batch_first ? out[0] : transpose(out[0], 0, 1);
  if (!out[1].defined())
    out.pop_back();
  else if (single)
    out[1] = squeeze(out[1], 0);
  return out;
}

template <class T>
std::string MultiheadAttention<T>::description() const {
  return "MultiheadAttention(" + std::to_string(embed_dim_) + ", " + std::to_string(num_heads_) +
         ")";
}
template <class T>
double MultiheadAttention<T>::multiply_adds(const Shape& x, const Shape&) const {
  const auto width = static_cast<double>(embed_dim_);
  const double places = static_cast<double>(element_count(x)) / width;  // of all sequences
  const auto steps = static_cast<double>(x[options_.batch_first && x.size() == 3 ? 1 : 0]);
  const auto in = static_cast<double>(2 * embed_dim_ + options_.kdim + options_.vdim);
  return places * width * (in + 2 * steps);
}
template <class T>
MultiheadAttention<T> MultiheadAttention<T>::rebuilt() const {
  return MultiheadAttention(embed_dim_, num_heads_, options_);
}

template <class T>
PositionalEncoding<T>::PositionalEncoding(std::size_t d_model, PositionalEncodingOptions options)
    : d_model_(d_model), options_(options), table_(Shape{options.max_len, d_model}) {
  require<ValueError>(options.dropout >= 0 && options.dropout <= 1, "PositionalEncoding", "dropout",
                      "be in [0, 1]", options.dropout);
  for (std::size_t t = 0; t < options.max_len; ++t)
    for (std::size_t i = 0; i < d_model; ++i) {
      const double exponent = static_cast<double>(i / 2 * 2) / static_cast<double>(d_model);
      const double angle = static_cast<double>(t) * std::pow(10000., -exponent);
      table_.data()[t * d_model + i] =
          static_cast<T>(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
}
template <class T>
Variable<T> PositionalEncoding<T>::forward(const Variable<T>& x) {
  static constexpr auto op = "PositionalEncoding";
  require_rank(op, "x", x.shape(), 3);
  require<ShapeError>(x.shape()[2] == d_model_, op, "x", "be " + std::to_string(d_model_) + " wide",
                      x.shape());
  const std::size_t steps = x.shape()[options_.batch_first ? 1 : 0];
  require<ShapeError>(steps <= options_.max_len, op, "number of steps",
                      "be <= max_len " + std::to_string(options_.max_len), steps);
  Array<T> rows(options_.batch_first ? Shape{1, steps, d_model_} : Shape{steps, 1, d_model_});
  std::copy_n(table_.data(), rows.size(), rows.data());
  const auto y = x + Variable<T>(std::move(rows));
  return this->training() && options_.dropout > 0 ? dropout(y, options_.dropout) : y;
}
template <class T>
std::string PositionalEncoding<T>::description() const {
  return "PositionalEncoding(" + std::to_string(d_model_) + ")";
}
template <class T>
std::unique_ptr<Layer<T>> PositionalEncoding<T>::fresh() const {
  return std::make_unique<PositionalEncoding>(d_model_, options_);
}

template <class T>
AdditiveAttention<T>::AdditiveAttention(std::size_t query_dim, std::size_t annotation_dim,
                                        std::size_t attention_dim)
    : query(this->add("query", Linear<T>(query_dim, attention_dim, {.bias = false}))),
      annotation(this->add("annotation", Linear<T>(annotation_dim, attention_dim))),
      score(this->add("score", Linear<T>(attention_dim, 1, {.bias = false}))) {}
template <class T>
AttentionResult<T> AdditiveAttention<T>::operator()(const Variable<T>& query_,
                                                    const Variable<T>& annotations,
                                                    const std::optional<Array<bool>>& mask) {
  const auto look = [&](const Variables<T>& in) -> Variables<T> {
    require_rank("AdditiveAttention", "query", in[0].shape(), 2);
    require_rank("AdditiveAttention", "annotations", in[1].shape(), 3);
    const auto together = tanh(unsqueeze(query(in[0]), 1) + annotation(in[1]));
    auto e = squeeze(score(together), -1);
    if (mask) e = masked_fill(e, *mask, -std::numeric_limits<double>::infinity());
    const auto w = softmax(e, -1);
    return {squeeze(matmul(unsqueeze(w, 1), in[1]), 1), w};
  };
  auto out = this->call({query_, annotations}, look);
  return {out.at(0), out.at(1)};
}
template <class T>
std::string AdditiveAttention<T>::description() const {
  return "AdditiveAttention(" + std::to_string(query.weight.shape()[1]) + ", " +
         std::to_string(annotation.weight.shape()[1]) + ", " +
         std::to_string(score.weight.shape()[1]) + ")";
}
template <class T>
AdditiveAttention<T> AdditiveAttention<T>::rebuilt() const {
  return AdditiveAttention(query.weight.shape()[1], annotation.weight.shape()[1],
                           score.weight.shape()[1]);
}

template <class T>
SoftSpatialAttention<T>::SoftSpatialAttention(std::size_t feature_dim, std::size_t state_dim,
                                              std::size_t attention_dim)
    : attention(
          this->add("attention", AdditiveAttention<T>(state_dim, feature_dim, attention_dim))) {}
template <class T>
AttentionResult<T> SoftSpatialAttention<T>::operator()(const Variable<T>& features,
                                                       const Variable<T>& state) {
  const auto look = [&](const Variables<T>& in) -> Variables<T> {
    require_rank("SoftSpatialAttention", "features", in[0].shape(), 4);
    const Shape s = in[0].shape();
    const auto places = transpose(flatten(in[0], 2), 1, 2);  // [N, H W, D]
    const auto [context, w] = attention(in[1], places);
    return {context, reshape(w, {number(s[0]), number(s[2]), number(s[3])})};
  };
  auto out = this->call({features, state}, look);
  return {out.at(0), out.at(1)};
}
template <class T>
std::string SoftSpatialAttention<T>::description() const {
  return "SoftSpatialAttention";
}
template <class T>
SoftSpatialAttention<T> SoftSpatialAttention<T>::rebuilt() const {
  return SoftSpatialAttention(attention.annotation.weight.shape()[1],
                              attention.query.weight.shape()[1], attention.score.weight.shape()[1]);
}

#define XG_INSTANTIATE(T)               \
  template class MultiheadAttention<T>; \
  template class PositionalEncoding<T>; \
  template class AdditiveAttention<T>;  \
  template class SoftSpatialAttention<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
