#include "xgrad/nn/models/sentiment.hpp"

#include "xgrad/nn/models/decoding.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/index.hpp"

namespace xg::nn::models {

template <class T>
SentimentClassifier<T>::SentimentClassifier(std::size_t vocabulary, SentimentOptions o)
    : vocabulary_(vocabulary),
      options_(o),
      embedding_(this->add("embedding",
                           Embedding<T>(vocabulary, o.embedding, {.padding_idx = o.padding}))),
      rnn_(*this, "rnn", o.kind, o.embedding, o.hidden,
           {.layers = o.layers,
            .dropout = o.layers > 1 ? o.dropout : 0,
            .batch_first = true,
            .bidirectional = o.bidirectional}),
      output_(this->add("output", Linear<T>(o.hidden * (o.bidirectional ? 2 : 1), o.classes))) {
  require<ValueError>(o.dropout >= 0 && o.dropout <= 1, "SentimentClassifier", "dropout",
                      "be in [0, 1]", o.dropout);
}

template <class T>
Variable<T> SentimentClassifier<T>::operator()(const IndexArray& tokens, const Lengths& lengths) {
  detail::require_tokens("SentimentClassifier", "tokens", tokens, 2);
  const auto dropped = [&](const Variable<T>& x) {
    return this->training() && options_.dropout > 0 ? dropout(x, options_.dropout) : x;
  };
  const auto run = [&](const Variables<T>&) -> Variables<T> {
    const auto h = rnn_(dropped(embedding_(tokens)), {}, lengths).state[0];
    Variable<T> last = select(h, 0, -1);
    if (options_.bidirectional) last = concat(Variables<T>{select(h, 0, -2), last}, 1);
    return {output_(dropped(last))};
  };
  return this->call({}, run).at(0);
}

template <class T>
std::string SentimentClassifier<T>::description() const {
  return "SentimentClassifier(" + std::to_string(vocabulary_) + ", " +
         std::to_string(options_.hidden) + ")";
}

template class SentimentClassifier<float>;
template class SentimentClassifier<double>;

}  // namespace xg::nn::models
