#pragma once

#include <functional>
#include <vector>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/random.hpp"

/// What models of sequences of tokens have in common: their loss, sampling and beam search.
namespace xg::nn::models {

/// Cross entropy of each next token, averaged over all places but the padded ones.
///
///   logits   [..., V], one axis at least
///   targets  [...], in [0, V), or `padding`
///   result   a scalar; over ln 2 it is in bits a token
///
/// @throws ShapeError if shapes do not fit; ValueError for a target out of range.
/// Gradient: as cross_entropy's.
template <class T>
Variable<T> token_loss(const Variable<T>& logits, const IndexArray& targets,
                       std::int64_t padding = -100);

struct SampleOptions {
  double temperature = 1;  ///< >= 0; below 1 likely tokens become likelier, at 0 the first is taken
  std::size_t top_k = 0;   ///< only among so many most likely tokens; 0: among all
};

/// A token for each row of logits, drawn with probability softmax(logits / temperature).
///
///   logits  [N, V], V >= 1
///   result  [N]
///
/// @throws ShapeError for another rank; ValueError if temperature < 0.
template <class T>
IndexArray sample_tokens(const Array<T>& logits, const SampleOptions& options,
                         Generator& generator = default_generator());

struct GenerateOptions {
  std::size_t length = 200;  ///< tokens to add
  double temperature = 1;
  std::size_t top_k = 0;
};

struct BeamOptions {
  std::size_t width = 3;        ///< sequences kept, >= 1; 1 takes the likeliest token each time
  std::size_t max_length = 20;  ///< tokens at most, without start and end
  std::int64_t start = 1;       ///< token every sequence starts with
  std::int64_t end = 2;         ///< token that ends one
  double length_penalty = 0;    ///< sequences are ranked by log-probability / length^this
};

/// A sequence beam_search found.
struct Hypothesis {
  std::vector<std::int64_t> tokens;  ///< without start and end
  double log_probability = 0;        ///< with that of its end
  bool ended = false;                ///< or cut off at max_length
};

/// log P(next token | tokens so far), [B, V], of B sequences.
///
///   tokens   [B, t], from the start token on
///   parents  [B], the row of the call before that each goes on from; 0 in the first call
using NextToken = std::function<Array<double>(const IndexArray& tokens, const IndexArray& parents)>;

/// The likeliest sequences, best first: of all continuations of those kept, each step keeps `width`
/// best; one that ends leaves the search and takes its place with it.
/// @throws ValueError for a width of 0 or an end that is no token.
/// Source: Graves, arXiv:1211.3711; Sutskever, Vinyals, Le, arXiv:1409.3215, section 3.2.
std::vector<Hypothesis> beam_search(const NextToken& next, const BeamOptions& options);

namespace detail {
/// [rows, last axis] -> log_softmax in double.
template <class T>
Array<double> log_probabilities(const Variable<T>& logits);
/// tokens[:, i] of [N, T].
IndexArray column(const IndexArray& tokens, std::size_t i);
/// Throws ShapeError unless tokens have so many axes, none of them empty.
void require_tokens(const char* op, const char* argument, const IndexArray& tokens,
                    std::size_t rank);
}  // namespace detail

}  // namespace xg::nn::models
