#pragma once

// Internal: what flip, roll, tile, pad, index_select and their like have in common.

#include <memory>

#include "xgrad/autograd/variable.hpp"

namespace xg {
namespace detail {

/// Along one axis entry i of the result is entry source[i] of x, or new where that is negative;
/// without a source the axis stays as it is.
struct AxisMap {
  bool stays = true;
  std::vector<std::int64_t> source = {};
};
/// One an axis of x.
using AxisMaps = std::vector<AxisMap>;

/// x rearranged along each axis, `fill` in new places. Gradient: remap_adjoint.
template <class T>
Variable<T> remap(const Variable<T>& x, AxisMaps maps, double fill = 0);
/// The same along one axis.
template <class T>
Variable<T> remap(const Variable<T>& x, std::size_t axis, std::vector<std::int64_t> source,
                  double fill = 0);

/// Zeros of `shape` with each element of y added where remap(x, axis, source) would have read it.
template <class T>
Variable<T> remap_adjoint(const Variable<T>& y, const Shape& shape, std::size_t axis,
                          std::vector<std::int64_t> source);

/// x moved by one entry along an axis, with `fill` in the place left free: forwards
/// y_k = x_(k-1), backwards y_k = x_(k+1).
template <class T>
Variable<T> shifted(const Variable<T>& x, std::size_t axis, bool forwards, double fill);

}  // namespace detail
}  // namespace xg
