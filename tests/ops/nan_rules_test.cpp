// What happens beside NaN, at ties and at limits: choices that a derivative check cannot see.
// Expected: PyTorch 2.15.
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/elementary_pairs.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/map.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/special.hpp>

#include <cmath>
#include <limits>
#include <utility>

#include "support/catch.hpp"

using namespace xg;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

/// Value and slope of a function of one number.
template <class F>
std::pair<double, double> at(double x, const F& f) {
  const Variable<double> leaf(Array<double>(Shape{}, x), true);
  const auto y = f(leaf);
  return {y.item(), grad(y, leaf).item()};
}

}  // namespace

TEST_CASE("a NaN stays NaN and takes the gradient that PyTorch gives it", "[ops][nan]") {
  const auto passes = [](const auto& f) {
    const auto [y, slope] = at(missing, f);
    return std::isnan(y) && slope == 1;
  };
  const auto blocks = [](const auto& f) {
    const auto [y, slope] = at(missing, f);
    return std::isnan(y) && slope == 0;
  };
  CHECK(passes([](const auto& x) { return relu(x); }));
  CHECK(passes([](const auto& x) { return elu(x); }));
  CHECK(passes([](const auto& x) { return celu(x); }));
  CHECK(passes([](const auto& x) { return relu6(x); }));
  CHECK(passes([](const auto& x) { return hardtanh(x); }));
  CHECK(passes([](const auto& x) { return hardswish(x); }));
  CHECK(passes([](const auto& x) { return hardshrink(x); }));
  CHECK(passes([](const auto& x) { return softshrink(x); }));
  CHECK(passes([](const auto& x) { return threshold(x, 0.5, 2); }));
  CHECK(passes([](const auto& x) { return map([](auto v) { return relu(v); }, x); }));
  CHECK(passes([](const auto& x) { return maximum(x, 1.); }));
  CHECK(passes([](const auto& x) { return minimum(1., x); }));
  CHECK(blocks([](const auto& x) { return clamp(x, -1, 1); }));
  CHECK(blocks([](const auto& x) { return hardsigmoid(x); }));
  CHECK(blocks([](const auto& x) { return abs(x); }));
  CHECK(blocks([](const auto& x) { return map([](auto v) { return abs(v); }, x); }));
  CHECK(at(missing, [](const auto& x) { return sign(x); }) == std::pair(0., 0.));
}

TEST_CASE("activations at the infinities have their limits as values and slopes", "[ops][nan]") {
  const auto check = [](const auto& f, double above, double slope_above, double below,
                        double slope_below) {
    CHECK(at(inf, f) == std::pair(above, slope_above));
    CHECK(at(-inf, f) == std::pair(below, slope_below));
  };
  check([](const auto& x) { return relu(x); }, inf, 1, 0, 0);
  check([](const auto& x) { return relu6(x); }, 6, 0, 0, 0);
  check([](const auto& x) { return leaky_relu(x, 0.25); }, inf, 1, -inf, 0.25);
  check([](const auto& x) { return elu(x); }, inf, 1, -1, 0);
  check([](const auto& x) { return celu(x, 2); }, inf, 1, -2, 0);
  check([](const auto& x) { return hardtanh(x); }, 1, 0, -1, 0);
  check([](const auto& x) { return hardsigmoid(x); }, 1, 0, 0, 0);
  check([](const auto& x) { return hardswish(x); }, inf, 1, 0, 0);
  check([](const auto& x) { return hardshrink(x); }, inf, 1, -inf, 1);
  check([](const auto& x) { return softshrink(x); }, inf, 1, -inf, 1);
  check([](const auto& x) { return threshold(x, 0.5, 7); }, inf, 1, 7, 0);
  check([](const auto& x) { return softplus(x); }, inf, 1, 0, 0);
  check([](const auto& x) { return logsigmoid(x); }, 0, 0, -inf, 1);
  check([](const auto& x) { return sigmoid(x); }, 1, 0, 0, 0);
  check([](const auto& x) { return tanhshrink(x); }, inf, 1, -inf, 1);
  check([](const auto& x) { return clamp(x, -1, 1); }, 1, 0, -1, 0);
}

TEST_CASE("beside a NaN maximum and minimum give both the whole gradient", "[ops][nan]") {
  const auto other = Variable<double>(Array<double>(Shape{}, missing));
  CHECK(at(2, [&](const auto& x) { return maximum(x, other); }).second == 1);
  CHECK(at(2, [&](const auto& x) { return minimum(other, x); }).second == 1);
}

TEST_CASE("gradients at the origin and at the poles", "[ops][nan]") {
  const Variable<double> zero(Array<double>(Shape{}, 0.));
  CHECK(at(0, [&](const auto& x) { return atan2(x, zero); }).second == 0);
  CHECK(at(0, [&](const auto& x) { return hypot(x, zero); }).second == 0);
  CHECK(at(0, [](const auto& x) { return pow(x, -2); }).second == -inf);
  CHECK(at(1e-300, [](const auto& x) { return atan2(x, x.detach()); }).second ==
        Approx(5e299).epsilon(1e-14));
  CHECK(at(1e-8, [](const auto& x) { return sinc(x); }).second ==
        Approx(-3.289868133696453e-8).epsilon(1e-13));  // -pi^2 x / 3
}

TEST_CASE("remainder's quotient is the one it took, also where a / b rounds up", "[ops][nan]") {
  const Variable<double> one(Array<double>(Shape{}, 1.));
  CHECK(at(0.1, [&](const auto& b) { return remainder(one, b); }).second == -9);
  CHECK(at(inf, [&](const auto& b) { return remainder(-one, b); }).second == 1);
}

TEST_CASE("hinges are flat at the kink", "[ops][loss]") {
  const Array<double> one(Shape{}, 1.);
  CHECK(at(1, [&](const auto& x) { return margin_ranking_loss(x, one, one); }).second == 0);
  CHECK(at(1, [&](const auto& x) { return hinge_embedding_loss(x, -one); }).second == 0);
}

TEST_CASE("a mean over no label is NaN with gradient 0", "[ops][loss]") {
  const Variable<double> x(Array<double>{{1, 2}, {3, 4}}, true);
  const IndexArray none{-100, -100};
  for (const auto& y :
       {cross_entropy(x, none), cross_entropy(x, none, {.weight = {1, 2}}), nll_loss(x, none)}) {
    CHECK(std::isnan(y.item()));
    CHECK((grad(y, x).value() == full_array<double>({2, 2}, 0)));
  }
}
