#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/map.hpp>

#include <cmath>

#include "ops/entry_helpers.hpp"

// References: PyTorch 2.15 in double; cbrt from NumPy 2.4.

namespace xg::test {

namespace {

const Input any{{}, -2, 2};
const Input positive{{}, 0.3, 3};
const Input unit{{}, -0.9, 0.9};
const Input off_zero{{}, -2, 2, {0}, 0.2};
const Input off_halves{{}, -2.9, 2.9, {-2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5}};

Entries exponentials() {
  return {
      entry_of_one(
          "exp", XG_CALL(exp), any, {-30, -1, 0.5, 3},
          {9.357622968840175e-14, 0.36787944117144233, 1.6487212707001282, 20.085536923187668}),
      entry_of_one("exp2", XG_CALL(exp2), any, {-30, -1, 0.5, 3},
                   {9.313225746154785e-10, 0.5, 1.4142135623730951, 8}),
      entry_of_one("expm1", XG_CALL(expm1), any, {-30, -1e-9, 0.5, 3},
                   {-0.9999999999999064, -9.999999995e-10, 0.6487212707001282, 19.085536923187668}),
      entry_of_one(
          "log", XG_CALL(log), positive, {1e-9, 0.5, 1.5, 40},
          {-20.72326583694641, -0.6931471805599453, 0.4054651081081644, 3.6888794541139363}),
      entry_of_one("log2", XG_CALL(log2), positive, {1e-9, 0.5, 1.5, 40},
                   {-29.897352853986263, -1, 0.5849625007211562, 5.321928094887363}),
      entry_of_one("log10", XG_CALL(log10), positive, {1e-9, 0.5, 1.5, 40},
                   {-9, -0.3010299956639812, 0.17609125905568124, 1.6020599913279623}),
      entry_of_one("log1p", XG_CALL(log1p), {{}, -0.7, 2}, {-0.5, 1e-9, 1.5, 40},
                   {-0.6931471805599453, 9.999999995e-10, 0.9162907318741551, 3.713572066704308}),
  };
}

Entry pow_entry() {
  const Call f = call([](const auto& x) { return pow(x[0], x[1]); });
  Entry e{.name = "pow"};
  e.samples = shapes_of_two(f, positive, any);
  e.samples.push_back(
      {"f(x, x)", call([](const auto& x) { return pow(x[0], x[0]); }), {{{3}, .3, 2}}});
  e.references = {{"vector",
                   f,
                   {{{3}, {0.5, -2, 0}}, {{3}, {1.5, 3, 0}}},
                   {{{3}, {0.3535533905932738, -8, 1}}}}};
  add_variant(e, "x^1.7", call([](const auto& x) { return pow(x[0], 1.7); }), positive, {0, 0.5, 2},
              {0, 0.3077861033362291, 3.249009585424942});
  add_variant(e, "x^2", call([](const auto& x) { return pow(x[0], 2); }), any, {-2, 0.5},
              {4, 0.25});
  add_variant(e, "x^3", call([](const auto& x) { return pow(x[0], 3); }), any, {-2, 0.5, 3},
              {-8, 0.125, 27});
  e.references.push_back(rule_of_two("at 0", [](const auto& x) { return pow(x[0], x[1]); },
                                     {{3}, {0, 0, 2}}, {{3}, {0, 2, 0}}, {{3}, {0, 0, 0}},
                                     {{3}, {0, 0, 0.6931471805599453}}));
  add_variant(e, "1.7^x", call([](const auto& x) { return pow(1.7, x[0]); }), any, {-2, 0.5, 3},
              {0.34602076124567477, 1.3038404810405297, 4.912999999999999});
  return e;
}

Entries powers() {
  return {
      entry_of_one("square", XG_CALL(square), any, {-3, 0.5, 2}, {9, 0.25, 4}),
      entry_of_one("sqrt", XG_CALL(sqrt), positive, {0, 0.5, 2, 1e9},
                   {0, 0.7071067811865476, 1.4142135623730951, 31622.776601683792}),
      entry_of_one("rsqrt", XG_CALL(rsqrt), positive, {0.5, 2, 1e9},
                   {1.414213562373095, 0.7071067811865475, 3.1622776601683795e-05}),
      entry_of_one("cbrt", XG_CALL(cbrt), off_zero, {-8, 0.5, 40},
                   {-2, 0.7937005259840998, 3.419951893353394}),
      entry_of_one("reciprocal", XG_CALL(reciprocal), {{}, -2, 2, {0}, 0.4}, {-3, 0.5, 1e9},
                   {-0.3333333333333333, 2, 1e-9}),
      pow_entry(),
  };
}

Entries circular() {
  return {
      entry_of_one(
          "sin", XG_CALL(sin), any, {-30, -1, 0.5, 3},
          {0.9880316240928618, -0.8414709848078965, 0.479425538604203, 0.1411200080598672}),
      entry_of_one(
          "cos", XG_CALL(cos), any, {-30, -1, 0.5, 3},
          {0.15425144988758405, 0.5403023058681398, 0.8775825618903728, -0.9899924966004454}),
      entry_of_one(
          "tan", XG_CALL(tan), {{}, -1.2, 1.2}, {-30, -1, 0.5, 3},
          {6.405331196646276, -1.5574077246549023, 0.5463024898437905, -0.1425465430742778}),
      entry_of_one(
          "asin", XG_CALL(asin), unit, {-1, -0.3, 0.5, 0.99},
          {-1.5707963267948966, -0.30469265401539747, 0.5235987755982989, 1.4292568534704693}),
      entry_of_one("acos", XG_CALL(acos), unit, {-1, -0.3, 0.5, 0.99},
                   {3.141592653589793, 1.8754889808102941, 1.0471975511965976, 0.1415394733244273}),
      entry_of_one(
          "atan", XG_CALL(atan), any, {-30, -1, 0.5, 3},
          {-1.5374753309166493, -0.7853981633974483, 0.4636476090008061, 1.2490457723982544}),
  };
}

Entries hyperbolic() {
  return {
      entry_of_one(
          "sinh", XG_CALL(sinh), any, {-9, -1, 0.001, 3},
          {-4051.54190208279, -1.1752011936438014, 0.001000000166666675, 10.017874927409903}),
      entry_of_one(
          "cosh", XG_CALL(cosh), any, {-9, -1, 0.5, 3},
          {4051.5420254925943, 1.5430806348152437, 1.1276259652063807, 10.067661995777765}),
      entry_of_one("tanh", XG_CALL(tanh), any, {-30, -1, 0.001, 3},
                   {-1, -0.7615941559557649, 0.0009999996666668, 0.9950547536867305}),
      entry_of_one(
          "asinh", XG_CALL(asinh), any, {-30, -1, 0.001, 3},
          {-4.09462222433053, -0.881373587019543, 0.0009999998333334083, 1.8184464592320668}),
      entry_of_one("acosh", XG_CALL(acosh), {{}, 1.3, 3}, {1, 1.5, 3, 40},
                   {0, 0.9624236501192069, 1.762747174039086, 4.381870348040067}),
      entry_of_one(
          "atanh", XG_CALL(atanh), unit, {-0.99, -0.3, 0.001, 0.5},
          {-2.6466524123622457, -0.30951960420311175, 0.0010000003333335333, 0.5493061443340548}),
  };
}

Entries special() {
  return {
      entry_of_one(
          "erf", XG_CALL(erf), any, {-3, -0.5, 0.001, 2},
          {-0.9999779095030014, -0.5204998778130465, 0.0011283787909692365, 0.9953222650189527}),
      entry_of_one(
          "erfc", XG_CALL(erfc), any, {-3, -0.5, 0.001, 5},
          {1.9999779095030015, 1.5204998778130465, 0.9988716212090307, 1.537459794428035e-12}),
  };
}

Entry clamp_entry() {
  const Call f = call([](const auto& x) { return clamp(x[0], -0.5, 1); });
  Entry e = entry_of_one("clamp", f, {{}, -2, 2, {-0.5, 1}}, {-2, -0.5, 0.3, 1.5},
                         {-0.5, -0.5, 0.3, 1}, Smoothness::kinks);
  e.refusals = {{[] {
                   (void)clamp(Variable<float>(Array<float>{1, 2}), 2, 1);
                 },
                 "clamp: low must be <= high = 1, got 2"}};
  return e;
}

Entries with_kinks() {
  const auto steps = Smoothness::piecewise_constant;
  return {
      entry_of_one("abs", XG_CALL(abs), {{}, -2, 2, {0}}, {-3, 0, 0.5}, {3, 0, 0.5},
                   Smoothness::kinks),
      clamp_entry(),
      entry_of_one("sign", XG_CALL(sign), off_zero, {-3, 0, 0.5}, {-1, 0, 1}, steps),
      entry_of_one("floor", XG_CALL(floor), off_halves, {-1.5, -0.2, 0.5, 2}, {-2, -1, 0, 2},
                   steps),
      entry_of_one("ceil", XG_CALL(ceil), off_halves, {-1.5, -0.2, 0.5, 2}, {-1, 0, 1, 2}, steps),
      entry_of_one("round", XG_CALL(round), off_halves, {-1.5, -0.2, 0.5, 2.5}, {-2, 0, 0, 2},
                   steps),
      entry_of_one("trunc", XG_CALL(trunc), off_halves, {-1.5, -0.2, 0.5, 2.5}, {-1, 0, 0, 2},
                   steps),
  };
}

template <class F>
Entry entry_of_two(const std::string& name, F function, const Input& a, const Input& b,
                   std::vector<double> left, std::vector<double> right, std::vector<double> y,
                   bool separated = false) {
  const Call f = call([function](const auto& x) { return function(x[0], x[1]); });
  Entry e{.name = name, .smoothness = separated ? Smoothness::kinks : Smoothness::smooth};
  e.samples = shapes_of_two(f, a, b, "", separated);
  e.samples.push_back({"f(x, x)",
                       call([function](const auto& x) { return function(x[0], x[0]); }),
                       {{{3}, 0.3, 2}}});
  const Shape shape{y.size()};
  e.references = {{"vector",
                   f,
                   {{shape, std::move(left)}, {shape, std::move(right)}},
                   {{shape, std::move(y)}}}};
  return e;
}

Entries of_two() {
  const double infinity = std::numeric_limits<double>::infinity();
  Entries entries = {
      entry_of_two(
          "maximum", [](const auto& a, const auto& b) { return maximum(a, b); }, any, any,
          {-1, 2, 3}, {0, 2, 1}, {0, 2, 3}, true),
      entry_of_two(
          "minimum", [](const auto& a, const auto& b) { return minimum(a, b); }, any, any,
          {-1, 2, 3}, {0, 2, 1}, {-1, 2, 1}, true),
      entry_of_two("atan2", [](const auto& a, const auto& b) { return atan2(a, b); }, positive, any,
                   {-1, 2, 3}, {0, -2, 1},
                   {-1.5707963267948966, 2.356194490192345, 1.2490457723982544}),
      entry_of_two("hypot", [](const auto& a, const auto& b) { return hypot(a, b); }, positive, any,
                   {-1, 2, 3e200}, {0, 2, 4e200}, {1, 2.8284271247461903, 5e200}),
      entry_of_two("logaddexp", [](const auto& a, const auto& b) { return logaddexp(a, b); }, any,
                   any, {-1, 800, -infinity}, {2, 800, 3},
                   {2.048587351573742, 800.6931471805599, 3}),
      entry_of_two("xlogy", [](const auto& a, const auto& b) { return xlogy(a, b); }, any, positive,
                   {0, 0, 2}, {0, 3, 0.5}, {0, 0, -1.3862943611198906}),
  };
  for (Entry& e : entries) {
    if (e.name == "atan2")  // atan2(x, x) is constant: nothing but rounding would be seen
      e.samples.back().call = call([](const auto& x) { return atan2(x[0], x[0] * x[0]); });
    // Torch has NaN for hypot.
    if (e.name == "atan2")
      e.references.push_back(
          rule_of_two("at the origin", [](const auto& x) { return atan2(x[0], x[1]); },
                      {{2}, {0, 0}}, {{2}, {0, 2}}, {{2}, {0, 0.5}}, {{2}, {0, 0}}));
    if (e.name == "hypot")
      e.references.push_back(
          rule_of_two("at the origin", [](const auto& x) { return hypot(x[0], x[1]); },
                      {{2}, {0, 0}}, {{2}, {0, 2}}, {{2}, {0, 0}}, {{2}, {0, 1}}));
    if (e.name == "maximum")
      extend(e.samples, shapes_of_one(call([](const auto& x) { return maximum(x[0], 0.5); }),
                                      {{}, -2, 2, {0.5}}, " maximum(x, 0.5)"));
  }
  return entries;
}

Entry where_entry() {
  const auto f = [](Array<double> mask) {
    return call([mask](const auto& x) { return where(mask > 0, x[0], x[1]); });
  };
  const Array<double> row{1, 0, 1}, grid{{1, 0, 0}, {0, 1, 1}}, one(Shape{}, 1.);
  Entry e{.name = "where"};
  e.samples = {
      {"[3] [3] [3]", f(row), {{{3}}, {{3}}}},
      {"[2, 3] [3] []", f(grid), {{{3}}, {{}}}},
      {"[3] [2, 1] [2, 3]", f(row), {{{2, 1}}, {{2, 3}}}},
      {"[] [2] [2]", f(one), {{{2}}, {{2}}}},
      {"[3] [0, 3] [3]", f(row), {{{0, 3}}, {{3}}}},
      {"a number", call([row](const auto& x) { return where(row > 0, x[0], 2.5); }), {{{2, 3}}}}};
  e.references = {{"row", f(row), {{{3}, {1, 2, 3}}, {{}, {9}}}, {{{3}, {1, 9, 3}}}}};
  // What a formula does not choose passes no NaN on, however steep the function around it.
  const auto steep = [](const auto& x) {
    return map([](auto v) { return sqrt(where(v > 0, v * v, 0)); }, x[0]);
  };
  e.references.push_back(
      rule("a formula", steep, {{2}, {-1, 4}}, {{2}, {0, 1}}, {{2}, {0, 1}}, false));
  return e;
}

}  // namespace

Entries elementary_entries() {
  Entries all;
  for (auto part : {exponentials, powers, circular, hyperbolic, special, with_kinks, of_two})
    for (Entry& entry : part()) all.push_back(std::move(entry));
  all.push_back(where_entry());
  return all;
}

}  // namespace xg::test
