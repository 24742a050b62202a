// Choices that a derivative check cannot see: ties, masks, running statistics.
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/extremum.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/maxout.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {
Array<double> gradient_of(const Variable<double>& y, const Variable<double>& x) {
  return grad(y, x).value();
}
}  // namespace

TEST_CASE("amax shares a tie evenly, max gives it to the first", "[ops][extremum]") {
  const Variable<double> x(Array<double>{3, 1, 3, 3}, true);
  const Array<double> even{1. / 3, 0, 1. / 3, 1. / 3}, first{1, 0, 0, 0};
  CHECK(xt::allclose(gradient_of(amax(x), x), even));
  CHECK((gradient_of(max(x, 0).values, x) == first));
  CHECK((max(x, 0).indices() == 0));
  CHECK(argmin(x)() == 1);
}

TEST_CASE("maxout with one piece zero is relu, in value and gradient", "[ops][maxout]") {
  const Variable<double> x(Array<double>{{-1, 0.5}, {2, -3}}, true);
  const Variable<double> zeros(Array<double>(Shape{2, 2}, 0.));
  const auto y = maxout(reshape(stack(Variables<double>{zeros, x}, 2), {2, 4}), 2);
  CHECK((y.value() == relu(x).value()));
  CHECK((gradient_of(sum(y), x) == gradient_of(sum(relu(x)), x)));
}

TEST_CASE("stddev of equal elements has the gradient 0", "[ops][reduce]") {
  const Variable<double> x(Array<double>{2, 2, 2}, true);
  CHECK((gradient_of(stddev(x), x) == Array<double>({0, 0, 0})));
}

TEST_CASE("dropout keeps a share 1 - p, scales it, and backward has the same mask",
          "[ops][dropout]") {
  Generator generator(3);
  const Variable<float> x(Array<float>(Shape{100000}, 1.F), true);
  const auto y = dropout(x, 0.2, generator);
  std::size_t kept = 0;
  for (const float v : y.value().storage()) {
    REQUIRE((v == 0.F || v == 1.25F));
    kept += v != 0.F;
  }
  CHECK(kept > 79300);  // 80000 +- 5.5 sigma
  CHECK(kept < 80700);
  CHECK((grad(sum(y), x).value() == y.value()));
  CHECK((dropout(x, 0.2, generator).value() != y.value()));
}

TEST_CASE("batch_norm: running statistics move by momentum, as in PyTorch",
          "[ops][normalization]") {
  const Variable<double> x(Array<double>{{1, 2}, {4, -2}, {0, 3}});
  RunningStatistics<double> running{Array<double>{0, 0}, Array<double>{1, 1}};
  (void)batch_norm<double>(x, {}, {}, &running);
  CHECK(xt::allclose(running.mean, Array<double>{0.16666666666666669, 0.1}, 1e-14));  // torch 2.15
  CHECK(xt::allclose(running.var, Array<double>{1.3333333333333335, 1.6}, 1e-14));
}

TEST_CASE("cross_entropy: nothing to count gives NaN, labels may be any integers", "[ops][loss]") {
  const Variable<float> x(Array<float>{{1, 2}, {3, 4}});
  CHECK(std::isnan(cross_entropy(x, IndexArray{-100, -100}).item()));
  const xt::xarray<int> labels{0, 1};
  CHECK(cross_entropy(x, labels).item() == cross_entropy(x, IndexArray{0, 1}).item());
}

TEST_CASE("slice leaves x as it was", "[ops][index]") {
  Variable<double> x(Array<double>{1, 2, 3});
  auto y = slice(x, xt::range(0, 2));
  y.mutable_value()(0) = 7;
  CHECK((x.value()(0) == 1));
}
