#pragma once

#include <optional>
#include <type_traits>

#include "xgrad/autograd/variable.hpp"

namespace xg {

struct EmbeddingOptions {
  /// The row of weight that takes no gradient; negative counts from the end.
  std::optional<std::ptrdiff_t> padding_idx = {};
};

/// The rows of a table that an array of integers names: y[i..., :] = weight[index[i...], :].
///
///   index   any shape, in [0, rows)
///   weight  [rows, D]
///   y       [index's shape, D]
///
/// @throws ShapeError if weight has another rank; ValueError for an index or padding_idx out of
///         range.
/// Gradient: gy added to the rows it came from, but none to the row padding_idx.
template <Element T>
Variable<T> embedding(const IndexArray& index, const Variable<T>& weight,
                      const EmbeddingOptions& options = {});

enum class BagMode : std::uint8_t { sum, mean, max };

struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;
  /// Entries of this row do not count, nor does it take a gradient; negative counts from the end.
  std::optional<std::ptrdiff_t> padding_idx = {};
  IndexArray offsets = IndexArray(Shape{0});  ///< [N], where each bag of a vector `index` begins
};

/// The sum, mean or maximum of rows of a table, bag by bag.
///
///   index   [N, L]: N bags of L entries each; or a vector that offsets cut into bags
///   weight  [rows, D]
///   per_sample_weights  the shape of index: a factor for each entry; undefined for none
///   y       [N, D]; 0 for an empty bag
///
/// @throws ShapeError if shapes do not fit; ValueError for an entry out of range, offsets that are
///         not ascending from 0, or per_sample_weights with another mode than the sum.
/// Gradient: gy to the rows of the bag, divided by their number for the mean, to the (first)
/// largest one for the maximum; times its factor to a row, and gy . row to the factor (0 to that of
/// a padding entry).
template <Element T>
Variable<T> embedding_bag(const IndexArray& index, const Variable<T>& weight,
                          const EmbeddingBagOptions& options = {},
                          const std::type_identity_t<Variable<T>>& per_sample_weights = {});

}  // namespace xg
