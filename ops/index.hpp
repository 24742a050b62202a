#pragma once

#include <limits>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/gather.hpp"

namespace xg {

/// One entry of a slice, made from xtensor's vocabulary.
class Slice {
 public:
  enum class Kind : std::uint8_t { index, range, new_axis, ellipsis };
  static constexpr std::ptrdiff_t open = std::numeric_limits<std::ptrdiff_t>::min();

  template <std::integral I>
  Slice(I index) : kind(Kind::index), start(static_cast<std::ptrdiff_t>(index)) {}  // NOLINT
  Slice(xt::xall_tag) : kind(Kind::range) {}                                        // NOLINT
  Slice(xt::xnewaxis_tag) : kind(Kind::new_axis) {}                                 // NOLINT
  Slice(xt::xellipsis_tag) : kind(Kind::ellipsis) {}                                // NOLINT
  template <class A, class B, class C>
  Slice(const xt::xrange_adaptor<A, B, C>& r)  // NOLINT: slice(x, xt::range(0, 2))
      : kind(Kind::range), start(bound(r.start())), stop(bound(r.stop())), step(bound(r.step())) {}
  template <class A, class B, class C>
  Slice(const xt::placeholders::rangemaker<A, B, C>& r)  // NOLINT: 0 | 2 | _
      : Slice(xt::xrange_adaptor<A, B, C>(xt::placeholders::rangemaker<A, B, C>(r))) {}

  Kind kind;
  std::ptrdiff_t start = open, stop = open, step = open;  // as in Python; open: left out

 private:
  template <class B>
  static std::ptrdiff_t bound(const B& b) {
    if constexpr (std::is_integral_v<B>)
      return static_cast<std::ptrdiff_t>(b);
    else
      return open;
  }
};
using Slices = std::vector<Slice>;

/// A part of x, in xtensor's vocabulary, as a copy:
///
///   slice(x, 0)                                     x[0]
///   slice(x, xt::all(), xt::range(1, 4))            x[:, 1:4]
///   slice(x, xt::ellipsis(), xt::range(_, _, -1))   x[..., ::-1]
///   slice(x, xt::newaxis(), 2)                      x[None, 2]
///
/// with _ of xt::placeholders. Axes not named stay whole. Negative numbers count from the end;
/// ranges are cut to the axis, as in Python.
///
/// @throws ValueError if an index is out of range, there are more entries than axes, a second
///         ellipsis, or a step of 0.
/// Gradient: gy in the places taken, 0 elsewhere.
template <Element T>
Variable<T> slice(const Variable<T>& x, const Slices& slices);
template <Element T, class... S>
requires(sizeof...(S) > 0 && (std::constructible_from<Slice, const S&> &&
                              ...)) Variable<T> slice(const Variable<T>& x, const S&... slices) {
  return slice(x, Slices{Slice(slices)...});
}

/// x at one index along an axis, which goes. @throws ValueError if either is out of range.
/// Gradient: as slice.
template <Element T>
Variable<T> select(const Variable<T>& x, std::ptrdiff_t axis, std::ptrdiff_t index);

/// One after the other along an axis. All other extents are equal.
/// @throws ShapeError if they are not, ValueError for an empty list or an axis out of range.
/// Gradient: each its part of gy.
template <Element T>
Variable<T> concat(const Variables<T>& xs, std::ptrdiff_t axis = 0);

/// Arrays of one shape along a new axis. Errors and gradient as for concat.
template <Element T>
Variable<T> stack(const Variables<T>& xs, std::ptrdiff_t axis = 0);

/// x cut along an axis into parts of these sizes, which add up to its extent.
/// @throws ValueError if they do not, or the axis is out of range. Gradient: as slice.
template <Element T>
Variables<T> split(const Variable<T>& x, const Shape& sizes, std::ptrdiff_t axis = 0);
/// At most n parts of equal size, the last may be smaller; of extent 0 n empty ones.
/// @throws ValueError if n < 1.
template <Element T>
Variables<T> chunk(const Variable<T>& x, std::ptrdiff_t n, std::ptrdiff_t axis = 0);

/// x[..., 0, ...], x[..., 1, ...] and so on, without the axis. @throws ValueError if the axis is
/// out of range. Gradient: as slice.
template <Element T>
Variables<T> unbind(const Variable<T>& x, std::ptrdiff_t axis = 0);

}  // namespace xg
