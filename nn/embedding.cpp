#include "xgrad/nn/embedding.hpp"

#include <algorithm>
#include <cmath>

#include "xgrad/nn/init.hpp"
#include "xgrad/ops/product.hpp"

namespace xg::nn {

namespace {

/// A table drawn from the normal distribution; the padding row, if there is one, 0.
template <class T>
Variable<T> table(const char* op, std::size_t rows, std::size_t width,
                  const std::optional<std::ptrdiff_t>& padding_idx) {
  require<ValueError>(rows >= 1, op, "num_embeddings", "be >= 1", rows);
  require<ValueError>(width >= 1, op, "embedding_dim", "be >= 1", width);
  Variable<T> weight(empty_array<T>({rows, width}));
  init::normal_(weight);
  if (padding_idx) {
    const std::size_t row = normalize_axis(op, "padding_idx", *padding_idx, rows);
    std::fill_n(weight.mutable_value().data() + row * width, width, T(0));
  }
  return weight;
}

/// Shortens the rows that are looked up to a norm of at most max_norm.
template <class T>
void renormalize(Variable<T>& weight, const IndexArray& index, double max_norm, double p) {
  const std::size_t rows = weight.shape()[0], width = weight.shape()[1];
  const auto norm_of = [&](const T* row) {
    double sum = 0, most = 0;
    for (std::size_t j = 0; j < width; ++j) {
      most = std::max(most, std::abs(double{row[j]}));
      sum += std::pow(std::abs(double{row[j]}), p);
    }
    return std::isinf(p) ? most : std::pow(sum, 1 / p);
  };
  const auto within = [rows](std::int64_t i) {
    return i >= 0 && static_cast<std::size_t>(i) < rows;
  };
  if (!std::all_of(index.storage().begin(), index.storage().end(), within)) return;  // refused soon
  for (const std::int64_t i : index.storage()) {
    const auto at = static_cast<std::size_t>(i) * width;
    const double norm = norm_of(weight.value().data() + at);
    if (!(norm > max_norm)) continue;
    T* const row = weight.mutable_value("Embedding.max_norm").data() + at;
    const auto factor = static_cast<T>(max_norm / (norm + 1e-7));
    for (std::size_t j = 0; j < width; ++j) row[j] *= factor;
  }
}

}  // namespace

template <class T>
Embedding<T>::Embedding(std::size_t num_embeddings, std::size_t embedding_dim,
                        EmbeddingOptions options)
    : options_(options) {
  require<ValueError>(options.norm_type > 0, "Embedding", "norm_type", "be > 0", options.norm_type);
  weight = this->parameter(
      "weight", table<T>("Embedding", num_embeddings, embedding_dim, options.padding_idx));
}
template <class T>
Variable<T> Embedding<T>::operator()(const IndexArray& index) {
  if (options_.max_norm) renormalize(weight, index, *options_.max_norm, options_.norm_type);
  return this
      ->call({},
             [&](const Variables<T>&) -> Variables<T> {
               return {embedding(index, weight, {.padding_idx = options_.padding_idx})};
             })
      .at(0);
}
template <class T>
std::string Embedding<T>::description() const {
  return "Embedding(" + std::to_string(weight.shape()[0]) + ", " +
         std::to_string(weight.shape()[1]) + ")";
}
template <class T>
Embedding<T> Embedding<T>::rebuilt() const {
  return Embedding(weight.shape()[0], weight.shape()[1], options_);
}

template <class T>
EmbeddingBag<T>::EmbeddingBag(std::size_t num_embeddings, std::size_t embedding_dim,
                              EmbeddingBagOptions options)
    : options_(options) {
  weight = this->parameter(
      "weight", table<T>("EmbeddingBag", num_embeddings, embedding_dim, options.padding_idx));
}
template <class T>
Variable<T> EmbeddingBag<T>::operator()(const IndexArray& index, const IndexArray& offsets,
                                        const Variable<T>& per_sample_weights) {
  const xg::EmbeddingBagOptions options{
      .mode = options_.mode, .padding_idx = options_.padding_idx, .offsets = offsets};
  const auto run = [&](const Variables<T>& in) -> Variables<T> {
    return {embedding_bag(index, weight, options, in.empty() ? Variable<T>() : in[0])};
  };
  return this
      ->call(per_sample_weights.defined() ? Variables<T>{per_sample_weights} : Variables<T>{}, run)
      .at(0);
}
template <class T>
std::string EmbeddingBag<T>::description() const {
  return "EmbeddingBag(" + std::to_string(weight.shape()[0]) + ", " +
         std::to_string(weight.shape()[1]) + ")";
}
template <class T>
EmbeddingBag<T> EmbeddingBag<T>::rebuilt() const {
  return EmbeddingBag(weight.shape()[0], weight.shape()[1], options_);
}

template <class T>
Bilinear<T>::Bilinear(std::size_t in1_features, std::size_t in2_features, std::size_t out_features,
                      BilinearOptions options) {
  require<ValueError>(in1_features >= 1, "Bilinear", "in1_features", "be >= 1", in1_features);
  const double k = 1 / std::sqrt(static_cast<double>(in1_features));
  const auto add = [&](const char* name, const Shape& shape) {
    Variable<T> x(empty_array<T>(shape));
    init::uniform_(x, -k, k);
    return this->parameter(name, x);
  };
  weight = add("weight", {out_features, in1_features, in2_features});
  if (options.bias) bias = add("bias", {out_features});
}
template <class T>
Variable<T> Bilinear<T>::operator()(const Variable<T>& x1, const Variable<T>& x2) {
  return this
      ->call({x1, x2},
             [&](const Variables<T>& in) -> Variables<T> {
               return {bilinear(in[0], in[1], weight, bias)};
             })
      .at(0);
}
template <class T>
std::string Bilinear<T>::description() const {
  const Shape& s = weight.shape();
  return "Bilinear(" + std::to_string(s[1]) + ", " + std::to_string(s[2]) + ", " +
         std::to_string(s[0]) + ")";
}
// x1 W_k first, then its product with x2.
template <class T>
double Bilinear<T>::multiply_adds(const Shape& x1, const Shape&) const {
  const Shape& s = weight.shape();
  return static_cast<double>(element_count(x1) / s[1]) *
         static_cast<double>(weight.size() + s[0] * s[2]);
}
template <class T>
Bilinear<T> Bilinear<T>::rebuilt() const {
  const Shape& s = weight.shape();
  return Bilinear(s[1], s[2], s[0], {.bias = bias.defined()});
}

#define XG_INSTANTIATE(T)         \
  template class Embedding<T>;    \
  template class EmbeddingBag<T>; \
  template class Bilinear<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
