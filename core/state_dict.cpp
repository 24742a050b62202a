#include "xgrad/core/state_dict.hpp"

#include <algorithm>

#include "xgrad/core/error.hpp"

namespace xg {

const Shape& shape_of(const AnyArray& array) {
  return std::visit([](const auto& a) -> const Shape& { return a.shape(); }, array);
}

const char* element_name(const AnyArray& array) {
  constexpr const char* names[] = {"float32", "float64", "int64"};
  return names[array.index()];
}

void StateDict::set(std::string name, AnyArray value) {
  const auto [at, added] = index_.try_emplace(name, entries_.size());
  if (added)
    entries_.emplace_back(std::move(name), std::move(value));
  else
    entries_[at->second].second = std::move(value);
}

const AnyArray* StateDict::find(const std::string& name) const {
  const auto at = index_.find(name);
  return at == index_.end() ? nullptr : &entries_[at->second].second;
}

const AnyArray& StateDict::at(const std::string& name) const {
  const AnyArray* found = find(name);
  if (found == nullptr)
    throw ValueError(detail::refusal("StateDict", "name", "be one of its entries", name));
  return *found;
}

template <class T>
void copy_elements(const AnyArray& from, Array<T>& to, const std::string& what) {
  if (shape_of(from) != to.shape())
    throw ShapeError(detail::refusal("load", what, "have shape " + to_string(to.shape()),
                                     to_string(shape_of(from))));
  if (!convertible_to<T>(from))
    throw ValueError(detail::refusal(
        "load", what, std::is_same_v<T, std::int64_t> ? "hold integers" : "hold floating point",
        element_name(from)));
  std::visit(
      [&](const auto& a) {
        std::transform(a.data(), a.data() + a.size(), to.data(),
                       [](auto x) { return static_cast<T>(x); });
      },
      from);
}

template void copy_elements<float>(const AnyArray&, Array<float>&, const std::string&);
template void copy_elements<double>(const AnyArray&, Array<double>&, const std::string&);
template void copy_elements<std::int64_t>(const AnyArray&, IndexArray&, const std::string&);

}  // namespace xg
