// What initialisers draw: means, spreads and bounds against the formulas of torch.nn.init.

#include <cmath>
#include <functional>
#include <xgrad/nn/init.hpp>

#include "support/catch.hpp"

using namespace xg;
namespace init = nn::init;

namespace {

struct Spread {
  double mean = 0, std = 0, least = 0, most = 0;
};
Spread spread(const Variable<double>& x) {
  Spread s{0, 0, x.value().data()[0], x.value().data()[0]};
  for (const double v : x.value()) {
    s.mean += v / static_cast<double>(x.size());
    s.least = std::min(s.least, v);
    s.most = std::max(s.most, v);
  }
  for (const double v : x.value()) s.std += (v - s.mean) * (v - s.mean);
  s.std = std::sqrt(s.std / static_cast<double>(x.size()));
  return s;
}

/// A kernel with fan_in 40 * 9 = 360 and fan_out 80 * 9 = 720.
Variable<double> kernel() { return Variable<double>(empty_array<double>({80, 40, 3, 3})); }

struct Case {
  const char* name;
  std::function<void(const Variable<double>&)> draw;
  double mean, std;
  bool uniform;
};
const Case cases[] = {
    {"normal_", [](auto& w) { init::normal_(w, 1, 0.2); }, 1, 0.2, false},
    {"uniform_", [](auto& w) { init::uniform_(w, -1, 3); }, 1, 4 / std::sqrt(12.), true},
    {"xavier_normal_", [](auto& w) { init::xavier_normal_(w, 2); }, 0, 2 * std::sqrt(2. / 1080),
     false},
    {"xavier_uniform_", [](auto& w) { init::xavier_uniform_(w); }, 0, std::sqrt(2. / 1080), true},
    {"kaiming_normal_", [](auto& w) { init::kaiming_normal_(w); }, 0, std::sqrt(2. / 360), false},
    {"kaiming_normal_, out", [](auto& w) { init::kaiming_normal_(w, {.fan = init::Fan::out}); }, 0,
     std::sqrt(2. / 720), false},
    {"kaiming_uniform_", [](auto& w) { init::kaiming_uniform_(w); }, 0, std::sqrt(2. / 360), true},
    {"kaiming_uniform_, a = sqrt(5)",
     [](auto& w) { init::kaiming_uniform_(w, {.gain = init::leaky_relu_gain(std::sqrt(5.))}); }, 0,
     std::sqrt(1. / 3 / 360), true},
    // scipy.stats.truncnorm(-2, 2) * 0.02 + 0.5 has the deviation 0.02 * 0.87962566
    {"trunc_normal_", [](auto& w) { init::trunc_normal_(w, 0.5, 0.02, 0.46, 0.54); }, 0.5,
     0.02 * 0.87962566, false},
    {"small", [](auto& w) { init::recipe_(w, init::Recipe::small); }, 0, 0.01, false},
    {"large", [](auto& w) { init::recipe_(w, init::Recipe::large); }, 0, 1, false},
    {"zero", [](auto& w) { init::recipe_(w, init::Recipe::zero); }, 0, 0, false},
    {"xavier", [](auto& w) { init::recipe_(w, init::Recipe::xavier); }, 0, 1 / std::sqrt(360.),
     false},
    {"he", [](auto& w) { init::recipe_(w, init::Recipe::he); }, 0, std::sqrt(2. / 360), false},
    {"glorot", [](auto& w) { init::recipe_(w, init::Recipe::glorot); }, 0, std::sqrt(2. / 1080),
     false},
};

}  // namespace

TEST_CASE("initialisers have the means, spreads and bounds they promise", "[nn][init]") {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    manual_seed(5);
    const Variable<double> w = kernel();
    c.draw(w);
    const Spread s = spread(w);  // of 28800 numbers: five standard errors
    CHECK(s.mean == Approx(c.mean).margin(0.03 * c.std));
    CHECK(s.std == Approx(c.std).epsilon(0.021).margin(1e-300));
    if (!c.uniform) continue;
    const double half = std::sqrt(3.) * c.std;
    CHECK(s.least >= c.mean - half);
    CHECK(s.most <= c.mean + half);
    CHECK(s.least == Approx(c.mean - half).margin(0.001 * half));
    CHECK(s.most == Approx(c.mean + half).margin(0.001 * half));
  }
}

TEST_CASE("initialisers count fans as PyTorch does and refuse vectors", "[nn][init]") {
  using Pair = std::pair<std::size_t, std::size_t>;
  CHECK(init::fans({8, 4, 3, 3}) == Pair(36, 72));
  CHECK(init::fans({8, 4}) == Pair(4, 8));
  CHECK_THROWS_WITH(init::fans({3}), "init: weight must have rank >= 2, got [3]");
  Variable<double> bias(empty_array<double>({3}));
  CHECK_THROWS_WITH(init::recipe_(bias, init::Recipe::he),
                    "init: weight must have rank >= 2, got [3]");
  CHECK_THROWS_WITH(init::normal_(bias, 0, -1), "init.normal_: std must be >= 0, got -1");
  CHECK_THROWS_WITH(init::uniform_(bias, 1, 0), "init.uniform_: low must be <= high, got 1");
}

TEST_CASE("constants, gains and kernels that pass channels on", "[nn][init]") {
  Variable<double> x(empty_array<double>({2, 2}));
  init::constant_(x, 0.25);
  CHECK((x.value() == Array<double>{{0.25, 0.25}, {0.25, 0.25}}));
  init::ones_(x);
  CHECK((x.value() == Array<double>{{1, 1}, {1, 1}}));
  init::zeros_(x);
  CHECK((x.value() == Array<double>{{0, 0}, {0, 0}}));
  // torch.nn.init.calculate_gain
  CHECK(init::calculate_gain("linear") == 1);
  CHECK(init::calculate_gain("sigmoid") == 1);
  CHECK(init::calculate_gain("tanh") == Approx(1.6666666666666667));
  CHECK(init::calculate_gain("relu") == Approx(1.4142135623730951));
  CHECK(init::calculate_gain("leaky_relu", 0.2) == Approx(1.3867504905630728));
  CHECK(init::calculate_gain("selu") == 0.75);
  Variable<double> k(empty_array<double>({3, 2, 1, 3}));
  init::dirac_(k);  // torch.nn.init.dirac_: the third output has no input of its own
  CHECK((k.value() == Array<double>{{{{0, 1, 0}}, {{0, 0, 0}}},
                                    {{{0, 0, 0}}, {{0, 1, 0}}},
                                    {{{0, 0, 0}}, {{0, 0, 0}}}}));
  Variable<double> s(empty_array<double>({2000, 3}));
  manual_seed(6);
  init::sparse_(s, 0.5, 0.1);
  CHECK(spread(s).std == Approx(0.1 / std::sqrt(2.)).epsilon(0.05));
}
