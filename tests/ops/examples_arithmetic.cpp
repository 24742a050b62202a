// Examples of arithmetic and comparisons. Values: PyTorch 2.15 in double; polygamma:
// pi^2 / 2, pi^2 / 6 and pi^2 / 6 - 5 / 4.
#include <xgrad/xgrad.hpp>

#include <cmath>
#include <limits>

#include "ops/example.hpp"

XG_EXAMPLE(add, {{2, 2}, {11, 22, 13, 24}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{10, 20});
  return a + b;  // or add(a, b)
}

XG_EXAMPLE(sub, {{2, 2}, {-9, -18, -7, -16}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{10, 20});
  return a - b;
}

XG_EXAMPLE(mul, {{2, 2}, {10, 40, 30, 80}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Array<double> b{10, 20};  // a plain array: no gradient
  return a * b;
}

XG_EXAMPLE(div, {{2, 2}, {0.1, 0.1, 0.3, 0.2}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{10, 20});
  return a / b;
}

XG_EXAMPLE(add, {{2}, {1.5, 2.5}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2});
  return x + 0.5;
}

XG_EXAMPLE(sub, {{2}, {0, -1}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2});
  return 1 - x;
}

XG_EXAMPLE(div, {{2}, {2, 0.5}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 4});
  return 2 / x;
}

XG_EXAMPLE(neg, {{2}, {-1, 2}}) {
  const xg::Variable<double> x(xg::Array<double>{1, -2});
  return -x;
}

XG_EXAMPLE(broadcast_to, {{2, 3}, {1, 2, 3, 1, 2, 3}}) {
  const xg::Variable<double> row(xg::Array<double>{1, 2, 3});
  return broadcast_to(row, {2, 3});
}

XG_EXAMPLE(sum_to, {{2}, {4, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2}, {3, 4}});
  return sum_to(x, {2});
}

XG_EXAMPLE(where, {{3}, {1, -2, 3}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{-1, -2, -3});
  const xg::Array<double> choice{1, 0, 1};  // not 0: of a
  return xg::where(choice, a, b);
}

XG_EXAMPLE(where, {{3}, {1, 0.5, 3}}) {
  const xg::Variable<double> x(xg::Array<double>{1, -2, 3});
  return xg::where(gt(x, 0), x, 0.5);
}

XG_EXAMPLE(clamp_min, {{3}, {-0.5, 0.3, 5}}) {
  const xg::Variable<double> x(xg::Array<double>{-2, 0.3, 5});
  return clamp_min(x, -0.5);
}

XG_EXAMPLE(clamp_max, {{3}, {-2, 0.3, 0.5}}) {
  const xg::Variable<double> x(xg::Array<double>{-2, 0.3, 5});
  return clamp_max(x, 0.5);
}

XG_EXAMPLE(logaddexp, {{3}, {2.048587351573742, 800.6931471805599, 3}}) {
  const xg::Variable<double> a(xg::Array<double>{-1, 800, 3});
  const xg::Variable<double> b(xg::Array<double>{2, 800, -80});
  return logaddexp(a, b);
}

XG_EXAMPLE(logaddexp2, {{3}, {2.169925001442312, 2001, 3}}) {
  const xg::Variable<double> a(xg::Array<double>{-1, 2000, 3});
  const xg::Variable<double> b(xg::Array<double>{2, 2000, -80});
  return logaddexp2(a, b);
}

XG_EXAMPLE(nan_to_num, {{3}, {0.5, 9, 0.25}}) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const xg::Variable<double> x(xg::Array<double>{std::nan(""), infinity, 0.25});
  return nan_to_num(x, {.nan = 0.5, .posinf = 9});
}

XG_EXAMPLE(polygamma, {{3}, {4.934802200544679, 1.6449340668482264, 0.3949340668482264}}) {
  const xg::Variable<double> x(xg::Array<double>{0.5, 1, 3});
  return polygamma(1, x);
}

XG_EXAMPLE(glu,
           {{2, 2},
            {0.2689414213699951, 1.2449186624037092, -1.1243530017715961, 0.9624639024738211}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1, 0.5}, {-2, 3, 0.25, -0.75}});
  return glu(x);
}

XG_EXAMPLE(eq, {{3}, {1, 0, 0}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{1, 5, 2});
  return eq(a, b);
}

XG_EXAMPLE(ne, {{3}, {0, 1, 1}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{1, 5, 2});
  return ne(a, b);
}

XG_EXAMPLE(le, {{3}, {1, 1, 0}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{1, 5, 2});
  return le(a, b);
}

XG_EXAMPLE(ge, {{3}, {1, 0, 1}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{1, 5, 2});
  return ge(a, b);
}

XG_EXAMPLE(lt, {{3}, {0, 1, 0}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{1, 5, 2});
  return lt(a, b);
}

XG_EXAMPLE(gt, {{2, 2}, {0, 0, 1, 1}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{2, 3});
  return gt(a, b);
}

XG_EXAMPLE(gt, {{3}, {1, 0, 1}}) {
  const xg::Variable<double> x(xg::Array<double>{1, -2, 3});
  return gt(x, 0);
}

XG_EXAMPLE(isnan, {{3}, {0, 1, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{1, std::nan(""), -HUGE_VAL});
  return isnan(x);
}

XG_EXAMPLE(isinf, {{3}, {0, 0, 1}}) {
  const xg::Variable<double> x(xg::Array<double>{1, std::nan(""), -HUGE_VAL});
  return isinf(x);
}

XG_EXAMPLE(isfinite, {{3}, {1, 0, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{1, std::nan(""), -HUGE_VAL});
  return isfinite(x);
}

XG_EXAMPLE(all, {{2}, {0, 1}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, -2}, {3, 4}});
  return xg::all(gt(x, 0), 1);
}

XG_EXAMPLE(any, {{}, {1}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, -2}, {3, 4}});
  return xg::any(lt(x, 0));
}

XG_EXAMPLE(mul, {{2}, {-3, -6}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2});
  return -3 * x;
}

XG_EXAMPLE(maximum, {{3}, {0, 2, 3}}) {
  const xg::Variable<double> a(xg::Array<double>{-1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{0, 2, 1});
  return maximum(a, b);
}

XG_EXAMPLE(maximum, {{3}, {0.5, 2, 3}}) {
  const xg::Variable<double> x(xg::Array<double>{-1, 2, 3});
  return maximum(x, 0.5);
}

XG_EXAMPLE(fmod, {{3}, {1.5, -1.5, 1.5}}) {
  const xg::Variable<double> a(xg::Array<double>{5.5, -5.5, 5.5});
  const xg::Variable<double> b(xg::Array<double>{2, 2, -2});
  return fmod(a, b);  // the sign of a
}

XG_EXAMPLE(remainder, {{3}, {1.5, 0.5, -0.5}}) {
  const xg::Variable<double> a(xg::Array<double>{5.5, -5.5, 5.5});
  const xg::Variable<double> b(xg::Array<double>{2, 2, -2});
  return remainder(a, b);  // the sign of b
}

XG_EXAMPLE(fmod, {{2}, {0.25, -0.25}}) {
  const xg::Variable<double> x(xg::Array<double>{2.25, -2.25});
  return fmod(x, 1);
}

XG_EXAMPLE(remainder, {{2}, {0.25, 0.75}}) {
  const xg::Variable<double> x(xg::Array<double>{2.25, -2.25});
  return remainder(x, 1);
}

XG_EXAMPLE(addcmul, {{3}, {1.5, 1.25, 4.75}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{4, -2, 3.5});
  const xg::Variable<double> c(xg::Array<double>{0.25, 0.75, 1});
  return addcmul(a, b, c, 0.5);
}

XG_EXAMPLE(addcdiv, {{3}, {-47, 14, -7.5}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> b(xg::Array<double>{4, -2, 3.5});
  const xg::Variable<double> c(xg::Array<double>{0.25, 0.5, 1});
  return addcdiv(a, b, c, -3);
}

XG_EXAMPLE(logit, {{3}, {-2.197224577336219, 0, 2.1972245773362196}}) {
  const xg::Variable<double> x(xg::Array<double>{0.1, 0.5, 0.9});
  return logit(x);
}

XG_EXAMPLE(logit, {{3}, {-2.197224577336219, 0, 2.1972245773362196}}) {
  const xg::Variable<double> x(xg::Array<double>{0, 0.5, 1});
  return logit(x, 0.1);
}

XG_EXAMPLE(map, {{3}, {1, 0.1, 0.5}}) {
  const xg::Variable<double> x(xg::Array<double>{1, -2, 3});
  const xg::Variable<double> y(xg::Array<double>{0, 1, 5});
  const double k = 0.1;
  return xg::map([k](auto a, auto b) { return where(a > b, a, k * b); }, x, y);
}

XG_EXAMPLE(map_named, {{3}, {0.7310585786300049, -0.2384058440442351, 2.8577223804673}}) {
  const auto formula = [](auto x) { return x / (1 + exp(-x)); };
  const xg::Variable<double> x(xg::Array<double>{1, -2, 3});
  return xg::map_named("swish", formula, x);
}

XG_EXAMPLE(formula_text, "y = x * sigmoid(x)") {
  return xg::formula_text([](auto x) { return x / (1 + exp(-x)); });
}

XG_EXAMPLE(derivative_text, "y' = 2 * x") {
  return xg::derivative_text([](auto x) { return x * x; });
}
