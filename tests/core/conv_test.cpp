// Convolutions of few channels along the lines of an image, against sums written out.

#include <xgrad/core/array.hpp>
#include <xgrad/core/kernels/conv.hpp>
#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "support/catch.hpp"

using xg::kernels::Convolution;

namespace {

Convolution make(std::size_t batch, std::size_t channels, std::size_t outputs,
                 const std::size_t (&in)[2], const std::size_t (&kernel)[2],
                 const std::size_t (&padding)[2]) {
  Convolution c;
  c.batch = batch;
  c.in_channels = channels;
  c.out_channels = outputs;
  for (std::size_t i = 0; i < 2; ++i) {
    c.in[i] = in[i];
    c.kernel[i] = kernel[i];
    c.padding[i] = padding[i];
    c.out[i] = in[i] + 2 * padding[i] - kernel[i] + 1;
  }
  return c;
}

std::vector<Convolution> shapes() {
  return {make(3, 1, 6, {28, 28}, {5, 5}, {2, 2}), make(2, 6, 16, {14, 14}, {5, 5}, {0, 0}),
          make(2, 4, 13, {9, 21}, {2, 3}, {1, 0}), make(1, 3, 1, {5, 70}, {3, 7}, {2, 6}),
          make(2, 2, 7, {12, 8}, {6, 4}, {5, 3}),  make(2, 5, 3, {10, 33}, {3, 2}, {0, 1}),
          make(2, 1, 8, {3, 16}, {2, 2}, {4, 4})};
}

std::vector<double> drawn(std::size_t n, std::uint64_t seed) {
  xg::Generator generator(seed);
  std::vector<double> x(n);
  xg::kernels::fill_normal(generator, x.data(), n, 0., 1.);
  return x;
}

/// f(place in x, in w, in y) for every product.
template <class F>
void each_product(const Convolution& c, F f) {
  for (std::size_t n = 0; n < c.batch; ++n)
    for (std::size_t o = 0; o < c.out_channels; ++o)
      for (std::size_t k = 0; k < c.in_channels; ++k)
        for (std::size_t i = 0; i < c.out[0] * c.out[1]; ++i)
          for (std::size_t t = 0; t < c.kernel[0] * c.kernel[1]; ++t) {
            const std::size_t u = i / c.out[1] + t / c.kernel[1] - c.padding[0];
            const std::size_t v = i % c.out[1] + t % c.kernel[1] - c.padding[1];
            if (u >= c.in[0] || v >= c.in[1]) continue;  // outside; below 0 wraps round
            f((n * c.in_channels + k) * c.in_size() + u * c.in[1] + v,
              (o * c.in_channels + k) * c.kernel_size() + t,
              (n * c.out_channels + o) * c.out_size() + i);
          }
}

/// y with a bias, gx, gw and gb, by the library.
template <class T>
std::vector<std::vector<T>> passes(const Convolution& c) {
  const std::size_t nx = c.batch * c.in_channels * c.in_size();
  const std::size_t ny = c.batch * c.out_channels * c.out_size();
  const auto typed = [](const std::vector<double>& x) {
    return std::vector<T>(x.begin(), x.end());
  };
  const auto x = typed(drawn(nx, 1)), w = typed(drawn(c.weights(), 2)), gy = typed(drawn(ny, 3));
  const auto b = typed(drawn(c.out_channels, 4));
  std::vector<std::vector<T>> r{std::vector<T>(ny), std::vector<T>(nx), std::vector<T>(c.weights()),
                                std::vector<T>(c.out_channels)};
  xg::kernels::conv_forward(c, x.data(), w.data(), b.data(), r[0].data());
  xg::kernels::conv_backward_data(c, gy.data(), w.data(), static_cast<const T*>(nullptr),
                                  r[1].data());
  xg::kernels::conv_backward_weights(c, x.data(), gy.data(), r[2].data(), r[3].data());
  return r;
}

/// The same, written out.
std::vector<std::vector<double>> expected(const Convolution& c) {
  const std::size_t nx = c.batch * c.in_channels * c.in_size();
  const std::size_t ny = c.batch * c.out_channels * c.out_size();
  const auto x = drawn(nx, 1), w = drawn(c.weights(), 2), gy = drawn(ny, 3),
             b = drawn(c.out_channels, 4);
  std::vector<std::vector<double>> r{std::vector<double>(ny), std::vector<double>(nx),
                                     std::vector<double>(c.weights()),
                                     std::vector<double>(c.out_channels)};
  for (std::size_t i = 0; i < ny; ++i) {
    const std::size_t o = i / c.out_size() % c.out_channels;
    r[0][i] = b[o];
    r[3][o] += gy[i];
  }
  each_product(c, [&](std::size_t at_x, std::size_t at_w, std::size_t at_y) {
    r[0][at_y] += x[at_x] * w[at_w];
    r[1][at_x] += gy[at_y] * w[at_w];
    r[2][at_w] += gy[at_y] * x[at_x];
  });
  return r;
}

template <class T>
double largest_error(const std::vector<T>& actual, const std::vector<double>& exact) {
  double error = 0, square = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    error = std::max(error, std::abs(static_cast<double>(actual[i]) - exact[i]));
    square += exact[i] * exact[i];
  }
  return error / std::sqrt(square / static_cast<double>(exact.size()));
}

}  // namespace

TEST_CASE("conv kernels: few channels give the sums written out", "[core][conv]") {
  const char* const names[] = {"y", "gx", "gw", "gb"};
  for (const Convolution& c : shapes()) {
    const auto exact = expected(c);
    const auto single = passes<float>(c);
    const auto precise = passes<double>(c);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      CAPTURE(names[i], c.in_channels, c.out_channels, c.in[1], c.kernel[1], c.padding[1]);
      CHECK(largest_error(precise[i], exact[i]) < 1e-13);
      CHECK(largest_error(single[i], exact[i]) < 5e-6);
    }
  }
}

TEST_CASE("conv kernels: bits do not depend on the number of threads", "[core][conv]") {
  const int before = xg::get_num_threads();
  for (Convolution c : shapes()) {
    c.batch = 64;
    xg::set_num_threads(1);
    const auto one = passes<float>(c);
    xg::set_num_threads(3);
    const auto three = passes<float>(c);
    for (std::size_t i = 0; i < one.size(); ++i)
      CHECK(std::memcmp(one[i].data(), three[i].data(), one[i].size() * sizeof(float)) == 0);
  }
  xg::set_num_threads(before);
}
