#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// Norm of order p over axes: y = (sum_i |x_i|^p)^(1/p); infinity: max |x_i|, -infinity: min |x_i|,
/// 0: the number of elements that are not 0 (torch.linalg.vector_norm).
///
/// Neither overflows nor underflows where y itself does not. Shapes as for sum.
///
/// @param p  any number but NaN; dimensionless.
/// @throws ValueError as sum; if p is NaN; over nothing if p < 0 or infinite (else y is 0).
///
/// Gradient: gy sign(x_i) (|x_i| / y)^(p - 1); 0 where x_i = 0 or y = 0, and for p = 0. Of order
/// infinity: gy sign(x_i), shared evenly by those with |x_i| = y. At NaN 0 for p = 1 and infinite p
/// (as in PyTorch), else NaN. The second derivative of p = 2 where y = 0 is NaN (as in PyTorch).
template <Element T>
Variable<T> norm(const Variable<T>& x, double p = 2, const Axes& axes = {},
                 ReduceOptions options = {});

}  // namespace xg
