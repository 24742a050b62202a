#pragma once
#include <cstddef>

/// Linear interpolation along the middle axis of [outer, n, inner]; T float or double.
namespace xg::kernels {

/// Entry j of the result is (1 - weight[j]) x[first[j]] + weight[j] x[second[j]], j < m.
struct Interpolation {
  std::size_t n, m;
  const std::size_t *first, *second;
  const double* weight;
};

/// y [outer, m, inner] from x [outer, n, inner].
template <class T>
void interpolate(const T* x, std::size_t outer, std::size_t inner, const Interpolation& plan, T* y);
/// The other way round: x [outer, n, inner] = sum of what each element of y took from it.
template <class T>
void interpolate_adjoint(const T* y, std::size_t outer, std::size_t inner,
                         const Interpolation& plan, T* x);

}  // namespace xg::kernels
