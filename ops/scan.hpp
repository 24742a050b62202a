#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/extremum.hpp"

namespace xg {

// Running results along one axis, of x's shape. A scalar has the one axis 0 (or -1).
// @throws ValueError if the axis is out of range.

/// y_k = x_0 + ... + x_k. Gradient: the running sum of gy from the end.
template <Element T>
Variable<T> cumsum(const Variable<T>& x, std::ptrdiff_t axis);

/// y_k = x_0 x_1 ... x_k.
/// Gradient: sum over k >= i of gy_k times all factors of y_k but x_i; no division, so zeros among
/// the factors do no harm, in any order of derivative. NaN where x_i is NaN.
template <Element T>
Variable<T> cumprod(const Variable<T>& x, std::ptrdiff_t axis);

/// y_k = log(exp(x_0) + ... + exp(x_k)), without overflow.
/// Gradient: sum over k >= i of gy_k exp(x_i - y_k); 0 where x_i is -infinity, NaN where
/// it is infinity.
template <Element T>
Variable<T> logcumsumexp(const Variable<T>& x, std::ptrdiff_t axis);

/// Running maximum (minimum) and where it stands: the last of equals, as in PyTorch; from the first
/// NaN on the values are NaN and the index is that of the last NaN so far.
/// Gradient: gy, added to the elements at the indices.
template <Element T>
Extremum<T> cummax(const Variable<T>& x, std::ptrdiff_t axis);
template <Element T>
Extremum<T> cummin(const Variable<T>& x, std::ptrdiff_t axis);

}  // namespace xg
