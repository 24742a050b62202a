#include <Random123/philox.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/core/random.hpp>

#include "support/catch.hpp"

namespace k = xg::kernels;

namespace {

std::vector<std::uint32_t> first_block(const xg::GeneratorState& state) {
  xg::Generator generator(0);
  generator.set_state(state);
  std::vector<std::uint32_t> words(64);
  k::fill_words(generator, words.data(), words.size());
  return {words[0], words[16], words[32], words[48]};
}

template <class T, class Fill>
std::vector<T> filled(std::size_t n, const Fill& fill) {
  xg::Generator generator(42);
  std::vector<T> y(n);
  fill(generator, y.data(), n);
  return y;
}

template <class T>
double moment(const std::vector<T>& y, int power, double about) {
  return std::accumulate(y.begin(), y.end(), 0.0,
                         [=](double s, T v) { return s + std::pow(v - about, power); }) /
         static_cast<double>(y.size());
}

}  // namespace

TEST_CASE("fill_words: Random123's published answers for philox4x32-10", "[core][random]") {
  using Words = std::vector<std::uint32_t>;
  REQUIRE(first_block({0, 0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint64_t ones = ~std::uint64_t{0};
  REQUIRE(first_block({ones, ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  REQUIRE(first_block({0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88}) ==
          Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("fill_words: every word agrees with Random123 itself", "[core][random]") {
  const xg::GeneratorState start{0x0123456789abcdef, 5,
                                 0xfffffff0};  // the counter's lower half overflows
  xg::Generator generator(0);
  generator.set_state(start);
  std::vector<std::uint32_t> words(64 * 5);
  k::fill_words(generator, words.data(), words.size());
  r123::Philox4x32 philox;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint64_t counter = start.counter + i / 64 * 16 + i % 16;
    const auto block = philox(
        {{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 5, 0}},
        {{0x89abcdef, 0x01234567}});
    CAPTURE(i);
    REQUIRE(words[i] == block[i % 64 / 16]);
  }
  REQUIRE(generator.state() == xg::GeneratorState{start.seed, 5, start.counter + 80});
}

TEMPLATE_TEST_CASE("fills: an element depends on its index alone", "[core][random]", float,
                   double) {
  const auto kind = GENERATE(0, 1, 2);
  const auto fill = [kind](xg::Generator& g, TestType* y, std::size_t n) {
    if (kind == 0) k::fill_uniform<TestType>(g, y, n, -1, 2);
    if (kind == 1) k::fill_normal<TestType>(g, y, n, 1, 3);
    if (kind == 2) k::fill_bernoulli<TestType>(g, y, n, 0.3, 2);
  };
  const int before = xg::get_num_threads();
  xg::set_num_threads(1);
  const auto longest = filled<TestType>(50001, fill);
  xg::set_num_threads(3);
  REQUIRE(filled<TestType>(50001, fill) == longest);
  xg::set_num_threads(before);
  for (const std::size_t n : {0u, 1u, 31u, 32u, 63u, 64u, 65u, 1000u, 16384u, 16385u}) {
    CAPTURE(kind, n);
    REQUIRE(filled<TestType>(n, fill) ==
            std::vector<TestType>(longest.begin(), longest.begin() + static_cast<long>(n)));
  }
}

TEMPLATE_TEST_CASE("fill_uniform: moments and range", "[core][random]", float, double) {
  // Standard errors of the moments of 1e6 uniforms: 3e-4 and 2.4e-4 times the width; five of them.
  const auto y = filled<TestType>(1000000, [](auto& g, TestType* p, std::size_t n) {
    k::fill_uniform<TestType>(g, p, n, -2, 2);
  });
  REQUIRE(std::abs(moment(y, 1, 0)) < 4 * 1.5e-3);
  REQUIRE(std::abs(moment(y, 2, 0) - 4.0 / 3) < 6e-3);
  REQUIRE(*std::min_element(y.begin(), y.end()) >= -2);
  REQUIRE(*std::max_element(y.begin(), y.end()) < 2);
  REQUIRE(*std::max_element(y.begin(), y.end()) > TestType(1.9999));
}

TEST_CASE("fill_uniform: hi is never reached, however narrow the range", "[core][random]") {
  const float lo = 1, hi = std::nextafter(1.0f, 2.0f);
  const auto narrow = filled<float>(
      1000, [=](auto& g, float* p, std::size_t n) { k::fill_uniform(g, p, n, lo, hi); });
  REQUIRE(narrow == std::vector<float>(1000, lo));
  const auto point = filled<float>(
      1000, [](auto& g, float* p, std::size_t n) { k::fill_uniform(g, p, n, 3.f, 3.f); });
  REQUIRE(point == std::vector<float>(1000, 3.f));
}

TEST_CASE("fill_uniform: double has 53 random bits", "[core][random]") {
  const auto y = filled<double>(
      1000, [](auto& g, double* p, std::size_t n) { k::fill_uniform(g, p, n, 0.0, 1.0); });
  std::uint64_t seen = 0;
  for (const double v : y) {
    REQUIRE(v * 0x1p53 == std::floor(v * 0x1p53));
    seen |= static_cast<std::uint64_t>(v * 0x1p53);
  }
  REQUIRE(seen == (std::uint64_t{1} << 53) - 1);
}

TEMPLATE_TEST_CASE("fill_normal: moments, tails and independent pairs", "[core][random]", float,
                   double) {
  const auto y = filled<TestType>(1 << 20, [](auto& g, TestType* p, std::size_t n) {
    k::fill_normal<TestType>(g, p, n, 0, 1);
  });
  // Five standard errors: sqrt(m_2k / n) is 1e-3, 1.4e-3, 3.8e-3, 9.6e-3.
  REQUIRE(std::abs(moment(y, 1, 0)) < 5e-3);
  REQUIRE(std::abs(moment(y, 2, 0) - 1) < 7e-3);
  REQUIRE(std::abs(moment(y, 3, 0)) < 2e-2);
  REQUIRE(std::abs(moment(y, 4, 0) - 3) < 5e-2);
  const auto beyond = [&](double s) {
    return std::count_if(y.begin(), y.end(), [s](TestType v) { return std::abs(v) > s; });
  };
  REQUIRE(std::abs(static_cast<double>(beyond(2)) - 47710) <
          1100);  // erfc(2 / sqrt 2) n = 47710, sd 213
  REQUIRE(std::abs(static_cast<double>(beyond(4)) - 66.4) <
          41);                                      // erfc(4 / sqrt 2) n = 66.4, sd 8.1
  const std::size_t half = 128 / sizeof(TestType);  // the other number of a pair
  double product = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    product += static_cast<double>(y[i]) * static_cast<double>(y[i ^ half]);
  REQUIRE(std::abs(product / static_cast<double>(y.size())) < 7e-3);
}

TEST_CASE("fill_normal: is Box and Muller's formula", "[core][random]") {
  xg::Generator generator(42);
  std::vector<std::uint32_t> w(64);
  std::vector<double> y(32);
  k::fill_words(generator, w.data(), w.size());
  generator.set_state({42, 0, 0});
  k::fill_normal(generator, y.data(), y.size(), 0.0, 1.0);
  for (std::size_t j = 0; j < 16; ++j) {
    const double u = ((w[j] >> 5) * 0x1p26 + (w[j + 32] >> 6) + 0.5) * 0x1p-53;
    const double angle = (w[j + 16] * 0x1p21 + (w[j + 48] >> 11)) * (std::acos(-1.0) * 0x1p-52);
    const double r = std::sqrt(-2 * std::log(u));
    CAPTURE(j);
    REQUIRE(std::abs(y[j] - r * std::cos(angle)) < 4e-15);  // four roundings of numbers below 7
    REQUIRE(std::abs(y[j + 16] - r * std::sin(angle)) < 4e-15);
  }
}

TEMPLATE_TEST_CASE("fill_bernoulli: frequency, and both ends of p", "[core][random]", float,
                   double) {
  const double p = GENERATE(0.0, 0.25, 0.9, 1.0);
  const auto y = filled<TestType>(100000, [p](auto& g, TestType* out, std::size_t n) {
    k::fill_bernoulli<TestType>(g, out, n, p, 4);
  });
  const auto ones = std::count(y.begin(), y.end(), TestType(4));
  REQUIRE(ones + std::count(y.begin(), y.end(), TestType(0)) == 100000);
  CAPTURE(p);
  REQUIRE(std::abs(static_cast<double>(ones) - p * 1e5) <= 5 * std::sqrt(p * (1 - p) * 1e5));
}

TEMPLATE_TEST_CASE("apply_bernoulli: multiplies by the mask of the same draw", "[core][random]",
                   float, double) {
  const std::size_t n = GENERATE(1u, 63u, 64u, 1000u, 40000u);
  xg::Generator generator(3);
  const xg::GeneratorState draw = generator.state();
  std::vector<TestType> mask(n), x(n), y(n), expected(n);
  k::fill_bernoulli<TestType>(generator, mask.data(), n, 0.7, TestType(1.5));
  REQUIRE(generator.state().counter == k::bernoulli_blocks(n));
  k::fill_normal<TestType>(generator, x.data(), n, 0, 1);
  k::apply_bernoulli<TestType>(draw, x.data(), y.data(), n, 0.7, TestType(1.5));
  for (std::size_t i = 0; i < n; ++i) expected[i] = x[i] * mask[i];
  REQUIRE(y == expected);
  k::apply_bernoulli<TestType>(draw, x.data(), x.data(), n, 0.7, TestType(1.5));
  REQUIRE(x == expected);
}

TEST_CASE("fill_randint: covers the range evenly, and any range", "[core][random]") {
  xg::Generator generator(1);
  std::vector<std::int64_t> y(60000), counts(6);
  k::fill_randint(generator, y.data(), y.size(), -2, 4);
  for (const std::int64_t v : y) ++counts.at(static_cast<std::size_t>(v + 2));
  for (const std::int64_t c : counts)
    REQUIRE(std::abs(static_cast<double>(c) - 10000) < 5 * 91.3);  // binomial sd
  k::fill_randint(generator, y.data(), y.size(), 7, 8);
  REQUIRE(y == std::vector<std::int64_t>(y.size(), 7));
  using limits = std::numeric_limits<std::int64_t>;
  k::fill_randint(generator, y.data(), y.size(), limits::min(), limits::max());
  REQUIRE(std::abs(
              static_cast<double>(std::count_if(y.begin(), y.end(), [](auto v) { return v < 0; })) -
              30000) < 613);
}

TEST_CASE("random_permutation: a permutation, and all are equally likely", "[core][random]") {
  xg::Generator generator(9);
  std::vector<std::int64_t> y(1000), sorted(1000);
  k::random_permutation(generator, y.data(), y.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  REQUIRE(y != sorted);
  REQUIRE(std::is_permutation(y.begin(), y.end(), sorted.begin()));
  std::vector<int> seen(27);
  for (int round = 0; round < 6000; ++round) {
    k::random_permutation(generator, y.data(), 3);
    ++seen.at(static_cast<std::size_t>(9 * y[0] + 3 * y[1] + y[2]));
  }
  REQUIRE(std::count(seen.begin(), seen.end(), 0) == 21);
  for (const int count : seen)
    REQUIRE((count == 0 || std::abs(count - 1000) < 5 * 29));  // binomial sd
}

TEST_CASE("Generator: copies share a stream, states restore it", "[core][random]") {
  xg::Generator a(5);
  xg::Generator b = a;
  REQUIRE(a == b);
  REQUIRE_FALSE(a == xg::Generator(5));
  float first = 0, second = 0, again = 0;
  k::fill_uniform(a, &first, 1, 0.f, 1.f);
  const xg::GeneratorState between = a.state();
  k::fill_uniform(b, &second, 1, 0.f, 1.f);
  REQUIRE(first != second);
  a.set_state(between);
  k::fill_uniform(b, &again, 1, 0.f, 1.f);
  REQUIRE(again == second);
}

TEST_CASE("manual_seed: restarts the default generator in place", "[core][random]") {
  const xg::Generator held = xg::default_generator();
  xg::manual_seed(11);
  REQUIRE(held.state() == xg::GeneratorState{11, 0, 0});
  REQUIRE(xg::default_generator() == held);
}

TEST_CASE("GeneratorObserver: is told before every draw, and not of its own", "[core][random]") {
  struct Recorder : xg::GeneratorObserver {
    std::vector<xg::GeneratorState> states;
    void before_draw(xg::Generator& generator) override {
      states.push_back(generator.state());
      xg::Generator(1).reserve(1);
    }
  } recorder;
  xg::Generator generator(8);
  REQUIRE(xg::set_generator_observer(&recorder) == nullptr);
  std::vector<float> y(64);
  k::fill_uniform(generator, y.data(), 64, 0.f, 1.f);
  k::fill_normal(generator, y.data(), 64, 0.f, 1.f);
  REQUIRE(xg::set_generator_observer(nullptr) == &recorder);
  k::fill_normal(generator, y.data(), 64, 0.f, 1.f);
  REQUIRE(recorder.states == std::vector<xg::GeneratorState>{{8, 0, 0}, {8, 0, 16}});
}
