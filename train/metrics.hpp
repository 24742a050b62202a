#pragma once

#include <xgrad/core/array.hpp>

namespace xg::train {

/// Class of the largest score in each row; the first of equals, and NaN never wins over a number.
///
/// @param scores  [count, classes], classes >= 1.
/// @return        [count].
/// @throws ShapeError for another shape.
template <class T>
IndexArray predicted_classes(const Array<T>& scores);

/// Share of equal entries, in [0, 1]; 0 for none.
///
/// @param predicted, labels  [count].
/// @throws ShapeError if the shapes differ.
double accuracy(const IndexArray& predicted, const IndexArray& labels);

/// accuracy(predicted_classes(scores), labels).
template <class T>
double accuracy(const Array<T>& scores, const IndexArray& labels) {
  return accuracy(predicted_classes(scores), labels);
}

/// counts(i, j): examples of class i that were taken for class j.
///
/// @param predicted, labels  [count], in [0, classes).
/// @return                   [classes, classes].
/// @throws ShapeError if the shapes differ, ValueError for a class outside its range.
IndexArray confusion_matrix(const IndexArray& predicted, const IndexArray& labels,
                            std::int64_t classes);

}  // namespace xg::train
