#pragma once

#include "xgrad/nn/embedding.hpp"
#include "xgrad/nn/linear.hpp"
#include "xgrad/nn/models/recurrent_choice.hpp"

namespace xg::nn::models {

struct SentimentOptions {
  Recurrence kind = Recurrence::lstm;
  std::size_t embedding = 100;  ///< width of the words' vectors
  std::size_t hidden = 128;
  std::size_t layers = 1;
  bool bidirectional = false;
  std::size_t classes = 2;
  double dropout = 0.5;      ///< of the words' vectors, between layers and before the output
  std::int64_t padding = 0;  ///< the token beyond a sentence's end; its vector is 0
};

/// Many to one: the last state of a recurrent net over a sentence's words decides its class.
///
///   tokens   [N, T], in [0, vocabulary)
///   lengths  [N], words of each sentence, in [0, T]; left out: all are T long
///   logits   [N, classes]
///
/// What stands beyond a sentence's length does not matter. Of a bidirectional net the last state
/// of both directions counts.
/// Parameters: embedding.weight, rnn.*, output.weight, output.bias.
/// Source: Dai, Le, arXiv:1511.01432, section 2; CS231n, lecture on recurrent networks.
template <class T>
class SentimentClassifier : public Module<T> {
 public:
  /// @throws ValueError for a size of 0 or an option out of range.
  explicit SentimentClassifier(std::size_t vocabulary, SentimentOptions options = {});
  SentimentClassifier(SentimentClassifier&&) noexcept = default;

  /// @throws ShapeError if shapes do not fit; ValueError for a token or length out of range.
  Variable<T> operator()(const IndexArray& tokens, const Lengths& lengths = all_steps());

  std::string description() const override;
  SentimentClassifier rebuilt() const { return SentimentClassifier(vocabulary_, options_); }

 private:
  std::size_t vocabulary_;
  SentimentOptions options_;
  Embedding<T>& embedding_;
  detail::RecurrentChoice<T> rnn_;
  Linear<T>& output_;
};

}  // namespace xg::nn::models
