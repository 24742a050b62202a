// Layers with computed weights, and RMSNorm, against PyTorch's. References: torch 2.15, double.

#include <cmath>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/reparametrization.hpp>
#include <xgrad/ops/reduce.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

Array<double> pattern(const Shape& shape) {
  auto x = empty_array<double>(shape);
  for (std::size_t i = 0; i < x.size(); ++i)
    x.data()[i] = std::fmod(static_cast<double>(i) * 0.37, 2) - 1;
  return x;
}
Array<double> ramp(const Shape& shape, double norm = 1) {
  auto x = empty_array<double>(shape);
  for (std::size_t i = 0; i < x.size(); ++i)
    x.data()[i] = (static_cast<double>(i) * 0.1 - 0.9) / norm;
  return x;
}

void check_begins(const Array<double>& actual, const std::vector<double>& expected) {
  REQUIRE(actual.size() >= expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(actual.data()[i] == Approx(expected[i]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("spectral norm takes PyTorch's steps", "[nn][reparametrization]") {
  auto layer = nn::spectral_norm(nn::Conv2d<double>(2, 3, 2));
  double square = 0;
  for (const double v : ramp({8})) square += v * v;
  layer.weight_orig.copy_(pattern({3, 2, 2, 2}));
  layer.weight_u.copy_(Array<double>{0.6, 0, 0.8});
  layer.weight_v.copy_(ramp({8}, std::sqrt(square)));
  layer.bias.copy_(Array<double>{0, 0, 0});
  const Array<double> x = pattern({1, 2, 3, 3});
  const auto y = layer(x);
  check_begins(y.value(), {1.17352554298663, 0.166873481941873, -0.650736758032744,
                           -0.557699555234608, -0.462742260071031});
  check_begins(layer.weight_u.value(), {0.6167616322786, -0.373828395072998, 0.69271741712345});
  check_begins(layer.weight_v.value(), {0.0642137247718334, -0.446663114957018});
  sum(y).backward();
  check_begins(layer.weight_orig.grad().value(),
               {-0.435365233737123, 0.0635008409773949, -0.319971996241291, 0.396244430382913});
  layer.eval();  // no further step
  check_begins(layer(Array<double>(x * 2.)).value(),
               {2.34705108597325, 0.333746963883747, -1.30147351606549});
}

TEST_CASE("RMSNorm has PyTorch's values", "[nn][norm]") {
  nn::RMSNorm<double> norm(4, {.eps = 1e-5});
  norm.weight.copy_(ramp({4}));
  check_begins(norm(pattern({3, 4})).value(),
               {1.48127328651917, 0.829513040450733, 0.29954637571832, -0.108626707678072,
                -0.656993378771969, -1.03415624436328});
  nn::RMSNorm<double> plain(Shape{3, 4}, {.elementwise_affine = false});
  CHECK(plain.parameters().empty());
  check_begins(plain(pattern({3, 4})).value(),
               {-1.60275483181474, -1.00973554404329, -0.416716256271833});
}

TEST_CASE("DropConnect drops and scales weights, and gives gradients to those kept",
          "[nn][reparametrization]") {
  manual_seed(9);
  nn::DropConnect<nn::Linear<double>> layer(nn::Linear<double>(400, 50, {.bias = false}), 0.25);
  layer.parameters()[0].copy_(full_array<double>({50, 400}, 1));
  const auto y = layer(full_array<double>({1, 400}, 1));
  // 20000 weights of mean 1 and variance 1/3, in sums of 400
  CHECK(mean(y).item() == Approx(400).margin(6 * 400 * std::sqrt(1. / 3 / 20000)));
  CHECK(var(y).item() == Approx(400. / 3).epsilon(0.7));
  sum(y).backward();
  const Array<double> gradient = layer.parameters()[0].grad().value();
  double kept = 0;
  for (const double g : gradient) {
    const bool known = g == 0 || std::abs(g - 4. / 3) < 1e-12;
    CHECK(known);
    kept += g == 0 ? 0 : 1;
  }
  CHECK(kept * 4 / 3 == Approx(sum(y).item()));
  layer.eval();
  CHECK(layer(full_array<double>({1, 400}, 1)).value()(0, 0) == Approx(400));
}
