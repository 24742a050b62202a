#include <algorithm>
#include <cmath>

#include "xgrad/core/error.hpp"
#include "xgrad/nn/init.hpp"
#include "xgrad/nn/models/recurrent_choice.hpp"
#include "xgrad/nn/models/transformer_models.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/linalg.hpp"

namespace xg::nn::models {

namespace {

TransformerOptions layer_options(const TranslatorOptions& o) {
  return {.dim_feedforward = o.dim_feedforward, .dropout = o.dropout, .batch_first = true};
}

}  // namespace

template <class T>
Translator<T>::Translator(std::size_t vocabulary, TranslatorOptions o)
    : vocabulary_(vocabulary),
      options_(o),
      embedding_(this->add("embedding", Embedding<T>(vocabulary, o.d_model))),
      encoding_(this->add("encoding", PositionalEncoding<T>(o.d_model, {.dropout = o.dropout,
                                                                        .max_len = o.max_len,
                                                                        .batch_first = true}))),
      encoder_(this->add("encoder", TransformerEncoder<T>(TransformerEncoderLayer<T>(
                                                              o.d_model, o.heads, layer_options(o)),
                                                          o.encoder_layers))),
      decoder_(this->add("decoder", TransformerDecoder<T>(TransformerDecoderLayer<T>(
                                                              o.d_model, o.heads, layer_options(o)),
                                                          o.decoder_layers))) {
  for (const auto& [name, value] : this->named_parameters())
    if (value.dimension() > 1) init::xavier_uniform_(value);  // else all layers would be equal
  init::normal_(embedding_.weight, 0, 1 / std::sqrt(static_cast<double>(o.d_model)));
}

template <class T>
Variable<T> Translator<T>::placed(const IndexArray& tokens) {
  return encoding_(std::sqrt(static_cast<double>(options_.d_model)) * embedding_(tokens));
}

template <class T>
Array<bool> Translator<T>::padding_in(const IndexArray& tokens) const {
  Array<bool> padded(tokens.shape());
  for (std::size_t i = 0; i < tokens.size(); ++i)
    padded.data()[i] = tokens.data()[i] == options_.padding;
  return padded;
}

template <class T>
Variable<T> Translator<T>::encoded(const IndexArray& source) {
  return encoder_(placed(source), {.key_padding_mask = padding_in(source), .need_weights = false});
}

template <class T>
Variable<T> Translator<T>::decoded(const Variable<T>& memory, const IndexArray& source,
                                   const IndexArray& target) {
  const auto y = decoder_(placed(target), memory, {.is_causal = true},
                          {.key_padding_mask = padding_in(source)});
  return linear(y, embedding_.weight);
}

template <class T>
Variable<T> Translator<T>::operator()(const IndexArray& source, const IndexArray& target) {
  detail::require_tokens("Translator", "source", source, 2);
  detail::require_tokens("Translator", "target", target, 2);
  const auto run = [&](const Variables<T>&) -> Variables<T> {
    return {decoded(encoded(source), source, target)};
  };
  return this->call({}, run).at(0);
}

template <class T>
std::vector<Hypothesis> Translator<T>::translate(const IndexArray& source,
                                                 const BeamOptions& options) {
  detail::require_tokens("Translator.translate", "source", source, 1);
  const detail::Evaluation<T> scope(*this);
  IndexArray one = source;
  one.reshape({std::size_t{1}, source.size()});
  const auto memory = encoded(one);
  const auto next = [&](const IndexArray& tokens, const IndexArray&) {
    const std::size_t beams = tokens.shape()[0], steps = tokens.shape()[1];
    const IndexArray first(Shape{beams}, 0);
    IndexArray sources(Shape{beams, source.size()});
    for (std::size_t i = 0; i < sources.size(); ++i)
      sources.data()[i] = source.data()[i % source.size()];
    const auto logits = decoded(index_select(memory, 0, first), sources, tokens);
    Array<double> all = detail::log_probabilities(logits);
    Array<double> last(Shape{beams, vocabulary_});
    for (std::size_t b = 0; b < beams; ++b)
      std::copy_n(all.data() + (b * steps + steps - 1) * vocabulary_, vocabulary_,
                  last.data() + b * vocabulary_);
    return last;
  };
  return beam_search(next, options);
}

template <class T>
std::string Translator<T>::description() const {
  return "Translator(" + std::to_string(vocabulary_) + ", " + std::to_string(options_.d_model) +
         ")";
}

template class Translator<float>;
template class Translator<double>;

}  // namespace xg::nn::models
