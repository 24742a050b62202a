#pragma once

#include <xgrad/autograd/functional.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

#include <string>
#include <utility>
#include <vector>

#include "ops/table.hpp"

namespace xg::test {

/// Element i is scale ((i factor) mod modulus - modulus / 2).
template <class T>
Variable<T> pattern(const Shape& shape, std::size_t factor, std::size_t modulus, double scale = 1) {
  Array<T> values(shape);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto residue = static_cast<double>(i * factor % modulus);
    values.data()[i] = static_cast<T>(scale * (residue - static_cast<double>(modulus / 2)));
  }
  return Variable<T>(std::move(values));
}

/// For inputs so large that an operation works through them in blocks: the sums, weighed by
/// pattern(5, 13), of f's result and of the gradient of each input under an output gradient
/// pattern(3, 7). Input k is pattern(7 + 2 k, 11 + 2 k, scale).
template <class F>
Reference large_reference(const std::string& label, F f, std::vector<Shape> shapes,
                          std::vector<double> sums, double scale = 1) {
  Reference reference;
  reference.label = "rule: " + label;
  reference.tolerance = 1e-11;
  reference.call = call([f, shapes, scale]<class T>(const std::vector<Variable<T>>&) {
    using Listed = std::vector<Variable<T>>;
    Listed leaves, results;
    for (std::size_t k = 0; k < shapes.size(); ++k)
      leaves.emplace_back(pattern<T>(shapes[k], 7 + 2 * k, 11 + 2 * k, scale).value(), true);
    const Listed y{f(leaves)};
    Listed all = grad(y, leaves, {.grad_outputs = {pattern<T>(y[0].shape(), 3, 7)}});
    all.insert(all.begin(), y[0].detach());
    for (const Variable<T>& one : all) results.push_back(sum(one * pattern<T>(one.shape(), 5, 13)));
    return results;
  });
  for (const double sum : sums) reference.outputs.push_back({{}, {sum}});
  return reference;
}

}  // namespace xg::test
