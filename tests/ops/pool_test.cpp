// Choices of pooling (NaN, ties, empty windows), and rows long enough for the vectorised loops.

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "support/catch.hpp"

using namespace xg;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
Array<T> drawn(const Shape& shape) {
  Generator generator(11);
  Array<T> x(shape);
  kernels::fill_normal(generator, x.data(), x.size(), T(0), T(1));
  return x;
}

/// The definition, one element after the other.
template <class T>
std::pair<Array<T>, IndexArray> slow_max(const Array<T>& x, const Shape& out, int kernel,
                                         int stride, int padding, int dilation) {
  Array<T> y(out);
  IndexArray index(out);
  const int height = static_cast<int>(x.shape()[1]), width = static_cast<int>(x.shape()[2]);
  for (std::size_t c = 0; c < out[0]; ++c)
    for (std::size_t i = 0; i < out[1]; ++i)
      for (std::size_t j = 0; j < out[2]; ++j) {
        T best = -std::numeric_limits<T>::infinity();
        int at = -1;
        for (int a = 0; a < kernel; ++a)
          for (int b = 0; b < kernel; ++b) {
            const int u = static_cast<int>(i) * stride - padding + a * dilation;
            const int v = static_cast<int>(j) * stride - padding + b * dilation;
            if (u < 0 || v < 0 || u >= height || v >= width) continue;
            const T value = x(c, static_cast<std::size_t>(u), static_cast<std::size_t>(v));
            if (at < 0) at = u * width + v;
            if (value > best || std::isnan(value)) {
              best = value;
              at = u * width + v;
            }
          }
        y(c, i, j) = best;
        index(c, i, j) = at;
      }
  return {y, index};
}

/// [1, n]
template <class T>
Array<T> line(const std::vector<T>& values) {
  Array<T> x(Shape{1, values.size()});
  std::copy(values.begin(), values.end(), x.data());
  return x;
}

template <class T>
bool same_bits(const Array<T>& a, const Array<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace

TEMPLATE_TEST_CASE("max_pool2d: long rows agree with the definition, NaN included", "[ops][pool]",
                   float, double) {
  Array<TestType> x = drawn<TestType>({3, 23, 77});
  x(0, 3, 40) = static_cast<TestType>(no_number);
  x(1, 20, 76) = static_cast<TestType>(no_number);
  x(1, 20, 75) = static_cast<TestType>(no_number);
  x(2, 7, 7) = x(2, 7, 8) = x(2, 8, 7) = TestType(9);
  for (const int kernel : {2, 3, 4})
    for (const int stride : {1, 2, 3, 4})
      for (const int padding : {0, 1})
        for (const int dilation : {1, 2}) {
          CAPTURE(kernel, stride, padding, dilation);
          const auto pooled =
              max_pool2d_with_indices(Variable<TestType>(x), kernel,
                                      {.stride = stride, .padding = padding, .dilation = dilation});
          const auto [y, index] =
              slow_max(x, pooled.values.shape(), kernel, stride, padding, dilation);
          const Array<TestType>& values = pooled.values.value();
          REQUIRE(same_bits(pooled.indices, index));
          for (std::size_t i = 0; i < y.size(); ++i)
            REQUIRE((values.data()[i] == y.data()[i] ||
                     (std::isnan(values.data()[i]) && std::isnan(y.data()[i]))));
        }
}

TEST_CASE("max_pool1d: the first of equals, the last NaN, and -infinity", "[ops][pool]") {
  const Variable<double> x(line<double>({2, 2, 1, no_number, no_number, 5, -infinity, -infinity}));
  const auto pooled = max_pool1d_with_indices(x, 2);
  REQUIRE(same_bits(pooled.indices, line<std::int64_t>({0, 3, 4, 6})));
  REQUIRE(std::isnan(pooled.values.value()(0, 1)));
  REQUIRE(std::isnan(pooled.values.value()(0, 2)));
  REQUIRE(pooled.values.value()(0, 3) == -infinity);
  REQUIRE(same_bits(max_pool1d_with_indices(x, 8).indices, line<std::int64_t>({4})));
}

TEST_CASE("max_unpool2d puts back what max_pool2d took", "[ops][pool]") {
  const Variable<float> x(drawn<float>({2, 3, 6, 8}));
  const auto pooled = max_pool2d_with_indices(x, 2);
  const auto back = max_unpool2d(pooled.values, pooled.indices, {6, 8});
  REQUIRE(same_bits(max_pool2d(back, 2).value(),
                    Array<float>(xt::maximum(pooled.values.value(), 0.F))));
  // Of places named twice the last is written, where adding would double it.
  const auto twice =
      max_unpool1d(Variable<double>(line<double>({3, 4})), line<std::int64_t>({1, 1}), 3);
  REQUIRE(same_bits(twice.value(), line<double>({0, 4, 0})));
}

TEST_CASE("adaptive pooling to a divisor is plain pooling", "[ops][pool]") {
  const Variable<float> x(drawn<float>({2, 3, 12, 40}));
  REQUIRE(same_bits(adaptive_max_pool2d(x, {4, 8}).value(), max_pool2d(x, {3, 5}).value()));
  REQUIRE(xt::allclose(adaptive_avg_pool2d(x, {4, 8}).value(), avg_pool2d(x, {3, 5}).value(), 1e-5,
                       1e-6));
  const auto global = adaptive_avg_pool2d(x, 1).value();
  REQUIRE(xt::allclose(xt::reshape_view(global, {6}),
                       xt::reshape_view(mean(x, {2, 3}).value(), {6}), 1e-5, 1e-6));
}

TEST_CASE("avg_pool2d: long rows agree with averages of slices", "[ops][pool]") {
  const Array<double> x = drawn<double>({1, 2, 9, 70});
  for (const std::size_t stride : {1, 2, 3, 4}) {
    const auto y = avg_pool2d(Variable<double>(x), {2, 3}, {.stride = stride}).value();
    CAPTURE(stride);
    for (std::size_t i = 0; i < y.shape()[2]; ++i)
      for (std::size_t j = 0; j < y.shape()[3]; ++j) {
        double sum = 0;
        for (std::size_t a = 0; a < 2; ++a)
          for (std::size_t b = 0; b < 3; ++b) sum += x(0, 1, i * stride + a, j * stride + b);
        REQUIRE(y(0, 1, i, j) == Approx(sum / 6).epsilon(1e-13).margin(1e-14));
      }
  }
}

TEST_CASE("pooling: one and three threads give the same bits", "[ops][pool][threads]") {
  const int threads = get_num_threads();
  Arrays<float> results;
  for (const int n : {1, 3}) {
    set_num_threads(n);
    const Variable<float> x(drawn<float>({8, 16, 20, 20}), true);
    const auto y = max_pool2d(x, 3, {.stride = 1}), z = avg_pool2d(x, 3, {.stride = 2});
    results.push_back(z.value());
    results.push_back(grad(sum(y) + sum(z), x).value());
  }
  set_num_threads(threads);
  REQUIRE(same_bits(results[0], results[2]));
  REQUIRE(same_bits(results[1], results[3]));
}

TEST_CASE("pooling: what PyTorch does at the borders of its rules", "[ops][pool]") {
  // With ceil_mode a window may be longer than the input.
  const Variable<double> x(line<double>({1, 5, 3}));
  REQUIRE(same_bits(max_pool1d(x, 4, {.stride = 2, .ceil_mode = true}).value(), line<double>({5})));
  REQUIRE(same_bits(avg_pool1d(x, 4, {.stride = 2, .ceil_mode = true}).value(), line<double>({3})));
  // A sum of 0 has no slope.
  const Variable<double> zeros(line<double>({0, 0, 3, 4}), true);
  REQUIRE(xt::allclose(grad(sum(lp_pool1d(zeros, 2, 2)), zeros).value(),
                       line<double>({0, 0, 0.6, 0.8}), 1e-14, 0));
}

TEST_CASE("random regions: all orders of two steps, drawn for each plane and axis", "[ops][pool]") {
  // With windows of one element the values of a ramp are where windows begin.
  Array<double> x(Shape{4000, 2, 9, 3});
  for (std::size_t i = 0; i < x.size(); ++i)
    x.data()[i] = static_cast<double>(i / 3 % 9) + 100. * static_cast<double>(i % 3);
  Generator generator(7);
  const Array<double> y =
      fractional_max_pool2d(Variable<double>(x), 1, {4, 2}, PoolRegions::random, generator).value();
  std::map<std::vector<double>, int> orders;
  int alike = 0;  // planes of an image
  for (std::size_t n = 0; n < 4000; ++n) {
    std::vector<double> begins[2];
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t i = 0; i < 4; ++i) begins[c].push_back(y(n, c, i, 0));
      CHECK(y(n, c, 0, 1) == 200);  // two windows: the last begins at 3 - 1
      ++orders[begins[c]];
    }
    alike += begins[0] == begins[1];
  }
  // 8 = 3 + 3 + 2
  REQUIRE(orders.size() == 3);
  for (const std::vector<double>& order :
       {std::vector<double>{0, 2, 5, 8}, {0, 3, 5, 8}, {0, 3, 6, 8}})
    CHECK(orders[order] == Approx(8000. / 3).margin(250));  // six standard deviations
  CHECK(alike == Approx(4000. / 3).margin(180));
  // Pseudo-random ones follow from one number, so not all orders are possible; both cover the ends.
  const auto drawn =
      fractional_max_pool3d(Variable<double>(Array<double>(Shape{1, 1, 5, 4, 4}, 1.)), 2, {3, 2, 2},
                            PoolRegions::random, generator);
  CHECK((drawn.shape() == Shape{1, 1, 3, 2, 2}));
}
