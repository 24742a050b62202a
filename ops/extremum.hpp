#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// Largest (smallest) element over axes, {}: over all.
///
/// NaN wins. Shapes and errors as for sum; ValueError over nothing.
/// Gradient: gy, shared evenly by the elements that equal the result; NaN where the result is NaN
/// (both as torch.amax).
template <Element T>
Variable<T> amax(const Variable<T>& x, const Axes& axes = {}, ReduceOptions options = {});
template <Element T>
Variable<T> amin(const Variable<T>& x, const Axes& axes = {}, ReduceOptions options = {});

/// An extremum along one axis and where it stands.
template <class T>
struct Extremum {
  Variable<T> values;
  IndexArray indices;  ///< along the axis; the shape of values
};

/// Largest (smallest) element along one axis, with its index: the first of equals, the first NaN.
/// @throws ValueError if the axis is out of range or has extent 0.
/// Gradient: gy, to the element at that index alone (as torch.max along a dimension).
template <Element T>
Extremum<T> max(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options = {});
template <Element T>
Extremum<T> min(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options = {});

/// The same over all elements: amax(x), amin(x).
template <Element T>
Variable<T> max(const Variable<T>& x) {
  return amax(x);
}
template <Element T>
Variable<T> min(const Variable<T>& x) {
  return amin(x);
}

/// Index of the largest (smallest) element along an axis: the first of equals, the first NaN.
/// A plain array without gradient. @throws ValueError as max.
template <Element T>
IndexArray argmax(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options = {});
template <Element T>
IndexArray argmin(const Variable<T>& x, std::ptrdiff_t axis, ReduceOptions options = {});
/// The same in the flattened array; shape [].
template <Element T>
IndexArray argmax(const Variable<T>& x);
template <Element T>
IndexArray argmin(const Variable<T>& x);

}  // namespace xg
