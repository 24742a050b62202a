#include "xgrad/core/error.hpp"
#include "xgrad/nn/models/captioner.hpp"
#include "xgrad/ops/activation.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg::nn::models {

template <class T>
AttentionCaptioner<T>::AttentionCaptioner(std::size_t feature_dim, std::size_t vocabulary,
                                          AttentionCaptionerOptions o)
    : feature_dim_(feature_dim),
      vocabulary_(vocabulary),
      options_(o),
      init_h_(this->add("init_h", Linear<T>(feature_dim, o.hidden))),
      init_c_(this->add("init_c", Linear<T>(feature_dim, o.hidden))),
      attention_(
          this->add("attention", SoftSpatialAttention<T>(feature_dim, o.hidden, o.attention))),
      gate_(this->add("gate", Linear<T>(o.hidden, feature_dim))),
      embedding_(this->add("embedding", Embedding<T>(vocabulary, o.embedding))),
      cell_(this->add("cell", LSTMCell<T>(o.embedding + feature_dim, o.hidden))),
      from_state_(this->add("from_state", Linear<T>(o.hidden, o.embedding))),
      from_context_(
          this->add("from_context", Linear<T>(feature_dim, o.embedding, {.bias = false}))),
      output_(this->add("output", Linear<T>(o.embedding, vocabulary))) {
  require<ValueError>(o.dropout >= 0 && o.dropout <= 1, "AttentionCaptioner", "dropout",
                      "be in [0, 1]", o.dropout);
}

template <class T>
LSTMState<T> AttentionCaptioner<T>::first_state(const Variable<T>& features) {
  const auto average = mean(features, {2, 3});
  return {tanh(init_h_(average)), tanh(init_c_(average))};
}

template <class T>
auto AttentionCaptioner<T>::step(const Variable<T>& features, const IndexArray& words,
                                 const LSTMState<T>& state) -> Step {
  const auto word = embedding_(words);
  const auto [seen, weights] = attention_(features, state.h);
  const auto z = sigmoid(gate_(state.h)) * seen;
  const LSTMState<T> after = cell_(concat(Variables<T>{word, z}, 1), state);
  auto y = tanh(word + from_state_(after.h) + from_context_(z));
  if (this->training() && options_.dropout > 0) y = dropout(y, options_.dropout);
  return {output_(y), weights, after};
}

template <class T>
AttentionCaption<T> AttentionCaptioner<T>::operator()(const Variable<T>& features,
                                                      const IndexArray& captions) {
  detail::require_tokens("AttentionCaptioner", "captions", captions, 2);
  const auto run = [&](const Variables<T>& in) -> Variables<T> {
    require_rank("AttentionCaptioner", "features", in[0].shape(), 4);
    LSTMState<T> state = first_state(in[0]);
    Variables<T> logits, weights;
    for (std::size_t t = 0; t < captions.shape()[1]; ++t) {
      Step s = step(in[0], detail::column(captions, t), state);
      logits.push_back(std::move(s.logits));
      weights.push_back(std::move(s.weights));
      state = std::move(s.state);
    }
    return {stack(logits, 1), stack(weights, 1)};
  };
  auto out = this->call({features}, run);
  return {out.at(0), out.at(1)};
}

template <class T>
std::vector<Hypothesis> AttentionCaptioner<T>::describe(const Variable<T>& features,
                                                        const BeamOptions& options) {
  require_rank("AttentionCaptioner.describe", "features", features.shape(), 3);
  const detail::Evaluation<T> scope(*this);
  const auto image = unsqueeze(features, 0);
  LSTMState<T> state = first_state(image);
  const auto next = [&](const IndexArray& tokens, const IndexArray& parents) {
    const LSTMState<T> from{index_select(state.h, 0, parents), index_select(state.c, 0, parents)};
    const auto same = index_select(image, 0, IndexArray(Shape{parents.size()}, 0));
    Step s = step(same, detail::column(tokens, tokens.shape()[1] - 1), from);
    state = std::move(s.state);
    return detail::log_probabilities(s.logits);
  };
  return beam_search(next, options);
}

template <class T>
std::string AttentionCaptioner<T>::description() const {
  return "AttentionCaptioner(" + std::to_string(feature_dim_) + ", " + std::to_string(vocabulary_) +
         ")";
}

template class AttentionCaptioner<float>;
template class AttentionCaptioner<double>;

}  // namespace xg::nn::models
