#include "ops/nan_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "ops/draw.hpp"

namespace xg::test {

namespace {

template <class T>
bool holds_nan(const Variable<T>& y) {
  const Array<T>& value = y.value();
  return std::any_of(value.begin(), value.end(), [](T v) { return std::isnan(v); });
}

template <class T, class F>
bool hides(const F& f, const std::vector<Array<double>>& values, std::size_t input) {
  Variables<T> x;
  for (std::size_t i = 0; i < values.size(); ++i)
    x.emplace_back(i == input ? Array<T>(values[i].shape(), std::numeric_limits<T>::quiet_NaN())
                              : Array<T>(xt::cast<T>(values[i])));
  const Variables<T> y = f(x);
  const bool empty =
      std::all_of(y.begin(), y.end(), [](const auto& one) { return one.size() == 0; });
  return !empty && std::none_of(y.begin(), y.end(), holds_nan<T>);
}

std::string hidden_nan(const Sample& sample) {
  const auto values = draw_inputs(sample, 3);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].size() == 0) continue;
    if (hides<double>(sample.call.in_double, values, i) ||
        hides<float>(sample.call.in_float, values, i))
      return fmt::format("no result is NaN where input {} is", i);
  }
  return {};
}

/// Operations whose result may be free of NaN all the same, with the reason.
const std::map<std::string, std::string>& without_nan() {
  static const std::map<std::string, std::string> reasons = {
      {"where", "both alternatives are there, one is chosen"},
      {"norm", "p = 0 counts what is not 0"},
      {"scatter", "every element may be replaced"},
      {"pad", "a negative pad may leave only what is added"},
      {"tril", "everything may be outside the triangle"},
      {"triu", "everything may be outside the triangle"},
      {"matrix_power", "the power 0 is the identity"},
      {"addmm", "beta = 0 leaves the input out, as in BLAS and PyTorch"},
      {"nan_to_num", "that is its purpose"},
      {"sign", "NaN has none, and gives 0 as in PyTorch"},
      {"copysign", "only the sign of the second input is read"},
  };
  return reasons;
}

}  // namespace

std::string check_nan(const Entry& entry) {
  std::string found;
  for (const Sample& sample : entry.samples) {
    const std::string text = hidden_nan(sample);
    if (!text.empty()) found = sample.label + ": " + text;
  }
  if (without_nan().count(entry.name) == 0) return found;
  return found.empty() ? "is listed as free of NaN, and gives NaN always" : "";
}

}  // namespace xg::test
