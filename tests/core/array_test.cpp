#include <xgrad/xgrad.hpp>

#include <thread>
#include <vector>

#include "support/catch.hpp"

TEST_CASE("array: takes and gives xtensor expressions", "[core]") {
  const xg::Array<double> a{{1, 2, 3}, {4, 5, 6}};
  const xt::xarray<double> row = {1., 2., 3.};
  const xg::Array<double> c = a * row + 1.;
  REQUIRE(c == xg::Array<double>{{2., 5., 10.}, {5., 11., 19.}});
  const xg::Array<double> column_sums = xt::sum(a, {0}, xt::evaluation_strategy::immediate);
  REQUIRE(column_sums == xg::Array<double>{5., 7., 9.});
  const xg::Array<double> turned = xt::transpose(a);
  REQUIRE(turned.shape() == xg::Shape{3, 2});
}

TEST_CASE("array: storage is aligned to 64 bytes at every size", "[core]") {
  for (const std::size_t n : {1UL, 7UL, 16UL, 17UL, 1000UL, 300000UL}) {
    const auto a = xg::empty_array<float>({n});
    REQUIRE(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
  }
}

TEST_CASE("shape: any rank, also above its inline capacity", "[core]") {
  xg::Shape shape(9, 2);
  shape.push_back(3);
  const xg::Shape copy = shape;
  REQUIRE(copy.size() == 10);
  REQUIRE(copy.back() == 3);
  REQUIRE(xg::Array<float>(copy, 1.F).size() == 512 * 3);
}

TEST_CASE("pool: a freed block is used again and counted", "[core][memory]") {
  xg::empty_cache();
  const auto before = xg::memory_stats();
  const void* first = nullptr;
  {
    const auto a = xg::empty_array<float>({100000});
    first = a.data();
    REQUIRE(xg::memory_stats().current >= before.current + 400000);
  }
  REQUIRE(xg::memory_stats().current == before.current);
  REQUIRE(xg::memory_stats().cached >= before.cached + 400000);
  REQUIRE(xg::empty_array<float>({100000}).data() == first);
  REQUIRE(xg::memory_stats().peak >= before.current + 400000);
  xg::empty_cache();
  REQUIRE(xg::memory_stats().cached == 0);
}

TEST_CASE("pool: blocks made on one thread and freed on another do not pile up", "[core][memory]") {
  std::vector<xg::Array<float>> handed_over;
  const auto make = [&] {
    for (int i = 0; i < 20; ++i) handed_over.push_back(xg::full_array<float>({50000}, 1));
  };
  std::size_t after_hundred = 0;
  for (int round = 0; round < 200; ++round) {
    std::thread(make).join();
    handed_over.clear();
    if (round == 100) after_hundred = xg::memory_stats().cached;
  }
  REQUIRE(xg::memory_stats().cached <= after_hundred + (1U << 20));
}
