#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

// A mask is an array of bool, a comparison of values say: masked_select(x, gt(x, 0)) or
// masked_select(x, x.value() > 0).

/// The elements of x where mask is true, as a vector in row-major order; x and mask are broadcast
/// together.
/// @throws ShapeError if they do not broadcast. Gradient: gy in the places taken, 0 elsewhere.
template <Element T>
Variable<T> masked_select(const Variable<T>& x, const Array<bool>& mask);

/// x with `value` where mask is true.
///
/// @param mask  broadcasts to x.
/// @throws ShapeError if it does not. Gradient: gy where mask is false, 0 elsewhere.
template <Element T>
Variable<T> masked_fill(const Variable<T>& x, const Array<bool>& mask, double value);

}  // namespace xg
