#include "xgrad/core/kernels/elementwise.hpp"

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "kernel_tables.hpp"
#include "support/catch.hpp"
#include "xgrad/core/parallel.hpp"

using namespace xg::kernels;

namespace {

template <class T>
std::vector<T> random_values(std::size_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<T> uniform(T(-3), T(3));
  std::vector<T> x(n);
  for (T& v : x) v = uniform(engine);
  return x;
}

// NaN equals NaN, zeros differ by sign.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  // memcmp refuses the null pointers of empty vectors.
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

constexpr std::size_t lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 1023};

struct Threads {
  explicit Threads(int n) : before(xg::get_num_threads()) { xg::set_num_threads(n); }
  ~Threads() { xg::set_num_threads(before); }
  int before;
};

}  // namespace

TEMPLATE_TEST_CASE("elementwise: an element's bits do not depend on its position",
                   "[core][elementwise]", float, double) {
  const auto a = random_values<TestType>(1100, 1), b = random_values<TestType>(1100, 2);
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    for (std::size_t op = 0; op < unary_count; ++op) {
      CAPTURE(isa, op);
      std::vector<TestType> alone(1023), whole(1023);
      for (std::size_t i = 0; i < 1023; ++i) table->unary[op](&a[i + 3], &alone[i], 1);
      table->unary[op](&a[3], whole.data(), 1023);
      CHECK(same_bits(alone, whole));
    }
    for (std::size_t op = 0; op < binary_count; ++op) {
      CAPTURE(isa, op);
      std::vector<TestType> alone(101), whole(101);
      for (std::size_t i = 0; i < 101; ++i) table->vector_vector[op](&a[i], &b[i], &alone[i], 1);
      table->vector_vector[op](a.data(), b.data(), whole.data(), 101);
      CHECK(same_bits(alone, whole));
    }
  }
}

TEMPLATE_TEST_CASE("elementwise: any length, nothing read or written past it",
                   "[core][elementwise]", float, double) {
  const auto a = random_values<TestType>(1100, 3), b = random_values<TestType>(1100, 4);
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    for (const std::size_t n : lengths) {
      CAPTURE(isa, n);
      // Exact sizes: the address sanitizer sees a read past the end.
      const std::vector<TestType> x(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n));
      std::vector<TestType> y(n + 1, TestType(-77)), expected(n + 1, TestType(-77));
      for (std::size_t i = 0; i < n; ++i) expected[i] = x[i] * b[i];
      table->vector_vector[static_cast<std::size_t>(Binary::mul)](x.data(), b.data(), y.data(), n);
      CHECK(y == expected);
      for (std::size_t i = 0; i < n; ++i) expected[i] = x[i] - b[0];
      table->vector_scalar[static_cast<std::size_t>(Binary::sub)](x.data(), b.data(), y.data(), n);
      CHECK(y == expected);
      for (std::size_t i = 0; i < n; ++i) expected[i] = b[0] - x[i];
      table->scalar_vector[static_cast<std::size_t>(Binary::sub)](b.data(), x.data(), y.data(), n);
      CHECK(y == expected);
      for (std::size_t i = 0; i < n; ++i) expected[i] = -x[i];
      table->unary[static_cast<std::size_t>(Unary::neg)](x.data(), y.data(), n);
      CHECK(y == expected);
    }
  }
}

TEMPLATE_TEST_CASE("elementwise: fma and select with every choice of scalars",
                   "[core][elementwise]", float, double) {
  // Small integers: exact with and without fusing.
  const std::vector<TestType> a = {1, 0, 3, 0, 5, 6, 7}, b = {2, 3, 4, 5, 6, 7, 8},
                              c = {9, 8, 7, 6, 5, 4, 3};
  for (const auto& [isa, table] : test::kernel_tables<TestType>()) {
    for (unsigned scalars = 0; scalars < 8; ++scalars) {
      CAPTURE(isa, scalars);
      std::vector<TestType> y(7), z(7), fused(7), selected(7);
      table->fma[scalars](a.data(), b.data(), c.data(), y.data(), 7);
      table->select[scalars](a.data(), b.data(), c.data(), z.data(), 7);
      for (std::size_t i = 0; i < 7; ++i) {
        const auto u = a[(scalars & 1) ? 0 : i], v = b[(scalars & 2) ? 0 : i],
                   w = c[(scalars & 4) ? 0 : i];
        fused[i] = u * v + w;
        selected[i] = u != 0 ? v : w;
      }
      CHECK(y == fused);
      CHECK(z == selected);
    }
  }
}

TEMPLATE_TEST_CASE("elementwise: the result may be an operand", "[core][elementwise]", float,
                   double) {
  const auto a = random_values<TestType>(50000, 5), b = random_values<TestType>(50000, 6);
  std::vector<TestType> expected(a.size()), y = a;
  binary(Binary::add, a.data(), b.data(), expected.data(), a.size());
  binary(Binary::add, y.data(), b.data(), y.data(), a.size());
  CHECK(same_bits(y, expected));
  y = b;
  binary(Binary::add, a.data(), y.data(), y.data(), a.size());
  CHECK(same_bits(y, expected));
  y = a;
  add_into(b.data(), y.data(), y.size());
  CHECK(same_bits(y, expected));
}

TEMPLATE_TEST_CASE("elementwise: updates in place", "[core][elementwise]", float, double) {
  const std::vector<TestType> x = {1, 2, 3, 4, 5}, start = {10, 20, 30, 40, 50};
  auto y = start;
  axpy<TestType>(3, x.data(), y.data(), 5);
  CHECK(y == std::vector<TestType>{13, 26, 39, 52, 65});
  y = start;
  axpby<TestType>(3, x.data(), -1, y.data(), 5);
  CHECK(y == std::vector<TestType>{-7, -14, -21, -28, -35});
  y = start;
  multiply_add(x.data(), x.data(), y.data(), 5);
  CHECK(y == std::vector<TestType>{11, 24, 39, 56, 75});
  fill<TestType>(4, y.data(), 4);
  CHECK(y == std::vector<TestType>{4, 4, 4, 4, 75});
  select(start.data(), x.data(), start.data(), y.data(), 5);
  CHECK(y == x);
  binary_scalar<TestType>(Binary::pow, x.data(), 2, y.data(), 5);
  CHECK(y == std::vector<TestType>{1, 4, 9, 16, 25});
  scalar_binary<TestType>(Binary::div, 60, x.data(), y.data(), 5);
  CHECK(y == std::vector<TestType>{60, 30, 20, 15, 12});
}

TEMPLATE_TEST_CASE("elementwise: one and two threads give the same bits", "[core][elementwise]",
                   float, double) {
  const auto x = random_values<TestType>(100003, 7);
  std::vector<TestType> one(x.size()), two(x.size());
  {
    const Threads threads(1);
    unary(Unary::tanh, x.data(), one.data(), x.size());
  }
  const Threads threads(2);
  unary(Unary::tanh, x.data(), two.data(), x.size());
  CHECK(same_bits(one, two));
}

TEMPLATE_TEST_CASE("elementwise: broadcasting agrees with plain loops", "[core][elementwise]",
                   float, double) {
  struct Case {
    std::vector<std::size_t> shape;
    std::vector<std::ptrdiff_t> a, b;
  };
  const Case cases[] = {
      {{}, {}, {}},
      {{1, 1}, {0, 0}, {1, 1}},
      {{0, 3}, {3, 1}, {0, 1}},
      {{5}, {1}, {0}},
      {{5}, {0}, {1}},
      {{5}, {0}, {0}},
      {{4, 3}, {3, 1}, {0, 1}},          // row, short
      {{4, 3}, {3, 1}, {1, 0}},          // column, short
      {{700, 3}, {0, 1}, {1, 0}},        // outer sum over several gathered spans
      {{64, 256}, {256, 1}, {0, 1}},     // row
      {{64, 256}, {1, 0}, {256, 1}},     // column
      {{2, 40000}, {40000, 1}, {0, 1}},  // rows longer than a block
      {{2, 3, 4, 5}, {60, 20, 5, 1}, {0, 5, 0, 1}},
      {{2, 3, 4, 5}, {0, 20, 5, 1}, {4, 0, 1, 0}},
      {{3, 1, 50}, {50, 7, 1}, {0, 0, 1}},
      {{30, 40}, {1, 30}, {40, 1}},  // a transposed view
      {{6}, {2}, {-1}},
      {{4, 6}, {0, 1}, {0, 1}},  // both repeat their rows
  };
  for (const auto& [shape, sa, sb] : cases) {
    std::size_t n = 1;
    for (const std::size_t d : shape) n *= d;
    const auto a = random_values<TestType>(90000, 8), b = random_values<TestType>(90000, 9);
    const TestType *pa = a.data(), *pb = b.data() + 10;
    std::vector<TestType> y(n), expected(n);
    for (std::size_t i = 0; i < n; ++i) {
      std::ptrdiff_t ia = 0, ib = 0;
      std::size_t rest = i;
      for (std::size_t axis = shape.size(); axis-- > 0;) {
        const auto at = static_cast<std::ptrdiff_t>(rest % shape[axis]);
        rest /= shape[axis];
        ia += at * sa[axis];
        ib += at * sb[axis];
      }
      expected[i] = pa[ia] - pb[ib];
    }
    broadcast_binary(Binary::sub, pa, sa.data(), pb, sb.data(), y.data(), shape.data(),
                     shape.size());
    CAPTURE(shape, sa, sb);
    CHECK(same_bits(y, expected));
  }
}

TEST_CASE("isa: the environment can only lower it", "[core][elementwise]") {
  const auto tables = test::kernel_tables<float>();
  REQUIRE(tables.back().table == &elementwise_table<float>());
}
