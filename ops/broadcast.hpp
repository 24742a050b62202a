#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/kernels/elementwise.hpp"

namespace xg {

/// x repeated to a larger shape by NumPy's rule: axes of extent 1 are stretched, axes missing on
/// the left are added.
///
/// @param shape  the shape of the result.
/// @throws ShapeError if x does not broadcast to it.
///
/// Gradient: sum_to(gy, x.shape).
template <Element T>
Variable<T> broadcast_to(const Variable<T>& x, const Shape& shape);

/// Undoes broadcasting: the sum of x over the axes along which `shape` would be repeated to give
/// x's shape. What a gradient passes through on its way to a broadcast argument.
///
/// @param shape  the shape of the result; it must broadcast to x's.
/// @throws ShapeError if it does not.
///
/// Gradient: broadcast_to(gy, x.shape).
template <Element T>
Variable<T> sum_to(const Variable<T>& x, const Shape& shape);

namespace detail {

/// Whether an array of shape `from` can be repeated to shape `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

/// The same on plain arrays; the shapes must fit.
template <class T>
Array<T> broadcast_array(const Array<T>& x, const Shape& shape);
template <class T>
Array<T> sum_array_to(const Array<T>& x, const Shape& shape);

/// op(a, b), elementwise, broadcast together. @throws ShapeError in the name of `name`.
template <class T>
Array<T> broadcast_binary(const char* name, kernels::Binary op, const Array<T>& a,
                          const Array<T>& b);

}  // namespace detail
}  // namespace xg
