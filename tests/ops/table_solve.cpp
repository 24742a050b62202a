// Reference values: PyTorch 2.15, double.

#include <algorithm>
#include <iterator>
#include <limits>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/determinant.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/solve.hpp>

#include "ops/table.hpp"

namespace xg::test {

namespace {

using Options = TriangularSolveOptions;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
const Literal a{{3, 3}, {4, 1, -2, 1, 3, 0.5, 2, -1, 5}};
const Literal s{{3, 3}, {4, 1, -0.5, 1, 3, 0.25, -0.5, 0.25, 2}};
const Literal b{{3, 2}, {1, 2, 3, -1, 0.5, 4}};

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }
const Variable<double> singular(Array<double>{{1., 2.}, {2., 4.}});

/// x + 4 on the diagonal: far from singular.
template <class T>
Variable<T> regular(const Variable<T>& x) {
  const std::size_t n = x.shape().back();
  Array<T> shift(Shape{n, n}, T(0));
  for (std::size_t i = 0; i < n; ++i) shift(i, i) = 4;
  return x + Variable<T>(shift);
}

Entry inverse_entry() {
  const Call f = call([](const auto& x) { return inverse(regular(x[0])); });
  return {
      .name = "inverse",
      .samples = {{"[3, 3]", f, {{{3, 3}}}},
                  {"[1, 1]", f, {{{1, 1}}}},
                  {"[2, 1, 2, 2]", f, {{{2, 1, 2, 2}}}},
                  {"[0, 0]", f, {{{0, 0}}}},
                  {"no batch", f, {{{0, 2, 2}}}}},
      .references = {{"[3, 3]",
                      call([](const auto& x) { return inverse(x[0]); }),
                      {a},
                      {{{3, 3},
                        {0.2152777777777778, -0.041666666666666664, 0.09027777777777779,
                         -0.05555555555555556, 0.3333333333333333, -0.05555555555555556,
                         -0.09722222222222222, 0.08333333333333333, 0.1527777777777778}}}},
                     {"NaN stays in its matrix",
                      call([](const auto& x) { return inverse(x[0]); }),
                      {{{2, 1, 1}, {nan, 2}}},
                      {{{2, 1, 1}, {nan, 0.5}}}}},
      .refusals = {{[] {
                      (void)inverse(ones({2, 3}));
                    },
                    "inverse: a must be square, got [2, 3]"},
                   {[] { (void)inverse(ones({2})); }, "inverse: a must have rank >= 2, got [2]"},
                   {[] { (void)inverse(singular); },
                    "inverse: a must be invertible, got a singular matrix (zero pivot 2 in "
                    "batch 0)"},
                   {[] {
                      (void)inverse(reshape(Variable<double>(Array<double>{1., 0.}), {2, 1, 1}));
                    },
                    "inverse: a must be invertible, got a singular matrix (zero pivot 1 in "
                    "batch 1)"}}};
}

Entry solve_entry() {
  const Call f = call([](const auto& x) { return solve(regular(x[0]), x[1]); });
  const Call plain = call([](const auto& x) { return solve(x[0], x[1]); });
  return {.name = "solve",
          .samples = {{"[3, 3] [3, 2]", f, {{{3, 3}}, {{3, 2}}}},
                      {"vector", f, {{{3, 3}}, {{3}}}},
                      {"vectors", f, {{{2, 3, 3}}, {{2, 3}}}},
                      {"b broadcast", f, {{{2, 2, 2}}, {{2, 3}}}},
                      {"a broadcast", f, {{{2, 2}}, {{3, 2, 1}}}},
                      {"f(x, x)",
                       call([](const auto& x) { return solve(regular(x[0]), x[0]); }),
                       {{{2, 2}}}},
                      {"[1, 1]", f, {{{1, 1}}, {{1, 1}}}},
                      {"empty", f, {{{0, 0}}, {{0, 2}}}},
                      {"no right side", f, {{{2, 2}}, {{2, 0}}}}},
          .references = {{"[3, 3] [3, 2]",
                          plain,
                          {a, b},
                          {{{3, 2},
                            {0.13541666666666666, 0.8333333333333333, 0.9166666666666667,
                             -0.6666666666666666, 0.22916666666666669, 0.3333333333333333}}}},
                         {"vector",
                          plain,
                          {a, {{3}, {1, 2, 3}}},
                          {{{3}, {0.4027777777777778, 0.4444444444444445, 0.5277777777777778}}}}},
          .refusals = {
              {[] {
                 (void)solve(ones({2, 3}), ones({2}));
               },
               "solve: a must be square, got [2, 3]"},
              {[] {
                 (void)solve(ones({2, 2}), ones({}));
               },
               "solve: b must have rank >= 1, got []"},
              {[] {
                 (void)solve(ones({2, 2}), ones({3}));
               },
               "solve: a.shape[-1] == b.shape[-1] failed: a is [2, 2], b is [3]"},
              {[] {
                 (void)solve(ones({2, 2}), ones({3, 2}));
               },
               "solve: a.shape[-1] == b.shape[-2] failed: a is [2, 2], b is [3, 2]"},
              {[] { (void)solve(singular, ones({2})); },
               "solve: a must be invertible, got a singular matrix (zero pivot 2 in batch 0)"}}};
}

Call triangular(const Options& options) {
  return call([=](const auto& x) { return triangular_solve(regular(x[0]), x[1], options); });
}

Entry triangular_solve_entry() {
  Entry e{.name = "triangular_solve"};
  for (const bool upper : {false, true})
    for (const bool unit : {false, true})
      for (const bool left : {false, true})
        for (const bool transposed : {false, true}) {
          const Options options{upper, unit, left, transposed};
          const std::string label = std::string(upper ? "upper" : "lower") + (unit ? " unit" : "") +
                                    (left ? "" : " right") + (transposed ? " transposed" : "");
          e.samples.push_back(
              {label, triangular(options), {{{3, 3}}, {left ? Shape{3, 2} : Shape{2, 3}}}});
        }
  extend(e.samples, {{"b broadcast", triangular({}), {{{2, 2, 2}}, {{2, 3}}}},
                     {"a broadcast", triangular({.upper = true}), {{{2, 2}}, {{3, 2, 1}}}},
                     {"empty", triangular({}), {{{0, 0}}, {{0, 2}}}},
                     {"no right side", triangular({}), {{{2, 2}}, {{2, 0}}}}});
  const auto plain = [](const Options& options) {
    return call([=](const auto& x) { return triangular_solve(x[0], x[1], options); });
  };
  e.references = {{"lower",
                   plain({}),
                   {a, b},
                   {{{3, 2}, {0.25, 0.5, 0.9166666666666666, -0.5, 0.18333333333333335, 0.5}}}},
                  {"upper unit",
                   plain({.upper = true, .unitriangular = true}),
                   {a, b},
                   {{{3, 2}, {-0.75, 13, 2.75, -3, 0.5, 4}}}},
                  {"upper right",
                   plain({.upper = true, .left = false}),
                   {a, {{2, 3}, {1, 3, 0.5, 2, -1, 4}}},
                   {{{2, 3}, {0.25, 0.9166666666666666, 0.10833333333333335, 0.5, -0.5, 1.05}}}},
                  {"lower transposed",
                   plain({.transposed = true}),
                   {a, b},
                   {{{3, 2},
                     {-0.058333333333333307, 0.11666666666666659, 1.0333333333333332,
                      -0.06666666666666665, 0.1, 0.8}}}}};
  e.refusals = {
      {[] {
         (void)triangular_solve(ones({2, 2}), ones({2}));
       },
       "triangular_solve: b must have rank >= 2, got [2]"},
      {[] {
         (void)triangular_solve(ones({2, 2}), ones({2, 3}), {.left = false});
       },
       "triangular_solve: a.shape[-1] == b.shape[-1] failed: a is [2, 2], b is [2, 3]"},
      {[] {
         (void)triangular_solve(Variable<double>(Array<double>{{1., 0.}, {0., 0.}}), ones({2, 1}));
       },
       "triangular_solve: a must be invertible, got a singular matrix (zero pivot 2 in batch 0)"}};
  return e;
}

Entry cholesky_solve_entry() {
  const auto with = [](bool upper) {
    return call([=](const auto& x) { return cholesky_solve(x[0], regular(x[1]), upper); });
  };
  const auto plain = [](bool upper) {
    return call([=](const auto& x) { return cholesky_solve(x[0], x[1], upper); });
  };
  const Literal x{{3, 2},
                  {0.0005425347222222342, 0.326171875, 0.29730902777777773, -0.2578125,
                   0.09895833333333334, 1.09375}};
  return {.name = "cholesky_solve",
          .samples = {{"lower", with(false), {{{3, 2}}, {{3, 3}}}},
                      {"upper", with(true), {{{3, 2}}, {{3, 3}}}},
                      {"batch", with(false), {{{2, 2}}, {{2, 2, 2}}}},
                      {"empty", with(false), {{{0, 2}}, {{0, 0}}}}},
          .references = {{"lower", plain(false), {b, s}, {x}}, {"upper", plain(true), {b, s}, {x}}},
          .refusals = {
              {[] {
                 (void)cholesky_solve(ones({2, 1}), ones({2, 3}));
               },
               "cholesky_solve: l must be square, got [2, 3]"},
              {[] {
                 (void)cholesky_solve(ones({2}), ones({2, 2}));
               },
               "cholesky_solve: b must have rank >= 2, got [2]"},
              {[] {
                 (void)cholesky_solve(ones({3, 1}), ones({2, 2}));
               },
               "cholesky_solve: b.shape[-2] == l.shape[-1] failed: b is [3, 1], l is [2, 2]"}}};
}

/// x added to matrices of rank 1, 2 and 3; x is drawn as 0. Alone the first would have a gradient
/// of 0, beside which rounding is all that a difference shows.
template <class T>
Variable<T> with_ranks(const Variable<T>& x) {
  Array<T> base(Shape{3, 3, 3});
  const double values[] = {1, 2, 3, 2, 4, 6, -1, -2, -3, 1,  2,   3, 4, 5,
                           6, 7, 8, 9, 2, 1, 0,  1,  3,  -1, 0.5, 1, 4};
  std::copy(std::begin(values), std::end(values), base.data());
  return x + Variable<T>(base);
}

Entry det_entry() {
  const Call f = call([](const auto& x) { return det(x[0]); });
  return {.name = "det",
          .samples = {{"[3, 3]", f, {{{3, 3}}}},
                      {"[1, 1]", f, {{{1, 1}}}},
                      {"[2, 1, 2, 2]", f, {{{2, 1, 2, 2}}}},
                      {"[0, 0]", f, {{{0, 0}}}},
                      {"no batch", f, {{{0, 2, 2}}}},
                      {"rank 1, 2 and 3",
                       call([](const auto& x) { return det(with_ranks(x[0])); }),
                       {{{3, 3}, 0, 0}}},
                      {"singular",
                       call([](const auto& x) { return det(select(with_ranks(x[0]), 0, 1)); }),
                       {{{3, 3}, 0, 0}}}},
          .references = {{"[3, 3]", f, {a}, {{{}, {72}}}},
                         {"singular", f, {{{2, 2}, {1, 2, 2, 4}}}, {{{}, {0}}}},
                         {"no overflow on the way",
                          f,
                          {{{3, 3}, {1e200, 0, 0, 0, 1e200, 0, 0, 0, 1e-300}}},
                          {{{}, {1e100}}},
                          1e-13},
                         {"NaN", f, {{{2, 1, 1}, {nan, 3}}}, {{{2}, {nan, 3}}}}},
          .refusals = {{[] {
                          (void)det(ones({2, 3}));
                        },
                        "det: a must be square, got [2, 3]"}}};
}

Entry slogdet_entry() {
  const auto f = []<class T>(const Variables<T>& x) -> Variables<T> {
    const auto y = slogdet(x[0]);
    return {y.sign, y.logabsdet};
  };
  return {.name = "slogdet",
          .samples = {{"[3, 3]", call(f), {{{3, 3}}}},
                      {"[1, 1]", call(f), {{{1, 1}, -2, 2, {0}}}},
                      {"[2, 1, 2, 2]", call(f), {{{2, 1, 2, 2}}}},
                      {"[0, 0]", call(f), {{{0, 0}}}},
                      {"no batch", call(f), {{{0, 2, 2}}}}},
          .references =
              {{"[3, 3]",
                call(f),
                {{{3, 3}, {-4, -1, 2, -1, -3, -0.5, -2, 1, -5}}},
                {{{}, {-1}}, {{}, {4.276666119016055}}}},
               {"singular", call(f), {{{2, 2}, {1, 2, 2, 4}}}, {{{}, {0}}, {{}, {-infinity}}}},
               {"1e300 each",
                call(f),
                {{{2, 2}, {0, 1e300, 1e300, 0}}},
                {{{}, {-1}}, {{}, {1381.5510557964274}}}}},
          .refusals = {
              {[] { (void)slogdet(ones({2})); }, "slogdet: a must have rank >= 2, got [2]"},
              {[] {
                 const Variable<double> x(singular.value(), true);
                 slogdet(x).logabsdet.backward();
               },
               "slogdet: a must be invertible, got a singular matrix (zero pivot 2 in batch 0)"}}};
}

}  // namespace

Entries solve_entries() {
  return {inverse_entry(),        solve_entry(), triangular_solve_entry(),
          cholesky_solve_entry(), det_entry(),   slogdet_entry()};
}

}  // namespace xg::test
