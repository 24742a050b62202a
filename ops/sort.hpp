#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/extremum.hpp"

namespace xg {

// Order along one axis, of a scalar 0 or -1. NaN counts as larger than every number and equal to
// NaN; equal elements keep their order. The gradient goes to the elements at the indices.
// @throws ValueError if the axis is out of range.

/// Elements in order, and where each came from along the axis.
template <class T>
struct Sorted {
  Variable<T> values;
  IndexArray indices;  ///< the shape of values
};

/// x in ascending or descending order along an axis.
template <Element T>
Sorted<T> sort(const Variable<T>& x, std::ptrdiff_t axis = -1, bool descending = false);

/// sort's indices alone: a plain array without gradient.
template <Element T>
IndexArray argsort(const Variable<T>& x, std::ptrdiff_t axis = -1, bool descending = false);

/// The k largest elements in descending order, or the k smallest in ascending order.
/// @throws ValueError unless 0 <= k <= the extent of the axis.
template <Element T>
Sorted<T> topk(const Variable<T>& x, std::ptrdiff_t k, std::ptrdiff_t axis = -1,
               bool largest = true);

/// The median: of an even number of elements the lower of the two in the middle; of equal elements
/// the one that a stable sort puts there (as PyTorch); NaN, the first of them, if there is one.
/// @throws ValueError over nothing.
template <Element T>
Extremum<T> median(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options = {});
/// The same over all elements.
template <Element T>
Variable<T> median(const Variable<T>& x);

}  // namespace xg
