// References: torch 2.15.
#include <limits>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/prod.hpp>
#include <xgrad/ops/scan.hpp>
#include <xgrad/ops/sort.hpp>

#include "ops/entry_helpers.hpp"

namespace xg::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
const Variable<double> nothing(Array<double>(Shape{0, 3}));
const Literal matrix{{2, 3}, {1, 2, -1, 0.5, -2, 3}};

/// f(x, axes) over no, one, two and all axes.
template <class F>
std::vector<Sample> over_axes(F f, const std::string& label, const Input& like) {
  const auto over = [&](const Shape& shape, const Axes& axes, const std::string& text) {
    Input input = like;
    input.shape = shape;
    return Sample{to_string(shape) + " " + text + label,
                  call([f, axes](const auto& x) { return f(x[0], axes); }),
                  {input}};
  };
  return {over({}, {}, "all"),
          over({}, {0}, "axis 0"),
          over({1}, {}, "all"),
          over({4, 3}, {0}, "axis 0"),
          over({4, 3}, {-1}, "axis -1"),
          over({3, 2}, {}, "all"),
          over({2, 3, 2}, {0, 2}, "axes 0 2"),
          over({3, 0}, {0}, "axis 0")};
}

/// f(x, axis) along each axis.
template <class F>
std::vector<Sample> along_axes(F f, const Input& like, bool separated) {
  const auto along = [&](const Shape& shape, std::ptrdiff_t axis) {
    Input input = like;
    input.shape = shape;
    return Sample{to_string(shape) + " axis " + std::to_string(axis),
                  call([f, axis](const auto& x) { return f(x[0], axis); }),
                  {input},
                  separated};
  };
  return {along({}, 0),      along({1}, -1),      along({5}, 0),    along({4, 3}, 0),
          along({4, 3}, -1), along({2, 3, 2}, 1), along({2, 0}, 1), along({0, 3}, 0)};
}

template <class F>
Reference reference(const std::string& label, F f, std::vector<Literal> outputs) {
  return {label, call([f](const auto& x) { return f(x[0]); }), {matrix}, std::move(outputs)};
}

Entry prod_entry() {
  const auto f = [](const auto& x, const Axes& a) { return prod(x, a); };
  Entry e{.name = "prod", .samples = over_axes(f, "", {{}})};
  e.samples.push_back({"[0, 3] axis 0, kept",
                       call([](const auto& x) { return prod(x[0], 0, {.keepdims = true}); }),
                       {{{0, 3}}}});
  const auto zeros_at = [](const Array<double>& keep) {
    return call([keep](const auto& x) {
      const auto masked = x[0] * keep;
      return prod(masked, 1, {.keepdims = true}) + cumprod(masked, 1) * 0.5;
    });
  };
  e.samples.push_back({"one and two zeros",
                       zeros_at(Array<double>{{1, 0, 1, 1}, {0, 1, 1, 0}, {1, 1, 1, 1}}),
                       {{{3, 4}}}});
  e.references = {reference("axis 1", [](const auto& x) { return prod(x, 1); }, {{{2}, {-2, -3}}}),
                  {"over nothing",
                   call([](const auto& x) { return prod(x[0], 0); }),
                   {{{0, 2}, {}}},
                   {{{2}, {1, 1}}}}};
  // torch 2.15: a NaN beside a zero has the gradient 0.
  e.references.push_back(rule(
      "NaN among the factors", [](const auto& x) { return prod(x[0], 1); },
      {{3, 3}, {nan, 0, 2, nan, 0, 0, nan, 3, 2}},
      {{3, 3}, {0, nan, nan, 0, nan, nan, nan, nan, nan}}, {{3}, {nan, nan, nan}}, false));
  e.refusals = {{[] { (void)prod(box, 2); }, "prod: axes must be in [-2, 2), got 2"}};
  return e;
}

/// Zeros and, for the extremes, ties take the gradients that PyTorch gives them; the second
/// derivative of p = 2 at 0 does not exist.
void norm_rules(std::vector<Reference>& references) {
  const auto add = [&](const char* what, double p, Literal x, Literal g, Literal tangent) {
    references.push_back(rule(
        what, [p](const auto& in) { return norm(in[0], p, 1); }, std::move(x), std::move(g),
        std::move(tangent), p != 2));
  };
  add("p 1 at 0", 1, {{1, 3}, {0, 2, 3}}, {{1, 3}, {0, 1, 1}}, {{1}, {2}});
  add("p 2 at 0", 2, {{2, 2}, {0, 0, 0, 0}}, {{2, 2}, {0, 0, 0, 0}}, {{2}, {0, 0}});
  for (const double p : {1.5, 3.})
    add("p > 1 at 0", p, {{2, 2}, {0, 0, 0, 2}}, {{2, 2}, {0, 0, 0, 1}}, {{2}, {0, 1}});
  add("p -1 at 0", -1, {{1, 2}, {0, 2}}, {{1, 2}, {0, 0}}, {{1}, {0}});
  add("p -1 at infinity", -1, {{2, 2}, {infinity, 2, infinity, infinity}}, {{2, 2}, {0, 1, 0, 0}},
      {{2}, {1, 0}});
  add("largest, a tie", infinity, {{1, 4}, {2, -2, 2, 1}}, {{1, 4}, {1 / 3., -1 / 3., 1 / 3., 0}},
      {{1}, {1 / 3.}});
  add("largest is 0", infinity, {{1, 2}, {0, 0}}, {{1, 2}, {0, 0}}, {{1}, {0}});
}

Entry norm_entry() {
  Entry e{.name = "norm", .smoothness = Smoothness::kinks};
  const std::pair<double, Literal> orders[] = {
      {2, {{2}, {2.449489742783178, 3.640054944640259}}},
      {1, {{2}, {4, 5.5}}},
      {3.5, {{2}, {2.095213570280885, 3.192966284388953}}},
      {0, {{2}, {3, 3}}},
      {infinity, {{2}, {2, 3}}},
      {-infinity, {{2}, {1, 0.5}}},
      {-2, {{2}, {0.6666666666666666, 0.4788521306805733}}},
      {0.5, {{2}, {11.65685424949238, 14.848469228349536}}},
  };
  for (const auto& [p, expected] : orders) {
    const double order = p;
    const auto f = [order](const auto& x, const Axes& a) { return norm(x, order, a); };
    auto samples = over_axes(f, " p " + number_text(order), {{}, 0.3, 2});
    // The extremes have kinks where two magnitudes are equal.
    for (Sample& s : samples) s.separated = std::isinf(order);
    if (order < 0 || std::isinf(order)) samples.pop_back();
    extend(e.samples, std::move(samples));
    e.references.push_back(reference("p " + number_text(order) + " axis 1",
                                     [order](const auto& x) { return norm(x, order, 1); },
                                     {expected}));
  }
  e.samples.push_back({"negative elements",
                       call([](const auto& x) { return norm(x[0], 3, 1, {.keepdims = true}); }),
                       {{{3, 4}, -2, -0.3}}});
  norm_rules(e.references);
  e.refusals = {{[] { (void)norm(box, 2, 2); }, "norm: axes must be in [-2, 2), got 2"},
                {[] { (void)norm(box, std::nan("")); }, "norm: p must be a number, got nan"},
                {[] { (void)norm(nothing, infinity); },
                 "norm: x must have elements along the axes for this p, got [0, 3]"}};
  return e;
}

/// Where a sum is infinite: nothing reaches what is -infinity, nor what infinity stands before;
/// infinity itself has no derivative. Torch has NaN where the sum is -infinity.
void infinite_sums(Entry& e) {
  const auto f = [](const auto& x) { return logcumsumexp(x[0], 1); };
  const double a = 0.2689414213699951, b = 0.7310585786300049;
  e.references.push_back(rule(
      "beside infinities", f,
      {{3, 4}, {-infinity, -infinity, 1, 2, 0, infinity, 1, infinity, 1, -infinity, 1, -infinity}},
      {{3, 4}, {0, 0, 1 + a, b, 1, nan, 0, nan, 3, 0, 1, 0}},
      {{3, 4}, {0, 0, 1, 1, 1, nan, nan, nan, 1, 1, 1, 1}}, false));
  e.references.push_back(rule("rows far apart", f, {{2, 2}, {800, 800, 0, 0}},
                              {{2, 2}, {1.5, 0.5, 1.5, 0.5}}, {{2, 2}, {1, 1, 1, 1}}, false));
}

Entries running() {
  const auto sums = [](const auto& x, std::ptrdiff_t a) { return cumsum(x * x, a); };
  const auto products = [](const auto& x, std::ptrdiff_t a) { return cumprod(x, a); };
  const auto logs = [](const auto& x, std::ptrdiff_t a) { return logcumsumexp(x, a); };
  const auto largest = [](const auto& x, std::ptrdiff_t a) { return cummax(x * x, a).values; };
  const auto smallest = [](const auto& x, std::ptrdiff_t a) { return cummin(x * x, a).values; };
  const Input any{{}}, positive{{}, 0.5, 3};
  const Smoothness kinks = Smoothness::kinks;
  return {
      {.name = "cumsum",
       .samples = along_axes(sums, any, false),
       .references = {reference("axis 1", [](const auto& x) { return cumsum(x, 1); },
                                {{{2, 3}, {1, 3, 2, 0.5, -1.5, 1.5}}})},
       .refusals = {{[] { (void)cumsum(box, 2); }, "cumsum: axis must be in [-2, 2), got 2"}}},
      {.name = "cumprod",
       .samples = along_axes(products, any, false),
       .references = {reference("axis 1", [](const auto& x) { return cumprod(x, 1); },
                                {{{2, 3}, {1, 2, -2, 0.5, -1, -3}}})},
       .refusals = {{[] { (void)cumprod(box, 2); }, "cumprod: axis must be in [-2, 2), got 2"}}},
      {.name = "logcumsumexp",
       .samples = along_axes(logs, any, false),
       .references = {reference("axis 1", [](const auto& x) { return logcumsumexp(x, 1); },
                                {{{2, 3},
                                  {1, 2.313261687518223, 2.3490122167681866, 0.5,
                                   0.5788897342925496, 3.08509724636431}}})},
       .refusals = {{[] { (void)logcumsumexp(box, 2); },
                     "logcumsumexp: axis must be in [-2, 2), got 2"}}},
      {.name = "cummax",
       .smoothness = kinks,
       .samples = along_axes(largest, positive, true),
       .references = {reference("axis 1", [](const auto& x) { return cummax(x, 1).values; },
                                {{{2, 3}, {1, 2, 2, 0.5, 0.5, 3}}})},
       .refusals = {{[] { (void)cummax(box, 2); }, "cummax: axis must be in [-2, 2), got 2"}}},
      {.name = "cummin",
       .smoothness = kinks,
       .samples = along_axes(smallest, positive, true),
       .references = {reference("axis 1", [](const auto& x) { return cummin(x, 1).values; },
                                {{{2, 3}, {1, 1, -1, 0.5, -2, -2}}})},
       .refusals = {{[] { (void)cummin(box, 2); }, "cummin: axis must be in [-2, 2), got 2"}}},
  };
}

Entries ordering() {
  const auto up = [](const auto& x, std::ptrdiff_t a) { return sort(x * x, a).values; };
  const auto best = [](const auto& x, std::ptrdiff_t a) {
    return topk(x * x, x.size() == 0 ? 0 : 1, a).values;
  };
  const auto middle = [](const auto& x, std::ptrdiff_t a) {
    return median(x * x, a).values + median(x);
  };
  const Input positive{{}, 0.5, 3};
  const Smoothness kinks = Smoothness::kinks;
  Entry sorts{.name = "sort", .smoothness = kinks, .samples = along_axes(up, positive, true)};
  sorts.references = {
      reference("axis 1", [](const auto& x) { return sort(x, 1).values; },
                {{{2, 3}, {-1, 1, 2, -2, 0.5, 3}}}),
      reference("axis 0, descending", [](const auto& x) { return sort(x, 0, true).values; },
                {{{2, 3}, {1, 2, 3, 0.5, -2, -1}}})};
  sorts.refusals = {{[] { (void)sort(box, 2); }, "sort: axis must be in [-2, 2), got 2"}};
  Entry tops{.name = "topk", .smoothness = kinks, .samples = along_axes(best, positive, true)};
  tops.samples.push_back({"2 smallest of [2, 3, 2]",
                          call([](const auto& x) { return topk(x[0] * x[0], 2, 1, false).values; }),
                          {{{2, 3, 2}, 0.5, 3}},
                          true});
  tops.references = {
      reference("2 largest", [](const auto& x) { return topk(x, 2).values; },
                {{{2, 2}, {2, 1, 3, 0.5}}}),
      reference("2 smallest", [](const auto& x) { return topk(x, 2, 1, false).values; },
                {{{2, 2}, {-1, 1, -2, 0.5}}})};
  tops.refusals = {{[] { (void)topk(box, 4); }, "topk: k must be in [0, 3], got 4"}};
  Entry medians{
      .name = "median", .smoothness = kinks, .samples = along_axes(middle, positive, true)};
  medians.samples.resize(6);  // not over nothing
  medians.references = {reference("axis 0", [](const auto& x) { return median(x, 0).values; },
                                  {{{3}, {0.5, -2, -1}}}),
                        reference("all", [](const auto& x) { return median(x); }, {{{}, {0.5}}})};
  medians.refusals = {{[] { (void)median(nothing, 0); },
                       "median: x must have elements along the axis, got [0, 3]"}};
  return {std::move(sorts), std::move(tops), std::move(medians)};
}

}  // namespace

Entries scan_entries() {
  Entries all{prod_entry(), norm_entry()};
  for (auto family : {running, ordering})
    for (Entry& e : family()) all.push_back(std::move(e));
  for (Entry& e : all)
    if (e.name == "logcumsumexp") infinite_sums(e);
  return all;
}

}  // namespace xg::test
