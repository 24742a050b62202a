#include <algorithm>
#include <cmath>

#include "xgrad/core/error.hpp"
#include "xgrad/nn/init.hpp"
#include "xgrad/nn/models/recurrent_choice.hpp"
#include "xgrad/nn/models/transformer_models.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/linalg.hpp"

namespace xg::nn::models {

namespace {

template <class T>
TransformerEncoder<T> blocks(const TransformerLMOptions& o) {
  const TransformerOptions layer{.dim_feedforward = o.dim_feedforward,
                                 .dropout = o.dropout,
                                 .activation = o.activation,
                                 .batch_first = true,
                                 .norm_first = o.norm_first};
  return TransformerEncoder<T>(TransformerEncoderLayer<T>(o.d_model, o.heads, layer), o.layers,
                               {.norm = o.norm_first});
}

template <class T>
PositionalEncoding<T> sines(const TransformerLMOptions& o) {
  return PositionalEncoding<T>(o.d_model,
                               {.dropout = 0, .max_len = o.max_len, .batch_first = true});
}

IndexArray places(std::size_t n) {
  IndexArray index(Shape{n});
  for (std::size_t i = 0; i < n; ++i) index.data()[i] = static_cast<std::int64_t>(i);
  return index;
}

}  // namespace

template <class T>
TransformerLM<T>::TransformerLM(std::size_t vocabulary, TransformerLMOptions o)
    : vocabulary_(vocabulary),
      options_(o),
      embedding_(this->add("embedding", Embedding<T>(vocabulary, o.d_model))),
      position_(o.positions == Positions::learned
                    ? &this->add("position", Embedding<T>(o.max_len, o.d_model))
                    : nullptr),
      encoding_(o.positions == Positions::sinusoidal ? &this->add("encoding", sines<T>(o))
                                                     : nullptr),
      encoder_(this->add("encoder", blocks<T>(o))) {
  if (!o.tied) output_ = &this->add("output", Linear<T>(o.d_model, vocabulary));
  for (const auto& [name, value] : encoder_.named_parameters())
    if (value.dimension() > 1) init::xavier_uniform_(value);  // else all layers would be equal
  const bool learned = o.positions == Positions::learned;
  init::normal_(embedding_.weight, 0,
                learned ? 0.02 : 1 / std::sqrt(static_cast<double>(o.d_model)));
  if (learned) init::normal_(position_->weight, 0, 0.02);
}

template <class T>
Variable<T> TransformerLM<T>::run(const IndexArray& tokens) {
  const std::size_t steps = tokens.shape()[1];
  require<ShapeError>(steps <= options_.max_len, "TransformerLM", "number of tokens",
                      "be <= max_len " + std::to_string(options_.max_len), steps);
  Variable<T> x = embedding_(tokens);
  if (position_ != nullptr)
    x = x + (*position_)(places(steps));
  else
    x = (*encoding_)(std::sqrt(static_cast<double>(options_.d_model)) * x);
  if (this->training() && options_.dropout > 0) x = dropout(x, options_.dropout);
  const auto y = encoder_(x, {.is_causal = true, .need_weights = false});
  return output_ != nullptr ? (*output_)(y) : linear(y, embedding_.weight);
}

template <class T>
Variable<T> TransformerLM<T>::operator()(const IndexArray& tokens) {
  detail::require_tokens("TransformerLM", "tokens", tokens, 2);
  return this->call({}, [&](const Variables<T>&) -> Variables<T> { return {run(tokens)}; }).at(0);
}

template <class T>
IndexArray TransformerLM<T>::generate(const IndexArray& prompt, const GenerateOptions& options,
                                      Generator& generator) {
  detail::require_tokens("TransformerLM.generate", "prompt", prompt, 1);
  const detail::Evaluation<T> scope(*this);
  std::vector<std::int64_t> all(prompt.begin(), prompt.end());
  for (std::size_t i = 0; i < options.length; ++i) {
    const std::size_t seen = std::min(all.size(), options_.max_len);
    IndexArray window(Shape{1, seen});
    std::copy_n(all.end() - static_cast<std::ptrdiff_t>(seen), seen, window.data());
    const Variable<T> logits = (*this)(window);
    Array<T> last(Shape{1, vocabulary_});
    std::copy_n(logits.value().data() + (seen - 1) * vocabulary_, vocabulary_, last.data());
    all.push_back(sample_tokens(last, {options.temperature, options.top_k}, generator).data()[0]);
  }
  IndexArray added(Shape{options.length});
  std::copy(all.begin() + static_cast<std::ptrdiff_t>(prompt.size()), all.end(), added.data());
  return added;
}

template <class T>
std::string TransformerLM<T>::description() const {
  return "TransformerLM(" + std::to_string(vocabulary_) + ", " + std::to_string(options_.d_model) +
         ")";
}

template class TransformerLM<float>;
template class TransformerLM<double>;

}  // namespace xg::nn::models
