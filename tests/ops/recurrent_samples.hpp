#pragma once

// What the tables of recurrent cells and layers have in common.

#include <vector>

#include "ops/table.hpp"

namespace xg::test {

/// ((7 i) mod 23 - 11) / 10 and the like: numbers in [-1.1, 1.1].
inline Literal counted(const Shape& shape, std::size_t factor) {
  Literal x{shape, std::vector<double>(element_count(shape))};
  for (std::size_t i = 0; i < x.values.size(); ++i)
    x.values[i] = (static_cast<double>(i * factor % 23) - 11) / 10;
  return x;
}
inline Variable<double> ones(const Shape& shape) {
  return Variable<double>(full_array<double>(shape, 1));
}

template <class T>
Variable<T> at(const std::vector<Variable<T>>& x, std::size_t i) {
  return i < x.size() ? x[i] : Variable<T>();
}

/// Shapes of the weights of a layer and direction.
inline std::vector<Shape> weights(std::size_t gates, std::size_t inputs, std::size_t hidden,
                                  bool bias) {
  std::vector<Shape> all{{gates * hidden, inputs}, {gates * hidden, hidden}};
  if (bias) all.insert(all.end(), 2, {gates * hidden});
  return all;
}
inline std::vector<Input> drawn(const std::vector<Shape>& shapes) {
  std::vector<Input> inputs;
  for (const Shape& shape : shapes) inputs.push_back({shape, -1, 1});
  return inputs;
}

}  // namespace xg::test
