#include <xgrad/core/error.hpp>
#include <xgrad/data/images.hpp>
#include <xgrad/data/standardize.hpp>

#include <algorithm>

#include "support/catch.hpp"

using namespace xg;

namespace {

// [2, 2, 1, 2]: channel 0 holds 1, 2, 5, 8 and channel 1 the constant 3.
Array<double> sample() {
  auto images = Array<double>::from_shape({2, 2, 1, 2});
  const double values[] = {1, 2, 3, 3, 5, 8, 3, 3};
  std::copy(std::begin(values), std::end(values), images.data());
  return images;
}

}  // namespace

TEST_CASE("channel_statistics: mean and population deviation by channel", "[data][images]") {
  const auto found = data::channel_statistics(sample());
  CHECK(found.mean == std::vector<double>{4, 3});
  CHECK(found.deviation[0] == Approx(2.7386127875258306));  // sqrt(7.5)
  CHECK(found.deviation[1] == 0);
  const auto none = data::channel_statistics(Array<float>::from_shape({0, 2, 4, 4}));
  CHECK(none.mean == std::vector<double>{0, 0});
  CHECK(none.deviation == std::vector<double>{1, 1});
}

TEST_CASE("standardize: mean 0 and deviation 1; unstandardize undoes it", "[data][images]") {
  auto images = sample();
  const auto statistics = data::channel_statistics(images);
  data::standardize(images, statistics);
  const auto after = data::channel_statistics(images);
  CHECK(after.mean[0] == Approx(0).margin(1e-15));
  CHECK(after.deviation[0] == Approx(1));
  CHECK(images(0, 0, 0, 0) == Approx(-1.0954451150103321));  // -3 / sqrt(7.5)
  CHECK(images(1, 1, 0, 1) == 0);
  data::unstandardize(images, statistics);
  CHECK(xt::allclose(images, sample()));
}

TEST_CASE("standardize: refuses other ranks and channels", "[data][images][errors]") {
  auto images = sample();
  const data::ChannelStatistics three{{0, 0, 0}, {1, 1, 1}};
  REQUIRE_THROWS_WITH(data::standardize(images, three),
                      "standardize: statistics must be of 2 channels, got 3");
  REQUIRE_THROWS_AS(data::unstandardize(images, three), ShapeError);
  Array<double> flat{1, 2};
  REQUIRE_THROWS_AS(data::standardize(flat, three), ShapeError);
  REQUIRE_THROWS_AS(data::channel_statistics(flat), ShapeError);
}

TEST_CASE("random_flip: mirrors about half of the images, whole ones", "[data][images]") {
  auto images = Array<float>::from_shape({400, 2, 2, 3});
  for (std::size_t i = 0; i < images.size(); ++i) images.data()[i] = static_cast<float>(i % 12);
  const Array<float> before = images;
  Generator generator(5);
  data::random_flip(images, generator);
  int mirrored = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    const float* was = before.data() + 12 * i;
    const float* is = images.data() + 12 * i;
    const bool flipped = is[0] != was[0];
    mirrored += flipped ? 1 : 0;
    for (std::size_t j = 0; j < 12; ++j) {
      REQUIRE(is[j] == was[flipped ? j / 3 * 3 + (2 - j % 3) : j]);
    }
  }
  CHECK(mirrored > 160);  // 200 expected, deviation 10
  CHECK(mirrored < 240);
  Array<float> flat{1.f, 2.f};
  REQUIRE_THROWS_AS(data::random_flip(flat, generator), ShapeError);
}
