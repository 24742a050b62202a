#include <xgrad/core/error.hpp>
#include <xgrad/data/loader.hpp>

#include <fstream>
#include <set>
#include <string>

#include "support/catch.hpp"

using namespace xg;
using data::DataLoader;

namespace {

// Image i holds i in each pixel; its label is i.
data::LabelledImages<float> counting(std::size_t count) {
  data::LabelledImages<float> set{Array<float>::from_shape({count, 1, 2, 2}),
                                  IndexArray::from_shape({count})};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < 4; ++j) set.images.data()[4 * i + j] = static_cast<float>(i);
    set.labels(i) = static_cast<std::int64_t>(i);
  }
  return set;
}

template <class Loader>
std::vector<std::int64_t> labels_of_epoch(Loader& loader) {
  std::vector<std::int64_t> all;
  for (auto [images, labels] : loader) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      REQUIRE(images(i, 0, 1, 1) == static_cast<float>(labels(i)));
      all.push_back(labels(i));
    }
  }
  return all;
}

[[maybe_unused]] std::size_t resident_pages() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident;
}

}  // namespace

TEST_CASE("DataLoader: every example once an epoch, in batches of the size asked for",
          "[data][loader]") {
  const std::size_t prefetch = GENERATE(0, 1, 3);
  DataLoader loader(counting(10), {.batch_size = 4, .seed = 1, .prefetch = prefetch});
  REQUIRE(loader.size() == 3);
  std::vector<std::size_t> sizes;
  std::set<std::int64_t> seen;
  for (auto [images, labels] : loader) {
    REQUIRE(Shape(images.shape()) == Shape{labels.size(), 1, 2, 2});
    sizes.push_back(labels.size());
    seen.insert(labels.begin(), labels.end());
  }
  REQUIRE(sizes == std::vector<std::size_t>{4, 4, 2});
  REQUIRE(seen.size() == 10);
}

TEST_CASE("DataLoader: epochs differ, and follow from the seed alone", "[data][loader]") {
  DataLoader a(counting(50), {.batch_size = 7, .seed = 5, .prefetch = 0});
  DataLoader b(counting(50), {.batch_size = 7, .seed = 5, .prefetch = 4});
  DataLoader other(counting(50), {.batch_size = 7, .seed = 6});
  const auto first = labels_of_epoch(a), second = labels_of_epoch(a);
  REQUIRE(first != second);
  REQUIRE(first == labels_of_epoch(b));
  REQUIRE(second == labels_of_epoch(b));
  REQUIRE(first != labels_of_epoch(other));
  b.set_epoch(0);
  REQUIRE(first == labels_of_epoch(b));
}

TEST_CASE("DataLoader: keeps the order without shuffling and drops a short batch on request",
          "[data][loader]") {
  DataLoader loader(counting(5), {.batch_size = 2, .shuffle = false, .drop_last = true});
  REQUIRE(loader.size() == 2);
  REQUIRE(labels_of_epoch(loader) == std::vector<std::int64_t>{0, 1, 2, 3});
}

TEST_CASE("DataLoader: takes any number of arrays", "[data][loader]") {
  using Three = DataLoader<Array<float>, Array<double>, IndexArray>;
  Three loader(Three::Batch(Array<float>{1, 2, 3}, Array<double>{{1, 2}, {3, 4}, {5, 6}},
                            IndexArray{7, 8, 9}),
               {.batch_size = 2, .shuffle = false});
  auto epoch = loader.begin();
  auto [x, y, z] = *epoch;
  REQUIRE((x == Array<float>{1, 2}));
  REQUIRE((y == Array<double>{{1, 2}, {3, 4}}));
  REQUIRE((z == IndexArray{7, 8}));
}

TEST_CASE("DataLoader: an empty set has no batches", "[data][loader]") {
  DataLoader loader(counting(0), {.batch_size = 2});
  REQUIRE(loader.size() == 0);
  REQUIRE(labels_of_epoch(loader).empty());
}

TEST_CASE("DataLoader: what the transform draws does not depend on prefetching", "[data][loader]") {
  const auto jitter = [](auto& batch, Generator& generator) {
    data::random_shift(std::get<0>(batch), 1, generator);
  };
  DataLoader a(counting(40), {.batch_size = 8, .prefetch = 0}, jitter);
  DataLoader b(counting(40), {.batch_size = 8, .prefetch = 3}, jitter);
  for (int epoch = 0; epoch < 2; ++epoch) {
    auto left = a.begin(), right = b.begin();
    for (; left != a.end(); ++left, ++right) {
      REQUIRE((std::get<0>(*left) == std::get<0>(*right)));
    }
    REQUIRE(right == b.end());
  }
}

TEST_CASE("DataLoader: an exception of the transform reaches the caller at its batch",
          "[data][loader]") {
  const std::size_t prefetch = GENERATE(0, 1, 4);
  const auto fail_on_five = [](auto& batch, Generator&) {
    if (std::get<1>(batch)(0) == 5) throw ValueError("transform: five");
  };
  DataLoader loader(counting(8), {.batch_size = 1, .shuffle = false, .prefetch = prefetch},
                    fail_on_five);
  for (int epoch = 0; epoch < 2; ++epoch) {
    int taken = 0;
    const auto run = [&] {
      for (auto [images, labels] : loader) ++taken;
    };
    REQUIRE_THROWS_WITH(run(), "transform: five");
    REQUIRE(taken == 5);
  }
}

TEST_CASE("DataLoader: an epoch may be left early, and outlive its loader", "[data][loader]") {
  DataLoader loader(counting(100), {.batch_size = 3, .prefetch = 5});
  for (int i = 0; i < 50; ++i) {
    for (auto [images, labels] : loader) break;
  }
  REQUIRE(loader.epoch() == 50);
  auto alone = [] {
    DataLoader gone(counting(20), {.batch_size = 5, .shuffle = false});
    return gone.begin();
  }();
  int batches = 0;
  for (; alone != std::default_sentinel; ++alone) ++batches;
  REQUIRE(batches == 4);
}

TEST_CASE("DataLoader: refuses what is no set of examples", "[data][loader][errors]") {
  using Pair = DataLoader<Array<float>, IndexArray>;
  REQUIRE_THROWS_WITH(DataLoader(counting(3), {.batch_size = 0}),
                      "DataLoader: batch_size must be >= 1, got 0");
  REQUIRE_THROWS_WITH(
      Pair(Pair::Batch(Array<float>{1, 2, 3}, IndexArray{1, 2})),
      "DataLoader: first.shape[0] == other.shape[0] failed: first is [3], other is [2]");
  REQUIRE_THROWS_AS(Pair(Pair::Batch(Array<float>(1.f), IndexArray{1, 2})), ShapeError);
}

#ifndef XGRAD_ASAN  // which keeps freed memory in quarantine
TEST_CASE("DataLoader: memory stays flat over 10,000 prefetched batches", "[data][loader]") {
  DataLoader loader(counting(10000), {.batch_size = 100, .prefetch = 4});
  const auto epoch = [&] {
    for (auto [images, labels] : loader) static_cast<void>(images);
  };
  // The pool first fills its lists up to their bounds.
  for (int i = 0; i < 100; ++i) epoch();
  const std::size_t before = resident_pages();
  for (int i = 0; i < 100; ++i) epoch();
  // Slack for the stacks of new threads; a leak of one batch of 2.4 kB each would be 6,000 pages.
  REQUIRE(resident_pages() < before + 512);
}
#endif
