#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// A shape as `reshape` takes it: one extent may be -1, it follows from the others.
using ShapeRequest = SmallVector<std::ptrdiff_t>;

namespace detail {
std::string request_text(const ShapeRequest& request);
}  // namespace detail

/// The same elements, in row-major order, under another shape: reshape(x, {64, -1}).
///
/// @throws ShapeError if the number of elements differs; ValueError for a second -1 or another
///         negative extent.
///
/// Gradient: gy under x's shape.
template <Element T>
Variable<T> reshape(const Variable<T>& x, const ShapeRequest& shape);

/// Axes start_axis ... end_axis as one: [2, 3, 4] becomes [24], with start_axis = 1 [2, 12]. A
/// scalar becomes [1].
/// @throws ValueError if an axis is out of range or end_axis lies before start_axis.
/// Gradient: gy under x's shape.
template <Element T>
Variable<T> flatten(const Variable<T>& x, std::ptrdiff_t start_axis = 0,
                    std::ptrdiff_t end_axis = -1);

/// x without the axes given, where they have extent 1 (others stay, as in PyTorch); {} drops all
/// axes of extent 1.
/// @throws ValueError if an axis is out of range. Gradient: gy under x's shape.
template <Element T>
Variable<T> squeeze(const Variable<T>& x, const Axes& axes = {});

/// x with a new axis of extent 1, at `axis` of the result; negative counts from its end.
/// @throws ValueError if the axis is out of range. Gradient: gy under x's shape.
template <Element T>
Variable<T> unsqueeze(const Variable<T>& x, std::ptrdiff_t axis);

/// x with its axes in another order: axis i of the result is axis axes[i] of x.
/// @throws ValueError unless axes holds every axis of x once.
/// Gradient: gy with its axes put back.
template <Element T>
Variable<T> permute(const Variable<T>& x, const Axes& axes);

/// x with two axes exchanged, by default the last two; below rank 2 x itself.
/// @throws ValueError if an axis is out of range. Gradient: gy with the same axes exchanged.
template <Element T>
Variable<T> transpose(const Variable<T>& x);
template <Element T>
Variable<T> transpose(const Variable<T>& x, std::ptrdiff_t axis0, std::ptrdiff_t axis1);
/// NumPy's name of the same.
template <Element T>
Variable<T> swapaxes(const Variable<T>& x, std::ptrdiff_t axis0, std::ptrdiff_t axis1) {
  return transpose(x, axis0, axis1);
}

/// broadcast_to, with -1 for an extent that stays as it is.
/// @throws ShapeError if x does not broadcast to it. Gradient: gy summed over what was repeated.
template <Element T>
Variable<T> expand(const Variable<T>& x, const ShapeRequest& shape);

/// x with axis source[i] moved to axis destination[i] of the result; the others keep their order.
/// @throws ValueError if an axis is out of range or given twice, or the lists differ in length.
/// Gradient: gy with its axes moved back.
template <Element T>
Variable<T> movedim(const Variable<T>& x, const Axes& source, const Axes& destination);
/// NumPy's name of the same.
template <Element T>
Variable<T> moveaxis(const Variable<T>& x, const Axes& source, const Axes& destination) {
  return movedim(x, source, destination);
}

namespace detail {

/// x with its reduced axes behind the others, in their order: what goes last, ready to be reshaped
/// to a matrix.
template <class T>
Variable<T> reduced_last(const Variable<T>& x, const Reduction& reduction);

}  // namespace detail
}  // namespace xg
