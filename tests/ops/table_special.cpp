#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/elementary_pairs.hpp>
#include <xgrad/ops/special.hpp>

#include <limits>

#include "ops/entry_helpers.hpp"

// References: mpmath with 40 digits, but lerp, glu (PyTorch 2.15), fmod and remainder (Python).

namespace xg::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const Input any{{}, -2, 2};
const Input positive{{}, 0.4, 3};
const Variable<double> two(Array<double>{1, 2});

Entries gamma_family() {
  const auto order = [](std::ptrdiff_t n) {
    return call([n](const auto& x) { return polygamma(n, x[0]); });
  };
  const std::vector<double> at{0.1, 1.5, 3, 40, -0.3, -7.75};
  Entry poly = entry_of_one("polygamma", order(2), positive, at,
                            {-2001.8614573783436, -0.82879664423432, -0.15411380631918858,
                             -0.0006408202718352986, 67.63908119988317, -124.03974558822776});
  add_variant(poly, "order 0", order(0), positive, {1.5, -0.3},
              {0.03648997397857652, 2.113309779635399});
  add_variant(poly, "order 1", order(1), {{}, -0.8, -0.2}, at,
              {101.43329915079275, 0.9348022005446793, 0.39493406684822646, 0.02531510384129103,
               13.945160267805722, 19.61814433435229});
  add_variant(poly, "order 3", order(3), {{}, -1.8, -1.2}, at,
              {60004.51287679026, 1.4090910340024372, 0.11893940226682916, 3.24414001515635e-05,
               766.6198904191685, 1558.5419205916066});
  add_variant(poly, "order 4", order(4), positive, at,
              {-2400015.6072031953, -3.4742498266672253, -0.13626612344087824,
               -2.463377839277213e-06, 9731.83495623352, -24481.576062438246});
  poly.references.push_back({"poles", order(2), {{{3}, {0, -3, inf}}}, {{{3}, {-inf, -inf, -0.}}}});
  poly.references.push_back({"odd poles", order(3), {{{2}, {0, -3}}}, {{{2}, {inf, inf}}}});
  poly.refusals = {{[] { (void)polygamma(-1, two); }, "polygamma: order must be >= 0, got -1"}};
  return {entry_of_one("lgamma", XG_CALL(lgamma), positive, {0.1, 1.5, 3, 40, -0.3},
                       {2.252712651734206, -0.12078223763524522, 0.6931471805599453,
                        106.63176026064346, 1.4648400508576025}),
          entry_of_one("digamma", XG_CALL(digamma), positive, {0.1, 1.5, 3, 40, -0.3},
                       {-10.423754940411076, 0.03648997397857652, 0.9227843350984671,
                        3.676327374034843, 2.113309779635399}),
          std::move(poly)};
}

Entry logit_entry() {
  Entry e = entry_of_one(
      "logit", XG_CALL(logit), {{}, 0.05, 0.95}, {1e-9, 0.3, 0.5001, 0.9},
      {-20.72326583594641, -0.8472978603872037, 0.0004000000053332894, 2.1972245773362196});
  e.references.push_back(
      {"edges", XG_CALL(logit), {{{4}, {0, 1, -0.5, 1.5}}}, {{{4}, {-inf, inf, nan, nan}}}});
  add_variant(e, "eps 0.1", call([](const auto& x) { return logit(x[0], 0.1); }), {{}, 0.15, 0.85},
              {-3, 0.3, 2}, {-2.197224577336219, -0.8472978603872037, 2.1972245773362196});
  e.refusals = {{[] { (void)logit(two, 0.6); }, "logit: eps must be in [0, 1/2], got 0.6"}};
  return e;
}

Entries of_one() {
  const Call clean =
      call([](const auto& x) { return nan_to_num(x[0], {.nan = 0.5, .posinf = 9}); });
  Entry lower =
      entry_of_one("clamp_min", call([](const auto& x) { return clamp_min(x[0], -0.5); }),
                   {{}, -2, 2, {-0.5}}, {-2, 0.3, inf}, {-0.5, 0.3, inf}, Smoothness::kinks);
  Entry upper =
      entry_of_one("clamp_max", call([](const auto& x) { return clamp_max(x[0], 0.5); }),
                   {{}, -2, 2, {0.5}}, {-inf, 0.3, 2}, {-inf, 0.3, 0.5}, Smoothness::kinks);
  lower.refusals = {
      {[] { (void)clamp_min(two, nan); }, "clamp_min: low must be a number, got nan"}};
  upper.refusals = {
      {[] { (void)clamp_max(two, nan); }, "clamp_max: high must be a number, got nan"}};
  return {
      entry_of_one("erfinv", XG_CALL(erfinv), {{}, -0.9, 0.9},
                   {-0.999999, -0.5, 1e-9, 0.3, 0.99999999999999988898, 1, -1, 1.5},
                   {-3.458910737275499, -0.4769362762044699, 8.86226925452758e-10,
                    0.2724627147267543, 5.8635847487551676, inf, -inf, nan}),
      entry_of_one("sinc", XG_CALL(sinc), any, {0, 1e-3, 0.3, 0.5, -1.5, 2.25},
                   {1, 0.999998355066745, 0.8583936913341398, 0.6366197723675814,
                    -0.2122065907891938, 0.10003514623967845}),
      logit_entry(),
      entry_of_one("nan_to_num", clean, any, {nan, inf, -inf, 0.25},
                   {0.5, 9, -std::numeric_limits<double>::max(), 0.25}),
      std::move(lower),
      std::move(upper),
  };
}

template <class F>
Entry entry_of_two(const char* name, F function, const Input& a, const Input& b, Literal left,
                   Literal right, Literal y, Smoothness smoothness = Smoothness::smooth) {
  const Call f = call([function](const auto& x) { return function(x[0], x[1]); });
  Entry e{.name = name, .smoothness = smoothness};
  e.samples = shapes_of_two(f, a, b);
  e.references = {{"vector", f, {std::move(left), std::move(right)}, {std::move(y)}}};
  return e;
}

/// Quotients a / b keep away from the integers: |a| < 0.9 |b| or between |b| and 2 |b|.
Entries remainders() {
  const Input divisor{{}, 1, 1.1}, dividend{{}, -0.9, 3.2, {0, 1, 1.1, 2, 2.2, 3}, 0.12};
  const auto kinks = Smoothness::kinks;
  Entry whole = entry_of_two(
      "fmod", [](const auto& a, const auto& b) { return fmod(a, b); }, dividend, divisor,
      {{3}, {5.3, -5.3, 5.3}}, {{3}, {0.7, 0.7, -0.7}},
      {{3}, {0.40000000000000013, -0.40000000000000013, 0.40000000000000013}}, kinks);
  Entry floored = entry_of_two(
      "remainder", [](const auto& a, const auto& b) { return remainder(a, b); }, dividend, divisor,
      {{4}, {5.3, -5.3, 5.3, 1}}, {{4}, {0.7, 0.7, -0.7, 0.1}},
      {{4}, {0.40000000000000013, 0.2999999999999998, -0.2999999999999998, 0.09999999999999995}},
      kinks);
  whole.references.push_back({"a number",
                              call([](const auto& x) { return fmod(x[0], 1); }),
                              {{{2}, {2.25, -2.25}}},
                              {{{2}, {0.25, -0.25}}}});
  floored.references.push_back({"a number",
                                call([](const auto& x) { return remainder(x[0], 1); }),
                                {{{2}, {2.25, -2.25}}},
                                {{{2}, {0.25, 0.75}}}});
  const Literal a{{4}, {7, 5.5, 5, -5}}, b{{4}, {3, -2, 0, 0}}, one{{4}, {1, 1, 1, 1}};
  whole.references.push_back(rule_of_two("by the divisor",
                                         [](const auto& x) { return fmod(x[0], x[1]); }, a, b, one,
                                         {{4}, {-2, 2, -inf, inf}}));
  floored.references.push_back(rule_of_two("by the divisor",
                                           [](const auto& x) { return remainder(x[0], x[1]); }, a,
                                           b, one, {{4}, {-2, 3, -inf, inf}}));
  return {std::move(whole), std::move(floored)};
}

Entries of_two() {
  const Input off_zero{{}, -2, 2, {0}};
  Entries entries = remainders();
  entries.push_back(entry_of_two("logaddexp2",
                                 [](const auto& a, const auto& b) { return logaddexp2(a, b); }, any,
                                 any, {{4}, {-1, 2000, 3, -inf}}, {{4}, {2, 2000, -80, -inf}},
                                 {{4}, {2.169925001442312, 2001, 3, -inf}}));
  entries.push_back(entry_of_two(
      "copysign", [](const auto& a, const auto& b) { return copysign(a, b); }, off_zero, off_zero,
      {{4}, {2, -3, 1, 5}}, {{4}, {-0.5, 4, -0., 0}}, {{4}, {-2, 3, -1, 5}}, Smoothness::kinks));
  return entries;
}

template <class F>
Entry entry_of_three(const char* name, F function, const Input& last,
                     std::vector<double> expected) {
  const Call f = call([function](const auto& x) { return function(x[0], x[1], x[2]); });
  const auto shaped = [](Input input, Shape shape) {
    input.shape = std::move(shape);
    return input;
  };
  Entry e{.name = name};
  e.samples = {{"[] [] []", f, {any, any, last}},
               {"[3] [3] [3]", f, {{{3}}, {{3}}, shaped(last, {3})}},
               {"[2, 3] [3] [2, 1]", f, {{{2, 3}}, {{3}}, shaped(last, {2, 1})}},
               {"[] [2, 1] [3]", f, {{{}}, {{2, 1}}, shaped(last, {3})}},
               {"[0, 3] [3] []", f, {{{0, 3}}, {{3}}, shaped(last, {})}},
               {"f(x, x, x)",
                call([function](const auto& x) { return function(x[0], x[0], x[0]); }),
                {{{3}, 0.3, 0.45}}}};
  e.references = {{"vector",
                   f,
                   {{{3}, {1, 2, 3}}, {{3}, {4, -2, 3.5}}, {{3}, {0.25, 0.75, 1}}},
                   {{{3}, std::move(expected)}}}};
  return e;
}

Entries of_three() {
  const Input weight{{}, -0.4, 1.4, {0.5}}, off_zero{{}, 0.5, 2};
  Entries entries = {
      entry_of_three("lerp",
                     [](const auto& a, const auto& b, const auto& t) { return lerp(a, b, t); },
                     weight, {1.75, -1, 3.5}),
      entry_of_three(
          "addcmul",
          [](const auto& a, const auto& b, const auto& c) { return addcmul(a, b, c, 0.5); }, any,
          {1.5, 1.25, 4.75}),
      entry_of_three(
          "addcdiv",
          [](const auto& a, const auto& b, const auto& c) { return addcdiv(a, b, c, -3); },
          off_zero, {-47, 10, -7.5})};
  const Call half = call([](const auto& x) { return lerp(x[0], x[1], 0.25); });
  extend(entries[0].samples, shapes_of_two(half, any, any, " t = 0.25"));
  entries[0].references.push_back(
      {"a number", half, {{{2}, {1, 2}}, {{2}, {4, -2}}}, {{{2}, {1.75, 1}}}});
  return entries;
}

Entry glu_entry() {
  const auto along = [](std::ptrdiff_t axis) {
    return call([axis](const auto& x) { return glu(x[0], axis); });
  };
  Entry e{.name = "glu"};
  e.samples = {{"[2]", along(-1), {{{2}}}},
               {"[2, 4]", along(-1), {{{2, 4}}}},
               {"[4, 3] axis 0", along(0), {{{4, 3}}}},
               {"[2, 6, 2] axis -2", along(-2), {{{2, 6, 2}}}},
               {"[0, 4]", along(1), {{{0, 4}}}}};
  e.references = {
      {"last axis",
       along(-1),
       {{{2, 4}, {1, 2, -1, .5, -2, 3, .25, -.75}}},
       {{{2, 2},
         {0.2689414213699951, 1.2449186624037092, -1.1243530017715961, 0.9624639024738211}}}},
      {"axis 0",
       along(0),
       {{{2, 2}, {1, 2, -2, 3}}},
       {{{1, 2}, {0.11920292202211755, 1.9051482536448667}}}}};
  e.refusals = {{[] {
                   (void)glu(Variable<double>(Array<double>{1, 2, 3}));
                 },
                 "glu: x must have an even extent along the axis, got [3]"},
                {[] { (void)glu(two, 1); }, "glu: axis must be in [-1, 1), got 1"}};
  return e;
}

}  // namespace

Entries special_entries() {
  Entries all{glu_entry()};
  for (auto part : {gamma_family, of_one, of_two, of_three})
    for (Entry& entry : part()) all.push_back(std::move(entry));
  return all;
}

}  // namespace xg::test
