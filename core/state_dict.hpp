#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "xgrad/core/array.hpp"

namespace xg {

/// An array of one of the element types that states and files hold.
using AnyArray = std::variant<Array<float>, Array<double>, IndexArray>;

const Shape& shape_of(const AnyArray& array);
/// "float32", "float64" or "int64".
const char* element_name(const AnyArray& array);

/// Named arrays in the order they were set: what models and optimisers save, and what files hold.
class StateDict {
 public:
  using Entry = std::pair<std::string, AnyArray>;

  /// Adds an entry or replaces the one of that name.
  void set(std::string name, AnyArray value);
  bool contains(const std::string& name) const { return index_.contains(name); }
  /// The entry's array, null if there is none of that name.
  const AnyArray* find(const std::string& name) const;
  /// @throws ValueError if there is none of that name.
  const AnyArray& at(const std::string& name) const;

  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> index_;
};

/// Copies the elements, rounding between float and double. @throws ShapeError on another shape,
/// ValueError where integers would become fractions or the reverse; both name `what`.
template <class T>
void copy_elements(const AnyArray& from, Array<T>& to, const std::string& what);

/// Whether copy_elements could convert.
template <class T>
bool convertible_to(const AnyArray& from) noexcept {
  return std::holds_alternative<IndexArray>(from) == std::is_same_v<T, std::int64_t>;
}

}  // namespace xg
