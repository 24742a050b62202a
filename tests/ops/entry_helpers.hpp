#pragma once

#include <xgrad/autograd/functional.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include <string>
#include <utility>
#include <vector>

#include "ops/table.hpp"

/// A function of one argument, which may be overloaded, as a Call.
#define XG_CALL(function) xg::test::call([](const auto& x) { return function(x[0]); })

namespace xg::test {

/// An entry for a function of one argument with its reference values, x -> y.
inline Entry entry_of_one(std::string name, const Call& f, const Input& range,
                          std::vector<double> x, std::vector<double> y,
                          Smoothness smoothness = Smoothness::smooth) {
  Entry e{.name = std::move(name), .smoothness = smoothness};
  e.samples = shapes_of_one(f, range);
  const Shape shape{x.size()};
  e.references = {{"vector", f, {{shape, std::move(x)}}, {{shape, std::move(y)}}}};
  return e;
}

/// The same function with another attribute: more samples and another reference.
inline void add_variant(Entry& e, const std::string& label, const Call& f, const Input& range,
                        std::vector<double> x, std::vector<double> y) {
  extend(e.samples, shapes_of_one(f, range, " " + label));
  const Shape shape{x.size()};
  e.references.push_back({label, f, {{shape, std::move(x)}}, {{shape, std::move(y)}}});
}

/// What movers are tried on.
inline const Literal matrix_1_to_6{{2, 3}, {1, 2, 3, 4, 5, 6}};

/// Moves elements: the reference is where they go. f is applied to x * x, so that the second
/// derivative is not zero.
template <class F>
Entry mover(const char* name, F f, std::vector<Shape> shapes, std::vector<Literal> expected,
            std::vector<Refusal> refusals) {
  const Call squared = call([f](const auto& x) { return f(x[0] * x[0]); });
  Entry e{.name = name};
  for (Shape& shape : shapes) e.samples.push_back({to_string(shape), squared, {{shape}}});
  e.references = {{"[2, 3]",
                   call([f](const auto& x) { return f(x[0]); }),
                   {matrix_1_to_6},
                   std::move(expected)}};
  e.refusals = std::move(refusals);
  return e;
}

/// What f, of one result, does to gradients and tangents of ones: the gradient of each argument by
/// the raw kernels, the same by the differentiable path, the gradient of its sum, and the tangent
/// of the result. For rules that no numeric derivative sees: beside a NaN, at a tie, for padding.
template <class F>
Call rules_of(F f, bool twice = true) {
  return call([f, twice]<class T>(const std::vector<Variable<T>>& x) {
    using Listed = std::vector<Variable<T>>;
    const auto filled = [](const Variable<T>& like, double value) {
      return Variable<T>(full_array<T>(like.shape(), static_cast<T>(value)));
    };
    Listed leaves, directions;
    for (const Variable<T>& input : x) {
      leaves.emplace_back(input.value(), true);
      directions.push_back(filled(input, 1));
    }
    const Listed y{f(leaves)};
    const auto gradients = [&](const Listed& of, bool create_graph) {
      Listed outputs, ones, found(leaves.size());
      for (const Variable<T>& output : of) {
        if (!output.requires_grad()) continue;
        outputs.push_back(output);
        ones.push_back(filled(output, 1));
      }
      if (!outputs.empty())
        found = grad(outputs, leaves,
                     {.grad_outputs = ones,
                      .retain_graph = true,
                      .create_graph = create_graph,
                      .allow_unused = true});
      for (std::size_t i = 0; i < found.size(); ++i)
        if (!found[i].defined()) found[i] = filled(leaves[i], 0);
      return found;
    };
    Listed results = gradients(y, false);
    const Listed first = gradients(y, true), second = gradients(twice ? first : Listed(), false);
    for (const Listed& list : {first, second})
      for (const Variable<T>& g : list) results.push_back(g.detach());
    results.push_back(
        jvp([f](const Listed& in) { return Listed{f(in)}; }, x, directions).second[0]);
    return results;
  });
}

/// A reference for rules_of a function of one argument whose second derivative is zero, or (not
/// `twice`) is not asked for.
template <class F>
Reference rule(std::string label, F f, Literal x, Literal gradient, Literal tangent,
               bool twice = true) {
  const Literal zero{x.shape, std::vector<double>(x.values.size())};
  return {"rule: " + std::move(label),
          rules_of(f, twice),
          {std::move(x)},
          {gradient, gradient, zero, std::move(tangent)}};
}

/// The same of two arguments, without second derivatives; the tangent is the sum.
template <class F>
Reference rule_of_two(std::string label, F f, Literal a, Literal b, Literal by_a, Literal by_b) {
  const Literal zero{a.shape, std::vector<double>(a.values.size())};
  Literal tangent = by_a;
  for (std::size_t i = 0; i < tangent.values.size(); ++i) tangent.values[i] += by_b.values[i];
  return {"rule: " + std::move(label),
          rules_of(f, false),
          {std::move(a), std::move(b)},
          {by_a, by_b, by_a, by_b, zero, zero, std::move(tangent)}};
}

}  // namespace xg::test
