#include <xgrad/core/kernels/gemm.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>
#include <vector>

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>

#include "support/catch.hpp"

namespace k = xg::kernels;

namespace {

template <class T>
std::vector<T> random_vector(std::size_t n, std::uint64_t seed) {
  xg::Generator generator(seed);
  std::vector<T> y(n);
  k::fill_uniform<T>(generator, y.data(), n, -1, 1);
  return y;
}

/// The product summed naively in long double, and for each element the sum of magnitudes, which
/// bounds rounding.
template <class T>
struct Reference {
  std::vector<long double> value, magnitude;
  Reference(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t kk, T alpha,
            const std::vector<T>& a, const std::vector<T>& b, T beta, const std::vector<T>& c)
      : value(m * n), magnitude(m * n) {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        long double sum = 0, size = 0;
        for (std::size_t l = 0; l < kk; ++l) {
          const long double t = static_cast<long double>(a[ta ? l * m + i : i * kk + l]) *
                                b[tb ? j * kk + l : l * n + j];
          sum += t;
          size += std::abs(t);
        }
        value[i * n + j] = alpha * sum + static_cast<long double>(beta) * c[i * n + j];
        magnitude[i * n + j] =
            std::abs(alpha) * size + std::abs(static_cast<long double>(beta) * c[i * n + j]);
      }
    }
  }
};

template <class T>
void check(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t kk, T alpha, T beta) {
  const auto a = random_vector<T>(m * kk, 1), b = random_vector<T>(kk * n, 2);
  auto c = random_vector<T>(m * n, 3);
  const Reference<T> expected(ta, tb, m, n, kk, alpha, a, b, beta, c);
  k::gemm<T>(ta, tb, m, n, kk, alpha, a.data(), b.data(), beta, c.data());
  // A sum of k products is at most (k + 2) eps from exact, relative to the sum of magnitudes.
  const long double eps = static_cast<long double>(std::numeric_limits<T>::epsilon()) *
                          static_cast<long double>(kk + 2);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < c.size(); ++i)
    wrong += !(std::abs(c[i] - expected.value[i]) <= eps * expected.magnitude[i]);
  CAPTURE(ta, tb, m, n, kk, alpha, beta);
  REQUIRE(wrong == 0);
}

}  // namespace

TEMPLATE_TEST_CASE("gemm: all transposes, alpha and beta, at sizes about every threshold",
                   "[core][gemm]", float, double) {
  using Size = std::tuple<std::size_t, std::size_t, std::size_t>;
  const bool ta = GENERATE(false, true), tb = GENERATE(false, true);
  // Plain loop, vectors, BLAS, oneDNN (above 8e5 or 2e6 operations), two pieces (4e6) and more
  // (16e6).
  const auto [m, n, kk] =
      GENERATE(Size{1, 1, 1}, Size{3, 5, 4}, Size{5, 7, 8}, Size{1, 100, 90}, Size{70, 1, 33},
               Size{1, 1, 300}, Size{99, 64, 63}, Size{101, 64, 63}, Size{99, 102, 100},
               Size{17, 300, 200}, Size{65, 260, 520}, Size{33, 520, 130}, Size{50, 150, 300},
               Size{500, 17, 1000}, Size{203, 199, 401}, Size{40, 30, 9001});
  check<TestType>(ta, tb, m, n, kk, 1, 0);
  check<TestType>(ta, tb, m, n, kk, TestType(0.5), 1);
  check<TestType>(ta, tb, m, n, kk, -1, TestType(-0.25));
}

TEMPLATE_TEST_CASE("gemm: extents of zero", "[core][gemm]", float, double) {
  std::vector<TestType> c{1, 2, 3, 4};
  const TestType nothing = 7;
  k::gemm<TestType>(false, false, 0, 2, 2, 1, &nothing, &nothing, 0, c.data());
  k::gemm<TestType>(false, true, 2, 0, 2, 1, &nothing, &nothing, 0, c.data());
  REQUIRE(c == std::vector<TestType>{1, 2, 3, 4});
  k::gemm<TestType>(true, false, 2, 2, 0, 1, &nothing, &nothing, 2, c.data());
  REQUIRE(c == std::vector<TestType>{2, 4, 6, 8});
  k::gemm<TestType>(false, false, 2, 2, 0, 1, &nothing, &nothing, 0, c.data());
  REQUIRE(c == std::vector<TestType>{0, 0, 0, 0});
}

TEMPLATE_TEST_CASE("gemm: the same bits for any number of threads", "[core][gemm]", float, double) {
  const bool ta = GENERATE(false, true), tb = GENERATE(false, true);
  const std::size_t m = 64, n = GENERATE(256u, 50u, 300u);
  const std::size_t kk = n == 50 ? 5000 : n == 300 ? 130 : 784;
  const auto a = random_vector<TestType>(m * kk, 1), b = random_vector<TestType>(kk * n, 2);
  std::vector<std::vector<TestType>> results;
  const int before = xg::get_num_threads();
  for (const int threads : {1, 2, 5}) {
    xg::set_num_threads(threads);
    results.emplace_back(m * n);
    k::gemm<TestType>(ta, tb, m, n, kk, 1, a.data(), b.data(), 0, results.back().data());
  }
  xg::set_num_threads(before);
  REQUIRE(results[0] == results[1]);
  REQUIRE(results[0] == results[2]);
}

TEMPLATE_TEST_CASE("gemm: beta = 0 does not read c, and no NaN is lost", "[core][gemm]", float,
                   double) {
  const TestType nan = std::numeric_limits<TestType>::quiet_NaN();
  const bool ta = GENERATE(false, true), tb = GENERATE(false, true);
  const std::size_t m = GENERATE(1u, 2u, 33u), n = GENERATE(1u, 3u, 70u),
                    kk = GENERATE(1u, 5u, 64u);
  const std::vector<TestType> a(m * kk, 1), b(kk * n, 1);
  std::vector<TestType> c(m * n, nan);
  CAPTURE(ta, tb, m, n, kk);
  k::gemm<TestType>(ta, tb, m, n, kk, 1, a.data(), b.data(), 0, c.data());
  REQUIRE(c == std::vector<TestType>(m * n, static_cast<TestType>(kk)));

  // 0 * NaN and 0 * infinity are NaN, wherever the zero stands.
  std::vector<TestType> bad(m * kk, nan);
  const std::vector<TestType> zeros(kk * n, 0);
  k::gemm<TestType>(ta, tb, m, n, kk, 1, bad.data(), zeros.data(), 0, c.data());
  std::size_t finite = 0;
  for (const TestType v : c) finite += !std::isnan(v);
  REQUIRE(finite == 0);
  bad.assign(kk * n, std::numeric_limits<TestType>::infinity());
  const std::vector<TestType> none(m * kk, 0);
  k::gemm<TestType>(ta, tb, m, n, kk, 1, none.data(), bad.data(), 0, c.data());
  for (const TestType v : c) finite += !std::isnan(v);
  REQUIRE(finite == 0);
}

TEMPLATE_TEST_CASE("gemm_batched: equals single products, with a shared operand too",
                   "[core][gemm]", float, double) {
  const std::size_t count = 7, m = GENERATE(2u, 20u), n = 30, kk = GENERATE(3u, 100u);
  const bool shared = GENERATE(false, true);
  const auto a = random_vector<TestType>(count * m * kk, 1),
             b = random_vector<TestType>(count * kk * n, 2);
  const std::size_t stride_b = shared ? 0 : kk * n;
  std::vector<TestType> c(count * m * n, 1), expected = c;
  k::gemm_batched<TestType>(count, false, true, m, n, kk, 2, a.data(), m * kk, b.data(), stride_b,
                            1, c.data(), m * n);
  for (std::size_t i = 0; i < count; ++i) {
    k::gemm<TestType>(false, true, m, n, kk, 2, a.data() + i * m * kk, b.data() + i * stride_b, 1,
                      expected.data() + i * m * n);
  }
  REQUIRE(c == expected);
}
