#include <xgrad/core/error.hpp>
#include <xgrad/train/metrics.hpp>
#include <xgrad/train/sanity.hpp>

#include <cmath>

#include "support/catch.hpp"

using namespace xg;

TEST_CASE("metrics: predictions, accuracy and confusion of a small example", "[train][metrics]") {
  const double nan = std::nan("");
  const Array<double> scores{{1., 3., 2.}, {5., 5., 0.}, {-2., -1., -.5}, {nan, 0., 1.}};
  const IndexArray labels{1, 1, 2, 0};
  const auto predicted = train::predicted_classes(scores);
  REQUIRE((predicted == IndexArray{1, 0, 2, 2}));
  REQUIRE(train::accuracy(scores, labels) == 0.5);
  const auto counts = train::confusion_matrix(predicted, labels, 3);
  REQUIRE((counts == IndexArray{{0, 0, 1}, {1, 1, 0}, {0, 0, 1}}));
}

TEST_CASE("metrics: refuse what does not fit", "[train][metrics][errors]") {
  REQUIRE_THROWS_AS(train::accuracy(IndexArray{1, 2}, IndexArray{1, 2, 3}), ShapeError);
  REQUIRE_THROWS_AS(train::predicted_classes(Array<float>{1.f, 2.f}), ShapeError);
  REQUIRE_THROWS_WITH(train::confusion_matrix(IndexArray{1}, IndexArray{3}, 3),
                      "confusion_matrix: every label must be in [0, 3), got 3");
  REQUIRE_THROWS_WITH(train::confusion_matrix(IndexArray{-1}, IndexArray{0}, 3),
                      "confusion_matrix: every predicted class must be in [0, 3), got -1");
}

TEST_CASE("check_initial_loss: near ln(classes) or not", "[train][sanity]") {
  const auto good = train::check_initial_loss(2.35, 10);
  REQUIRE(good.passed);
  REQUIRE(good.text == "initial loss 2.3500, near ln 10 = 2.3026");
  REQUIRE_FALSE(train::check_initial_loss(3.5, 10).passed);
  REQUIRE_FALSE(train::check_initial_loss(std::nan(""), 10).passed);
  REQUIRE_THROWS_WITH(train::check_initial_loss(1, 1),
                      "check_initial_loss: classes must be >= 2, got 1");
}

TEST_CASE("check_overfits: stops at the target, at the limit and at NaN", "[train][sanity]") {
  double loss = 2;
  REQUIRE(train::check_overfits([&] { return loss /= 2; }).passed);
  int calls = 0;
  REQUIRE_FALSE(train::check_overfits([&] { return ++calls, 1.; }, 0.01, 7).passed);
  REQUIRE(calls == 7);
  REQUIRE_FALSE(train::check_overfits([] { return std::nan(""); }).passed);
}
