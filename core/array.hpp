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

/// Uninitialised array of a shape. The same as Array<T>(shape), for hot paths: it takes half as
/// many instructions, since xtensor's constructor makes an array of rank 0 first and then resizes
/// it.
template <class T>
Array<T> empty_array(const Shape& shape) {
  Strides strides(shape.size());
  std::size_t n = 1;
  for (std::size_t i = shape.size(); i-- > 0; n *= shape[i])
    strides[i] = static_cast<std::ptrdiff_t>(n);
  return Array<T>(xt::uvector<T, PoolAllocator<T>>(n), Shape(shape), std::move(strides));
}

/// Array of x's shape whose elements are to be overwritten. A small one is a copy: copying three
/// ranks' worth of strides is cheaper than computing them.
template <class T>
Array<T> empty_like(const Array<T>& x) {
  if (x.size() <= 16) return x;
  return empty_array<T>(x.shape());
}

/// Array of a shape with every element equal to `value`.
template <class T>
Array<T> full_array(const Shape& shape, T value) {
  return Array<T>(shape, value);
}

}  // namespace xg
