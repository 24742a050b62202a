#include <xgrad/core/kernels/distance.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>

#include "support/catch.hpp"

namespace k = xg::kernels;

namespace {

template <class T>
std::vector<T> points_at(double origin, std::size_t count, std::uint64_t seed, T scale = 1) {
  xg::Generator generator(seed);
  std::vector<T> x(count);
  k::fill_normal<T>(generator, x.data(), count, static_cast<T>(origin), scale);
  return x;
}

/// Distances and gradients longhand, in long double.
struct Longhand {
  std::vector<long double> y, gx, gz;
  template <class T>
  Longhand(const std::vector<T>& x, const std::vector<T>& z, const std::vector<T>& gy,
           std::size_t m, std::size_t count, std::size_t n)
      : y(m * count), gx(x.size()), gz(z.size()) {
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < count; ++j) {
        const auto d = [&](std::size_t l) {
          return static_cast<long double>(x[i * n + l]) - static_cast<long double>(z[j * n + l]);
        };
        long double& distance = y[i * count + j];
        for (std::size_t l = 0; l < n; ++l) distance += d(l) * d(l);
        distance = std::sqrt(distance);
        for (std::size_t l = 0; l < n && distance > 0; ++l) {
          const long double pull = static_cast<long double>(gy[i * count + j]) * (d(l) / distance);
          gx[i * n + l] += pull;
          gz[j * n + l] -= pull;
        }
      }
  }
};

template <class T>
void check_close(const std::vector<T>& actual, const std::vector<long double>& expected,
                 long double unit, long double floor) {
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const long double bound = unit * std::max(std::abs(expected[i]), floor);
    if (std::abs(actual[i] - expected[i]) <= bound) continue;
    CAPTURE(i, actual[i], static_cast<double>(expected[i]));
    CHECK(std::abs(actual[i] - expected[i]) <= bound);
  }
}

template <class T>
struct Results {
  std::vector<T> y, gx, gz;
  Results(const std::vector<T>& x, const std::vector<T>& z, const std::vector<T>& gy, std::size_t m,
          std::size_t count, std::size_t n)
      : y(m * count), gx(x.size(), 9), gz(z.size(), 9) {
    k::euclidean(x.data(), m, z.data(), count, n, y.data());
    k::euclidean_backward(x.data(), m, z.data(), count, n, y.data(), gy.data(), gx.data(),
                          gz.data());
  }
};

template <class T>
void check_sizes(double origin, T scale, T of_gradient = 1) {
  for (const std::size_t m : {1, 4, 7, 33})
    for (const std::size_t count : {1, 5, 16, 67})
      for (const std::size_t n : {1, 3, 16, 21}) {
        CAPTURE(m, count, n, origin, scale);
        auto x = points_at<T>(origin, m * n, 1, scale),
             z = points_at<T>(origin, count * n, 2, scale);
        for (std::size_t l = 0; l < n; ++l) z[l] = x[l];  // a distance of 0
        const auto gy = points_at<T>(0, m * count, 3, of_gradient);
        const Results<T> r(x, z, gy, m, count, n);
        const Longhand expected(x, z, gy, m, count, n);
        const long double unit = 20 * std::numeric_limits<T>::epsilon();
        check_close(r.y, expected.y, unit, 0);
        check_close(r.gx, expected.gx, unit, 5 * of_gradient);
        check_close(r.gz, expected.gz, unit, 5 * of_gradient);
      }
}

}  // namespace

TEMPLATE_TEST_CASE("distances: near and far points, of ordinary, tiny and huge size",
                   "[kernels][distance]", float, double) {
  check_sizes<TestType>(0, 1);
  check_sizes<TestType>(1000, TestType(0.01));  // |x|^2 - 2 x z + |z|^2 would leave no digit
  const bool single = sizeof(TestType) == sizeof(float);
  check_sizes<TestType>(0, static_cast<TestType>(single ? 1e-36 : 1e-300));
  const auto huge = static_cast<TestType>(single ? 1e30 : 1e300);
  check_sizes<TestType>(0, huge);
  check_sizes<TestType>(0, huge, static_cast<TestType>(single ? 1e-10 : 1e-15));  // gy / y vanishes
}

TEST_CASE("distances: points of many coordinates", "[kernels][distance]") {
  const std::size_t m = 3, count = 2, n = 2500;
  const auto x = points_at<float>(0, m * n, 1), z = points_at<float>(0, count * n, 2);
  const auto gy = points_at<float>(0, m * count, 3);
  const Results<float> r(x, z, gy, m, count, n);
  const Longhand expected(x, z, gy, m, count, n);
  check_close(r.y, expected.y, 1e-5L, 0);
  check_close(r.gx, expected.gx, 1e-5L, 0.01L);
}

TEST_CASE("distances: equal points pull at nothing, whatever the gradient", "[kernels][distance]") {
  const std::vector<double> x{1, 2}, gy{std::numeric_limits<double>::infinity()};
  const Results<double> r(x, x, gy, 1, 1, 2);
  CHECK(r.y == std::vector<double>{0});
  CHECK(r.gx == std::vector<double>{0, 0});
  CHECK(r.gz == std::vector<double>{0, 0});
}

TEST_CASE("distances: infinity and NaN stay what they are", "[kernels][distance]") {
  constexpr double inf = std::numeric_limits<double>::infinity(),
                   nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x{inf, 0, nan, 0, 1, 1}, z{0, 0, inf, 0};
  std::vector<double> y(6);
  k::euclidean(x.data(), 3, z.data(), 2, 2, y.data());
  CHECK(y[0] == inf);
  CHECK(std::isnan(y[1]));
  CHECK((std::isnan(y[2]) && std::isnan(y[3])));
  CHECK(y[5] == inf);
}

TEST_CASE("distances: the same bits on one thread and on several", "[kernels][distance]") {
  const std::size_t m = 301, count = 203, n = 37;
  const auto x = points_at<float>(0, m * n, 1), z = points_at<float>(0, count * n, 2);
  const auto gy = points_at<float>(0, m * count, 3);
  const int threads = xg::get_num_threads();
  xg::set_num_threads(1);
  const Results<float> one(x, z, gy, m, count, n);
  xg::set_num_threads(3);
  const Results<float> three(x, z, gy, m, count, n);
  xg::set_num_threads(threads);
  CHECK(one.y == three.y);
  CHECK(one.gx == three.gx);
  CHECK(one.gz == three.gz);
}
