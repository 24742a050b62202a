// The fast float path against the double path of our own, at sizes where blocks of images, layouts
// and Winograd's algorithm come in.

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/conv.hpp>

#include <cmath>
#include <cstring>

#include "support/catch.hpp"

using namespace xg;

namespace {

struct Shapes {
  const char* name;
  Shape x, w;
  Conv2dOptions options;
};

const std::vector<Shapes>& all_shapes() {
  static const std::vector<Shapes> shapes = {
      {"3x3 same", {19, 32, 12, 12}, {48, 32, 3, 3}, {.padding = 1}},
      {"3x3 of few channels", {9, 3, 17, 13}, {20, 3, 3, 3}, {.padding = Padding::same}},
      {"5x5 of an image", {7, 1, 28, 28}, {6, 1, 5, 5}, {}},
      {"strided 1x1", {8, 20, 14, 14}, {40, 20, 1, 1}, {.stride = 2}},
      {"dilated groups", {5, 8, 15, 15}, {12, 4, 3, 3}, {.dilation = 2, .groups = 2}},
      {"depthwise", {6, 24, 16, 16}, {24, 1, 3, 3}, {.padding = 1, .groups = 24}},
      {"even kernel, same", {4, 6, 9, 9}, {6, 6, 4, 4}, {.padding = Padding::same}},
      {"stride that leaves a rest", {3, 4, 12, 11}, {5, 4, 4, 3}, {.stride = {3, 2}}}};
  return shapes;
}

Array<double> drawn(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  Array<double> x(shape);
  kernels::fill_normal(generator, x.data(), x.size(), 0., 1.);
  return x;
}

/// y, and the gradients of <u, y> by x, w and b.
template <class T>
Arrays<T> passes(const Shapes& s) {
  const auto leaf = [](const Shape& shape, std::uint64_t seed) {
    return Variable<T>(Array<T>(xt::cast<T>(drawn(shape, seed))), true);
  };
  const auto x = leaf(s.x, 1), w = leaf(s.w, 2), b = leaf({s.w[0]}, 3);
  const auto y = conv2d(x, w, b, s.options);
  Arrays<T> results{y.value()};
  const Variable<T> u(Array<T>(xt::cast<T>(drawn(y.shape(), 4))));
  for (const auto& g : grad<T>({y}, {x, w, b}, {.grad_outputs = {u}})) results.push_back(g.value());
  return results;
}

/// Largest error relative to the root mean square.
double error(const Array<float>& actual, const Array<double>& expected) {
  double largest = 0, square = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    largest = std::max(largest, std::abs(double{actual.data()[i]} - expected.data()[i]));
    square += expected.data()[i] * expected.data()[i];
  }
  return largest / std::sqrt(square / static_cast<double>(actual.size()));
}

struct Restore {
  int threads = get_num_threads();
  bool winograd = get_winograd();
  ~Restore() {
    set_num_threads(threads);
    set_winograd(winograd);
  }
};

}  // namespace

TEST_CASE("conv2d: float agrees with double in all passes", "[ops][conv]") {
  const Restore restore;
  for (const bool winograd : {false, true}) {
    set_winograd(winograd);
    for (const Shapes& s : all_shapes()) {
      const auto fast = passes<float>(s);
      const auto slow = passes<double>(s);
      for (std::size_t i = 0; i < 4; ++i) {
        CAPTURE(s.name, winograd, i);
        REQUIRE(fast[i].shape() == slow[i].shape());
        REQUIRE(error(fast[i], slow[i]) < (winograd ? 1e-4 : 1e-5));
      }
    }
  }
}

TEST_CASE("conv2d: one and three threads give the same bits", "[ops][conv][threads]") {
  const Restore restore;
  const auto same = [](const auto& a, const auto& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(*a.data())) == 0;
  };
  for (const Shapes& s : all_shapes()) {
    set_num_threads(1);
    const auto f1 = passes<float>(s);
    const auto d1 = passes<double>(s);
    set_num_threads(3);
    const auto f3 = passes<float>(s);
    const auto d3 = passes<double>(s);
    CAPTURE(s.name);
    for (std::size_t i = 0; i < 4; ++i) {
      REQUIRE(same(f1[i], f3[i]));
      REQUIRE(same(d1[i], d3[i]));
    }
  }
}

TEST_CASE("conv_transpose2d undoes the extents of conv2d", "[ops][conv]") {
  const Variable<float> x(Array<float>(Shape{2, 3, 11, 8}, 1.F));
  const Variable<float> w(Array<float>(Shape{4, 3, 3, 2}, 0.5F));
  const auto y = conv2d(x, w, {}, {.stride = {2, 3}, .padding = {1, 0}});
  REQUIRE(y.shape() == Shape{2, 4, 6, 3});
  const auto back =
      conv_transpose2d(y, w, {}, {.stride = {2, 3}, .padding = {1, 0}, .output_padding = {0, 0}});
  REQUIRE(back.shape() == x.shape());
}
