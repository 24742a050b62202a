#include "xgrad/nn/models/captioner.hpp"

#include "xgrad/core/error.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg::nn::models {

template <class T>
Captioner<T>::Captioner(std::size_t feature_dim, std::size_t vocabulary, CaptionerOptions o)
    : feature_dim_(feature_dim),
      vocabulary_(vocabulary),
      options_(o),
      projection_(this->add("projection", Linear<T>(feature_dim, o.hidden))),
      embedding_(this->add("embedding", Embedding<T>(vocabulary, o.embedding))),
      rnn_(*this, "rnn", o.kind, o.embedding, o.hidden, {.batch_first = true}),
      output_(this->add("output", Linear<T>(o.hidden, vocabulary))) {
  require<ValueError>(o.dropout >= 0 && o.dropout <= 1, "Captioner", "dropout", "be in [0, 1]",
                      o.dropout);
}

template <class T>
Variable<T> Captioner<T>::operator()(const Variable<T>& features, const IndexArray& captions) {
  detail::require_tokens("Captioner", "captions", captions, 2);
  const auto dropped = [&](const Variable<T>& x) {
    return this->training() && options_.dropout > 0 ? dropout(x, options_.dropout) : x;
  };
  const auto run = [&](const Variables<T>& in) -> Variables<T> {
    require_rank("Captioner", "features", in[0].shape(), 2);
    const auto first = unsqueeze(projection_(in[0]), 0);
    return {output_(dropped(rnn_(dropped(embedding_(captions)), {first}).y))};
  };
  return this->call({features}, run).at(0);
}

template <class T>
std::vector<Hypothesis> Captioner<T>::describe(const Variable<T>& features,
                                               const BeamOptions& options) {
  require_rank("Captioner.describe", "features", features.shape(), 1);
  const detail::Evaluation<T> scope(*this);
  Variables<T> state{unsqueeze(projection_(unsqueeze(features, 0)), 0)};
  const auto next = [&](const IndexArray& tokens, const IndexArray& parents) {
    for (auto& s : state) s = index_select(s, 1, parents);
    const auto words = detail::column(tokens, tokens.shape()[1] - 1);
    auto out = rnn_(unsqueeze(embedding_(words), 1), state);
    state = std::move(out.state);
    return detail::log_probabilities(output_(squeeze(out.y, 1)));
  };
  return beam_search(next, options);
}

template <class T>
std::string Captioner<T>::description() const {
  return "Captioner(" + std::to_string(feature_dim_) + ", " + std::to_string(vocabulary_) + ")";
}

template class Captioner<float>;
template class Captioner<double>;

}  // namespace xg::nn::models
