#pragma once

// Internal: logits or scores with one label a position, as matrices.

#include <optional>

#include "xgrad/ops/loss_options.hpp"

namespace xg {
namespace detail {

/// x [N, C], [C] or [N, C, d1, ...] with labels of that shape without C.
/// @throws ShapeError for other shapes; ValueError for a label outside [0, C) but `ignored`, if
/// there is one.
void check_labels(const char* op, const Shape& x, const IndexArray& labels,
                  std::optional<std::int64_t> ignored);

/// The same x as [*, C]: the classes last.
template <class T>
Variable<T> classes_last(const Variable<T>& x);

/// x without the axis of the classes: the shape of the labels.
Shape label_shape(const Shape& x);

/// x[i, labels[i]] of a matrix x, [N]; where a label is `ignored` x[i, 0].
template <class T>
Variable<T> pick(const Variable<T>& x, const IndexArray& labels, std::int64_t ignored);

/// Class weights: those of the labels [N], 0 where a label is `ignored`, and all, [C].
template <class T>
struct ClassWeights {
  Array<T> of_labels, all;
  double total = 0;  // of_labels together
};
/// @throws ShapeError unless there is a weight for each class, or none.
template <class T>
ClassWeights<T> class_weights(const char* op, const std::vector<double>& weight,
                              const IndexArray& labels, std::int64_t ignored, std::size_t classes);

}  // namespace detail
}  // namespace xg
