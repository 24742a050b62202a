#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Matrix product C = A B under NumPy's rules.
///
///   a  [..., m, k], or [k]: a row, whose axis goes again
///   b  [..., k, n], or [k]: a column, likewise
///   C  [..., m, n]; leading (batch) axes broadcast
///
/// @throws ShapeError if the inner extents differ, an operand is a scalar, or the batch axes do not
///         broadcast.
///
/// Gradient: dA = gC B^T, dB = A^T gC, summed over broadcast batch axes. No transpose is copied.
template <Element T>
Variable<T> matmul(const Variable<T>& a, const Variable<T>& b);

/// Affine map y = x W^T + b, the bias added inside the product.
///
///   x       [*, fan_in]
///   weight  [fan_out, fan_in], as in PyTorch
///   bias    [fan_out], or undefined for none
///   y       [*, fan_out]
///
/// @throws ShapeError if these do not fit.
///
/// Gradient: dx = gy W, dW = gy^T x, db = gy summed over *.
template <Element T>
Variable<T> linear(const Variable<T>& x, const Variable<T>& weight,
                   const Variable<T>& bias = Variable<T>{});

/// Inner product of two vectors [n]: a scalar. @throws ShapeError for other shapes.
/// Gradient: gy b, gy a.
template <Element T>
Variable<T> dot(const Variable<T>& a, const Variable<T>& b);

/// y[i, j] = a[i] b[j] of vectors a [m] and b [n]. @throws ShapeError for other ranks.
/// Gradient: gy b, gy^T a.
template <Element T>
Variable<T> outer(const Variable<T>& a, const Variable<T>& b);

}  // namespace xg
