#pragma once

#include "xgrad/nn/embedding.hpp"
#include "xgrad/nn/models/decoding.hpp"
#include "xgrad/nn/transformer.hpp"

namespace xg::nn::models {

/// How a model knows where in the sequence a token stands.
enum class Positions : std::uint8_t {
  sinusoidal,  ///< PositionalEncoding, added to sqrt(d_model) times the token's vector
  learned,     ///< a vector for each place, a parameter
};

struct TransformerLMOptions {
  std::size_t d_model = 128;
  std::size_t heads = 4;
  std::size_t layers = 4;
  std::size_t dim_feedforward = 512;
  std::size_t max_len = 256;  ///< places
  double dropout = 0.1;
  Positions positions = Positions::learned;
  TransformerActivation activation = TransformerActivation::gelu;
  bool norm_first = true;  ///< and once more at the end; false: the form of 2017
  bool tied = true;        ///< the output layer has the embedding's weight, and no bias
};

/// A language model: a stack of causal self-attention blocks, in which no place sees a later one.
///
///   tokens  [N, T], in [0, vocabulary), T <= max_len
///   logits  [N, T, vocabulary]: at t of token t + 1
///
/// Parameters: embedding.weight, position.weight (if learned), encoder.layers.K.*, encoder.norm.*
/// (if norm_first), output.* (unless tied). Matrices are drawn as Xavier's, vectors of tokens and
/// places from normal distributions of deviation 0.02 (sinusoidal: 1 / sqrt(d_model)).
/// Source: Vaswani et al., arXiv:1706.03762; Radford et al., "Language models are unsupervised
/// multitask learners", 2019 (the defaults); Press, Wolf, arXiv:1608.05859 (tied).
template <class T>
class TransformerLM : public Module<T> {
 public:
  /// @throws ValueError for a size of 0, an option out of range or heads that do not divide
  ///         d_model.
  explicit TransformerLM(std::size_t vocabulary, TransformerLMOptions options = {});
  TransformerLM(TransformerLM&&) noexcept = default;

  /// @throws ShapeError unless tokens fit; ValueError for one out of range.
  Variable<T> operator()(const IndexArray& tokens);
  /// Goes on from a prompt [L], L >= 1, in evaluation, without recording a graph; sees the last
  /// max_len tokens. Each token takes a pass over all it sees.
  /// @return the tokens added, [options.length].
  IndexArray generate(const IndexArray& prompt, const GenerateOptions& options = {},
                      Generator& generator = default_generator());

  std::string description() const override;
  TransformerLM rebuilt() const { return TransformerLM(vocabulary_, options_); }

 private:
  Variable<T> run(const IndexArray& tokens);

  std::size_t vocabulary_;
  TransformerLMOptions options_;
  Embedding<T>& embedding_;
  Embedding<T>* position_ = nullptr;
  PositionalEncoding<T>* encoding_ = nullptr;
  TransformerEncoder<T>& encoder_;
  Linear<T>* output_ = nullptr;
};

struct TranslatorOptions {
  std::size_t d_model = 512;
  std::size_t heads = 8;
  std::size_t encoder_layers = 6;
  std::size_t decoder_layers = 6;
  std::size_t dim_feedforward = 2048;
  std::size_t max_len = 512;  ///< places
  double dropout = 0.1;
  std::int64_t padding = 0;  ///< the token beyond a source's end, which nobody looks at
};

/// The Transformer: an encoder reads the source, a causal decoder writes the target.
///
///   source  [N, S];  target [N, T], from the start token on; both in [0, vocabulary), <= max_len
///   logits  [N, T, vocabulary]: at t of token t + 1
///
/// One table of vectors serves source, target and, transposed, the output (section 3.4), so the
/// vocabulary is a common one. Positions are sinusoidal.
/// Parameters: embedding.weight, encoder.layers.K.*, decoder.layers.K.*.
/// Source: Vaswani et al., arXiv:1706.03762, whose base model the defaults are.
template <class T>
class Translator : public Module<T> {
 public:
  explicit Translator(std::size_t vocabulary, TranslatorOptions options = {});
  Translator(Translator&&) noexcept = default;

  Variable<T> operator()(const IndexArray& source, const IndexArray& target);
  /// Translations of one source [S], best first; see beam_search.
  std::vector<Hypothesis> translate(const IndexArray& source, const BeamOptions& options = {});

  std::string description() const override;
  Translator rebuilt() const { return Translator(vocabulary_, options_); }

 private:
  Variable<T> placed(const IndexArray& tokens);
  Variable<T> encoded(const IndexArray& source);
  Variable<T> decoded(const Variable<T>& memory, const IndexArray& source,
                      const IndexArray& target);
  Array<bool> padding_in(const IndexArray& tokens) const;

  std::size_t vocabulary_;
  TranslatorOptions options_;
  Embedding<T>& embedding_;
  PositionalEncoding<T>& encoding_;
  TransformerEncoder<T>& encoder_;
  TransformerDecoder<T>& decoder_;
};

}  // namespace xg::nn::models
