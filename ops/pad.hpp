#pragma once

#include <utility>

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// What pad puts around an array x_0 ... x_(n-1), along each axis by itself.
enum class PadMode : std::uint8_t {
  constant,   ///< a number
  reflect,    ///< ... x_2 x_1 | x_0 ... x_(n-1) | x_(n-2) ...; at most n - 1 entries a side
  replicate,  ///< the first and the last entry again
  circular,   ///< the array, or what negative numbers left of it, again; at most n entries a side
};

struct PadOptions {
  PadMode mode = PadMode::constant;
  double value = 0;  ///< of mode constant
};

/// Entries to add before and after, for each axis of an array in order (as numpy.pad, unlike
/// torch's flat list).
using PadWidths = std::vector<std::pair<std::ptrdiff_t, std::ptrdiff_t>>;

/// x with entries added on both sides of its axes; negative numbers take entries away:
///
///   pad(x, {{0, 0}, {1, 2}})                                  zeros beside the columns
///   pad(x, {{1, 1}, {1, 1}}, {.mode = PadMode::reflect})
///
/// @throws ShapeError unless padding has one pair an axis; ValueError if an extent would become
///         negative, or there are more new entries than the mode has.
/// Gradient: gy, each entry added to the element it is a copy of.
template <Element T>
Variable<T> pad(const Variable<T>& x, const PadWidths& padding, PadOptions options = {});

}  // namespace xg
