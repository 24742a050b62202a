#pragma once
#include <cstddef>
#include <cstdint>

/// Rearranging axis by axis: what flip, roll, tile, pad and index_select have in common.
namespace xg::kernels {

/// Where the entries along one axis come from.
struct AxisSource {
  std::size_t extent;          ///< of x
  std::size_t size;            ///< of y
  const std::int64_t* source;  ///< entry i of y is entry source[i] of x, new where that is
                               ///< negative; null: the axis stays as it is
};

/// y = x with its axes rearranged, `fill` in new places. Both contiguous, not overlapping.
template <class T>
void remap(const T* x, const AxisSource* axes, std::size_t rank, T fill, T* y);

/// The other way round: x += y, each element where remap would have read it.
template <class T>
void remap_add(const T* y, const AxisSource* axes, std::size_t rank, T* x);

}  // namespace xg::kernels
