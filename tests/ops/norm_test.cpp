// Accuracy of normalisation in float where the mean is large, long rows, running statistics.

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/embedding.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/normalization_layer.hpp>
#include <xgrad/ops/reduce.hpp>

#include <cmath>
#include <cstring>
#include <limits>

#include "support/catch.hpp"

using namespace xg;

namespace {

template <class T>
Array<T> drawn(const Shape& shape, T mean = 0) {
  Generator generator(3);
  Array<float> x(shape);
  kernels::fill_normal(generator, x.data(), x.size(), static_cast<float>(mean), 1.F);
  return Array<T>(xt::cast<T>(x));  // the same numbers in both types
}

/// y and the gradients by x, weight and bias, of batch_norm or of layer_norm.
template <class T>
Arrays<T> passes(const Shape& shape, T mean, bool layers) {
  const Variable<T> x(drawn<T>(shape, mean), true);
  const Shape features{layers ? shape.back() : shape[1]};
  const Variable<T> w(drawn<T>(features, T(1)), true), b(drawn<T>(features), true);
  const auto y = layers ? layer_norm(x, features, w, b) : batch_norm(x, w, b, nullptr);
  Array<T> u(shape);
  for (std::size_t i = 0; i < u.size(); ++i) u.data()[i] = static_cast<T>((i * 37 % 64) / 32. - 1);
  Arrays<T> results{y.value()};
  for (const auto& g : grad<T>({y}, {x, w, b}, {.grad_outputs = {Variable<T>(u)}}))
    results.push_back(g.value());
  return results;
}

double error(const Array<float>& actual, const Array<double>& expected) {
  double largest = 0, square = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    largest = std::max(largest, std::abs(double{actual.data()[i]} - expected.data()[i]));
    square += expected.data()[i] * expected.data()[i];
  }
  return largest / std::sqrt(square / static_cast<double>(actual.size()));
}

}  // namespace

TEST_CASE("batch_norm, layer_norm: float keeps its digits where mean >> spread", "[ops][norm]") {
  for (const bool layers : {false, true})
    for (const Shape& shape : {Shape{600, 37}, Shape{16, 5, 9, 31}, Shape{40, 300}})
      for (const float mean : {0.F, 100.F, 3000.F}) {
        const auto fast = passes<float>(shape, mean, layers);
        const auto slow = passes<double>(shape, mean, layers);
        for (std::size_t i = 0; i < 4; ++i) {
          CAPTURE(layers, to_string(shape), mean, i);
          REQUIRE(error(fast[i], slow[i]) < 1e-5);
        }
      }
}

TEST_CASE("normalisation: one and three threads give the same bits", "[ops][norm][threads]") {
  const int threads = get_num_threads();
  for (const bool layers : {false, true})
    for (const Shape& shape : {Shape{600, 137}, Shape{16, 50, 9, 31}}) {
      set_num_threads(1);
      const auto one = passes<float>(shape, 0, layers);
      set_num_threads(3);
      const auto three = passes<float>(shape, 0, layers);
      set_num_threads(threads);
      for (std::size_t i = 0; i < 4; ++i)
        REQUIRE(std::memcmp(one[i].data(), three[i].data(), one[i].size() * sizeof(float)) == 0);
    }
}

TEST_CASE("batch_norm: the variance of a channel may overflow, or its sum of squares alone",
          "[ops][norm]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const float big = std::ldexp(1.F, 62), huge = std::ldexp(1.F, 100);
  const Array<float> units{{1, 1, 1}, {-1, -1, -1}, {3, 3, 3}, {5, 5, 5}};
  const Array<float> sizes{1, big, huge};
  const Variable<float> x(Array<float>(units * sizes), true);
  RunningStatistics<float> running{Array<float>(Shape{3}, 0), Array<float>(Shape{3}, 1)};
  const auto y = batch_norm(x, {}, {}, &running, {.momentum = 1});
  for (std::size_t c = 1; c < 3; ++c) {
    CHECK(y.value()(0, c) == Approx(-1 / std::sqrt(5.)));
    CHECK(y.value()(1, c) == Approx(-3 / std::sqrt(5.)));
  }
  CHECK(y.value()(3, 0) == Approx(3 / std::sqrt(5 + 1e-5)));
  CHECK(running.mean(2) == 2 * huge);
  CHECK(running.var(0) == Approx(20. / 3));
  CHECK(running.var(1) == Approx(20. / 3 * std::ldexp(1., 124)));
  CHECK(running.var(2) == inf);
  const Array<float> broken{{inf, 1}, {1, 2}};
  CHECK(std::isnan(batch_norm(Variable<float>(broken), {}, {}, nullptr).value()(0, 0)));
}

TEST_CASE("batch_norm: running statistics follow the batches of images", "[ops][norm]") {
  const Variable<double> x(drawn<double>({4, 2, 3, 5}, 2));
  RunningStatistics<double> running{Array<double>{0, 1}, Array<double>{1, 4}};
  (void)batch_norm(x, {}, {}, &running, {.momentum = 0.25});
  for (std::size_t c = 0; c < 2; ++c) {
    double mean = 0, square = 0;
    for (std::size_t n = 0; n < 4; ++n)
      for (std::size_t i = 0; i < 15; ++i) mean += x.value().data()[(n * 2 + c) * 15 + i] / 60;
    for (std::size_t n = 0; n < 4; ++n)
      for (std::size_t i = 0; i < 15; ++i)
        square += std::pow(x.value().data()[(n * 2 + c) * 15 + i] - mean, 2);
    const double start = static_cast<double>(c);
    REQUIRE(running.mean(c) == Approx(0.75 * start + 0.25 * mean).epsilon(1e-12));
    REQUIRE(running.var(c) == Approx(0.75 * (1 + 3 * start) + 0.25 * square / 59).epsilon(1e-12));
  }
  const auto before = running.mean;
  (void)batch_norm(x, {}, {}, &running, {.training = false});
  REQUIRE(std::memcmp(before.data(), running.mean.data(), 2 * sizeof(double)) == 0);
}

TEST_CASE("embedding, embedding_bag: the padding row takes no gradient", "[ops][embedding]") {
  const Variable<double> weight(drawn<double>({4, 2}), true);
  const IndexArray index{{0, 2, 2}, {2, 1, 0}};
  for (const std::ptrdiff_t padding : {2, -2}) {
    const auto y = embedding(index, weight, {.padding_idx = padding});
    REQUIRE(y.value()(0, 1, 1) == weight.value()(2, 1));  // but it is read
    const Array<double> g = grad(sum(y * y), weight).value();
    for (std::size_t j = 0; j < 2; ++j) {
      REQUIRE(g(0, j) == Approx(4 * weight.value()(0, j)));
      REQUIRE(g(1, j) == Approx(2 * weight.value()(1, j)));
      REQUIRE(g(2, j) == 0);
      REQUIRE(g(3, j) == 0);
    }
  }
  const auto bags = embedding_bag(index, weight, {.mode = BagMode::mean, .padding_idx = 2});
  REQUIRE(bags.value()(0, 0) == weight.value()(0, 0));
  REQUIRE(grad(sum(bags), weight).value()(2, 0) == 0);
}
