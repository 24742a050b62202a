#pragma once

// What tests against PyTorch's modules share: a state that both sides are given, and the
// comparison.

#include <xgrad/nn/module.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace test {

using namespace xg;

/// ((factor i) mod 23 - 11) / divisor.
inline Array<double> counted(const Shape& shape, std::size_t factor, double divisor) {
  Array<double> x(shape);
  for (std::size_t i = 0; i < x.size(); ++i)
    x.data()[i] = (static_cast<double>(i * factor % 23) - 11) / divisor;
  return x;
}
inline Variable<double> input(const Shape& shape, std::size_t factor) {
  return Variable<double>(counted(shape, factor, 4));
}

/// Gives every parameter values that its name's place among all decides.
inline std::vector<std::string> fill(nn::Module<double>& module) {
  auto parameters = module.named_parameters();
  std::sort(parameters.begin(), parameters.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [name, value] : parameters) {
    value.copy_(counted(value.shape(), 3 + 2 * names.size(), 40));
    names.push_back(name);
  }
  module.eval();
  return names;
}

struct Expected {
  Shape shape;
  std::vector<double> values;
};
inline void check(const Variables<double>& actual, const std::vector<Expected>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t k = 0; k < actual.size(); ++k) {
    REQUIRE(actual[k].shape() == expected[k].shape);
    for (std::size_t i = 0; i < actual[k].size(); ++i) {
      CAPTURE(k, i);
      CHECK(actual[k].value().data()[i] ==
            Approx(expected[k].values[i]).epsilon(1e-11).margin(1e-13));
    }
  }
}

using Names = std::vector<std::string>;

}  // namespace test
