#pragma once

// Attributes with a number for each spatial axis, and inputs that may be absent.

#include <array>
#include <stdexcept>
#include <string>
#include <xgrad/ops/per_axis.hpp>

#include "registry.hpp"

namespace golden {

/// A number for all axes or a list of one each; `otherwise` if the attribute is absent or null.
/// An entry that is null becomes -1.
template <std::size_t rank>
xg::PerAxis<rank> per_axis(const Case& c, const char* key, xg::PerAxis<rank> otherwise) {
  if (!c.given(key)) return otherwise;
  const json& value = c.attrs.at(key);
  if (value.is_number()) return value.get<std::ptrdiff_t>();
  if (value.size() == 1 && !value[0].is_null()) return value[0].get<std::ptrdiff_t>();
  if (value.size() != rank)
    throw std::runtime_error(std::string(key) + " must have one number for each axis");
  std::array<std::ptrdiff_t, rank> each;
  for (std::size_t i = 0; i < rank; ++i)
    each[i] = value[i].is_null() ? -1 : value[i].get<std::ptrdiff_t>();
  return each;
}

/// The input of this name, undefined if it is not there.
inline Variable named(const Case& c, const char* name) {
  for (std::size_t i = 0; i < c.count(); ++i)
    if (c.has(i) && c.name(i) == name) return c.x(i);
  return {};
}

}  // namespace golden
