#pragma once
#include <cstddef>

/// Euclidean distances of points, T float or double. Differences are formed one by one: no digits
/// are lost between near points that lie far from the origin, as they are in |x|^2 - 2 x z + |z|^2.
namespace xg::kernels {

/// y[i, j] = |x[i] - z[j]|, x [m, n], z [k, n], y [m, k]. Neither overflows nor underflows where y
/// itself does not.
template <class T>
void euclidean(const T* x, std::size_t m, const T* z, std::size_t k, std::size_t n, T* y);

/// gx[i] = sum_j gy[i, j] (x[i] - z[j]) / y[i, j] and gz likewise, y the distances; a pair of equal
/// points adds nothing. gx or gz may be null.
template <class T>
void euclidean_backward(const T* x, std::size_t m, const T* z, std::size_t k, std::size_t n,
                        const T* y, const T* gy, T* gx, T* gz);

}  // namespace xg::kernels
