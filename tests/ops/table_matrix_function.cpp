// Reference values: PyTorch 2.15, double.

#include <cmath>
#include <limits>
#include <xgrad/autograd/functional.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/cdist.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrix_function.hpp>
#include <xgrad/ops/matrix_norm.hpp>

#include "ops/entry_helpers.hpp"
#include "ops/large_reference.hpp"

namespace xg::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
const Literal a{{3, 3}, {4, 1, -2, 1, 3, 0.5, 2, -1, 5}};
const Literal tall{{3, 2}, {1, 2, 3, -1, 0.5, 4}};
const Literal wide{{2, 3}, {1, 2, 0.5, -1, 3, 2}};

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }

Entry trace_entry() {
  const Call f = call([](const auto& x) { return trace(x[0]); });
  return {.name = "trace",
          .samples = {{"[3, 3]", f, {{{3, 3}}}},
                      {"[3, 2]", f, {{{3, 2}}}},
                      {"[2, 1, 2, 3]", f, {{{2, 1, 2, 3}}}},
                      {"[1, 1]", f, {{{1, 1}}}},
                      {"[0, 2]", f, {{{0, 2}}}}},
          .references = {{"[3, 3]", f, {a}, {{{}, {12}}}},
                         {"NaN beside the diagonal", f, {{{2, 2}, {1, nan, nan, 2}}}, {{{}, {3}}}},
                         {"of nothing", f, {{{0, 0}, {}}}, {{{}, {0}}}}},
          .refusals = {{[] { (void)trace(ones({2})); }, "trace: a must have rank >= 2, got [2]"}}};
}

Entry matrix_power_entry() {
  const auto to = [](std::ptrdiff_t n) {
    return call([n](const auto& x) { return matrix_power(x[0], n); });
  };
  return {.name = "matrix_power",
          .samples = {{"1", to(1), {{{2, 2}}}},
                      {"2", to(2), {{{3, 3}}}},
                      {"5", to(5), {{{2, 2}, -1, 1}}},
                      {"-2", to(-2), {{{2, 2}}}, false, false, 1e-3},
                      {"0", to(0), {{{2, 2}}}},
                      {"batch", to(3), {{{2, 2, 2}}}},
                      {"empty", to(2), {{{0, 0}}}}},
          .references =
              {{"3", to(3), {a}, {{{3, 3}, {26, 57.5, -109, 45.5, 34.5, -1.25, 103, -21.5, 65.5}}}},
               {"-2",
                to(-2),
                {a},
                {{{3, 3},
                  {0.03988233024691358, -0.015335648148148145, 0.035542052469135804,
                   -0.02507716049382716, 0.10879629629629628, -0.03202160493827161,
                   -0.040412808641975315, 0.04456018518518518, 0.009934413580246916}}}},
               {"0", to(0), {{{2, 1, 1}, {nan, 0}}}, {{{2, 1, 1}, {1, 1}}}}},
          .refusals = {{[] {
                          (void)matrix_power(ones({2, 3}), 2);
                        },
                        "matrix_power: a must be square, got [2, 3]"},
                       {[] {
                          (void)matrix_power(ones({2, 2}), -1);
                        },
                        "matrix_power: a must be invertible, got a singular matrix (zero pivot 2 "
                        "in batch 0)"}}};
}

Entry matrix_exp_entry() {
  const Call f = call([](const auto& x) { return matrix_exp(x[0]); });
  Entry e{.name = "matrix_exp"};
  // One range a Pade approximant, and one that is scaled and squared.
  for (const double size : {0.004, 0.06, 0.3, 0.6, 1.5, 3.})
    e.samples.push_back({"[3, 3] in +-" + std::to_string(size), f, {{{3, 3}, -size, size}}});
  extend(e.samples, {{"[1, 1]", f, {{{1, 1}}}},
                     {"[2, 1, 2, 2]", f, {{{2, 1, 2, 2}}}},
                     {"[0, 0]", f, {{{0, 0}}}},
                     {"no batch", f, {{{0, 2, 2}}}},
                     {"a large gradient",
                      call([](const auto& x) { return matrix_exp(x[0]) * 1e10; }),
                      {{{2, 2}}},
                      false,
                      true}});
  e.references = {{"[3, 3]",
                   f,
                   {{{3, 3}, {1, 0.25, -0.5, 0.25, 0.75, 0.125, 0.5, -0.25, 1.25}}},
                   {{{3, 3},
                     {2.452831764778208, 0.7449375772608944, -1.4479741197619478,
                      0.6611355077412123, 2.1688055698755657, 0.16296361483124164,
                      1.4060730850021068, -0.4935313687018479, 3.0720662377595795}}}},
                  {"nilpotent", f, {{{2, 2}, {0, 8, 0, 0}}}, {{{2, 2}, {1, 8, 0, 1}}}},
                  {"NaN stays in its matrix", f, {{{2, 1, 1}, {nan, 0}}}, {{{2, 1, 1}, {nan, 1}}}},
                  {"infinity", f, {{{1, 1}, {-infinity}}}, {{{1, 1}, {nan}}}}};
  // exp(A) = 2 I, and A commutes with everything, so that gradient and tangent of V are 2 V.
  const double log2 = 0.6931471805599453, huge = 1e250;
  Literal at{{5, 3, 3}, std::vector<double>(45)}, v{{5, 3, 3}, std::vector<double>(45, 1.)};
  for (std::size_t i = 0; i < 15; ++i) at.values[i / 3 * 9 + i % 3 * 4] = log2;
  v.values[11] = v.values[21] = v.values[35] = huge;
  std::fill(v.values.begin() + 36, v.values.end(), 0.);
  Literal twice = v;
  for (double& value : twice.values) value *= 2;
  e.references.push_back({"rule: gradients of all sizes",
                          call([]<class T>(const std::vector<Variable<T>>& x) {
                            using Listed = std::vector<Variable<T>>;
                            const Variable<T> leaf(x[0].value(), true);
                            const auto exp = [](const Listed& in) {
                              return Listed{matrix_exp(in[0])};
                            };
                            return Listed{grad(matrix_exp(leaf), leaf, {.grad_outputs = {x[1]}}),
                                          jvp(exp, Listed{x[0]}, Listed{x[1]}).second[0]};
                          }),
                          {at, v},
                          {twice, twice}});
  e.refusals = {{[] {
                   (void)matrix_exp(ones({2, 3}));
                 },
                 "matrix_exp: a must be square, got [2, 3]"}};
  return e;
}

Entry pinv_entry() {
  const Call f = call([](const auto& x) { return pinv(x[0]); });
  return {.name = "pinv",
          .samples = {{"[3, 2]", f, {{{3, 2}}}},
                      {"[2, 3]", f, {{{2, 3}}}},
                      {"[1, 1]", f, {{{1, 1}, 1, 2}}},
                      {"[2, 1, 2, 3]", f, {{{2, 1, 2, 3}}}},
                      {"rank 1",
                       call([](const auto& x) { return pinv(outer(x[0], x[1]), 1e-3); }),
                       {{{3}, 1, 2}, {{2}, 1, 2}}},
                      {"[0, 3]", f, {{{0, 3}}}},
                      {"no batch", f, {{{0, 2, 3}}}}},
          .references = {{"[3, 2]",
                          f,
                          {tall},
                          {{{2, 3},
                            {0.088681446907818, 0.29871645274212383, 0.03033838973162197,
                             0.09101516919486584, -0.061843640606767766, 0.18903150525087517}}}},
                         {"rank 1",
                          f,
                          {{{3, 2}, {1, 2, 2, 4, 3, 6}}},
                          {{{2, 3},
                            {0.014285714285714275, 0.028571428571428567, 0.04285714285714285,
                             0.02857142857142855, 0.057142857142857134, 0.0857142857142857}}}},
                         {"zeros", f, {{{1, 2}, {0, 0}}}, {{{2, 1}, {0, 0}}}},
                         {"rcond",
                          call([](const auto& x) { return pinv(x[0], 0.5); }),
                          {{{2, 2}, {4, 0, 0, 2}}},
                          {{{2, 2}, {0.25, 0, 0, 0}}}},
                         {"NaN", f, {{{1, 2}, {nan, 1}}}, {{{2, 1}, {nan, nan}}}}},
          .refusals = {{[] { (void)pinv(ones({2})); }, "pinv: a must have rank >= 2, got [2]"},
                       {[] {
                          (void)pinv(ones({2, 2}), -1);
                        },
                        "pinv: rcond must be >= 0, got -1"}}};
}

Entry lstsq_entry() {
  const Call f = call([](const auto& x) { return lstsq(x[0], x[1]); });
  return {.name = "lstsq",
          .samples = {{"[3, 2] [3, 2]", f, {{{3, 2}}, {{3, 2}}}},
                      {"[3, 2] [3]", f, {{{3, 2}}, {{3}}}},
                      {"[2, 3] [2]", f, {{{2, 3}}, {{2}}}},
                      {"broadcast", f, {{{2, 3, 2}}, {{3, 1}}}},
                      {"empty", f, {{{0, 2}}, {{0, 1}}}}},
          .references = {{"[3, 2]",
                          f,
                          {tall, {{3}, {1, 2, 3}}},
                          {{{2}, {0.777129521586931, 0.5344224037339556}}}},
                         {"[2, 3]",
                          f,
                          {wide, {{2}, {1, 2}}},
                          {{{3}, {-0.06666666666666676, 0.4666666666666667, 0.26666666666666666}}}},
                         {"of rank 1, by hand",
                          f,
                          {{{3, 2}, {1, 2, 2, 4, 3, 6}}, {{3}, {1, 2, 4}}},
                          {{{2}, {17. / 70, 34. / 70}}}}},
          .refusals = {
              {[] { (void)lstsq(ones({2}), ones({2})); }, "lstsq: a must have rank >= 2, got [2]"},
              {[] {
                 (void)lstsq(ones({3, 2}), ones({}));
               },
               "lstsq: b must have rank >= 1, got []"},
              {[] {
                 (void)lstsq(ones({3, 2}), ones({2}));
               },
               "lstsq: a.shape[-2] == b.shape[-1] failed: a is [3, 2], b is [2]"},
              {[] {
                 (void)lstsq(ones({3, 2}), ones({2, 1}));
               },
               "lstsq: a.shape[-2] == b.shape[-2] failed: a is [3, 2], b is [2, 1]"}}};
}

Entry matrix_norm_entry() {
  const auto named = [](const char* order, bool keepdims = false) {
    return call([=](const auto& x) { return matrix_norm(x[0], order, {.keepdims = keepdims}); });
  };
  const auto numbered = [](double order, bool keepdims = false) {
    return call([=](const auto& x) { return matrix_norm(x[0], order, {.keepdims = keepdims}); });
  };
  Entry e{.name = "matrix_norm", .smoothness = Smoothness::kinks};
  const std::pair<Call, double> values[] = {{named("fro"), 4.387482193696061},
                                            {named("nuc"), 5.612258788929452},
                                            {numbered(1), 5},
                                            {numbered(-1), 2},
                                            {numbered(2), 4.129246101910077},
                                            {numbered(-2), 1.4830126870193752},
                                            {numbered(infinity), 6},
                                            {numbered(-infinity), 3.5}};
  for (const auto& [f, value] : values) {
    const std::string label = std::to_string(value);
    e.samples.push_back({label, f, {{{2, 3}, -2, 2, {0}}}});
    e.samples.push_back({label + " batch", f, {{{2, 1, 2, 2}, -2, 2, {0}}}});
    e.references.push_back({label, f, {wide}, {{{}, {value}}}});
  }
  extend(e.samples, {{"keepdims", named("nuc", true), {{{2, 3, 2}}}},
                     {"fro, keepdims", named("fro", true), {{{2, 3, 2}}}},
                     {"inf, keepdims", numbered(infinity, true), {{{2, 3, 2}, -2, 2, {0}}}},
                     {"default", call([](const auto& x) { return matrix_norm(x[0]); }), {{{2, 2}}}},
                     {"no batch", numbered(-1), {{{0, 2, 2}}}}});
  for (const auto& f : {named("fro"), named("nuc"), numbered(1), numbered(2), numbered(infinity)})
    e.references.push_back({"of nothing", f, {{{2, 0, 3}, {}}}, {{{2}, {0, 0}}}});
  e.refusals = {
      {[] { (void)matrix_norm(ones({2})); }, "matrix_norm: a must have rank >= 2, got [2]"},
      {[] {
         (void)matrix_norm(ones({2, 2}), "f");
       },
       "matrix_norm: order must be \"fro\", \"nuc\", 1, -1, 2, -2, infinity or -infinity, got f"},
      {[] {
         (void)matrix_norm(ones({2, 2}), 3);
       },
       "matrix_norm: order must be \"fro\", \"nuc\", 1, -1, 2, -2, infinity or -infinity, got 3"},
      {[] {
         (void)matrix_norm(ones({0, 3}), -2);
       },
       "matrix_norm: a must have elements to take the smallest sum of, got none"}};
  return e;
}

// Points so near each other that gy / y overflows; every difference is (3, 4), (6, 8) or along an
// axis.
void add_tiny_distances(Entry& e) {
  const double s = std::ldexp(1., -1060);
  const auto few = [s]<class T>() {
    return Variable<T>(Array<T>{{0, 0}, {static_cast<T>(3 * s), static_cast<T>(4 * s)}});
  };
  const auto many = [s]<class T>() {
    const auto unit = static_cast<T>(s);
    return Variable<T>(Array<T>{{6 * unit, 8 * unit}, {3 * unit, 0}, {0, 0}});
  };
  e.references.push_back(rule(
      "tiny distances, by x1",
      [many]<class T>(const std::vector<Variable<T>>& x) {
        return cdist(x[0], many.template operator()<T>());
      },
      {{2, 2}, {0, 0, 3 * s, 4 * s}}, {{2, 2}, {-1.6, -0.8, 0, 1}},
      {{2, 3}, {-1.4, -1, 0, -1.4, 1, 1.4}}, false));
  e.references.push_back(rule(
      "tiny distances, by x2",
      [few]<class T>(const std::vector<Variable<T>>& x) {
        return cdist(few.template operator()<T>(), x[0]);
      },
      {{3, 2}, {6 * s, 8 * s, 3 * s, 0, 0, 0}}, {{3, 2}, {1.2, 1.6, 1, -1, -0.6, -0.8}},
      {{2, 3}, {1.4, 1, 0, 1.4, -1, -1.4}}, false));
}

Entry cdist_entry() {
  const auto of_order = [](double p) {
    return call([p](const auto& x) { return cdist(x[0], x[1], p); });
  };
  const Literal other{{2, 2}, {2, 4, 6, -2}};
  Entry e{.name = "cdist", .smoothness = Smoothness::kinks};
  for (const double p : {1., 2., 3.5, infinity})
    e.samples.push_back({"p = " + std::to_string(p), of_order(p), {{{3, 2}}, {{2, 2}}}, true});
  const Call f = call([](const auto& x) { return cdist(x[0], x[1]); });
  extend(e.samples, {{"broadcast", f, {{{2, 3, 2}}, {{2, 2}}}, true},
                     {"one", f, {{{1, 1}}, {{1, 1}}}, true},
                     {"tiles", f, {{{7, 3}}, {{5, 3}}}},
                     {"no points", f, {{{0, 2}}, {{3, 2}}}},
                     {"no coordinates", of_order(infinity), {{{2, 0}}, {{3, 0}}}}});
  e.references = {{"2",
                   f,
                   {tall, other},
                   {{{3, 2},
                     {2.23606797749979, 6.4031242374328485, 5.0990195135927845, 3.1622776601683795,
                      1.5, 8.139410298049853}}}},
                  {"1", of_order(1), {tall, other}, {{{3, 2}, {3, 9, 6, 4, 1.5, 11.5}}}},
                  {"3",
                   of_order(3),
                   {tall, other},
                   {{{3, 2},
                     {2.080083823051904, 5.738793548317167, 5.0132979349645845, 3.0365889718756622,
                      1.5, 7.258215024092539}}}},
                  {"infinity", of_order(infinity), {tall, other}, {{{3, 2}, {2, 5, 5, 3, 1.5, 6}}}},
                  {"0", of_order(0), {tall, other}, {{{3, 2}, {2, 2, 2, 2, 1, 2}}}},
                  {"near points keep their digits",
                   f,
                   {{{1, 1}, {1e8}}, {{1, 1}, {1e8 + 0.125}}},
                   {{{1, 1}, {0.125}}}}};
  e.references.push_back(rule(
      "equal points and others",
      []<class T>(const std::vector<Variable<T>>& x) {
        return cdist(x[0], Variable<T>(Array<T>{{1, 2}}));
      },
      {{3, 2}, {1, 2, 4, 6, 1, 3}}, {{3, 2}, {0, 0, 0.6, 0.8, 0, 1}}, {{3, 1}, {0, 1.4, 1}},
      false));
  add_tiny_distances(e);
  e.references.push_back(large_reference(
      "several blocks", [](const auto& x) { return cdist(x[0], x[1]); }, {{130, 3}, {600, 3}},
      {3951.2200162070385, 197.9133034785006, 22.08466122188412}, 0.37));
  e.refusals = {{[] {
                   (void)cdist(ones({2}), ones({2, 2}));
                 },
                 "cdist: x1 must have rank >= 2, got [2]"},
                {[] {
                   (void)cdist(ones({2, 3}), ones({2, 2}));
                 },
                 "cdist: x1.shape[-1] == x2.shape[-1] failed: x1 is [2, 3], x2 is [2, 2]"},
                {[] {
                   (void)cdist(ones({2, 2}), ones({2, 2}), -1);
                 },
                 "cdist: p must be >= 0, got -1"}};
  return e;
}

}  // namespace

Entries matrix_function_entries() {
  return {trace_entry(), matrix_power_entry(), matrix_exp_entry(), pinv_entry(),
          lstsq_entry(), matrix_norm_entry(),  cdist_entry()};
}

}  // namespace xg::test
