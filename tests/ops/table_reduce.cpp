#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/extremum.hpp>
#include <xgrad/ops/reduce.hpp>

#include <limits>

#include "ops/entry_helpers.hpp"

namespace xg::test {

namespace {

const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
const Literal matrix{{2, 3}, {1, 2, -1, 0.5, -2, 3}};

/// f(x, axes, keepdims) over no, one, two and all axes, one element and, if allowed, nothing.
template <class F>
std::vector<Sample> over_axes(F f, bool empty, bool separated) {
  const auto over = [f](Axes axes, bool keep) {
    return call([f, axes, keep](const auto& x) { return f(x[0], axes, keep); });
  };
  std::vector<Sample> samples{
      {"[] all", over({}, false), {{{}}}},
      {"[1] all", over({}, false), {{{1}}}},
      {"[4, 3] all", over({}, false), {{{4, 3}}}},
      {"[4, 3] axis 0", over({0}, false), {{{4, 3}}}},
      {"[4, 3] axis -1, kept", over({-1}, true), {{{4, 3}}}},
      {"[2, 3, 4] axis 1", over({1}, false), {{{2, 3, 4}}}},
      {"[2, 3, 4] axes 0 2", over({0, 2}, false), {{{2, 3, 4}}}},
      {"[2, 3, 4] all, kept", over({}, true), {{{2, 3, 4}}}},
      {"[3, 0] axis 0", over({0}, false), {{{3, 0}}}},
  };
  if (empty) samples.push_back({"[0, 3] axis 0", over({0}, false), {{{0, 3}}}});
  for (Sample& s : samples) s.separated = separated;
  return samples;
}

std::vector<Refusal> axis_refusals(const std::string& op, const std::function<void(Axes)>& f) {
  return {{[f] { f({2}); }, op + ": axes must be in [-2, 2), got 2"},
          {[f] {
             f({0, -2});
           },
           op + ": axes must be different, got -2"}};
}

Entry sum_entry() {
  const auto f = [](const auto& x, const Axes& a, bool k) {
    return sum(x * x, a, {.keepdims = k});
  };
  return {.name = "sum",
          .samples = over_axes(f, true, false),
          .references = {{"[2, 3] axis 0",
                          call([](const auto& x) { return sum(x[0], 0); }),
                          {matrix},
                          {{{3}, {1.5, 0, 2}}}}},
          .refusals = axis_refusals("sum", [](const Axes& a) { (void)sum(box, a); })};
}

Entry mean_entry() {
  const auto f = [](const auto& x, const Axes& a, bool k) {
    return mean(x * x, a, {.keepdims = k});
  };
  return {.name = "mean",
          .samples = over_axes(f, false, false),
          .references = {{"[2, 3] all",
                          call([](const auto& x) { return mean(x[0]); }),
                          {matrix},
                          {{{}, {0.5833333333333334}}}}},  // torch 2.15
          .refusals = axis_refusals("mean", [](const Axes& a) { (void)mean(box, a); })};
}

Entry var_entry() {
  const auto f = [](const auto& x, const Axes& a, bool k) {
    return var(x, a, {.correction = 0, .keepdims = k});
  };
  Entry e{.name = "var", .samples = over_axes(f, false, false)};
  e.samples.push_back(
      {"[3, 4] unbiased", call([](const auto& x) { return var(x[0], 1); }), {{{3, 4}}}});
  e.references = {{"[2, 3] axis 1",
                   call([](const auto& x) { return var(x[0], 1); }),
                   {matrix},
                   {{{2}, {2.333333333333333, 6.25}}}}};  // torch 2.15
  constexpr double infinite = std::numeric_limits<double>::infinity();
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  const auto of_too_few = [](const auto& x) { return var(x[0], {}, {.correction = 3}); };
  e.references.push_back(rule("of too few", of_too_few, {{3}, {1, 2, 3}},
                              {{3}, {infinite, missing, infinite}}, {{}, {missing}}));
  e.references.push_back(rule("the mean first", of_too_few, {{3}, {2, 1, 3}},
                              {{3}, {missing, infinite, infinite}}, {{}, {missing}}));
  e.refusals = axis_refusals("var", [](const Axes& a) { (void)var(box, a); });
  return e;
}

Entry stddev_entry() {
  const auto over = [](Axes a, bool k) {
    return call([a, k](const auto& x) { return stddev(x[0], a, {.keepdims = k}); });
  };
  Entry e{.name = "stddev"};
  e.samples = {{"[4, 3] all", over({}, false), {{{4, 3}}}},
               {"[4, 3] axis 0", over({0}, false), {{{4, 3}}}},
               {"[2, 3, 4] axes 0 2", over({0, 2}, true), {{{2, 3, 4}}}}};
  e.references = {{"[2, 3] axis 0, of the population",
                   call([](const auto& x) { return stddev(x[0], 0, {.correction = 0}); }),
                   {matrix},
                   {{{3}, {0.25, 2, 2}}}}};  // torch 2.15
  e.references.push_back(rule("of equals", [](const auto& x) { return stddev(x[0], 0); },
                              {{3}, {2, 2, 2}}, {{3}, {0, 0, 0}}, {{}, {0}}));
  e.references.push_back({"rule: second derivatives of equals",
                          call([]<class T>(const std::vector<Variable<T>>& x) {
                            const Variable<T> leaf(x[0].value(), true);
                            const auto g = grad(stddev(leaf, 0), leaf, {.create_graph = true});
                            return grad(sum(g * x[1]), leaf);
                          }),
                          {{{3}, {2, 2, 2}}, {{3}, {1, 2, 4}}},
                          {{{3}, {0, 0, 0}}}});
  e.refusals = axis_refusals("stddev", [](const Axes& a) { (void)stddev(box, a); });
  return e;
}

/// References are elements of the input.
template <class F>
Entry extremum_entry(const char* name, F f, Literal expected) {
  Entry e{.name = name, .smoothness = Smoothness::kinks};
  e.samples = over_axes(f, false, true);
  e.references = {{"[2, 3] axis 0",
                   call([f](const auto& x) { return f(x[0], Axes(0), false); }),
                   {matrix},
                   {std::move(expected)}}};
  // A NaN is the extremum, and nothing on its line has a derivative.
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  e.references.push_back(rule("beside NaN", [f](const auto& x) { return f(x[0], Axes(1), false); },
                              {{2, 3, 2}, {1, 3, missing, 3, 2, 3, 7, missing, 7, 1, 7, 0}},
                              {{2, 3, 2},
                               {missing, 1 / 3., missing, 1 / 3., missing, 1 / 3., 1 / 3., missing,
                                1 / 3., missing, 1 / 3., missing}},
                              {{2, 2}, {missing, 1, 1, missing}}));
  e.refusals = axis_refusals(name, [f](const Axes& a) { (void)f(box, a, false); });
  return e;
}

Entry max_entry() {
  const auto along = [](std::ptrdiff_t axis, bool keep) {
    return call([axis, keep](const auto& x) {
      return max(x[0] * x[0], axis, {.keepdims = keep}).values + max(x[0]);
    });
  };
  Entry e{.name = "max", .smoothness = Smoothness::kinks};
  e.samples = {{"[5] axis 0", along(0, false), {{{5}, 0.5, 3}}, true},
               {"[4, 3] axis -1, kept", along(-1, true), {{{4, 3}, 0.5, 3}}, true},
               {"[2, 3, 4] axis 1", along(1, false), {{{2, 3, 4}, 0.5, 3}}, true}};
  e.references = {{"first of equals",
                   call([](const auto& x) { return max(x[0], 0).values; }),
                   {{{3}, {1, 3, 3}}},
                   {{{}, {3}}}}};
  e.refusals = {{[] { (void)max(box, 2); }, "max: axis must be in [-2, 2), got 2"}};
  return e;
}

Entry min_entry() {
  const auto along = [](std::ptrdiff_t axis) {
    return call([axis](const auto& x) { return min(x[0] * x[0], axis).values + min(x[0]); });
  };
  Entry e{.name = "min", .smoothness = Smoothness::kinks};
  e.samples = {{"[5] axis 0", along(0), {{{5}, 0.5, 3}}, true},
               {"[2, 3, 4] axis 1", along(1), {{{2, 3, 4}, 0.5, 3}}, true}};
  e.references = {{"axis 1",
                   call([](const auto& x) { return min(x[0], 1).values; }),
                   {matrix},
                   {{{2}, {-1, -2}}}}};
  e.refusals = {{[] { (void)min(box, -3); }, "min: axis must be in [-2, 2), got -3"}};
  return e;
}

}  // namespace

Entries reduce_entries() {
  const auto largest = [](const auto& x, const Axes& a, bool k) {
    return amax(x, a, {.keepdims = k});
  };
  const auto smallest = [](const auto& x, const Axes& a, bool k) {
    return amin(x, a, {.keepdims = k});
  };
  return {sum_entry(),
          mean_entry(),
          var_entry(),
          stddev_entry(),
          extremum_entry("amax", largest, {{3}, {1, 2, 3}}),
          extremum_entry("amin", smallest, {{3}, {0.5, -2, -1}}),
          max_entry(),
          min_entry()};
}

}  // namespace xg::test
