#pragma once

#include "xgrad/nn/embedding.hpp"
#include "xgrad/nn/linear.hpp"
#include "xgrad/nn/models/decoding.hpp"
#include "xgrad/nn/models/recurrent_choice.hpp"

namespace xg::nn::models {

/// What a language model says of the next tokens, and where it stands after the last.
template <class T>
struct LanguageResult {
  Variable<T> logits;
  Variables<T> state;  ///< {h}, of an LSTM {h, c}
};

struct CharRNNOptions {
  Recurrence kind = Recurrence::lstm;
  std::size_t hidden = 128;
  std::size_t layers = 1;
  std::size_t embedding = 0;  ///< width of the characters' vectors; 0: one-hot, as in the lectures
  double dropout = 0;         ///< between layers and before the output, in training
};

/// A language model of characters: one-hot or embedded, a recurrent net, a linear output layer.
///
///   auto [logits, state] = model(tokens);            // tokens [T, N]: N streams of T characters
///   token_loss(logits, next_tokens).backward();
///   state = detach(state);                           // truncated back-propagation through time
///   auto [more, after] = model(following, state);
///
///   tokens  [T, N], in [0, vocabulary)
///   logits  [T, N, vocabulary];  state  [layers, N, hidden] each
///
/// Parameters: embedding.weight (if any), rnn.*, output.weight, output.bias.
/// Source: Karpathy, "The unreasonable effectiveness of recurrent neural networks", 2015; Graves,
/// arXiv:1308.0850; CS231n, lecture on recurrent networks.
template <class T>
class CharRNN : public Module<T> {
 public:
  /// @throws ValueError for a size of 0 or an option out of range.
  explicit CharRNN(std::size_t vocabulary, CharRNNOptions options = {});
  CharRNN(CharRNN&&) noexcept = default;

  /// @param state  where the streams stand; empty: at 0.
  /// @throws ShapeError unless tokens have two axes; ValueError for one out of range.
  LanguageResult<T> operator()(const IndexArray& tokens, const Variables<T>& state = {});

  /// Goes on from a prompt [L], L >= 1, in evaluation, without recording a graph.
  /// @return the tokens added, [options.length].
  IndexArray generate(const IndexArray& prompt, const GenerateOptions& options = {},
                      Generator& generator = default_generator());

  std::string description() const override;
  CharRNN rebuilt() const { return CharRNN(vocabulary_, options_); }  ///< for clone()

 private:
  Variable<T> embedded(const IndexArray& tokens);

  std::size_t vocabulary_;
  CharRNNOptions options_;
  Embedding<T>* embedding_ = nullptr;
  detail::RecurrentChoice<T> rnn_;
  Linear<T>& output_;
};

}  // namespace xg::nn::models
