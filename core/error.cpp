#include "xgrad/core/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace xg {
namespace {

// Module paths are interned, so that every recorded operation can note its own by a pointer.
struct PathNode {
  std::string path;
  const PathNode* parent = nullptr;
  std::map<std::string, std::unique_ptr<PathNode>, std::less<>> children = {};
};
PathNode& path_root() {
  static auto* root = new PathNode;  // lives on: errors are made during static destruction too
  return *root;
}
std::mutex path_mutex;
thread_local constinit PathNode* current_path = nullptr;

std::string with_module_path(const std::string& what) {
  const std::string& path = detail::module_path();
  return path.empty() ? what : fmt::format("{}  (in {})", what, path);
}

}  // namespace

Error::Error(const std::string& what) : std::runtime_error(with_module_path(what)) {}

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

std::string number_text(double value) { return fmt::format("{}", value); }
std::string number_text(float value) { return fmt::format("{}", value); }
std::string number_text(std::int64_t value) { return fmt::format("{}", value); }
std::string number_text(std::uint64_t value) { return fmt::format("{}", value); }

namespace detail {

const std::string& module_path() noexcept {
  return current_path == nullptr ? path_root().path : current_path->path;
}
void push_module(std::string_view name) {
  PathNode& parent = current_path == nullptr ? path_root() : *current_path;
  const std::scoped_lock lock(path_mutex);
  auto found = parent.children.find(name);
  if (found == parent.children.end()) {
    auto child = std::make_unique<PathNode>();
    child->path = parent.path.empty() || name.empty() ? fmt::format("{}{}", parent.path, name)
                                                      : fmt::format("{}.{}", parent.path, name);
    child->parent = &parent;
    found = parent.children.emplace(name, std::move(child)).first;
  }
  current_path = found->second.get();
}
void pop_module() noexcept { current_path = const_cast<PathNode*>(current_path->parent); }

std::string refusal(std::string_view op, std::string_view argument, std::string_view expectation,
                    std::string_view actual) {
  return fmt::format("{}: {} must {}, got {}", op, argument, expectation, actual);
}

}  // namespace detail

void require_equal(std::string_view op, std::string_view left, std::size_t left_extent,
                   std::string_view right, std::size_t right_extent, const Shape& a,
                   const Shape& b) {
  if (left_extent == right_extent) return;
  throw ShapeError(fmt::format("{}: {} == {} failed: {} is {}, {} is {}", op, left, right,
                               left.substr(0, left.find('.')), to_string(a),
                               right.substr(0, right.find('.')), to_string(b)));
}

void require_rank(std::string_view op, std::string_view argument, const Shape& shape,
                  std::size_t rank) {
  if (shape.size() == rank) return;
  throw ShapeError(
      detail::refusal(op, argument, fmt::format("have rank {}", rank), to_string(shape)));
}

std::size_t normalize_axis(std::string_view op, std::string_view argument, std::ptrdiff_t axis,
                           std::size_t rank) {
  const auto signed_rank = static_cast<std::ptrdiff_t>(rank);
  if (axis >= -signed_rank && axis < signed_rank)
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
  throw ValueError(detail::refusal(op, argument,
                                   fmt::format("be in [{}, {})", -signed_rank, signed_rank),
                                   fmt::format("{}", axis)));
}

Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const std::size_t offset = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::size_t& extent = result[offset + i];
    if (extent == shorter[i] || shorter[i] == 1) continue;
    if (extent != 1) {
      const auto axis =
          static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(shorter.size());
      throw ShapeError(fmt::format(
          "{}: a and b must broadcast together: axis {} has {} and {}: a is {}, b is {}", op, axis,
          a[a.size() - shorter.size() + i], b[b.size() - shorter.size() + i], to_string(a),
          to_string(b)));
    }
    extent = shorter[i];
  }
  return result;
}

}  // namespace xg
