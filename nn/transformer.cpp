#include "xgrad/nn/transformer.hpp"

#include "xgrad/ops/activation.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/dropout.hpp"

namespace xg::nn {

namespace {

template <class T>
Variable<T> dropped(const Module<T>& module, const Variable<T>& x, double p) {
  return module.training() && p > 0 ? dropout(x, p) : x;
}

/// x + part(x), normalised before or after.
template <class T, class Part>
Variable<T> residual(const Module<T>& module, const TransformerOptions& o, LayerNorm<T>& norm,
                     const Variable<T>& x, const Part& part) {
  if (o.norm_first) return x + dropped(module, part(norm(x)), o.dropout);
  return norm(x + dropped(module, part(x), o.dropout));
}

template <class T>
Variable<T> feed_forward(const Module<T>& module, const TransformerOptions& o, Linear<T>& linear1,
                         Linear<T>& linear2, const Variable<T>& x) {
  const auto h = linear1(x);
  const auto a = o.activation == TransformerActivation::relu ? relu(h) : gelu(h);
  return linear2(dropped(module, a, o.dropout));
}

template <class T>
MultiheadAttention<T> attention(std::size_t d_model, std::size_t nhead,
                                const TransformerOptions& o) {
  return MultiheadAttention<T>(
      d_model, nhead, {.dropout = o.dropout, .bias = o.bias, .batch_first = o.batch_first});
}
template <class T>
LayerNorm<T> normalization(std::size_t d_model, const TransformerOptions& o) {
  return LayerNorm<T>(d_model, {.eps = o.layer_norm_eps, .bias = o.bias});
}

std::string described(const char* name, std::size_t d_model, std::size_t nhead) {
  return std::string(name) + "(" + std::to_string(d_model) + ", " + std::to_string(nhead) + ")";
}

/// Copies of `layer` below the name "layers".
template <class M, class T>
std::vector<M*> copies(Module<T>& owner, const M& layer, std::size_t count) {
  Module<T>& list = owner.add("layers", Module<T>());
  std::vector<M*> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(&list.add(std::to_string(i), clone(layer)));
  return all;
}

}  // namespace

template <class T>
TransformerEncoderLayer<T>::TransformerEncoderLayer(std::size_t d_model, std::size_t nhead,
                                                    TransformerOptions options)
    : self_attn(this->add("self_attn", attention<T>(d_model, nhead, options))),
      linear1(this->add("linear1",
                        Linear<T>(d_model, options.dim_feedforward, {.bias = options.bias}))),
      linear2(this->add("linear2",
                        Linear<T>(options.dim_feedforward, d_model, {.bias = options.bias}))),
      norm1(this->add("norm1", normalization<T>(d_model, options))),
      norm2(this->add("norm2", normalization<T>(d_model, options))),
      d_model_(d_model),
      nhead_(nhead),
      options_(options) {}

template <class T>
Variable<T> TransformerEncoderLayer<T>::run(const Variable<T>& x, AttentionCall<T> masks) {
  masks.need_weights = false;
  const auto a = residual(*this, options_, norm1, x,
                          [&](const Variable<T>& v) { return self_attn(v, v, v, masks).y; });
  return residual(*this, options_, norm2, a, [&](const Variable<T>& v) {
    return feed_forward(*this, options_, linear1, linear2, v);
  });
}
template <class T>
Variable<T> TransformerEncoderLayer<T>::forward(const Variable<T>& x) {
  return run(x, {});
}
template <class T>
Variable<T> TransformerEncoderLayer<T>::operator()(const Variable<T>& x,
                                                   const AttentionCall<T>& masks) {
  return this
      ->call({x}, [&](const Variables<T>& in) -> Variables<T> { return {run(in[0], masks)}; })
      .at(0);
}
template <class T>
std::string TransformerEncoderLayer<T>::description() const {
  return described("TransformerEncoderLayer", d_model_, nhead_);
}
template <class T>
TransformerEncoderLayer<T> TransformerEncoderLayer<T>::rebuilt() const {
  return TransformerEncoderLayer(d_model_, nhead_, options_);
}
template <class T>
std::unique_ptr<Layer<T>> TransformerEncoderLayer<T>::fresh() const {
  return std::make_unique<TransformerEncoderLayer>(rebuilt());
}

template <class T>
TransformerDecoderLayer<T>::TransformerDecoderLayer(std::size_t d_model, std::size_t nhead,
                                                    TransformerOptions options)
    : self_attn(this->add("self_attn", attention<T>(d_model, nhead, options))),
      multihead_attn(this->add("multihead_attn", attention<T>(d_model, nhead, options))),
      linear1(this->add("linear1",
                        Linear<T>(d_model, options.dim_feedforward, {.bias = options.bias}))),
      linear2(this->add("linear2",
                        Linear<T>(options.dim_feedforward, d_model, {.bias = options.bias}))),
      norm1(this->add("norm1", normalization<T>(d_model, options))),
      norm2(this->add("norm2", normalization<T>(d_model, options))),
      norm3(this->add("norm3", normalization<T>(d_model, options))),
      d_model_(d_model),
      nhead_(nhead),
      options_(options) {}

template <class T>
Variable<T> TransformerDecoderLayer<T>::operator()(const Variable<T>& tgt,
                                                   const Variable<T>& memory,
                                                   const AttentionCall<T>& tgt_masks,
                                                   const AttentionCall<T>& memory_masks) {
  AttentionCall<T> own = tgt_masks, other = memory_masks;
  own.need_weights = other.need_weights = false;
  const auto run = [&](const Variables<T>& in) -> Variables<T> {
    const auto a = residual(*this, options_, norm1, in[0],
                            [&](const Variable<T>& v) { return self_attn(v, v, v, own).y; });
    const auto b = residual(*this, options_, norm2, a, [&](const Variable<T>& v) {
      return multihead_attn(v, in[1], in[1], other).y;
    });
    return {residual(*this, options_, norm3, b, [&](const Variable<T>& v) {
      return feed_forward(*this, options_, linear1, linear2, v);
    })};
  };
  return this->call({tgt, memory}, run).at(0);
}
template <class T>
std::string TransformerDecoderLayer<T>::description() const {
  return described("TransformerDecoderLayer", d_model_, nhead_);
}
template <class T>
TransformerDecoderLayer<T> TransformerDecoderLayer<T>::rebuilt() const {
  return TransformerDecoderLayer(d_model_, nhead_, options_);
}

template <class T>
TransformerEncoder<T>::TransformerEncoder(const TransformerEncoderLayer<T>& layer,
                                          std::size_t num_layers, TransformerStackOptions options)
    : layers(copies(*this, layer, num_layers)), options_(options) {
  require<ValueError>(num_layers >= 1, "TransformerEncoder", "num_layers", "be >= 1", num_layers);
  if (options.norm)
    norm = &this->add("norm", LayerNorm<T>(layer.norm1.shape(), {.eps = options.layer_norm_eps}));
}
template <class T>
Variable<T> TransformerEncoder<T>::run(const Variable<T>& x, const AttentionCall<T>& masks) {
  Variable<T> y = x;
  for (auto* layer : layers) {
    const ModuleScope scope("layers");
    y = (*layer)(y, masks);
  }
  return norm != nullptr ? (*norm)(y) : y;
}
template <class T>
Variable<T> TransformerEncoder<T>::forward(const Variable<T>& x) {
  return run(x, {});
}
template <class T>
Variable<T> TransformerEncoder<T>::operator()(const Variable<T>& x, const AttentionCall<T>& masks) {
  return this
      ->call({x}, [&](const Variables<T>& in) -> Variables<T> { return {run(in[0], masks)}; })
      .at(0);
}
template <class T>
std::unique_ptr<Layer<T>> TransformerEncoder<T>::fresh() const {
  return std::make_unique<TransformerEncoder>(layers[0]->rebuilt(), layers.size(), options_);
}

template <class T>
TransformerDecoder<T>::TransformerDecoder(const TransformerDecoderLayer<T>& layer,
                                          std::size_t num_layers, TransformerStackOptions options)
    : layers(copies(*this, layer, num_layers)) {
  require<ValueError>(num_layers >= 1, "TransformerDecoder", "num_layers", "be >= 1", num_layers);
  if (options.norm)
    norm = &this->add("norm", LayerNorm<T>(layer.norm1.shape(), {.eps = options.layer_norm_eps}));
}
template <class T>
Variable<T> TransformerDecoder<T>::operator()(const Variable<T>& tgt, const Variable<T>& memory,
                                              const AttentionCall<T>& tgt_masks,
                                              const AttentionCall<T>& memory_masks) {
  const auto run = [&](const Variables<T>& in) -> Variables<T> {
    Variable<T> y = in[0];
    for (auto* layer : layers) {
      const ModuleScope scope("layers");
      y = (*layer)(y, in[1], tgt_masks, memory_masks);
    }
    return {norm != nullptr ? (*norm)(y) : y};
  };
  return this->call({tgt, memory}, run).at(0);
}

#define XG_INSTANTIATE(T)                    \
  template class TransformerEncoderLayer<T>; \
  template class TransformerDecoderLayer<T>; \
  template class TransformerEncoder<T>;      \
  template class TransformerDecoder<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
