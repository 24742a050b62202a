#pragma once

#include "xgrad/nn/attention.hpp"
#include "xgrad/nn/embedding.hpp"
#include "xgrad/nn/linear.hpp"
#include "xgrad/nn/models/decoding.hpp"
#include "xgrad/nn/models/recurrent_choice.hpp"

/// Models that describe an image. Its features come from a convolutional network of your choice.
///
/// Captions are rows of tokens that begin with a start token; trained as
///
///   auto logits = model(features, words_in);       // captions without their last word
///   token_loss(logits, words_out, padding)         // captions without their first
namespace xg::nn::models {

struct CaptionerOptions {
  Recurrence kind = Recurrence::lstm;
  std::size_t embedding = 256;  ///< width of the words' vectors
  std::size_t hidden = 512;
  double dropout = 0;  ///< of the words' vectors and before the output, in training
};

/// The image's feature vector, projected, is the first state of a recurrent net over the words.
///
///   features  [N, feature_dim], such as the last layer before a classifier's
///   captions  [N, T], in [0, vocabulary)
///   logits    [N, T, vocabulary]: at t of the word after word t
///
/// Parameters: projection.*, embedding.weight, rnn.*, output.*.
/// Source: Karpathy, Fei-Fei, arXiv:1412.2306, section 3.2; Vinyals et al., arXiv:1411.4555 (who
/// show the image as a first word); CS231n, assignment 3.
template <class T>
class Captioner : public Module<T> {
 public:
  /// @throws ValueError for a size of 0 or an option out of range.
  Captioner(std::size_t feature_dim, std::size_t vocabulary, CaptionerOptions options = {});
  Captioner(Captioner&&) noexcept = default;

  /// @throws ShapeError if shapes do not fit; ValueError for a token out of range.
  Variable<T> operator()(const Variable<T>& features, const IndexArray& captions);
  /// Captions of one image, features [feature_dim], best first; see beam_search.
  std::vector<Hypothesis> describe(const Variable<T>& features, const BeamOptions& options = {});

  std::string description() const override;
  Captioner rebuilt() const { return Captioner(feature_dim_, vocabulary_, options_); }

 private:
  std::size_t feature_dim_, vocabulary_;
  CaptionerOptions options_;
  Linear<T>& projection_;
  Embedding<T>& embedding_;
  detail::RecurrentChoice<T> rnn_;
  Linear<T>& output_;
};

struct AttentionCaptionerOptions {
  std::size_t embedding = 512;
  std::size_t hidden = 512;
  std::size_t attention = 512;  ///< width of the layer that compares state and places
  double dropout = 0.5;         ///< before the output, in training
};

template <class T>
struct AttentionCaption {
  Variable<T> logits;   ///< [N, T, vocabulary]
  Variable<T> weights;  ///< [N, T, H, W]: where it looked for each word; sums to 1 over H and W
};

/// Show, attend and tell: before each word an LSTM looks at the image anew, guided by its state.
///
///   h_0 = tanh(A mean(a)),  c_0 = tanh(B mean(a))         a: the places' features
///   z = sigmoid(G h) attend(a, h)                          soft attention and its gate
///   h, c = lstm([word, z], h, c)
///   logits = O tanh(word + L h + Z z)
///
///   features  [N, D, H, W], a convolutional network's
///   captions  [N, T]
///
/// Doubly stochastic attention (equation 14) adds lambda mean((1 - sum_t weights)^2) to the loss.
/// Parameters: init_h.*, init_c.*, attention.attention.*, gate.*, embedding.weight, cell.*,
/// from_state.*, from_context.weight, output.*.
/// Source: Xu et al., arXiv:1502.03044, sections 3.1.2 and 4.2 (equation 7 with a tanh, which the
/// authors' code has).
template <class T>
class AttentionCaptioner : public Module<T> {
 public:
  AttentionCaptioner(std::size_t feature_dim, std::size_t vocabulary,
                     AttentionCaptionerOptions options = {});
  AttentionCaptioner(AttentionCaptioner&&) noexcept = default;

  AttentionCaption<T> operator()(const Variable<T>& features, const IndexArray& captions);
  /// Captions of one image, features [D, H, W], best first; see beam_search.
  std::vector<Hypothesis> describe(const Variable<T>& features, const BeamOptions& options = {});

  std::string description() const override;
  AttentionCaptioner rebuilt() const {
    return AttentionCaptioner(feature_dim_, vocabulary_, options_);
  }

 private:
  struct Step {
    Variable<T> logits, weights;
    LSTMState<T> state;
  };
  LSTMState<T> first_state(const Variable<T>& features);
  Step step(const Variable<T>& features, const IndexArray& words, const LSTMState<T>& state);

  std::size_t feature_dim_, vocabulary_;
  AttentionCaptionerOptions options_;
  Linear<T>&init_h_, &init_c_;
  SoftSpatialAttention<T>& attention_;
  Linear<T>& gate_;
  Embedding<T>& embedding_;
  LSTMCell<T>& cell_;
  Linear<T>&from_state_, &from_context_, &output_;
};

}  // namespace xg::nn::models
