#include <xgrad/core/kernels/transpose.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <xgrad/core/parallel.hpp>

#include "support/catch.hpp"

namespace k = xg::kernels;
using Sizes = std::vector<std::size_t>;
using Strides = std::vector<std::ptrdiff_t>;

namespace {

std::size_t product(const Sizes& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// For each element of a view, in row-major order, its offset.
Strides offsets(const Sizes& shape, const Strides& strides) {
  Strides at(product(shape));
  for (std::size_t i = 0; i < at.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t a = shape.size(); a-- > 0; rest /= shape[a]) {
      at[i] += static_cast<std::ptrdiff_t>(rest % shape[a]) * strides[a];
    }
  }
  return at;
}

Strides contiguous(const Sizes& shape) {
  Strides strides(shape.size(), 1);
  for (std::size_t a = shape.size(); a-- > 1;)
    strides[a - 1] = strides[a] * static_cast<std::ptrdiff_t>(shape[a]);
  return strides;
}

template <class T>
std::vector<T> counting(std::size_t n) {
  std::vector<T> x(n);
  std::iota(x.begin(), x.end(), T(1));
  return x;
}

template <class T>
void check_copy(const Sizes& shape, const Strides& strides, std::ptrdiff_t start,
                std::size_t size) {
  const auto x = counting<T>(size);
  std::vector<T> y(product(shape)), expected;
  for (const std::ptrdiff_t o : offsets(shape, strides))
    expected.push_back(x.at(static_cast<std::size_t>(start + o)));
  k::strided_copy(x.data() + start, strides.data(), shape.data(), shape.size(), y.data());
  CAPTURE(shape, strides);
  REQUIRE(y == expected);
}

}  // namespace

TEMPLATE_TEST_CASE("permute: every order of the axes", "[core][transpose]", float, double,
                   std::int64_t) {
  const auto [shape, axes] = GENERATE(
      std::pair<Sizes, Sizes>{{}, {}}, std::pair<Sizes, Sizes>{{5}, {0}},
      std::pair<Sizes, Sizes>{{2, 3}, {1, 0}}, std::pair<Sizes, Sizes>{{64, 48}, {1, 0}},
      std::pair<Sizes, Sizes>{{33, 70}, {1, 0}}, std::pair<Sizes, Sizes>{{300, 301}, {1, 0}},
      std::pair<Sizes, Sizes>{{5, 3, 37}, {0, 2, 1}},
      std::pair<Sizes, Sizes>{{5, 3, 37}, {1, 0, 2}},
      std::pair<Sizes, Sizes>{{5, 3, 37}, {2, 1, 0}},
      std::pair<Sizes, Sizes>{{5, 1, 37}, {2, 1, 0}},
      std::pair<Sizes, Sizes>{{8, 3, 32, 32}, {0, 2, 3, 1}},
      std::pair<Sizes, Sizes>{{2, 9, 4, 35}, {3, 1, 2, 0}},
      std::pair<Sizes, Sizes>{{2, 3, 4, 5, 6}, {4, 2, 0, 3, 1}},
      std::pair<Sizes, Sizes>{{3, 0, 2}, {2, 1, 0}});
  const auto x = counting<TestType>(product(shape));
  std::vector<TestType> y(x.size()), expected;
  const Strides from = contiguous(shape);
  Sizes y_shape;
  Strides strides;
  for (const std::size_t a : axes) y_shape.push_back(shape[a]), strides.push_back(from[a]);
  for (const std::ptrdiff_t o : offsets(y_shape, strides))
    expected.push_back(x[static_cast<std::size_t>(o)]);
  k::permute(x.data(), shape.data(), axes.data(), shape.size(), y.data());
  CAPTURE(shape, axes);
  REQUIRE(y == expected);
}

TEMPLATE_TEST_CASE("permute: three threads do what one does", "[core][transpose]", float, double) {
  const Sizes shape{7, 120, 130}, axes{2, 0, 1};
  const auto x = counting<TestType>(product(shape));
  std::vector<TestType> one(x.size()), three(x.size());
  const int before = xg::get_num_threads();
  xg::set_num_threads(1);
  k::permute(x.data(), shape.data(), axes.data(), 3, one.data());
  xg::set_num_threads(3);
  k::permute(x.data(), shape.data(), axes.data(), 3, three.data());
  xg::set_num_threads(before);
  REQUIRE(one == three);
}

TEMPLATE_TEST_CASE("strided_copy: slices, reversals, diagonals, broadcasts", "[core][transpose]",
                   float, double) {
  check_copy<TestType>({}, {}, 3, 5);
  check_copy<TestType>({4}, {2}, 1, 8);                     // x[1::2]
  check_copy<TestType>({8}, {-1}, 7, 8);                    // x[::-1]
  check_copy<TestType>({5, 3}, {7, 1}, 2, 40);              // columns 2 .. 5 of 7
  check_copy<TestType>({5, 3}, {7, 2}, 1, 40);              // every second
  check_copy<TestType>({6}, {7}, 0, 36);                    // diagonal of 6 x 6
  check_copy<TestType>({3, 5}, {0, 1}, 0, 5);               // rows repeated
  check_copy<TestType>({3, 5}, {1, 0}, 0, 3);               // columns repeated
  check_copy<TestType>({50, 40}, {1, -50}, 39 * 50, 2000);  // reversed and transposed
  check_copy<TestType>({200, 300}, {301, 1}, 0, 60200);     // long enough for threads
  check_copy<TestType>({40000}, {1}, 5, 40005);
}

TEMPLATE_TEST_CASE("broadcast_copy: NumPy's rule", "[core][transpose]", float, double) {
  const Sizes shape{2, 3, 4};
  const auto run = [&](const Sizes& from) {
    const auto x = counting<TestType>(product(from));
    std::vector<TestType> y(24);
    k::broadcast_copy(x.data(), from.data(), from.size(), shape.data(), 3, y.data());
    return y;
  };
  REQUIRE(run({}) == std::vector<TestType>(24, 1));
  const auto row = run({4}), column = run({3, 1}), both = run({2, 1, 4});
  for (std::size_t i = 0; i < 24; ++i) {
    REQUIRE(row[i] == static_cast<TestType>(i % 4 + 1));
    REQUIRE(column[i] == static_cast<TestType>(i / 4 % 3 + 1));
    REQUIRE(both[i] == static_cast<TestType>(i / 12 * 4 + i % 4 + 1));
  }
}

TEMPLATE_TEST_CASE("strided_assign, strided_add: touch the view and nothing else",
                   "[core][transpose]", float, double) {
  const auto [shape, strides] = GENERATE(
      std::pair<Sizes, Strides>{{}, {}}, std::pair<Sizes, Strides>{{5, 3}, {7, 1}},
      std::pair<Sizes, Strides>{{5, 3}, {14, 3}}, std::pair<Sizes, Strides>{{3, 4, 5}, {1, 3, 12}},
      std::pair<Sizes, Strides>{{100, 300}, {301, 1}}, std::pair<Sizes, Strides>{{0, 3}, {3, 1}});
  const auto x = counting<TestType>(product(shape));
  std::vector<TestType> y(40000, 7), assigned = y, added = y;
  const Strides at = offsets(shape, strides);
  for (std::size_t i = 0; i < at.size(); ++i) {
    assigned[static_cast<std::size_t>(at[i]) + 2] = x[i];
    added[static_cast<std::size_t>(at[i]) + 2] += x[i];
  }
  auto z = y;
  k::strided_assign(x.data(), shape.data(), shape.size(), y.data() + 2, strides.data());
  REQUIRE(y == assigned);
  k::strided_add(x.data(), shape.data(), shape.size(), z.data() + 2, strides.data());
  REQUIRE(z == added);
}
