#include <xgrad/core/error.hpp>
#include <xgrad/data/digits.hpp>

#include <map>

#include "support/catch.hpp"

using namespace xg;

TEST_CASE("digits: count, scale and class sizes are those of the published set", "[data][digits]") {
  const auto set = data::digits<double>();
  REQUIRE(Shape(set.images.shape()) == Shape{1797, 1, 8, 8});
  std::map<std::int64_t, int> counts;
  for (const auto label : set.labels) ++counts[label];
  const std::map<std::int64_t, int> expected{{0, 178}, {1, 182}, {2, 177}, {3, 183}, {4, 181},
                                             {5, 182}, {6, 181}, {7, 179}, {8, 174}, {9, 180}};
  REQUIRE(counts == expected);
  const double mean = xt::mean(set.images)() * 16;
  REQUIRE(mean == Approx(4.884165).epsilon(1e-6));  // scikit-learn's load_digits
  const double square = xt::mean(set.images * set.images)() * 256;
  REQUIRE(std::sqrt(square - mean * mean) == Approx(6.016788).epsilon(1e-6));
}

TEST_CASE("digits: the first image is the zero it has always been", "[data][digits]") {
  const auto set = data::digits();
  const float row[] = {0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0};
  for (std::size_t i = 0; i < 16; ++i) REQUIRE(set.images.data()[i] == row[i] / 16);
  REQUIRE(set.labels(0) == 0);
}

TEST_CASE("split: parts are disjoint, complete and a function of the seed", "[data][images]") {
  auto set = data::digits();
  for (std::size_t i = 0; i < set.size(); ++i) set.labels(i) = static_cast<std::int64_t>(i);
  const auto [train, test] = data::split(set, 0.2, 3);
  REQUIRE(test.size() == 359);
  REQUIRE(train.size() == 1438);
  std::map<std::int64_t, int> seen;
  for (const auto id : train.labels) ++seen[id];
  for (const auto id : test.labels) ++seen[id];
  REQUIRE(seen.size() == 1797);
  const auto row = static_cast<std::size_t>(test.labels(0));
  REQUIRE((xt::view(test.images, 0) == xt::view(set.images, row)));
  REQUIRE((data::split(set, 0.2, 3).test.labels == test.labels));
  REQUIRE((data::split(set, 0.2, 4).test.labels != test.labels));
  REQUIRE_THROWS_WITH(data::split(set, 1.5, 3), "split: test_fraction must be in [0, 1], got 1.5");
}

TEST_CASE("take: gives the rows asked for and refuses others", "[data][images]") {
  const auto set = data::digits();
  const auto two = data::take(set, IndexArray{5, 5, 0});
  REQUIRE((two.labels == IndexArray{5, 5, 0}));
  REQUIRE((xt::view(two.images, 1) == xt::view(set.images, 5)));
  REQUIRE_THROWS_WITH(data::take(set, IndexArray{1797}),
                      "take: every row must be in [0, 1797), got 1797");
}

TEST_CASE("random_shift: moves whole images within its reach", "[data][images]") {
  auto images = Array<float>::from_shape({200, 2, 5, 5});
  images.fill(0);
  for (std::size_t i = 0; i < 200; ++i) images(i, 0, 2, 2) = images(i, 1, 2, 2) = 1;
  Generator generator(7);
  data::random_shift(images, 1, generator);
  std::map<std::size_t, int> places;
  for (std::size_t i = 0; i < 200; ++i) {
    REQUIRE((xt::view(images, i, 0) == xt::view(images, i, 1)));
    for (std::size_t j = 0; j < 25; ++j) {
      if (images.data()[i * 50 + j] == 1) ++places[j];
    }
  }
  REQUIRE(places.size() == 9);  // each of the nine moves, and none beyond
  for (const auto& [place, count] : places) {
    REQUIRE(place / 5 >= 1);
    REQUIRE(place / 5 <= 3);
    REQUIRE(count > 5);
  }
  REQUIRE_THROWS_WITH(data::random_shift(images, -1, generator),
                      "random_shift: reach must be >= 0, got -1");
}
