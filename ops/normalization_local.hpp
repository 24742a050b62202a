#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

struct LocalResponseNormOptions {
  double alpha = 1e-4;  ///< weight of the neighbours' mean square
  double beta = 0.75;   ///< exponent
  double k = 1;         ///< added to it
};

/// Local response normalisation across channels (axis 1):
///   y[c] = x[c] (k + alpha mean of x[j]^2)^(-beta),
/// j over `size` neighbouring channels c - size / 2 ... c + (size - 1) / 2, 0 outside; the mean
/// divides by size also at the borders (the paper's alpha is PyTorch's over size).
///
///   x, y  [N, C, d...]
///
/// @throws ShapeError if x has fewer than three axes, ValueError if size < 1.
/// Gradient: gy (k + alpha m)^(-beta), minus 2 alpha beta x / size times the sum over the
/// neighbours of gy x (k + alpha m)^(-beta - 1). Source: Krizhevsky, Sutskever, Hinton, NIPS 2012,
/// section 3.3.
template <Element T>
Variable<T> local_response_norm(const Variable<T>& x, std::ptrdiff_t size,
                                const LocalResponseNormOptions& options = {});

struct NormalizeOptions {
  double p = 2;        ///< order of the norm, as norm takes it
  Axes axis = 1;       ///< along which it is taken; of several, {1, 2}, one norm together
  double eps = 1e-12;  ///< smallest divisor
};

/// x / max(|x|_p, eps) along one axis: vectors of norm 1; or over several axes ({}: all). A scalar
/// counts as a vector of one element when the axis is 0 or -1.
/// @throws ValueError if an axis is out of range or given twice, or p is NaN.
/// Gradient: that of the quotient; the norm counts as a constant where it is below eps.
template <Element T>
Variable<T> normalize(const Variable<T>& x, const NormalizeOptions& options = {});

}  // namespace xg
