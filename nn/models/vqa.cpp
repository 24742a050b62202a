#include "xgrad/nn/models/vqa.hpp"

#include "xgrad/core/error.hpp"
#include "xgrad/nn/models/decoding.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg::nn::models {

template <class T>
auto VQA<T>::looks() -> std::vector<Look> {
  const VQAOptions& o = options_;
  std::vector<Look> all;
  if (o.attention_layers == 0) return all;
  Module<T>& list = this->add("looks", Module<T>());
  for (std::size_t k = 0; k < o.attention_layers; ++k) {
    Module<T>& look = list.add(std::to_string(k), Module<T>());
    all.push_back({&look.add("image", Linear<T>(o.hidden, o.attention, {.bias = false})),
                   &look.add("question", Linear<T>(o.hidden, o.attention)),
                   &look.add("score", Linear<T>(o.attention, 1, {.bias = false}))});
  }
  return all;
}

template <class T>
VQA<T>::VQA(std::size_t feature_dim, std::size_t vocabulary, std::size_t answers, VQAOptions o)
    : feature_dim_(feature_dim),
      vocabulary_(vocabulary),
      answers_(answers),
      options_(o),
      image_(this->add("image", Linear<T>(feature_dim, o.hidden))),
      embedding_(this->add("embedding", Embedding<T>(vocabulary, o.embedding))),
      rnn_(*this, "rnn", o.kind, o.embedding, o.hidden, {.batch_first = true}),
      looks_(looks()),
      answer_(
          this->add("answer", Linear<T>(o.hidden * (o.attention_layers == 0 ? 2 : 1), answers))) {
  require<ValueError>(o.dropout >= 0 && o.dropout <= 1, "VQA", "dropout", "be in [0, 1]",
                      o.dropout);
}

template <class T>
Variables<T> VQA<T>::run(const Variable<T>& features, const IndexArray& question,
                         const Lengths& lengths) {
  require_rank("VQA", "features", features.shape(), 4);
  const Shape& s = features.shape();
  const auto number = [&](std::size_t axis) { return static_cast<std::ptrdiff_t>(s[axis]); };
  const auto places = tanh(image_(transpose(flatten(features, 2), 1, 2)));  // [N, H W, hidden]
  Variable<T> u = select(rnn_(embedding_(question), {}, lengths).state[0], 0, -1);
  Variables<T> results(1);
  for (const Look& look : looks_) {
    const auto together = tanh((*look.image)(places) + unsqueeze((*look.question)(u), 1));
    const auto p = softmax(squeeze((*look.score)(together), -1), -1);
    u = u + squeeze(matmul(unsqueeze(p, 1), places), 1);
    results.push_back(reshape(p, {number(0), number(2), number(3)}));
  }
  if (looks_.empty()) u = concat(Variables<T>{mean(places, {1}), u}, 1);
  if (this->training() && options_.dropout > 0) u = dropout(u, options_.dropout);
  results[0] = answer_(u);
  return results;
}

template <class T>
VQAResult<T> VQA<T>::operator()(const Variable<T>& features, const IndexArray& question,
                                const Lengths& lengths) {
  detail::require_tokens("VQA", "question", question, 2);
  auto out =
      this->call({features}, [&](const Variables<T>& in) { return run(in[0], question, lengths); });
  return {out.at(0), Variables<T>(out.begin() + 1, out.end())};
}

template <class T>
std::string VQA<T>::description() const {
  return "VQA(" + std::to_string(feature_dim_) + ", " + std::to_string(vocabulary_) + ", " +
         std::to_string(answers_) + ")";
}

template class VQA<float>;
template class VQA<double>;

}  // namespace xg::nn::models
