#pragma once

// Internal: descriptions of layers.

#include <string>

#include "xgrad/core/error.hpp"
#include "xgrad/ops/per_axis.hpp"

namespace xg::nn::detail {

/// "Conv2d" for "Conv" and rank 2.
template <std::size_t rank>
std::string ranked_name(const char* kind) {
  return kind + std::to_string(rank) + "d";
}

/// "3" if all axes have the same number, else "3x5".
template <std::size_t rank>
std::string axes_text(const PerAxis<rank>& numbers) {
  std::string text = std::to_string(numbers[0]);
  bool same = true;
  for (std::size_t i = 1; i < rank; ++i) same = same && numbers[i] == numbers[0];
  for (std::size_t i = 1; i < rank && !same; ++i) text += "x" + std::to_string(numbers[i]);
  return text;
}

/// ", name value" unless the value is the usual one on all axes.
template <std::size_t rank>
std::string unless_usual(const char* name, const PerAxis<rank>& numbers, std::ptrdiff_t usual) {
  bool same = true;
  for (std::size_t i = 0; i < rank; ++i) same = same && numbers[i] == usual;
  return same || !numbers.given() ? "" : std::string(", ") + name + " " + axes_text(numbers);
}

template <std::size_t rank>
void require_axes(bool ok, const char* op, const char* argument, const char* expectation,
                  const PerAxis<rank>& numbers) {
  if (!ok) require<ValueError>(false, op, argument, expectation, axes_text(numbers));
}
/// All >= 1.
template <std::size_t rank>
void require_positive(const char* op, const char* argument, const PerAxis<rank>& numbers) {
  bool ok = true;
  for (std::size_t i = 0; i < rank; ++i) ok = ok && numbers[i] >= 1;
  require_axes(ok, op, argument, "be >= 1", numbers);
}

}  // namespace xg::nn::detail
