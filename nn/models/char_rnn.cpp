#include "xgrad/nn/models/char_rnn.hpp"

#include <algorithm>

#include "xgrad/core/error.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg::nn::models {

namespace {

/// [T, N] -> [T, N, classes] with a single 1 in each row.
template <class T>
Variable<T> one_hot_rows(const IndexArray& tokens, std::size_t classes) {
  Array<T> x = full_array<T>({tokens.shape()[0], tokens.shape()[1], classes}, T(0));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::int64_t token = tokens.data()[i];
    require<ValueError>(token >= 0 && static_cast<std::size_t>(token) < classes, "CharRNN",
                        "tokens", "be in [0, " + std::to_string(classes) + ")", token);
    x.data()[i * classes + static_cast<std::size_t>(token)] = 1;
  }
  return Variable<T>(std::move(x));
}

template <class T>
Embedding<T>* embedding_in(Module<T>& owner, std::size_t vocabulary, std::size_t width) {
  return width == 0 ? nullptr : &owner.add("embedding", Embedding<T>(vocabulary, width));
}

}  // namespace

template <class T>
CharRNN<T>::CharRNN(std::size_t vocabulary, CharRNNOptions o)
    : vocabulary_(vocabulary),
      options_(o),
      embedding_(embedding_in<T>(*this, vocabulary, o.embedding)),
      rnn_(*this, "rnn", o.kind, o.embedding > 0 ? o.embedding : vocabulary, o.hidden,
           {.layers = o.layers, .dropout = o.layers > 1 ? o.dropout : 0}),
      output_(this->add("output", Linear<T>(o.hidden, vocabulary))) {
  require<ValueError>(o.dropout >= 0 && o.dropout <= 1, "CharRNN", "dropout", "be in [0, 1]",
                      o.dropout);
}

template <class T>
Variable<T> CharRNN<T>::embedded(const IndexArray& tokens) {
  return embedding_ != nullptr ? (*embedding_)(tokens) : one_hot_rows<T>(tokens, vocabulary_);
}

template <class T>
LanguageResult<T> CharRNN<T>::operator()(const IndexArray& tokens, const Variables<T>& state) {
  detail::require_tokens("CharRNN", "tokens", tokens, 2);
  auto out = this->call(state, [&](const Variables<T>& in) {
    auto [y, after] = rnn_(embedded(tokens), in);
    const bool drop = this->training() && options_.dropout > 0;
    Variables<T> results{output_(drop ? dropout(y, options_.dropout) : y)};
    results.insert(results.end(), after.begin(), after.end());
    return results;
  });
  return {out.at(0), Variables<T>(out.begin() + 1, out.end())};
}

template <class T>
IndexArray CharRNN<T>::generate(const IndexArray& prompt, const GenerateOptions& options,
                                Generator& generator) {
  detail::require_tokens("CharRNN.generate", "prompt", prompt, 1);
  const detail::Evaluation<T> scope(*this);
  IndexArray next = prompt;
  next.reshape({prompt.size(), std::size_t{1}});
  Variables<T> state;
  IndexArray result(Shape{options.length});
  for (std::size_t i = 0; i < options.length; ++i) {
    auto out = (*this)(next, state);
    state = std::move(out.state);
    Array<T> last(Shape{1, vocabulary_});
    std::copy_n(out.logits.value().data() + out.logits.size() - vocabulary_, vocabulary_,
                last.data());
    next = sample_tokens(last, {options.temperature, options.top_k}, generator);
    result.data()[i] = next.data()[0];
    next.reshape({std::size_t{1}, std::size_t{1}});
  }
  return result;
}

template <class T>
std::string CharRNN<T>::description() const {
  return "CharRNN(" + std::to_string(vocabulary_) + ", " + std::to_string(options_.hidden) + ")";
}

template class CharRNN<float>;
template class CharRNN<double>;

}  // namespace xg::nn::models
