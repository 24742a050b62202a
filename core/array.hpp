#pragma once

#include <cstdint>

#include "xgrad/core/allocator.hpp"
#include "xgrad/core/xtensor.hpp"

namespace xg {

using Shape = SmallVector<std::size_t>;
using Strides = SmallVector<std::ptrdiff_t>;

/// A plain row-major array of any rank: a real xtensor container whose storage comes from the pool
/// and is 64-byte aligned. It takes and gives any xtensor expression, and it is always contiguous.
///
///   xg::Array<float> a{{1, 2}, {3, 4}};               // values
///   auto b = xg::Array<float>::from_shape({2, 3});    // uninitialised
///   xg::Array<float> c = xt::exp(a) + 1;              // from an expression
template <class T>
using Array =
    xt::xarray_container<xt::uvector<T, PoolAllocator<T>>, xt::layout_type::row_major, Shape>;

/// Labels, indices, counts: never part of a graph.
using IndexArray = Array<std::int64_t>;

/// Number of elements of an array of this shape.
inline std::size_t element_count(const Shape& shape) noexcept {
  std::size_t n = 1;
  for (const std::size_t extent : shape) n *= extent;
  return n;
}

/// Uninitialised array of a shape.
template <class T>
Array<T> empty_array(const Shape& shape) {
  return Array<T>(shape);
}

/// Array of a shape with every element equal to `value`.
template <class T>
Array<T> full_array(const Shape& shape, T value) {
  return Array<T>(shape, value);
}

}  // namespace xg
