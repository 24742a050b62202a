#pragma once

// Internal: the equation of an einsum, read and checked against the shapes of its operands.

#include <map>
#include <string_view>
#include <vector>

#include "xgrad/core/array.hpp"

namespace xg::detail {

/// One label an axis: a letter, or for the axes under "..." `ellipsis` + their place from the
/// right.
using Labels = std::vector<int>;

struct Equation {
  static constexpr int ellipsis = 256;
  std::vector<Labels> operands;
  Labels result;
  std::map<int, std::size_t> extents;
};

/// @throws ValueError, ShapeError as einsum.
Equation read_equation(std::string_view text, const std::vector<Shape>& shapes);

/// "ij" for errors.
std::string label_text(int label);

}  // namespace xg::detail
