#include <xgrad/autograd/functional.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/random.hpp>

#include "ops/entry_helpers.hpp"

// Every call makes a generator of its own, so that it draws the same numbers each time. References:
// parameters for which chance does not matter.

namespace xg::test {

namespace {

const Variable<double> two(Array<double>{1, 2});

template <class F>
Call drawing(F f) {
  return call([f](const auto& x) {
    Generator generator(7);
    return f(x, generator);
  });
}

Entry normal_entry() {
  const Call f = drawing([](const auto& x, Generator& g) { return normal(x[0], x[1], g); });
  Entry e{.name = "normal", .samples = shapes_of_two(f, {}, {{}, 0.5, 2})};
  for (Sample& sample : e.samples) sample.float_tolerance = 10;  // float draws other numbers
  e.references = {{"std 0", f, {{{2}, {1, -2}}, {{}, {0}}}, {{{2}, {1, -2}}}}};
  e.refusals = {{[] { (void)normal(two, -two); }, "normal: std must be >= 0, got -1"}};
  return e;
}

Entry uniform_entry() {
  const Call f = drawing([](const auto& x, Generator& g) { return uniform(x[0], x[1], g); });
  Entry e{.name = "uniform", .samples = shapes_of_two(f, {{}, -2, 0}, {{}, 0.5, 2})};
  e.references = {{"one point", f, {{{2}, {1, -2}}, {{2}, {1, -2}}}, {{{2}, {1, -2}}}}};
  e.refusals = {{[] { (void)uniform(two, -two); },
                 "uniform: low must be <= high everywhere, got an element above it"}};
  return e;
}

Entry rrelu_entry() {
  const Input off_zero{{}, -2, 2, {0}};
  const auto with = [](RReluOptions o) {
    return drawing([o](const auto& x, Generator& g) { return rrelu(x[0], o, g); });
  };
  Entry e = entry_of_one("rrelu", with({}), off_zero, {3, 0.5}, {3, 0.5}, Smoothness::kinks);
  add_variant(e, "one slope", with({.lower = 0.25, .upper = 0.25}), off_zero, {3, -2}, {3, -0.5});
  add_variant(e, "in use", with({.lower = 0.25, .upper = 0.5, .training = false}), off_zero,
              {3, -2}, {3, -0.75});
  e.refusals = {{[] { (void)rrelu(two, {.lower = 2, .upper = 1}); },
                 "rrelu: lower must be <= upper = 1, got 2"}};
  return e;
}

Entry gumbel_entry() {
  const auto with = [](GumbelSoftmaxOptions o) {
    return drawing([o](const auto& x, Generator& g) { return gumbel_softmax(x[0], o, g); });
  };
  Entry e{.name = "gumbel_softmax"};
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{5}, Shape{2, 3}, Shape{0, 3}})
    e.samples.push_back({to_string(shape), with({.tau = 0.7}), {{shape}}});
  e.samples.push_back({"[2, 3, 2] axis 1", with({.axis = 1}), {{{2, 3, 2}}}});
  // Far apart: no noise changes the winner.
  const Literal certain{{2, 2}, {500, 0, -300, 200}}, winner{{2, 2}, {1, 0, 0, 1}};
  e.references = {
      {"certain", with({}), {certain}, {winner}},
      {"hard", with({.tau = 100, .hard = true}), {certain}, {winner}},
      {"hard, axis 0", with({.tau = 100, .hard = true, .axis = 0}), {certain}, {winner}}};
  // What no difference quotient shows: a hard sample has the gradient of the soft one.
  e.references.push_back({"hard and soft gradients",
                          call([]<class T>(const std::vector<Variable<T>>& x) {
                            const auto slope = [&](bool hard) {
                              Generator generator(7);
                              const Variable<T> leaf(x[0].value(), true);
                              const auto y = gumbel_softmax(leaf, {.hard = hard}, generator);
                              return grad(y, leaf, {.grad_outputs = {x[1]}});
                            };
                            const auto tangent = [&](bool hard) {
                              Generator generator(7);
                              const auto f = [&](const Variable<T>& in) {
                                return gumbel_softmax(in, {.hard = hard}, generator);
                              };
                              return jvp(f, x[0], x[1]).second;
                            };
                            return std::vector<Variable<T>>{slope(true) / slope(false),
                                                            tangent(true) / tangent(false)};
                          }),
                          {{{3}, {1, -1, 0.5}}, {{3}, {0.5, 2, -1}}},
                          {{{3}, {1, 1, 1}}, {{3}, {1, 1, 1}}}});
  e.refusals = {
      {[] { (void)gumbel_softmax(two, {.tau = 0}); }, "gumbel_softmax: tau must be > 0, got 0"},
      {[] { (void)gumbel_softmax(two, {.axis = 1}); },
       "gumbel_softmax: axis must be in [-1, 1), got 1"}};
  return e;
}

Entry vanilla_entry() {
  const auto with = [](VanillaDropoutOptions o) {
    return drawing([o](const auto& x, Generator& g) { return vanilla_dropout(x[0] * x[0], o, g); });
  };
  Entry e{.name = "vanilla_dropout", .samples = shapes_of_one(with({.keep = 0.75}), {})};
  extend(e.samples, shapes_of_one(with({.keep = 0.75, .training = false}), {}, " in use"));
  const Literal x{{3}, {1, -2, 3}};
  e.references = {
      {"all", with({.keep = 1}), {x}, {{{3}, {1, 4, 9}}}},
      {"none", with({.keep = 0}), {x}, {{{3}, {0, 0, 0}}}},
      {"in use", with({.keep = 0.25, .training = false}), {x}, {{{3}, {.25, 1, 2.25}}}}};
  e.refusals = {{[] { (void)vanilla_dropout(two, {.keep = 1.5}); },
                 "vanilla_dropout: keep must be in [0, 1], got 1.5"}};
  return e;
}

}  // namespace

Entries random_entries() {
  return {normal_entry(),
          uniform_entry(),
          rrelu_entry(),
          gumbel_entry(),
          vanilla_entry(),
          {.name = "randn", .exempt = "it has no argument to differentiate by"},
          {.name = "rand", .exempt = "it has no argument to differentiate by"}};
}

}  // namespace xg::test
