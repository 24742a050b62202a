// Ties, NaN and zeros: choices that a derivative check away from kinks cannot see. Where nothing
// else is said the values are torch 2.15's.
#include <limits>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/extremum.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/mask.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/prod.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/scan.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/sort.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

Array<double> gradient_of(const Variable<double>& y, const Variable<double>& x) {
  return grad(sum(y), x).value();
}
const Variable<double>& ties() {
  static const Variable<double> x(Array<double>{2, 2, 1, 1, 3, 3, 2, 1}, true);
  return x;
}
const Variable<double>& holes() {
  static const Variable<double> x(Array<double>{1, 3, nan_, 2, nan_, 5}, true);
  return x;
}

}  // namespace

TEST_CASE("cummax and cummin name the last of equals and the last NaN", "[ops][scan]") {
  CHECK((cummax(ties(), 0).indices == IndexArray{0, 1, 1, 1, 4, 5, 5, 5}));
  CHECK((cummin(ties(), 0).indices == IndexArray{0, 1, 2, 3, 3, 3, 3, 7}));
  CHECK((cummax(holes(), 0).indices == IndexArray{0, 1, 2, 2, 4, 4}));
  CHECK((cummin(holes(), 0).indices == IndexArray{0, 0, 2, 2, 4, 4}));
  CHECK((gradient_of(cummax(ties(), 0).values, ties()) == Array<double>{1, 3, 0, 0, 1, 3, 0, 0}));
}

TEST_CASE("sort keeps the order of equals and puts NaN last, descending first", "[ops][sort]") {
  CHECK((argsort(ties()) == IndexArray{2, 3, 7, 0, 1, 6, 4, 5}));
  CHECK((argsort(ties(), 0, true) == IndexArray{4, 5, 0, 1, 6, 2, 3, 7}));
  CHECK((argsort(holes()) == IndexArray{0, 3, 1, 5, 2, 4}));
  CHECK((argsort(holes(), 0, true) == IndexArray{2, 4, 5, 1, 3, 0}));
  CHECK((sort(ties()).indices == argsort(ties())));
}

TEST_CASE("topk is the head of sort, ties and NaN alike", "[ops][sort]") {  // torch names any tie
  CHECK((topk(ties(), 3).indices == IndexArray{4, 5, 0}));
  CHECK((topk(ties(), 3, 0, false).indices == IndexArray{2, 3, 7}));
  CHECK((topk(holes(), 3).indices == IndexArray{2, 4, 5}));
  CHECK((topk(holes(), 3, 0, false).indices == IndexArray{0, 3, 1}));
  Array<double> many(Shape{100}, 1.);  // few of many are found another way
  many(70) = 2;
  CHECK((topk(Variable<double>(many), 3).indices == IndexArray{70, 0, 1}));
}

TEST_CASE("median: the lower of two, of equals as a stable sort, the first NaN", "[ops][sort]") {
  CHECK(median(ties(), 0).indices() == 0);  // the indices are those of torch
  const auto place = [](const Array<double>& x) {
    return median(Variable<double>(x), 0).indices();
  };
  CHECK(place(Array<double>{0, 0, 0}) == 1);
  CHECK(place(Array<double>{1, 2, 2, 1}) == 3);
  CHECK(place(Array<double>{3, 3, 3, 3}) == 1);
  CHECK(median(ties()).item() == 2);
  CHECK(median(holes(), 0).indices() == 2);
  CHECK(std::isnan(median(holes()).item()));
  CHECK((gradient_of(median(ties(), 0).values, ties()) == Array<double>{1, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_CASE("norm has the gradient 0 where it is 0, and at elements that are 0", "[ops][norm]") {
  const Variable<double> zero(Array<double>{0, 0, 0}, true), some(Array<double>{0, 3, -4}, true);
  for (const double p : {0., 0.5, 1., 1.5, 2., 3.5, inf}) {
    CAPTURE(p);
    CHECK((gradient_of(norm(zero, p), zero) == Array<double>{0, 0, 0}));
    CHECK(gradient_of(norm(some, p), some)(0) == 0);
  }
  CHECK((gradient_of(norm(some, 0), some) == Array<double>{0, 0, 0}));
  const Variable<double> equal(Array<double>{2, -2, 1}, true);
  CHECK((gradient_of(norm(equal, inf), equal) == Array<double>{0.5, -0.5, 0}));
}

TEST_CASE("norm neither overflows nor underflows, nor does its gradient", "[ops][norm]") {
  for (const double scale : {1e-300, 1e-200, 1., 1e200, 1e300})
    for (const double p : {1., 2., 3.5, 0.5, -2.}) {
      CAPTURE(scale, p);
      const Array<double> one{3, -4, 1};
      const Variable<double> x(one, true), y(Array<double>(one * scale), true);
      CHECK(norm(y, p).item() / scale == Approx(norm(x, p).item()).epsilon(1e-13));
      CHECK(xt::allclose(gradient_of(norm(y, p), y), gradient_of(norm(x, p), x), 1e-12));
    }
  CHECK(norm(Variable<double>(Array<double>{1, -inf})).item() == inf);
  CHECK(std::isnan(norm(Variable<double>(Array<double>{nan_, inf})).item()));
  CHECK(norm(Variable<float>(Array<float>{3e-30F, 4e-30F})).item() == Approx(5e-30F));
}

TEST_CASE("prod and cumprod differentiate right with zeros among the factors", "[ops][prod]") {
  const Variable<double> one(Array<double>{2, 0, 3}, true), two(Array<double>{0, 5, 0}, true);
  CHECK((gradient_of(prod(one), one) == Array<double>{0, 6, 0}));
  CHECK((gradient_of(prod(two), two) == Array<double>{0, 0, 0}));
  CHECK((gradient_of(cumprod(one, 0), one) == Array<double>{1, 8, 0}));
  const auto g = grad(prod(two), two, {.create_graph = true});
  CHECK((gradient_of(g, two) == Array<double>{5, 0, 5}));  // by hand: d2y / dx0 dx2 = x1
}

TEST_CASE("logcumsumexp: -infinity counts as nothing, nothing overflows", "[ops][scan]") {
  const Variable<double> x(Array<double>{-inf, -inf, 1000, 1000, -1000}, true);
  const auto y = logcumsumexp(x, 0);
  CHECK((y.value()(1) == -inf));
  CHECK(y.value()(4) == Approx(1000 + std::log(2.)).epsilon(1e-15));
  const auto g = grad(sum(y), x, {.create_graph = true});
  CHECK(xt::allclose(g.value(), Array<double>{0, 0, 2, 1, 0}));
  CHECK(xt::allclose(gradient_of(g * g, x), Array<double>{0, 0, 1, -1, 0}));  // by hand
}

TEST_CASE("scatter: where elements meet, the one that stays gets the gradient", "[ops][gather]") {
  const Variable<double> x(Array<double>{1, 2, 3}, true), y(Array<double>{7, 8, 9}, true);
  const auto z = scatter(x, 0, IndexArray{1, 1, -1}, y);
  CHECK((z.value() == Array<double>{1, 8, 9}));
  CHECK((gradient_of(z, x) == Array<double>{1, 0, 0}));
  CHECK((gradient_of(z, y) == Array<double>{0, 1, 1}));
}

TEST_CASE("masks hide NaN, in the value and in the gradient", "[ops][mask]") {
  const auto clean = masked_fill(holes(), xt::isnan(holes().value()), -1);
  CHECK((clean.value() == Array<double>{1, 3, -1, 2, -1, 5}));
  CHECK((gradient_of(clean * clean, holes()) == Array<double>{2, 6, 0, 4, 0, 10}));
  CHECK((masked_select(ties(), ties().value() > 2).value() == Array<double>{3, 3}));
  CHECK(masked_select(ties(), ties().value() > 9).size() == 0);
}

TEST_CASE("one_hot counts the classes or refuses what lies outside", "[ops][gather]") {
  CHECK((one_hot(IndexArray{1, 0}) == IndexArray{{0, 1}, {1, 0}}));
  CHECK((one_hot(IndexArray{1}, 3) == IndexArray{{0, 1, 0}}));
  CHECK_THROWS_WITH(one_hot(IndexArray{3}, 3), "one_hot: index must be in [0, 3), got 3");
  CHECK_THROWS_WITH(one_hot(IndexArray{-1}, 3), "one_hot: index must be in [0, 3), got -1");
  CHECK_THROWS_WITH(one_hot(IndexArray(Shape{0})),
                    "one_hot: classes must be >= 0 where there is no index to count from, got -1");
}

TEST_CASE("a scalar has one axis for reductions, as in PyTorch", "[ops][reduce]") {
  const Variable<double> x(Array<double>(Shape{}, 3.), true);
  CHECK(sum(x, 0).shape() == Shape{});
  CHECK(amax(x, -1, {.keepdims = true}).shape() == Shape{});
  CHECK(max(x, 0).indices() == 0);
  CHECK(argmin(x, -1)() == 0);
  CHECK(median(x, 0).values.item() == 3);
  CHECK(sort(x, 0).values.shape() == Shape{});
  CHECK_THROWS_WITH(sum(x, 1), "sum: axes must be in [-1, 1), got 1");
}

TEST_CASE("NaN: amax and prod pass it on to the gradient, norms of order 1 and infinity do not",
          "[ops][reduce]") {
  const Variable<double> x(Array<double>{1, nan_, 3}, true);
  const Array<double> g = gradient_of(amax(x), x), h = gradient_of(prod(x), x);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::isnan(g(i)));
    CHECK(std::isnan(h(i)));
  }
  CHECK((gradient_of(norm(x, 1), x) == Array<double>{1, 0, 1}));
  CHECK((gradient_of(norm(x, inf), x) == Array<double>{0, 0, 0}));
}

TEST_CASE("prod: the gradient of a NaN beside a zero is 0", "[ops][prod]") {
  // torch 2.15: [0, NaN, NaN], all second derivatives NaN; of infinity [0, infinity, NaN].
  const Variable<double> x(Array<double>{nan_, 0, 2}, true), y(Array<double>{inf, 0, 2}, true);
  const auto recorded = grad(prod(x), x, {.create_graph = true});
  for (const Array<double>& g : {gradient_of(prod(x), x), recorded.value()}) {
    CHECK(g(0) == 0);
    CHECK(std::isnan(g(1)));
    CHECK(std::isnan(g(2)));
  }
  for (const double second : gradient_of(recorded, x)) CHECK(std::isnan(second));
  const Array<double> g = gradient_of(prod(y), y);
  CHECK(g(0) == 0);
  CHECK(g(1) == inf);
  CHECK(std::isnan(g(2)));
}

TEST_CASE("logsumexp: an infinite element takes the gradient with it", "[ops][softmax]") {
  const Variable<double> x(Array<double>{{1, inf}, {-inf, -inf}, {2, 2}}, true);
  const Array<double> g = gradient_of(logsumexp(x, 1), x);
  CHECK(g(0, 0) == 0);
  CHECK(std::isnan(g(0, 1)));
  CHECK(g(1, 0) == 0);  // torch: NaN
  CHECK(g(2, 1) == 0.5);
}

TEST_CASE("var of too few elements has no slope", "[ops][reduce]") {
  const Variable<double> x(Array<double>{{2, 5}}, true);
  CHECK(std::isnan(gradient_of(var(x, 0), x)(0, 1)));
  CHECK(gradient_of(var(x, {}, {.correction = 2}), x)(0, 1) == inf);
}

TEST_CASE("chunk of nothing gives n parts of nothing", "[ops][index]") {
  CHECK(chunk(Variable<double>(Array<double>(Shape{0, 2})), 3).size() == 3);
}
