#include <xgrad/core/kernels/reduce.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>

#include "support/catch.hpp"

namespace k = xg::kernels;
using Sizes = std::vector<std::size_t>;
using Index = std::vector<std::int64_t>;

namespace {

struct Axes {  // std::vector<bool> has no data()
  bool flag[8] = {};
};

template <class T>
std::vector<T> random_vector(std::size_t n, std::uint64_t seed) {
  xg::Generator generator(seed);
  std::vector<T> y(n);
  k::fill_normal<T>(generator, y.data(), n, T(0.5), 1);
  return y;
}

std::size_t product(const Sizes& shape) {
  std::size_t n = 1;
  for (const std::size_t e : shape) n *= e;
  return n;
}

/// For each element of x the index of the result it goes to.
Sizes destinations(const Sizes& shape, const Axes& axes) {
  Sizes to(product(shape));
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::size_t rest = i, scale = 1;
    for (std::size_t a = shape.size(); a-- > 0; rest /= shape[a]) {
      if (axes.flag[a]) continue;
      to[i] += rest % shape[a] * scale;
      scale *= shape[a];
    }
  }
  return to;
}

std::size_t kept(const Sizes& shape, const Axes& axes) {
  std::size_t n = 1;
  for (std::size_t a = 0; a < shape.size(); ++a) n *= axes.flag[a] ? 1 : shape[a];
  return n;
}

template <class T>
T infinity() {
  return std::numeric_limits<T>::infinity();
}

/// Shapes that take every path: whole, rows, columns, narrow columns, cut rows and columns, and
/// alternations of them.
struct Case {
  Sizes shape;
  Axes axes;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all{{{}, {}},
                                     {{1}, {{true}}},
                                     {{7}, {{true}}},
                                     {{7}, {{false}}},
                                     {{20000}, {{true}}},
                                     {{5, 33}, {{false, true}}},
                                     {{33, 5}, {{true, false}}},
                                     {{3, 9001}, {{false, true}}},
                                     {{300, 70}, {{true, false}}},
                                     {{5000, 3}, {{true, false}}},
                                     {{2, 9000}, {{true, false}}},
                                     {{4, 6, 5}, {{false, true, false}}},
                                     {{4, 6, 5}, {{true, false, true}}},
                                     {{4, 600, 3}, {{false, true, false}}},
                                     {{8, 3, 100}, {{true, false, true}}},
                                     {{3, 4, 5, 6}, {{true, false, true, false}}},
                                     {{3, 4, 5, 6, 7}, {{true, false, true, false, true}}},
                                     {{3, 4, 5, 6, 70}, {{false, true, false, true, false}}},
                                     {{2, 1, 3, 1, 4}, {{true, false, false, true, false}}},
                                     {{150, 2, 150}, {{true, false, true}}},
                                     {{6, 1, 4}, {{false, true, false}}}};
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("reduce: every fold over every pattern of axes", "[core][reduce]", float,
                   double) {
  for (const Case& c : cases()) {
    const auto x = random_vector<TestType>(product(c.shape), 1),
               z = random_vector<TestType>(product(c.shape), 2);
    const Sizes to = destinations(c.shape, c.axes);
    const std::size_t n = kept(c.shape, c.axes);
    std::vector<long double> sum(n), size(n), square(n), abs(n), dot(n), dot_size(n),
        largest(n, -infinity<long double>()), smallest(n, infinity<long double>());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double v = x[i], w = z[i];
      sum[to[i]] += v, size[to[i]] += std::abs(v), square[to[i]] += v * v,
          abs[to[i]] += std::abs(v);
      dot[to[i]] += v * w, dot_size[to[i]] += std::abs(v * w);
      largest[to[i]] = std::max(largest[to[i]], v), smallest[to[i]] = std::min(smallest[to[i]], v);
    }
    const long double count = static_cast<long double>(x.size()) / static_cast<long double>(n);
    for (std::size_t j = 0; j < n; ++j) sum[j] /= 1;
    CAPTURE(c.shape, std::vector<bool>(c.axes.flag, c.axes.flag + c.shape.size()));
    // Blocked sums: far below n eps; 40 additions in a row at most, and the pairwise levels.
    const auto close = [&](const std::vector<TestType>& y, const std::vector<long double>& expected,
                           const std::vector<long double>& scale) {
      for (std::size_t j = 0; j < n; ++j) {
        if (!(std::abs(y[j] - expected[j]) <=
              40 * std::numeric_limits<TestType>::epsilon() * scale[j]))
          return false;
      }
      return true;
    };
    std::vector<TestType> y(n);
    const auto run = [&](k::Reduce op) {
      k::reduce(op, x.data(), c.shape.data(), c.shape.size(), c.axes.flag, y.data());
      return y;
    };
    REQUIRE(close(run(k::Reduce::sum), sum, size));
    REQUIRE(close(run(k::Reduce::sum_square), square, square));
    REQUIRE(close(run(k::Reduce::sum_abs), abs, abs));
    REQUIRE(run(k::Reduce::max) == std::vector<TestType>(largest.begin(), largest.end()));
    REQUIRE(run(k::Reduce::min) == std::vector<TestType>(smallest.begin(), smallest.end()));
    k::reduce_product(x.data(), z.data(), c.shape.data(), c.shape.size(), c.axes.flag, y.data());
    REQUIRE(close(y, dot, dot_size));

    std::vector<long double> mean(n), variance(n);
    for (std::size_t j = 0; j < n; ++j) mean[j] = sum[j] / count, size[j] /= count;
    REQUIRE(close(run(k::Reduce::mean), mean, size));
    for (std::size_t i = 0; i < x.size(); ++i)
      variance[to[i]] += (x[i] - mean[to[i]]) * (x[i] - mean[to[i]]) / count;
    std::vector<TestType> m(n);
    k::moments(x.data(), c.shape.data(), c.shape.size(), c.axes.flag, m.data(), y.data());
    REQUIRE(close(m, mean, size));
    std::vector<long double> scale(n);
    for (std::size_t j = 0; j < n; ++j) scale[j] = variance[j] + size[j] * size[j] * 1e-6L;
    REQUIRE(close(y, variance, scale));
  }
}

TEMPLATE_TEST_CASE("reduce: prod", "[core][reduce]", float, double) {
  for (const Case& c : cases()) {
    // Powers of two: exact in any order.
    std::vector<TestType> x(product(c.shape));
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = i % 3 == 0 ? TestType(2) : i % 3 == 1 ? TestType(-0.5) : TestType(1);
    const Sizes to = destinations(c.shape, c.axes);
    std::vector<TestType> y(kept(c.shape, c.axes)), expected(y.size(), 1);
    for (std::size_t i = 0; i < x.size(); ++i) expected[to[i]] *= x[i];
    k::reduce(k::Reduce::prod, x.data(), c.shape.data(), c.shape.size(), c.axes.flag, y.data());
    CAPTURE(c.shape);
    REQUIRE(y == expected);
  }
}

TEST_CASE("reduce: the same bits for any number of threads", "[core][reduce]") {
  const int before = xg::get_num_threads();
  for (const Case& c : {Case{{300000}, {{true}}}, Case{{3000, 100}, {{true, false}}},
                        Case{{60000, 5}, {{true, false}}}, Case{{100, 3000}, {{false, true}}},
                        Case{{30, 40, 250}, {{true, false, true}}}}) {
    const auto x = random_vector<float>(product(c.shape), 1);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 4}) {
      xg::set_num_threads(threads);
      results.emplace_back(2 * kept(c.shape, c.axes));
      float* const y = results.back().data();
      k::moments(x.data(), c.shape.data(), c.shape.size(), c.axes.flag, y,
                 y + kept(c.shape, c.axes));
    }
    CAPTURE(c.shape);
    REQUIRE(results[0] == results[1]);
    REQUIRE(results[0] == results[2]);
  }
  xg::set_num_threads(before);
}

TEST_CASE("reduce: a long float sum is accurate", "[core][reduce]") {
  // Naive summation of 2^25 ones in float stops at 2^24; of 0.1s it is off by per cents.
  const std::vector<float> x(1u << 25, 0.1f);
  const std::size_t n = x.size();
  const bool all = true;
  float y = 0;
  k::reduce(k::Reduce::sum, x.data(), &n, 1, &all, &y);
  REQUIRE(std::abs(static_cast<double>(y) / (static_cast<double>(0.1f) * static_cast<double>(n)) -
                   1) < 1e-6);
}

TEMPLATE_TEST_CASE("reduce: variance of numbers far from zero", "[core][reduce]", float, double) {
  // 1000 + {0, 1, 2, 3} repeated: variance 1.25 exactly; the textbook formula would lose every
  // digit in float.
  std::vector<TestType> x(40000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1000 + static_cast<TestType>(i % 4);
  const std::size_t n = x.size();
  const bool all = true;
  TestType mean = 0, variance = 0;
  k::moments(x.data(), &n, 1, &all, &mean, &variance);
  REQUIRE(mean == TestType(1001.5));
  REQUIRE(variance == TestType(1.25));
}

TEMPLATE_TEST_CASE("reduce: max and min keep a NaN wherever it stands", "[core][reduce]", float,
                   double) {
  const auto op = GENERATE(k::Reduce::max, k::Reduce::min);
  const std::size_t rows = GENERATE(3u, 40u), columns = GENERATE(5u, 200u);
  const auto clean = random_vector<TestType>(rows * columns, 4);
  const std::size_t shape[] = {rows, columns};
  for (std::size_t at = 0; at < rows * columns; at += columns / 3 + 1) {
    auto x = clean;
    x[at] = std::numeric_limits<TestType>::quiet_NaN();
    std::vector<TestType> by_row(rows), by_column(columns);
    const bool second[] = {false, true}, first[] = {true, false};
    k::reduce(op, x.data(), shape, 2, second, by_row.data());
    k::reduce(op, x.data(), shape, 2, first, by_column.data());
    CAPTURE(rows, columns, at);
    for (std::size_t i = 0; i < rows; ++i) REQUIRE(std::isnan(by_row[i]) == (i == at / columns));
    for (std::size_t j = 0; j < columns; ++j)
      REQUIRE(std::isnan(by_column[j]) == (j == at % columns));
  }
}

TEST_CASE("reduce: empty arrays", "[core][reduce]") {
  const Sizes shape{0, 3};
  const bool first[] = {true, false}, second[] = {false, true};
  std::vector<float> y(3, 9.f);
  const auto run = [&](k::Reduce op, const bool* axes) {
    k::reduce<float>(op, nullptr, shape.data(), 2, axes, y.data());
    return y;
  };
  REQUIRE(run(k::Reduce::sum, second) == std::vector<float>(3, 9.f));  // [0]: nothing to write
  REQUIRE(run(k::Reduce::sum, first) == std::vector<float>(3, 0.f));
  REQUIRE(run(k::Reduce::prod, first) == std::vector<float>(3, 1.f));
  REQUIRE(run(k::Reduce::max, first) == std::vector<float>(3, -infinity<float>()));
  REQUIRE(run(k::Reduce::min, first) == std::vector<float>(3, infinity<float>()));
  run(k::Reduce::mean, first);
  REQUIRE(std::isnan(y[0]));
}

TEST_CASE("sum_to: undoes broadcasting", "[core][reduce]") {
  const Sizes shape{2, 3, 4};
  std::vector<double> x(24);
  for (std::size_t i = 0; i < 24; ++i) x[i] = static_cast<double>(i);
  const auto run = [&](const Sizes& target) {
    std::vector<double> y(product(target));
    k::sum_to(x.data(), shape.data(), 3, target.data(), target.size(), y.data());
    return y;
  };
  // numpy: np.arange(24.).reshape(2, 3, 4).sum(...)
  REQUIRE(run({}) == std::vector<double>{276});
  REQUIRE(run({4}) == std::vector<double>{60, 66, 72, 78});
  REQUIRE(run({3, 1}) == std::vector<double>{60, 92, 124});
  REQUIRE(run({2, 1, 4}) == std::vector<double>{12, 15, 18, 21, 48, 51, 54, 57});
  REQUIRE(run({2, 1, 1}) == std::vector<double>{66, 210});
  REQUIRE(run({2, 3, 4}) == x);
}

TEMPLATE_TEST_CASE("arg_max, arg_min: the first of equals, and NaN first of all", "[core][reduce]",
                   float, double) {
  const TestType nan = std::numeric_limits<TestType>::quiet_NaN();
  const std::vector<TestType> x{3, 5, 5, 1, nan, 7, nan, -1, -2, -2, -2, 0};  // [3, 4]
  Index index(4);
  std::vector<TestType> value(4);
  k::arg_max(x.data(), 3, 4, 1, index.data(), value.data());
  REQUIRE((index[0] == 1 && index[1] == 0 && index[2] == 3));
  REQUIRE((value[0] == 5 && std::isnan(value[1]) && value[2] == 0));
  k::arg_min<TestType>(x.data(), 3, 4, 1, index.data(), nullptr);
  REQUIRE((index[0] == 3 && index[1] == 0 && index[2] == 0));
  k::arg_max<TestType>(x.data(), 1, 3, 4, index.data(), nullptr);  // columns
  REQUIRE(index == Index{1, 1, 1, 0});
}

TEMPLATE_TEST_CASE("arg_max, arg_min: NaN in a long row", "[core][reduce]", float, double) {
  for (const std::size_t n : {31, 64, 300, 5000})
    for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
      std::vector<TestType> x(n, TestType(1));
      x[at] = std::numeric_limits<TestType>::quiet_NaN();
      std::int64_t largest = -1, smallest = -1;
      k::arg_max<TestType>(x.data(), 1, n, 1, &largest, nullptr);
      k::arg_min<TestType>(x.data(), 1, n, 1, &smallest, nullptr);
      CAPTURE(n, at);
      REQUIRE(largest == static_cast<std::int64_t>(at));
      REQUIRE(smallest == static_cast<std::int64_t>(at));
    }
}

TEST_CASE("arg_max: finds the place in long rows and columns", "[core][reduce]") {
  const std::size_t outer = 3, n = GENERATE(15u, 64u, 500u), inner = GENERATE(1u, 7u, 40u);
  const auto x = random_vector<float>(outer * n * inner, 6);
  Index index(outer * inner), expected(outer * inner);
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t j = 0; j < inner; ++j) {
      std::size_t best = 0;
      for (std::size_t i = 1; i < n; ++i) {
        if (x[(o * n + i) * inner + j] > x[(o * n + best) * inner + j]) best = i;
      }
      expected[o * inner + j] = static_cast<std::int64_t>(best);
    }
  }
  k::arg_max<float>(x.data(), outer, n, inner, index.data(), nullptr);
  REQUIRE(index == expected);
}

TEMPLATE_TEST_CASE("extremum_backward: equals share the gradient", "[core][reduce]", float,
                   double) {
  // torch.amax's gradient; for [2, 3] over the last axis and over the first.
  const std::vector<TestType> x{1, 4, 4, 2, 0, 2};
  std::vector<TestType> gx(6);
  const std::vector<TestType> row_max{4, 2}, gy{10, 20};
  k::extremum_backward(x.data(), row_max.data(), gy.data(), 2, 3, 1, gx.data());
  REQUIRE(gx == std::vector<TestType>{0, 5, 5, 10, 0, 10});
  const std::vector<TestType> tied{1, 4, 4, 2, 4, 0}, column_max{2, 4, 4}, g3{1, 2, 3};
  k::extremum_backward(tied.data(), column_max.data(), g3.data(), 1, 2, 3, gx.data());
  REQUIRE(gx == std::vector<TestType>{0, 1, 3, 1, 1, 0});
}
