#pragma once

// For the program that make_reference.py writes of the examples of the reference pages.

#include <cmath>
#include <cstdio>
#include <string>

#include "ops/example.hpp"

namespace xg::test {

inline int differences = 0;

/// As the pages write it: ten digits, zeros without sign, an inner list for each axis.
inline std::string page_text(const Literal& x, bool boolean, std::size_t axis, std::size_t& at) {
  if (axis == x.shape.size()) {
    const double value = x.values[at++];
    if (boolean) return value != 0 ? "true" : "false";
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "infinity" : "-infinity";
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value == 0 ? 0. : value);
    return text;
  }
  std::string text;
  for (std::size_t i = 0; i < x.shape[axis]; ++i)
    text += (i > 0 ? ", " : "") + page_text(x, boolean, axis + 1, at);
  return "{" + text + "}";
}

/// Compares what an example gives with what its page says, a line a result.
inline void compare_with_page(const char* where, const std::string& said, const Results& results) {
  std::string given = results.text;
  for (const Literal& literal : results.literals) {
    std::size_t at = 0;
    given += (given.empty() ? "" : "\n") + page_text(literal, results.boolean, 0, at);
  }
  if (given == said) return;
  ++differences;
  std::printf("%s says\n%s\nbut its example gives\n%s\n", where, said.c_str(), given.c_str());
}

}  // namespace xg::test
