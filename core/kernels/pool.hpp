#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

/// Pooling over one to three axes of contiguous planes, T float or double: y of an output is the
/// maximum or the average over its window. Windows are tables, so that regular, adaptive and
/// fractional pooling are one. Bits do not depend on the number of threads.
namespace xg::kernels {

/// The windows along one axis: output o sees the elements begin[o] + j step, j < count[o], all in
/// [0, in).
struct PoolAxis {
  std::size_t in = 1, out = 1, step = 1;
  std::vector<std::uint32_t> begin = {0}, count = {1};
  std::vector<double> divisor = {1};  ///< factor of what an average divides by

  /// Given if begin[o] = o stride - padding but for what the borders cut off: the fast way.
  bool regular = false;
  std::size_t kernel = 1, stride = 1, padding = 0;
};

struct Pooling {
  PoolAxis axis[3];           ///< missing axes, as they are made, in front
  double divisor = 0;         ///< of averages; 0: the product of the axes' divisors
  bool plane_tables = false;  ///< begin holds `out` entries for each plane
  std::size_t in_size() const { return axis[0].in * axis[1].in * axis[2].in; }
  std::size_t out_size() const { return axis[0].out * axis[1].out * axis[2].out; }
};

/// y [planes, out...] = the maximum of each window of x [planes, in...], index = where it is in its
/// plane: the first of equals; a NaN if there is one, the last. A window without elements gives
/// -infinity and -1.
template <class T>
void max_pool(const Pooling& p, std::size_t planes, const T* x, T* y, std::int64_t* index);

/// y = sum over each window / divisor; 0 for an empty one.
template <class T>
void avg_pool(const Pooling& p, std::size_t planes, const T* x, T* y);
/// Its transpose: gx += gy / divisor over each window, from 0.
template <class T>
void avg_pool_backward(const Pooling& p, std::size_t planes, const T* gy, T* gx);

/// y [planes, n] = x [planes, m] at index [planes, n]; 0 where that is negative.
template <class T>
void gather_planes(std::size_t planes, std::size_t m, std::size_t n, const std::int64_t* index,
                   const T* x, T* y);
/// y [planes, m] = 0 but for x [planes, n], added at index (nowhere if
/// negative), or written there (the last of equals
/// stays).
template <class T>
void scatter_add_planes(std::size_t planes, std::size_t n, std::size_t m, const std::int64_t* index,
                        const T* x, T* y);
template <class T>
void scatter_planes(std::size_t planes, std::size_t n, std::size_t m, const std::int64_t* index,
                    const T* x, T* y);

}  // namespace xg::kernels
