#include "xgrad/nn/models/decoding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/core/error.hpp"
#include "xgrad/ops/loss_classification.hpp"
#include "xgrad/ops/random.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg::nn::models {

template <class T>
Variable<T> token_loss(const Variable<T>& logits, const IndexArray& targets, std::int64_t padding) {
  const Shape& s = logits.shape();
  const bool fits = s.size() >= 1 && Shape(s.begin(), s.end() - 1) == targets.shape();
  require<ShapeError>(fits, "token_loss", "targets",
                      "have the shape of logits " + to_string(s) + " without its last axis",
                      Shape(targets.shape()));
  const auto classes = static_cast<std::ptrdiff_t>(s.back());
  IndexArray labels = targets;
  labels.reshape({targets.size()});
  return cross_entropy(reshape(logits, {-1, classes}), labels, {.ignore_index = padding});
}

namespace {

/// A row's token: the first place where the sum of the weights passes u of their total.
template <class T>
std::int64_t drawn(const T* logits, std::size_t n, const SampleOptions& o, double u) {
  const auto largest = std::max_element(logits, logits + n);
  if (o.temperature == 0) return largest - logits;
  double least = -std::numeric_limits<double>::infinity();
  if (o.top_k > 0 && o.top_k < n) {
    std::vector<T> sorted(logits, logits + n);
    const auto k = sorted.begin() + static_cast<std::ptrdiff_t>(o.top_k - 1);
    std::nth_element(sorted.begin(), k, sorted.end(), std::greater<T>());
    least = *k;
  }
  std::vector<double> sums(n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = logits[i];
    if (x >= least) sum += std::exp((x - *largest) / o.temperature);
    sums[i] = sum;
  }
  const auto at = std::upper_bound(sums.begin(), sums.end(), u * sum);
  return std::min<std::int64_t>(at - sums.begin(), static_cast<std::int64_t>(n) - 1);
}

}  // namespace

template <class T>
IndexArray sample_tokens(const Array<T>& logits, const SampleOptions& options,
                         Generator& generator) {
  require_rank("sample_tokens", "logits", logits.shape(), 2);
  require<ValueError>(options.temperature >= 0, "sample_tokens", "temperature", "be >= 0",
                      options.temperature);
  const std::size_t rows = logits.shape()[0], n = logits.shape()[1];
  require<ShapeError>(n >= 1, "sample_tokens", "logits", "have one column or more",
                      Shape(logits.shape()));
  const NoGrad guard;
  const auto u = rand<double>({rows}, generator);
  IndexArray tokens(Shape{rows});
  for (std::size_t i = 0; i < rows; ++i)
    tokens.data()[i] = drawn(logits.data() + i * n, n, options, u.value().data()[i]);
  return tokens;
}

namespace {

/// One more token after a sequence that was kept.
struct Candidate {
  double log_probability;
  std::size_t row;
  std::int64_t token;
};

/// The `count` best continuations; of equal ones the first.
std::vector<Candidate> best_candidates(const std::vector<Hypothesis>& live,
                                       const Array<double>& scores, std::size_t count) {
  const std::size_t words = scores.shape()[1];
  std::vector<Candidate> all;
  for (std::size_t row = 0; row < live.size(); ++row)
    for (std::size_t w = 0; w < words; ++w)
      all.push_back({live[row].log_probability + scores.data()[row * words + w], row,
                     static_cast<std::int64_t>(w)});
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
  std::partial_sort(all.begin(), middle, all.end(), [](const Candidate& a, const Candidate& b) {
    if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
    return a.row != b.row ? a.row < b.row : a.token < b.token;
  });
  all.erase(middle, all.end());
  return all;
}

IndexArray prefixes_of(const std::vector<Hypothesis>& live, std::int64_t start) {
  const std::size_t length = live[0].tokens.size() + 1;
  IndexArray tokens(Shape{live.size(), length});
  for (std::size_t row = 0; row < live.size(); ++row) {
    tokens.data()[row * length] = start;
    std::copy(live[row].tokens.begin(), live[row].tokens.end(), tokens.data() + row * length + 1);
  }
  return tokens;
}

double rank_of(const Hypothesis& h, double penalty) {
  const auto length = static_cast<double>(h.tokens.size() + (h.ended ? 1 : 0));
  return penalty == 0 ? h.log_probability : h.log_probability / std::pow(length, penalty);
}

}  // namespace

std::vector<Hypothesis> beam_search(const NextToken& next, const BeamOptions& o) {
  require<ValueError>(o.width >= 1, "beam_search", "width", "be >= 1", o.width);
  std::vector<Hypothesis> live(1), found;
  IndexArray parents(Shape{1}, 0);
  for (std::size_t step = 0; step < o.max_length && !live.empty(); ++step) {
    const Array<double> scores = next(prefixes_of(live, o.start), parents);
    const auto words = static_cast<std::int64_t>(scores.shape()[1]);
    require<ValueError>(o.end >= 0 && o.end < words, "beam_search", "end",
                        "be a token, in [0, " + std::to_string(words) + ")", o.end);
    std::vector<Hypothesis> kept;
    std::vector<std::int64_t> rows;
    for (const Candidate& c : best_candidates(live, scores, o.width - found.size())) {
      Hypothesis h{live[c.row].tokens, c.log_probability, c.token == o.end};
      if (!h.ended) h.tokens.push_back(c.token);
      if (!h.ended) rows.push_back(static_cast<std::int64_t>(c.row));
      (h.ended ? found : kept).push_back(std::move(h));
    }
    live = std::move(kept);
    parents = IndexArray(Shape{rows.size()});
    std::copy(rows.begin(), rows.end(), parents.data());
  }
  found.insert(found.end(), live.begin(), live.end());
  std::stable_sort(found.begin(), found.end(), [&](const Hypothesis& a, const Hypothesis& b) {
    return rank_of(a, o.length_penalty) > rank_of(b, o.length_penalty);
  });
  return found;
}

namespace detail {

template <class T>
Array<double> log_probabilities(const Variable<T>& logits) {
  const NoGrad guard;
  return xt::cast<double>(log_softmax(logits, -1).value());
}

IndexArray column(const IndexArray& tokens, std::size_t i) {
  const std::size_t rows = tokens.shape()[0], columns = tokens.shape()[1];
  IndexArray result(Shape{rows});
  for (std::size_t row = 0; row < rows; ++row)
    result.data()[row] = tokens.data()[row * columns + i];
  return result;
}

void require_tokens(const char* op, const char* argument, const IndexArray& tokens,
                    std::size_t rank) {
  require_rank(op, argument, tokens.shape(), rank);
  require<ShapeError>(tokens.size() > 0, op, argument, "hold a token or more",
                      Shape(tokens.shape()));
}

}  // namespace detail

#define XG_INSTANTIATE(T)                                                                  \
  template Variable<T> token_loss<T>(const Variable<T>&, const IndexArray&, std::int64_t); \
  template IndexArray sample_tokens<T>(const Array<T>&, const SampleOptions&, Generator&); \
  template Array<double> detail::log_probabilities<T>(const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn::models
