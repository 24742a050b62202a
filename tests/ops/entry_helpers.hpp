#pragma once

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

}  // namespace xg::test
