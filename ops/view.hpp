#pragma once

// Internal: parts of arrays that strides describe, as slice, split and diagonal take them.

#include "xgrad/autograd/variable.hpp"

namespace xg {
namespace detail {

/// A part of an array: where it begins, how far the next element along each axis lies.
struct View {
  Shape from;   // of the whole
  Shape shape;  // of the part
  Strides strides;
  std::ptrdiff_t offset = 0;
};

/// Where the part begins; an array without elements has no memory to count from.
template <class X>
X* begin_of(const View& view, X* data) {
  return data == nullptr ? data : data + view.offset;
}

/// The whole of `shape`, every element once.
View whole(const Shape& shape);
/// `count` entries from `begin` along one axis.
View part(const Shape& shape, std::size_t axis, std::size_t begin, std::size_t count);

/// The part of x, as a copy. Gradient: place.
template <class T>
Variable<T> take(const Variable<T>& x, const View& view);
/// Zeros but for the part, which is y. Gradient: take.
template <class T>
Variable<T> place(const Variable<T>& y, const View& view);

}  // namespace detail
}  // namespace xg
