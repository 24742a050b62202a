#pragma once

#include <optional>

#include "xgrad/nn/module.hpp"
#include "xgrad/ops/embedding.hpp"

namespace xg::nn {

struct EmbeddingOptions {
  /// The row that begins as 0 and takes no gradient; negative counts from the end.
  std::optional<std::ptrdiff_t> padding_idx = {};
  /// Rows longer than this are shortened to it, in place, when they are looked up.
  std::optional<double> max_norm = {};
  double norm_type = 2;  ///< p of the norm that max_norm is about, > 0; infinity: the largest
};

/// A table of vectors, looked up by integers: y[i..., :] = weight[index[i...], :].
///
///   index   any shape, in [0, num_embeddings); any xtensor expression of integers
///   weight  [num_embeddings, embedding_dim], normal with mean 0 and deviation 1
///   y       [index's shape, embedding_dim]
template <class T>
class Embedding : public Module<T> {
 public:
  /// @throws ValueError unless sizes are >= 1 and padding_idx is a row.
  Embedding(std::size_t num_embeddings, std::size_t embedding_dim, EmbeddingOptions options = {});
  Embedding(Embedding&&) noexcept = default;

  Variable<T> operator()(const IndexArray& index);
  std::string description() const override;
  Embedding rebuilt() const;  ///< for clone()

  Variable<T> weight;

 private:
  EmbeddingOptions options_;
};

struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;
  std::optional<std::ptrdiff_t> padding_idx = {};  ///< such entries of a bag do not count
};

/// The sum, mean or maximum of the rows of each bag: see embedding_bag.
///
///   index    [N, L], or a vector that offsets [N] cut into bags
///   weight   [num_embeddings, embedding_dim], normal with mean 0 and deviation 1
///   per_sample_weights  the shape of index, factors of a sum's entries; or undefined
///   y        [N, embedding_dim]
template <class T>
class EmbeddingBag : public Module<T> {
 public:
  EmbeddingBag(std::size_t num_embeddings, std::size_t embedding_dim,
               EmbeddingBagOptions options = {});
  EmbeddingBag(EmbeddingBag&&) noexcept = default;

  Variable<T> operator()(const IndexArray& index, const IndexArray& offsets = IndexArray(Shape{0}),
                         const Variable<T>& per_sample_weights = {});
  std::string description() const override;
  EmbeddingBag rebuilt() const;

  Variable<T> weight;

 private:
  EmbeddingBagOptions options_;
};

struct BilinearOptions {
  bool bias = true;
};

/// y_k = x1^T W_k x2 + b_k.
///
///   x1, x2  [*, in1_features], [*, in2_features]
///   weight  [out_features, in1_features, in2_features], from U(-k, k), k = 1 / sqrt(in1_features)
///   bias    [out_features], likewise
template <class T>
class Bilinear : public Module<T> {
 public:
  Bilinear(std::size_t in1_features, std::size_t in2_features, std::size_t out_features,
           BilinearOptions options = {});
  Bilinear(Bilinear&&) noexcept = default;

  Variable<T> operator()(const Variable<T>& x1, const Variable<T>& x2);
  std::string description() const override;
  double multiply_adds(const Shape& x1, const Shape& y) const override;
  Bilinear rebuilt() const;

  Variable<T> weight, bias;
};

extern template class Embedding<float>;
extern template class Embedding<double>;
extern template class EmbeddingBag<float>;
extern template class EmbeddingBag<double>;
extern template class Bilinear<float>;
extern template class Bilinear<double>;

}  // namespace xg::nn
