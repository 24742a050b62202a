#pragma once

#include <concepts>
#include <initializer_list>

#include "xgrad/core/error.hpp"

namespace xg {

/// Which axes an operation works on: one number, or a list `{0, 2}`; negative ones count from the
/// end. An empty list (`{}`) means all axes, as in PyTorch.
class Axes {
 public:
  Axes() = default;
  template <std::integral I>
  Axes(I axis) : axes_{static_cast<std::ptrdiff_t>(axis)} {}  // NOLINT: sum(x, 1)
  Axes(std::initializer_list<std::ptrdiff_t> axes) : axes_(axes) {}
  template <class C>
  requires requires(const C& c) {
    { *c.begin() } -> std::convertible_to<std::ptrdiff_t>;
  }
  Axes(const C& axes) : axes_(axes.begin(), axes.end()) {}  // NOLINT: any container of numbers

  bool empty() const noexcept { return axes_.empty(); }
  std::size_t size() const noexcept { return axes_.size(); }
  std::ptrdiff_t operator[](std::size_t i) const { return axes_[i]; }
  const std::ptrdiff_t* begin() const { return axes_.begin(); }
  const std::ptrdiff_t* end() const { return axes_.end(); }

 private:
  SmallVector<std::ptrdiff_t> axes_;
};

struct ReduceOptions {
  bool keepdims = false;  ///< keep reduced axes, with extent 1
};

namespace detail {

/// A reduction as kernels want it.
struct Reduction {
  SmallVector<bool> reduced;  // one flag an axis
  bool keepdims = false;

  Shape kept_shape(const Shape& shape) const {  // with extents 1
    Shape kept = shape;
    for (std::size_t i = 0; i < kept.size(); ++i)
      if (reduced[i]) kept[i] = 1;
    return kept;
  }
  Shape result_shape(const Shape& shape) const {
    if (keepdims) return kept_shape(shape);
    Shape result;
    for (std::size_t i = 0; i < shape.size(); ++i)
      if (!reduced[i]) result.push_back(shape[i]);
    return result;
  }
  std::size_t count(const Shape& shape) const {  // elements behind each result
    std::size_t n = 1;
    for (std::size_t i = 0; i < shape.size(); ++i)
      if (reduced[i]) n *= shape[i];
    return n;
  }
};

/// The axis as an index; a scalar has the one axis 0 (or -1), as in PyTorch.
inline std::size_t axis_or_zero(const char* op, const char* argument, std::ptrdiff_t axis,
                                std::size_t rank) {
  return normalize_axis(op, argument, axis, rank == 0 ? 1 : rank);
}

/// @throws ValueError for an axis out of range or given twice.
inline Reduction make_reduction(const char* op, const Shape& shape, const Axes& axes,
                                ReduceOptions options = {}) {
  Reduction reduction{SmallVector<bool>(shape.size(), axes.empty()), options.keepdims};
  for (const std::ptrdiff_t axis : axes) {
    const std::size_t at = axis_or_zero(op, "axes", axis, shape.size());
    if (shape.empty()) continue;
    bool& reduced = reduction.reduced[at];
    require<ValueError>(!reduced, op, "axes", "be different", axis);
    reduced = true;
  }
  return reduction;
}

/// A shape seen as [outer, n, inner] around one axis.
struct AxisSplit {
  std::size_t outer = 1, n = 1, inner = 1;
  AxisSplit(const Shape& shape, std::size_t axis) {
    for (std::size_t i = 0; i < shape.size(); ++i)
      (i < axis ? outer : i == axis ? n : inner) *= shape[i];
  }
};

}  // namespace detail
}  // namespace xg
