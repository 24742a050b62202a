#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>

namespace xg {

/// A number for each of the `rank` spatial axes of an operation: one for all, or one each.
///
///   .stride = 2        .stride = {2, 1}
///
/// Default-made it is not given, which options explain.
template <std::size_t rank>
class PerAxis {
 public:
  PerAxis() { values_.fill(absent); }
  template <std::integral I>
  PerAxis(I all) {  // NOLINT: one number is as good as a list
    values_.fill(static_cast<std::ptrdiff_t>(all));
  }
  template <std::integral... I>
  requires(sizeof...(I) == rank && rank > 1) PerAxis(I... each)  // NOLINT
      : values_{static_cast<std::ptrdiff_t>(each)...} {}
  PerAxis(const std::array<std::ptrdiff_t, rank>& each) : values_(each) {}  // NOLINT

  bool given() const noexcept { return values_[0] != absent; }
  std::ptrdiff_t operator[](std::size_t axis) const { return values_[axis]; }

 private:
  static constexpr std::ptrdiff_t absent = std::numeric_limits<std::ptrdiff_t>::min();
  std::array<std::ptrdiff_t, rank> values_;
};

/// Padding chosen by what the result should be.
enum class Padding : unsigned char {
  valid,  ///< none: the kernel stays inside
  same,   ///< the extents stay; the odd element goes behind. For stride 1.
};

/// Zeros around the spatial axes: numbers, equal before and behind, or a Padding.
template <std::size_t rank>
class ConvPadding {
 public:
  template <std::integral I>
  ConvPadding(I all) : numbers_(all) {}  // NOLINT: .padding = 1
  template <std::integral... I>
  requires(sizeof...(I) == rank && rank > 1) ConvPadding(I... each)
      : numbers_(each...) {}                                                      // NOLINT
  ConvPadding(const PerAxis<rank>& each) : numbers_(each) {}                      // NOLINT
  ConvPadding(Padding padding) : numbers_(0), same_(padding == Padding::same) {}  // NOLINT

  bool same() const noexcept { return same_; }
  std::ptrdiff_t operator[](std::size_t axis) const { return numbers_[axis]; }

 private:
  PerAxis<rank> numbers_;
  bool same_ = false;
};

}  // namespace xg
