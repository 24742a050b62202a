#pragma once

#include <concepts>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "xgrad/core/array.hpp"

namespace xg {

/// What every exception of the library derives from. The text is one sentence: operation, argument,
/// what was expected, what came; inside a model the path of the module follows.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what);
};
/// Shapes that do not fit.
class ShapeError : public Error {
 public:
  using Error::Error;
};
/// An argument outside its range.
class ValueError : public Error {
 public:
  using Error::Error;
};
/// The right call at the wrong moment, such as a second backward through a freed graph.
class StateError : public Error {
 public:
  using Error::Error;
};
/// A file that is missing, damaged or not what it claims to be.
class IoError : public Error {
 public:
  using Error::Error;
};

/// "[2, 3]", "[]" for a scalar.
std::string to_string(const Shape& shape);

/// A number as errors print it: shortest form that reads back.
std::string number_text(double value);
std::string number_text(float value);
std::string number_text(std::int64_t value);
std::string number_text(std::uint64_t value);

namespace detail {

/// Names of the modules being called on this thread, outermost first: "features.fc1".
const std::string& module_path() noexcept;
void push_module(std::string_view name);
void pop_module() noexcept;

inline std::string actual_text(std::string_view text) { return std::string(text); }
inline std::string actual_text(const char* text) { return text; }
inline std::string actual_text(const std::string& text) { return text; }
inline std::string actual_text(const Shape& shape) { return to_string(shape); }
inline std::string actual_text(bool value) { return value ? "true" : "false"; }
template <class T>
requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>) std::string actual_text(T value) {
  if constexpr (std::is_same_v<T, float>) return number_text(value);
  if constexpr (std::is_floating_point_v<T>) return number_text(static_cast<double>(value));
  if constexpr (std::is_signed_v<T>) return number_text(static_cast<std::int64_t>(value));
  return number_text(static_cast<std::uint64_t>(value));
}

std::string refusal(std::string_view op, std::string_view argument, std::string_view expectation,
                    std::string_view actual);

}  // namespace detail

/// Throws E("op: argument must expectation, got actual") unless ok.
template <class E, class Actual>
void require(bool ok, std::string_view op, std::string_view argument, std::string_view expectation,
             const Actual& actual) {
  if (!ok) throw E(detail::refusal(op, argument, expectation, detail::actual_text(actual)));
}

/// Throws ShapeError "op: left == right failed: a is [..], b is [..]" unless the extents are equal.
void require_equal(std::string_view op, std::string_view left, std::size_t left_extent,
                   std::string_view right, std::size_t right_extent, const Shape& a,
                   const Shape& b);

/// Throws ShapeError "op: argument must have rank r, got [..]" unless the shape has that rank.
void require_rank(std::string_view op, std::string_view argument, const Shape& shape,
                  std::size_t rank);

/// The axis as an index in [0, rank); counts from the end when negative. Throws ValueError.
std::size_t normalize_axis(std::string_view op, std::string_view argument, std::ptrdiff_t axis,
                           std::size_t rank);

/// The shape two operands broadcast to under NumPy's rule. Throws ShapeError naming both.
Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b);

/// While it lives, errors of this thread end in "(in path.name)".
class ModuleScope {
 public:
  explicit ModuleScope(std::string_view name) { detail::push_module(name); }
  ~ModuleScope() { detail::pop_module(); }
  ModuleScope(const ModuleScope&) = delete;
  ModuleScope& operator=(const ModuleScope&) = delete;
};

}  // namespace xg
