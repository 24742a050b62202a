#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// Product over axes: y = x_1 x_2 ... x_n; over nothing 1. Shapes and errors as for sum.
///
/// Gradient: gy times all other factors; no division, so zeros among the factors do no harm, in any
/// order of derivative. NaN where x is NaN, unless a zero among the others makes it 0 (as in
/// PyTorch).
template <Element T>
Variable<T> prod(const Variable<T>& x, const Axes& axes = {}, ReduceOptions options = {});

}  // namespace xg
