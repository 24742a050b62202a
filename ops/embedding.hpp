#pragma once

#include <optional>

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
///   y       [N, D]; 0 for an empty bag
///
/// @throws ShapeError if ranks do not fit; ValueError for an entry out of range or offsets that are
///         not ascending from 0.
/// Gradient: gy to the rows of the bag, divided by their number for the mean, to the (first)
/// largest one for the maximum.
template <Element T>
Variable<T> embedding_bag(const IndexArray& index, const Variable<T>& weight,
                          const EmbeddingBagOptions& options = {});

}  // namespace xg
