#include "ops/example.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <xgrad/core/error.hpp>

namespace xg::test {

namespace {

std::vector<Example>& registered() {
  static std::vector<Example> all;
  return all;
}

bool agree(double actual, double expected) {
  if (std::isnan(expected)) return std::isnan(actual);
  // Also equal infinities. The pages show ten digits.
  return actual == expected ||
         std::abs(actual - expected) <= 1e-12 * std::max(1., std::abs(expected));
}

std::string difference(const Literal& actual, const Literal& expected) {
  if (actual.shape != expected.shape)
    return fmt::format("shape {}, not {}", to_string(actual.shape), to_string(expected.shape));
  if (actual.values.size() != expected.values.size()) return "another number of values";
  for (std::size_t i = 0; i < expected.values.size(); ++i)
    if (!agree(actual.values[i], expected.values[i]))
      return fmt::format("element {} is {}, not {}", i, actual.values[i], expected.values[i]);
  return {};
}

}  // namespace

bool add_example(Example example) {
  registered().push_back(std::move(example));
  return true;
}

std::vector<Example> examples() {
  std::vector<Example> all = registered();
  std::sort(all.begin(), all.end(), [](const Example& a, const Example& b) {
    const int order = std::strcmp(a.file, b.file);
    return order != 0 ? order < 0 : a.line < b.line;
  });
  return all;
}

std::string check_example(const Example& example) {
  std::string text;
  try {
    const Results results = example.run();
    const std::vector<Literal>&actual = results.literals, &expected = example.expected.literals;
    if (actual.size() != expected.size())
      text = fmt::format("{} results, not {}", actual.size(), expected.size());
    if (results.text != example.expected.text)
      text = fmt::format("'{}', not '{}'", results.text, example.expected.text);
    for (std::size_t i = 0; i < actual.size() && text.empty(); ++i)
      text = difference(actual[i], expected[i]);
  } catch (const std::exception& error) {
    text = std::string("throws ") + error.what();
  }
  return text.empty() ? text : fmt::format("example of line {}: {}", example.line, text);
}

}  // namespace xg::test
