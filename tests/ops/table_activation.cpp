#include <limits>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/map.hpp>

#include "ops/entry_helpers.hpp"

// References: PyTorch 2.15 in double.

namespace xg::test {

namespace {

const Input any{{}, -3, 3};
const Input off_zero{{}, -2, 2, {0}};
const Smoothness kinks = Smoothness::kinks;
const Variable<float> two(Array<float>{1, 2});

Entries smooth() {
  Entry gelu_entry = entry_of_one(
      "gelu", XG_CALL(gelu), any, {-3, -1, 0.5, 2},
      {-0.00404969409489031, -0.15865525393145702, 0.34573123063700656, 1.9544997361036416});
  add_variant(
      gelu_entry, "tanh", call([](const auto& x) { return gelu(x[0], "tanh"); }), any,
      {-3, -1, 0.5, 2},
      {-0.0036373920817729943, -0.15880800939172324, 0.34571400982514394, 1.954597694087775});
  gelu_entry.refusals = {
      {[] { (void)gelu(two, "sigmoid"); }, "gelu: approximate must be none or tanh, got sigmoid"}};
  Entry softplus_entry =
      entry_of_one("softplus", XG_CALL(softplus), any, {-30, -1, 0.5, 800},
                   {9.357622968839737e-14, 0.31326168751822286, 0.9740769841801067, 800});
  add_variant(softplus_entry, "beta 2, threshold 5",
              call([](const auto& x) { return softplus(x[0], 2, 5); }), {{}, -3, 4, {2.5}},
              {-30, -1, 0.5, 2.6},
              {4.37825538134826e-27, 0.06346400552148625, 0.6566308437591114, 2.6});
  softplus_entry.refusals = {{[] { (void)softplus(two, 0); }, "softplus: beta must be > 0, got 0"}};
  return {
      entry_of_one("sigmoid", XG_CALL(sigmoid), any, {-800, -1, 0.5, 800},
                   {0, 0.2689414213699951, 0.6224593312018546, 1}),
      entry_of_one("logsigmoid", XG_CALL(logsigmoid), any, {-800, -1, 0.5, 800},
                   {-800, -1.3132616875182228, -0.4740769841801067, 0}),
      entry_of_one("silu", XG_CALL(silu), any, {-800, -1, 0.5, 2},
                   {0, -0.2689414213699951, 0.3112296656009273, 1.7615941559557646}),
      entry_of_one(
          "mish", XG_CALL(mish), any, {-30, -1, 0.5, 2},
          {-2.807286890651921e-12, -0.30340146137410895, 0.3752452113048951, 1.9439589595339946}),
      entry_of_one("tanhshrink", XG_CALL(tanhshrink), any, {-3, -0.5, 1},
                   {-2.0049452463132695, -0.03788284273999026, 0.23840584404423515}),
      std::move(gelu_entry),
      std::move(softplus_entry),
  };
}

Entry elu_entry() {
  Entry e =
      entry_of_one("elu", XG_CALL(elu), off_zero, {-2, 0, 3}, {-0.8646647167633873, 0, 3}, kinks);
  add_variant(e, "alpha 0.5", call([](const auto& x) { return elu(x[0], 0.5); }), off_zero, {-2, 3},
              {-0.43233235838169365, 3});
  e.refusals = {{[] { (void)elu(two, -0.5); }, "elu: alpha must be > 0, got -0.5"}};
  return e;
}

Entry prelu_entry() {
  const Call f = call([](const auto& x) { return prelu(x[0], x[1]); });
  const Input weight{{}, 0.1, 0.9};
  const auto sample = [&](Shape x, Shape w) {
    Input left = off_zero, right = weight;
    left.shape = x;
    right.shape = w;
    return Sample{to_string(x) + " " + to_string(w), f, {left, right}};
  };
  Entry e{.name = "prelu", .smoothness = kinks};
  e.samples = {sample({}, {}),      sample({5}, {1}),          sample({2, 3}, {}),
               sample({4, 3}, {3}), sample({2, 3, 2, 2}, {3}), sample({3}, {3}),
               sample({0, 3}, {3})};
  e.references = {{"channels",
                   f,
                   {{{2, 2}, {-1, 1, -2, -3}}, {{2}, {0.5, 0.25}}},
                   {{{2, 2}, {-0.5, 1, -1, -0.75}}}}};
  e.refusals = {{[] {
                   (void)prelu(two, Variable<float>(Array<float>{1, 2, 3}));
                 },
                 "prelu: weight must have 1 element or one for each of 2 channels, got [3]"}};
  return e;
}

Entry relu_entry() {
  Entry e = entry_of_one("relu", XG_CALL(relu), off_zero, {-2, 0, 3}, {0, 0, 3}, kinks);
  const auto formula = [](const auto& x) { return map([](auto v) { return relu(v); }, x[0]); };
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  e.references.push_back(rule("a formula", formula, {{5}, {0, missing, -1, 2, 0.5}},
                              {{5}, {0, 1, 0, 1, 1}}, {{5}, {0, 1, 0, 1, 1}}));
  return e;
}

Entries rectifiers() {
  Entry leaky =
      entry_of_one("leaky_relu", XG_CALL(leaky_relu), off_zero, {-2, 0, 3}, {-0.02, 0, 3}, kinks);
  add_variant(leaky, "0.3", call([](const auto& x) { return leaky_relu(x[0], 0.3); }), off_zero,
              {-2, 3}, {-0.6, 3});
  Entry celu_entry = entry_of_one("celu", call([](const auto& x) { return celu(x[0], 1.3); }),
                                  off_zero, {-2, 0, 3}, {-1.0208754759557936, 0, 3}, kinks);
  celu_entry.refusals = {{[] { (void)celu(two, 0); }, "celu: alpha must be > 0, got 0"}};
  return {
      relu_entry(),
      std::move(leaky),
      prelu_entry(),
      elu_entry(),
      std::move(celu_entry),
      entry_of_one("selu", XG_CALL(selu), off_zero, {-2, 0, 3},
                   {-1.5201664685956948, 0, 3.1521029620664414}, kinks),
      entry_of_one("softsign", XG_CALL(softsign), off_zero, {-3, 0, 0.5},
                   {-0.75, 0, 0.3333333333333333}, kinks),
  };
}

Entries piecewise_linear() {
  Entry hardtanh_entry = entry_of_one("hardtanh", XG_CALL(hardtanh), {{}, -2, 2, {-1, 1}},
                                      {-2, 0.5, 3}, {-1, 0.5, 1}, kinks);
  hardtanh_entry.refusals = {
      {[] { (void)hardtanh(two, 1, 1); }, "hardtanh: low must be < high = 1, got 1"}};
  const Input off_halves{{}, -2, 2, {-0.5, 0.5}};
  Entry hardshrink_entry = entry_of_one("hardshrink", XG_CALL(hardshrink), off_halves,
                                        {-1, 0.3, 0.5, 2}, {-1, 0, 0, 2}, kinks);
  hardshrink_entry.refusals = {
      {[] { (void)hardshrink(two, -1); }, "hardshrink: lambda must be >= 0, got -1"}};
  Entry softshrink_entry = entry_of_one("softshrink", XG_CALL(softshrink), off_halves,
                                        {-1, 0.3, 0.5, 2}, {-0.5, 0, 0, 1.5}, kinks);
  softshrink_entry.refusals = {
      {[] { (void)softshrink(two, -1); }, "softshrink: lambda must be >= 0, got -1"}};
  const Input wide{{}, -5, 5, {-3, 3}};
  return {
      entry_of_one("relu6", XG_CALL(relu6), {{}, -2, 8, {0, 6}}, {-1, 0.5, 7}, {0, 0.5, 6}, kinks),
      std::move(hardtanh_entry),
      entry_of_one("hardsigmoid", XG_CALL(hardsigmoid), wide, {-4, -1, 2, 5},
                   {0, 0.3333333333333333, 0.8333333333333334, 1}, kinks),
      entry_of_one("hardswish", XG_CALL(hardswish), wide, {-4, -1, 2, 5},
                   {0, -0.3333333333333333, 1.6666666666666667, 5}, kinks),
      std::move(hardshrink_entry),
      std::move(softshrink_entry),
      entry_of_one("threshold", call([](const auto& x) { return threshold(x[0], 0.3, -2); }),
                   {{}, -2, 2, {0.3}}, {-1, 0.3, 0.5}, {-2, -2, 0.5}, kinks),
  };
}

}  // namespace

Entries activation_entries() {
  Entries all;
  for (auto part : {smooth, rectifiers, piecewise_linear})
    for (Entry& entry : part()) all.push_back(std::move(entry));
  return all;
}

}  // namespace xg::test
