#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <concepts>

#include "check.hpp"

namespace golden {

namespace {

const char* type_name(const Tensor& t) {
  constexpr const char* names[] = {"numbers", "integers", "booleans"};
  return names[t.index()];
}

std::string text(const xg::Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }
std::string text(double x) { return fmt::format("{:.17g}", x); }
std::string text(std::int64_t x) { return fmt::format("{}", x); }
std::string text(bool x) { return x ? "true" : "false"; }

std::string place(std::size_t flat, const xg::Shape& shape) {
  xg::Shape index = shape;
  for (std::size_t axis = shape.size(); axis-- > 0; flat /= shape[axis])
    index[axis] = flat % shape[axis];
  return text(index);
}

/// How far off, in units of what is allowed: above 1 is wrong.
double error(double actual, double expected, const Tolerance& t) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return 0;
  const double allowed = t.atol + t.rtol * std::fabs(expected);
  const double off = std::fabs(actual - expected);
  if (!std::isfinite(expected) || std::isnan(off)) return HUGE_VAL;
  return off <= allowed ? 0 : off / allowed;  // off / 0 is infinite
}
template <std::integral I>
double error(I actual, I expected, const Tolerance&) {
  return actual == expected ? 0 : HUGE_VAL;
}

template <class T>
std::string amount(T actual, T expected, const Tolerance& t) {
  if constexpr (std::is_same_v<T, double>)
    if (std::isfinite(actual) && std::isfinite(expected))
      return fmt::format(", off by {:.3g} where {:.3g} is allowed", std::fabs(actual - expected),
                         t.atol + t.rtol * std::fabs(expected));
  return "";
}

template <class T>
std::string compare(const xg::Array<T>& actual, const xg::Array<T>& expected,
                    const Tolerance& tolerance) {
  if (actual.shape() != expected.shape())
    return fmt::format("has shape {} instead of {}", text(actual.shape()), text(expected.shape()));
  std::size_t worst = 0, wrong = 0;
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double e = error(actual.data()[i], expected.data()[i], tolerance);
    wrong += e > 0;
    if (e > largest) {
      largest = e;
      worst = i;
    }
  }
  if (wrong == 0) return "";
  const T a = actual.data()[worst], e = expected.data()[worst];
  return fmt::format("differs in {} of {}, most at {}: got {}, expected {}{}", wrong,
                     expected.size(), place(worst, expected.shape()), text(a), text(e),
                     amount(a, e, tolerance));
}

}  // namespace

std::string difference(const Tensor& actual, const Tensor& expected, const Tolerance& tolerance) {
  if (actual.index() != expected.index())
    return fmt::format("holds {} instead of {}", type_name(actual), type_name(expected));
  return std::visit(
      [&](const auto& a) {
        return compare(a, std::get<std::remove_cvref_t<decltype(a)>>(expected), tolerance);
      },
      actual);
}

}  // namespace golden
