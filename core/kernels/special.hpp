#pragma once

#include <cstddef>

/// Special functions, one number at a time, over all threads. Compiled once.
namespace xg::kernels {

/// y[i] = the inverse of erf at x[i]: infinite at -1 and 1, NaN outside, the sign of a zero kept.
/// Right to about 2 ulp in double. y may be x.
template <class T>
void erfinv(const T* x, T* y, std::size_t n);

/// y[i] = the order-th derivative of digamma at x[i], order >= 2 (0 and 1 are Unary::digamma and
/// Unary::trigamma). At the poles 0, -1, -2, ... +inf for odd orders, -inf for even ones (the limit
/// from the right). y may be x.
template <class T>
void polygamma(std::size_t order, const T* x, T* y, std::size_t n);

}  // namespace xg::kernels
