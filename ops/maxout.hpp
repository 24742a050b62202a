#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Maxout: the largest of every `pieces` neighbours along an axis, [..., K * pieces, ...] to
/// [..., K, ...]. Fed by a linear map it learns its own activation; relu is maxout of (x, 0).
///
/// @throws ValueError unless pieces >= 1 divides the extent, or if the axis is out of range.
/// Gradient: gy, to the largest piece; equal ones share it evenly.
/// Source: Goodfellow et al., arXiv:1302.4389, section 2.
template <Element T>
Variable<T> maxout(const Variable<T>& x, std::ptrdiff_t pieces, std::ptrdiff_t axis = -1);

}  // namespace xg
