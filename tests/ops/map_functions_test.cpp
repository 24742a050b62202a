#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/ops/map.hpp>

#include "support/catch.hpp"

// Values and derivatives of every function that a formula can use, from 40-digit arithmetic
// (mpmath), and the rules at kinks and other awkward places.

using xg::Array, xg::Variable;

namespace {

struct UnaryCase {
  const char* text;
  std::function<Variable<double>(const Variable<double>&)> apply;
  double value, first, second;  // at x = 0.65625
};

/// The same formula as a function of Variables.
template <class F>
auto mapped(F formula) {
  return [formula](const auto&... x) { return xg::map(formula, x...); };
}

Variable<double> scalar(double value, bool requires_grad = true) {
  return Variable<double>(xg::full_array<double>({}, value), requires_grad);
}

Variable<double> slope(const Variable<double>& y, const Variable<double>& x) {
  return xg::grad(y, x, {.create_graph = true});
}

const UnaryCase unary_cases[] = {
    {"neg(x)", mapped([](auto x) { return -x; }), -0.65625, -1.0, 0},
    {"abs", mapped([](auto x) { return abs(x); }), 0.65625, 1.0, 0},
    {"square", mapped([](auto x) { return square(x); }), 0.4306640625, 1.3125, 2.0},
    {"reciprocal", mapped([](auto x) { return reciprocal(x); }), 1.5238095238095238,
     -2.3219954648526077, 7.0765576071698521},
    {"sqrt", mapped([](auto x) { return sqrt(x); }), 0.81009258730098253, 0.61721339984836764,
     -0.47025782845589916},
    {"rsqrt", mapped([](auto x) { return rsqrt(x); }), 1.2344267996967353, -0.94051565691179831,
     2.1497500729412533},
    {"cbrt", mapped([](auto x) { return cbrt(x); }), 0.86900666122161245, 0.44140020887446981,
     -0.4484065613962868},
    {"exp", mapped([](auto x) { return exp(x); }), 1.9275504501675447, 1.9275504501675447,
     1.9275504501675447},
    {"exp2", mapped([](auto x) { return exp2(x); }), 1.5759808451078865, 1.0923866794030114,
     0.75718474690943823},
    {"expm1", mapped([](auto x) { return expm1(x); }), 0.92755045016754466, 1.9275504501675447,
     1.9275504501675447},
    {"log", mapped([](auto x) { return log(x); }), -0.42121346507630355, 1.5238095238095238,
     -2.3219954648526077},
    {"log2", mapped([](auto x) { return log2(x); }), -0.60768257722123971, 2.1983924432593728,
     -3.3499313421095205},
    {"log10", mapped([](auto x) { return log10(x); }), -0.18293068358598671, 0.66178206766209802,
     -1.0084298173898637},
    {"log1p", mapped([](auto x) { return log1p(x); }), 0.50455601075239529, 0.60377358490566038,
     -0.36454254182983268},
    {"sin", mapped([](auto x) { return sin(x); }), 0.61015007707579137, 0.79228585967717854,
     -0.61015007707579137},
    {"cos", mapped([](auto x) { return cos(x); }), 0.79228585967717854, -0.61015007707579137,
     -0.79228585967717854},
    {"tan", mapped([](auto x) { return tan(x); }), 0.77011355134420871, 1.5930748819639892,
     2.4536971098130876},
    {"asin", mapped([](auto x) { return asin(x); }), 0.71583806022511122, 1.3253045865001316,
     1.5276238115404604},
    {"acos", mapped([](auto x) { return acos(x); }), 0.8549582665697854, -1.3253045865001316,
     -1.5276238115404604},
    {"atan", mapped([](auto x) { return atan(x); }), 0.5807563535676704, 0.69897610921501706,
     -0.64124497664503955},
    {"sinh", mapped([](auto x) { return sinh(x); }), 0.70437864225682765, 1.223171807910717,
     0.70437864225682765},
    {"cosh", mapped([](auto x) { return cosh(x); }), 1.223171807910717, 0.70437864225682765,
     1.223171807910717},
    {"tanh", mapped([](auto x) { return tanh(x); }), 0.57586239128578932, 0.66838250630261247,
     -0.76979269674602314},
    {"asinh", mapped([](auto x) { return asinh(x); }), 0.61645710101431583, 0.83604791083706265,
     -0.38349774476621577},
    {"acosh", mapped([](auto x) { return acosh(1 + x); }), 1.0907613458074341, 0.7574097093298414,
     -0.719645303654572},
    {"atanh", mapped([](auto x) { return atanh(x); }), 0.78619832037687565, 1.7564322469982847,
     4.0491336877627696},
    {"sigmoid", mapped([](auto x) { return sigmoid(x); }), 0.658417500561683, 0.22490389551578917,
     -0.071257425988394451},
    {"log_sigmoid", mapped([](auto x) { return log_sigmoid(x); }), -0.41791604953255037,
     0.341582499438317, -0.22490389551578917},
    {"softplus", mapped([](auto x) { return softplus(x); }), 1.0741660495325504, 0.658417500561683,
     0.22490389551578917},
    {"relu", mapped([](auto x) { return relu(x); }), 0.65625, 1.0, 0},
    {"erf", mapped([](auto x) { return erf(x); }), 0.64663270800670815, 0.73353363653916436,
     -0.96276289795765322},
    {"erfc", mapped([](auto x) { return erfc(x); }), 0.35336729199329185, -0.73353363653916436,
     0.96276289795765322},
    {"lgamma", mapped([](auto x) { return lgamma(x); }), 0.31704951624224585, -1.3505564317222523,
     3.1425360380827713},
    {"pow(x, 2.5)", mapped([](auto x) { return pow(x, 2.5); }), 0.34887776464817705,
     1.3290581510406745, 3.0378472023786845},
    {"pow(2.5, x)", mapped([](auto x) { return pow(2.5, x); }), 1.8245179091938876,
     1.6717888503327705, 1.5318446292104666},
    {"pow(x, 3)", mapped([](auto x) { return pow(x, 3); }), 0.282623291015625, 1.2919921875,
     3.9375},
    {"pow(x, -2)", mapped([](auto x) { return pow(x, -2); }), 2.3219954648526077,
     -7.0765576071698521, 32.349977632776467},
    {"pow(x, 0.5)", mapped([](auto x) { return pow(x, 0.5); }), 0.81009258730098253,
     0.61721339984836764, -0.47025782845589916},
    {"atan2(x, 2)", mapped([](auto x) { return atan2(x, 2); }), 0.31705575320914701,
     0.45139960326206745, -0.13371855119775593},
    {"hypot(x, 2)", mapped([](auto x) { return hypot(x, 2); }), 2.1049142648811139,
     0.31177041789731288, 0.42890070231678782},
    {"fmod(7, x)", mapped([](auto x) { return fmod(7, x); }), 0.4375, -10.0, 0},
    {"copysign(x, -1)", mapped([](auto x) { return copysign(x, -1); }), -0.65625, -1.0, 0},
    {"x / (1 + exp(-x))", mapped([](auto x) { return x / (1 + exp(-x)); }), 0.43208648474360447,
     0.80601068199391964, 0.40304510522669447},
};

TEST_CASE("functions of one symbol: value, first and second derivative", "[ops][map]") {
  for (const UnaryCase& c : unary_cases) {
    CAPTURE(c.text);
    const Variable<double> x = scalar(0.65625);
    const Variable<double> y = c.apply(x);
    CHECK(y.item() == Approx(c.value).epsilon(1e-14));
    const Variable<double> first = slope(y, x);
    CHECK(first.item() == Approx(c.first).epsilon(2e-14));
    if (c.second != 0) CHECK(slope(first, x).item() == Approx(c.second).epsilon(1e-13));
    CHECK(xg::grad(c.apply(x), x).item() == Approx(c.first).epsilon(2e-14));  // without a graph
  }
}

TEST_CASE("digamma: value and derivative", "[ops][map]") {
  const Variable<double> x = scalar(0.65625);
  const auto y = xg::map([](auto v) { return digamma(v); }, x);
  CHECK(y.item() == Approx(-1.3505564317222523).epsilon(1e-13));
  CHECK(xg::grad(y, x).item() == Approx(3.1425360380827713).epsilon(1e-13));
}

struct BinaryCase {
  const char* text;
  std::function<Variable<double>(const Variable<double>&, const Variable<double>&)> apply;
  double value, by_a, by_b;  // at a = 2.25, b = 1.375
};

const BinaryCase binary_cases[] = {
    {"a * b", mapped([](auto a, auto b) { return a * b; }), 3.09375, 1.375, 2.25},
    {"a / b", mapped([](auto a, auto b) { return a / b; }), 1.6363636363636364, 0.72727272727272727,
     -1.1900826446280992},
    {"a - b", mapped([](auto a, auto b) { return a - b; }), 0.875, 1.0, -1.0},
    {"pow(a, b)", mapped([](auto a, auto b) { return pow(a, b); }), 3.0496567621832263,
     1.863679132445305, 2.4730588175428328},
    {"atan2(a, b)", mapped([](auto a, auto b) { return atan2(a, b); }), 1.0222469243443686,
     0.19775280898876404, -0.32359550561797753},
    {"hypot(a, b)", mapped([](auto a, auto b) { return hypot(a, b); }), 2.6368778887161233,
     0.853281833651959, 0.52145000945397495},
    {"fmod(a, b)", mapped([](auto a, auto b) { return fmod(a, b); }), 0.875, 1.0, -1.0},
    {"remainder(-a, b)", mapped([](auto a, auto b) { return remainder(-a, b); }), 0.5, -1.0, 2.0},
    {"copysign(a, -b)", mapped([](auto a, auto b) { return copysign(a, -b); }), -2.25, -1.0, 0.0},
    {"minimum(a, b)", mapped([](auto a, auto b) { return minimum(a, b); }), 1.375, 0.0, 1.0},
    {"maximum(a, b)", mapped([](auto a, auto b) { return maximum(a, b); }), 2.25, 1.0, 0.0},
};

TEST_CASE("functions of two symbols: value and both derivatives", "[ops][map]") {
  for (const BinaryCase& c : binary_cases) {
    CAPTURE(c.text);
    const Variable<double> a = scalar(2.25), b = scalar(1.375);
    const Variable<double> y = c.apply(a, b);
    CHECK(y.item() == Approx(c.value).epsilon(1e-14));
    const auto g = xg::grad(xg::Variables<double>{y}, {a, b});
    CHECK(g[0].item() == Approx(c.by_a).epsilon(1e-13));
    CHECK(g[1].item() == Approx(c.by_b).epsilon(1e-13));
    CHECK(xg::gradgradcheck(c.apply, a, b).passed);
  }
}

TEST_CASE("rounding has derivative zero", "[ops][map]") {
  const Array<double> points{-1.5, -0.25, 0.75, 2.5};
  const auto zero_slope = [&](auto formula, const Array<double>& expected) {
    const Variable<double> x(points, true);
    const Variable<double> y = xg::map(formula, x);
    y.backward({.gradient = Variable<double>(Array<double>{1., 2., 3., 4.})});
    CHECK(y.value() == expected);
    CHECK(x.grad().value() == Array<double>{0., 0., 0., 0.});
  };
  zero_slope([](auto v) { return floor(v); }, {-2., -1., 0., 2.});
  zero_slope([](auto v) { return ceil(v); }, {-1., 0., 1., 3.});
  zero_slope([](auto v) { return round(v); }, {-2., 0., 1., 2.});
  zero_slope([](auto v) { return trunc(v); }, {-1., 0., 0., 2.});
  zero_slope([](auto v) { return sign(v); }, {-1., -1., 1., 1.});
}

double slope_at(double at, auto formula) {
  const Variable<double> x = scalar(at);
  return xg::grad(xg::map(formula, x), x).item();
}

TEST_CASE("kinks: relu and abs have derivative 0 at 0, ties count half", "[ops][map]") {
  CHECK(slope_at(0, [](auto x) { return relu(x); }) == 0);
  CHECK(slope_at(0, [](auto x) { return abs(x); }) == 0);
  CHECK(slope_at(0, [](auto x) { return maximum(x, 0); }) == 0.5);
  CHECK(slope_at(3, [](auto x) { return minimum(x, 3); }) == 0.5);
  CHECK(slope_at(3, [](auto x) { return maximum(x, 2); }) == 1);
  CHECK(slope_at(3, [](auto x) { return minimum(x, 2); }) == 0);
  CHECK(slope_at(2, [](auto x) { return clamp(x, 0, 2); }) == 1);
  CHECK(slope_at(2.5, [](auto x) { return clamp(x, 0, 2); }) == 0);
  const Variable<double> a = scalar(1.5), b = scalar(1.5);
  const auto f = [](auto p, auto q) { return maximum(p, q); };
  const auto g = xg::grad(xg::Variables<double>{xg::map(f, a, b)}, {a, b});
  CHECK(g[0].item() == 0.5);
  CHECK(g[1].item() == 0.5);
}

TEST_CASE("a branch not chosen spoils nothing", "[ops][map]") {
  CHECK(slope_at(-1, [](auto x) { return where(x > 0, log(x), 0); }) == 0);
  CHECK(slope_at(0, [](auto x) { return where(x > 0, sqrt(x), 2 * x); }) == 2);
  CHECK(slope_at(0, [](auto x) { return sqrt(relu(x)); }) == 0);
  CHECK(slope_at(-1000, [](auto x) { return x / (1 + exp(-x)); }) == 0);
  CHECK(slope_at(1000, [](auto x) { return log(1 + exp(x)); }) == 1);
  CHECK(slope_at(0, [](auto x) { return pow(x, 0 * x); }) == 0);
  CHECK(slope_at(0, [](auto x) { return hypot(x, 0); }) == 0);
  const Variable<double> x(Array<double>{0.}, true);
  // An infinite gradient meets a derivative that is 0 by choice.
  const auto y = xg::map([](auto v) { return relu(v); }, x);
  y.backward(
      {.gradient = Variable<double>(Array<double>{std::numeric_limits<double>::infinity()})});
  CHECK(x.grad().value()(0) == 0);
}

}  // namespace
