#include <xgrad/core/kernels/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>

#include "support/catch.hpp"

namespace k = xg::kernels;

namespace {

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

template <class T>
std::vector<T> random_vector(std::size_t n, std::uint64_t seed, T std) {
  xg::Generator generator(seed);
  std::vector<T> y(n);
  k::fill_normal<T>(generator, y.data(), n, 0, std);
  return y;
}

template <class T>
bool close(const std::vector<T>& y, const std::vector<long double>& expected, long double ulps,
           long double floor = 1e-3L) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    const long double bound =
        ulps * std::numeric_limits<T>::epsilon() * std::max(std::abs(expected[i]), floor);
    if (!(std::abs(y[i] - expected[i]) <= bound)) return false;
  }
  return true;
}

/// The longhand definitions, in long double.
struct Reference {
  std::vector<long double> softmax, log_softmax, logsumexp, softmax_gx, log_softmax_gx;
  template <class T>
  Reference(const std::vector<T>& x, const std::vector<T>& gy, std::size_t outer, std::size_t n,
            std::size_t inner)
      : softmax(x.size()),
        log_softmax(x.size()),
        logsumexp(outer * inner),
        softmax_gx(x.size()),
        log_softmax_gx(x.size()) {
    for (std::size_t o = 0; o < outer; ++o) {
      for (std::size_t j = 0; j < inner; ++j) {
        const auto at = [&](std::size_t i) { return (o * n + i) * inner + j; };
        long double sum = 0, dot = 0, total = 0;
        for (std::size_t i = 0; i < n; ++i) sum += std::exp(static_cast<long double>(x[at(i)]));
        for (std::size_t i = 0; i < n; ++i) {
          softmax[at(i)] = std::exp(static_cast<long double>(x[at(i)])) / sum;
          log_softmax[at(i)] = x[at(i)] - std::log(sum);
          dot += softmax[at(i)] * gy[at(i)], total += gy[at(i)];
        }
        logsumexp[o * inner + j] = std::log(sum);
        for (std::size_t i = 0; i < n; ++i) {
          softmax_gx[at(i)] = softmax[at(i)] * (gy[at(i)] - dot);
          log_softmax_gx[at(i)] = gy[at(i)] - softmax[at(i)] * total;
        }
      }
    }
  }
};

}  // namespace

TEMPLATE_TEST_CASE("softmax, log_softmax, logsumexp: values", "[core][softmax]", float, double) {
  const std::vector<TestType> x{0.5, -1.25, 3, 0, 2.75, -0.125};
  // mpmath, 40 digits
  const std::vector<long double> softmax{0.041691341289648653L, 0.0072448687836406131L,
                                         0.50790451347477208L,  0.025287076736715151L,
                                         0.3955564328196534L,   0.022315766895570099L};
  const std::vector<long double> log_softmax{-3.1774618146722451L,  -4.9274618146722451L,
                                             -0.67746181467224506L, -3.6774618146722451L,
                                             -0.92746181467224506L, -3.8024618146722451L};
  const long double logsumexp = 3.6774618146722451L;
  std::vector<TestType> y(6), one(1);
  k::softmax(x.data(), 1, 6, 1, y.data());
  REQUIRE(close(y, softmax, 6));
  k::log_softmax(x.data(), 1, 6, 1, y.data());
  REQUIRE(close(y, log_softmax, 6));
  k::logsumexp(x.data(), 1, 6, 1, one.data());
  REQUIRE(close(one, {logsumexp}, 4));
}

TEMPLATE_TEST_CASE("softmax and its kin: rows and columns of every length", "[core][softmax]",
                   float, double) {
  const std::size_t outer = GENERATE(1u, 3u), n = GENERATE(1u, 2u, 10u, 16u, 65u, 1000u);
  const std::size_t inner = GENERATE(1u, 3u, 16u, 37u);
  const auto x = random_vector<TestType>(outer * n * inner, 1, 2),
             gy = random_vector<TestType>(x.size(), 2, 1);
  const Reference expected(x, gy, outer, n, inner);
  std::vector<TestType> y(x.size()), gx(x.size()), s(outer * inner);
  CAPTURE(outer, n, inner);
  // A few units: exp and the subtraction of the maximum (up to 10) err by 2 + 10 ulp, sums and dots
  // by little more.
  k::softmax(x.data(), outer, n, inner, y.data());
  REQUIRE(close(y, expected.softmax, 20));
  k::softmax_backward(y.data(), gy.data(), outer, n, inner, gx.data());
  REQUIRE(close(gx, expected.softmax_gx, 20, 0.1L));
  k::log_softmax(x.data(), outer, n, inner, y.data());
  REQUIRE(close(y, expected.log_softmax, 20, 1));  // log of a sum near 1
  k::log_softmax_backward(y.data(), gy.data(), outer, n, inner, gx.data());
  // gy and its sum, up to 100 and of either sign, are what is rounded.
  REQUIRE(close(gx, expected.log_softmax_gx, 100, 1));
  k::logsumexp(x.data(), outer, n, inner, s.data());
  REQUIRE(close(s, expected.logsumexp, 20, 1));
}

TEMPLATE_TEST_CASE("softmax: in place", "[core][softmax]", float, double) {
  const std::size_t inner = GENERATE(1u, 5u);
  auto x = random_vector<TestType>(3 * 20 * inner, 1, 2);
  std::vector<TestType> y(x.size());
  k::softmax(x.data(), 3, 20, inner, y.data());
  k::softmax(x.data(), 3, 20, inner, x.data());
  REQUIRE(x == y);
}

TEMPLATE_TEST_CASE("softmax: extreme rows, as torch has them", "[core][softmax]", float, double) {
  using V = std::vector<TestType>;
  const TestType inf = infinity<TestType>, nan = nan_of<TestType>;
  struct Row {
    V x, softmax, log_softmax;
    TestType logsumexp;
  };
  const TestType log2 = static_cast<TestType>(0.69314718055994530942);
  const std::vector<Row> rows{
      {{-inf, -inf}, {nan, nan}, {nan, nan}, -inf},
      {{inf, 1}, {nan, nan}, {nan, nan}, inf},
      {{inf, -inf}, {nan, nan}, {nan, nan}, inf},
      {{inf, nan}, {nan, nan}, {nan, nan}, nan},
      {{nan, 1}, {nan, nan}, {nan, nan}, nan},
      {{1, nan}, {nan, nan}, {nan, nan}, nan},
      {{-inf, 0}, {0, 1}, {-inf, 0}, 0},
      {{TestType(1e30), TestType(-1e30)}, {1, 0}, {0, TestType(1e30) * -2}, TestType(1e30)},
      {{TestType(1e30), TestType(1e30)}, {0.5, 0.5}, {-log2, -log2}, TestType(1e30)},
      {{TestType(1e-30), TestType(-1e-30)}, {0.5, 0.5}, {-log2, -log2}, log2}};
  const auto same = [](TestType a, TestType b) { return a == b || (a != a && b != b); };
  for (const Row& row : rows) {
    // As a row, and as each of two columns.
    const V columns{row.x[0], row.x[0], row.x[1], row.x[1]};
    V y(2), y2(4), s(1), s2(2);
    k::softmax(row.x.data(), 1, 2, 1, y.data());
    k::softmax(columns.data(), 1, 2, 2, y2.data());
    CAPTURE(row.x, y, y2);
    for (std::size_t i = 0; i < 2; ++i)
      REQUIRE((same(y[i], row.softmax[i]) && same(y2[2 * i + 1], y[i])));
    k::log_softmax(row.x.data(), 1, 2, 1, y.data());
    k::log_softmax(columns.data(), 1, 2, 2, y2.data());
    CAPTURE(y, y2);
    for (std::size_t i = 0; i < 2; ++i)
      REQUIRE((same(y[i], row.log_softmax[i]) && same(y2[2 * i + 1], y[i])));
    k::logsumexp(row.x.data(), 1, 2, 1, s.data());
    k::logsumexp(columns.data(), 1, 2, 2, s2.data());
    CAPTURE(s, s2);
    REQUIRE((same(s[0], row.logsumexp) && same(s2[1], s[0])));
  }
}

TEMPLATE_TEST_CASE("cross_entropy: is -log_softmax at the label, its gradient softmax - onehot",
                   "[core][softmax]", float, double) {
  const std::size_t rows = GENERATE(1u, 7u, 500u), n = GENERATE(2u, 10u, 100u);
  const auto x = random_vector<TestType>(rows * n, 1, 3),
             gloss = random_vector<TestType>(rows, 2, 1);
  std::vector<std::int64_t> labels(rows);
  xg::Generator generator(3);
  k::fill_randint(generator, labels.data(), rows, 0, static_cast<std::int64_t>(n));
  if (rows > 1) labels[1] = -100;
  std::vector<TestType> loss(rows), largest(rows), log_sum(rows), p(rows * n), log_p(rows * n),
      gx(rows * n);
  k::cross_entropy<TestType>(x.data(), labels.data(), -100, rows, n, loss.data(), largest.data(),
                             log_sum.data());
  k::softmax(x.data(), rows, n, 1, p.data());
  k::log_softmax(x.data(), rows, n, 1, log_p.data());
  const std::size_t stride = GENERATE(0u, 1u);
  k::cross_entropy_backward<TestType>(x.data(), labels.data(), -100, largest.data(), log_sum.data(),
                                      gloss.data(), stride, rows, n, gx.data());
  CAPTURE(rows, n, stride);
  std::size_t wrong = 0;
  const TestType eps = 20 * std::numeric_limits<TestType>::epsilon();
  for (std::size_t i = 0; i < rows; ++i) {
    const bool counts = labels[i] >= 0;
    const auto label = static_cast<std::size_t>(labels[i]);
    const TestType expected = counts ? -log_p[i * n + label] : 0;
    wrong += !(std::abs(loss[i] - expected) <= eps * (1 + expected));
    for (std::size_t j = 0; j < n; ++j) {
      const TestType g = counts ? (p[i * n + j] - (j == label ? 1 : 0)) * gloss[i * stride] : 0;
      wrong += !(std::abs(gx[i * n + j] - g) <= eps * std::abs(gloss[i * stride]));
    }
  }
  REQUIRE(wrong == 0);
}

TEST_CASE("cross_entropy: large logits keep the digits of the gradient", "[core][softmax]") {
  // Two equal logits of 1e6 in float: log(2) would vanish in 1e6 + log(2).
  const std::vector<float> x{1e6f, 1e6f};
  const std::int64_t label = 0;
  const float one = 1;
  float loss = 0, largest = 0, log_sum = 0;
  std::vector<float> gx(2);
  k::cross_entropy(x.data(), &label, -1, 1, 2, &loss, &largest, &log_sum);
  k::cross_entropy_backward(x.data(), &label, -1, &largest, &log_sum, &one, 0, 1, 2, gx.data());
  REQUIRE(loss == 0.693147182f);
  REQUIRE(gx == std::vector<float>{-0.5f, 0.5f});
}

TEST_CASE("softmax: the same bits for any number of threads", "[core][softmax]") {
  const std::size_t inner = GENERATE(1u, 20u);
  const auto x = random_vector<float>(300 * 100 * inner, 5, 3);
  std::vector<float> one(x.size()), three(x.size());
  const int before = xg::get_num_threads();
  xg::set_num_threads(1);
  k::log_softmax(x.data(), 300, 100, inner, one.data());
  xg::set_num_threads(3);
  k::log_softmax(x.data(), 300, 100, inner, three.data());
  xg::set_num_threads(before);
  REQUIRE(one == three);
}
