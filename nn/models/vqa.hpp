#pragma once

#include "xgrad/nn/embedding.hpp"
#include "xgrad/nn/linear.hpp"
#include "xgrad/nn/models/recurrent_choice.hpp"

namespace xg::nn::models {

struct VQAOptions {
  Recurrence kind = Recurrence::lstm;
  std::size_t embedding = 500;       ///< width of the words' vectors
  std::size_t hidden = 1024;         ///< of the question, and of the places of the image
  std::size_t attention = 512;       ///< width of the layer that compares the two
  std::size_t attention_layers = 2;  ///< looks at the image; 0: none, see below
  double dropout = 0.5;              ///< before the answer, in training
};

template <class T>
struct VQAResult {
  Variable<T> logits;    ///< [N, answers]
  Variables<T> weights;  ///< where each look went, [N, H, W] each; sums to 1
};

/// Answers a question about an image, by stacked attention: the question, refined by what it has
/// found so far, looks at the image again.
///
///   v_i = tanh(I f_i + b)                       places of the image, f: features
///   u = last state of a recurrent net over the question's words
///   p = softmax(s . tanh(A v + B u + b)),  u <- u + sum_i p_i v_i        once a layer
///   logits = O u + b
///
///   features  [N, D, H, W], a convolutional network's
///   question  [N, T], in [0, vocabulary);  lengths [N], words of each; left out: all are T long
///
/// With attention_layers = 0 the mean of the places stands beside the question: logits = O
/// [mean(v), u] + b, the lecture's concatenation. Parameters: image.*, embedding.weight, rnn.*,
/// looks.K.{image.weight, question.*, score.weight}, answer.*. Source: Yang, He, Gao, Deng, Smola,
/// arXiv:1511.02274, section 3; Antol et al., arXiv:1505.00468 (the concatenation); CS231n, lecture
/// on recurrent networks.
template <class T>
class VQA : public Module<T> {
 public:
  /// @throws ValueError for a size of 0 or an option out of range.
  VQA(std::size_t feature_dim, std::size_t vocabulary, std::size_t answers,
      VQAOptions options = {});
  VQA(VQA&&) noexcept = default;

  /// @throws ShapeError if shapes do not fit; ValueError for a token or length out of range.
  VQAResult<T> operator()(const Variable<T>& features, const IndexArray& question,
                          const Lengths& lengths = all_steps());

  std::string description() const override;
  VQA rebuilt() const { return VQA(feature_dim_, vocabulary_, answers_, options_); }

 private:
  struct Look {
    Linear<T>*image, *question, *score;
  };
  std::vector<Look> looks();
  Variables<T> run(const Variable<T>& features, const IndexArray& question, const Lengths& lengths);

  std::size_t feature_dim_, vocabulary_, answers_;
  VQAOptions options_;
  Linear<T>& image_;
  Embedding<T>& embedding_;
  detail::RecurrentChoice<T> rnn_;
  std::vector<Look> looks_;
  Linear<T>& answer_;
};

}  // namespace xg::nn::models
