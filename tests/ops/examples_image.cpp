// Examples of convolution, pooling and other operations on images. Values: PyTorch 2.15 in double.
#include <xgrad/xgrad.hpp>

#include "ops/example.hpp"

XG_EXAMPLE(conv1d, {{1, 1, 5}, {-2, -2, -2, -2, 4}}) {
  const xg::Variable<double> line(xg::Array<double>{1, 2, 3, 4, 5});
  const xg::Variable<double> kernel(xg::Array<double>{1, 0, -1});
  const auto x = reshape(line, {1, 1, 5}), w = reshape(kernel, {1, 1, 3});
  return conv1d(x, w, {}, {.padding = 1});
}

XG_EXAMPLE(conv2d, {{1, 1, 4, 4},
                    {4.5, 11.5, 18.5, 9.5, 18.5, 37.5, 47.5, 21.5, 36.5, 67.5, 77.5, 33.5, 14.5,
                     23.5, 26.5, 9.5}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  const xg::Variable<double> kernel(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> bias(xg::full_array<double>({1}, 0.5));
  const auto x = reshape(image, {1, 1, 3, 3}), w = reshape(kernel, {1, 1, 2, 2});
  return conv2d(x, w, bias, {.stride = 1, .padding = 1});
}

XG_EXAMPLE(conv3d, {{1, 1, 2, 1, 2}, {37, 47, 97, 107}}) {
  const xg::Variable<double> x(xg::Array<double>(xt::arange<double>(1, 13)));
  const xg::Variable<double> w(xg::Array<double>{1, 2, 3, 4});
  return conv3d(reshape(x, {1, 1, 2, 2, 3}), reshape(w, {1, 1, 1, 2, 2}));
}

XG_EXAMPLE(conv_transpose1d, {{1, 1, 7}, {1, 0, 1, 0, 1, 0, -3}}) {
  const xg::Variable<double> line(xg::Array<double>{1, 2, 3});
  const xg::Variable<double> kernel(xg::Array<double>{1, 0, -1});
  const auto x = reshape(line, {1, 1, 3}), w = reshape(kernel, {1, 1, 3});
  return conv_transpose1d(x, w, {}, {.stride = 2});
}

XG_EXAMPLE(conv_transpose2d, {{1, 1, 4, 4}, {1, 2, 2, 4, 3, 4, 6, 8, 3, 6, 4, 8, 9, 12, 12, 16}}) {
  const xg::Variable<double> square(xg::Array<double>{{1, 2}, {3, 4}});
  const auto x = reshape(square, {1, 1, 2, 2}), w = x;
  return conv_transpose2d(x, w, {}, {.stride = 2});
}

XG_EXAMPLE(conv_transpose3d, {{1, 1, 1, 2, 4}, {1, 2, 2, 4, 3, 4, 6, 8}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2}), w(xg::Array<double>{1, 2, 3, 4});
  const auto line = reshape(x, {1, 1, 1, 1, 2}), kernel = reshape(w, {1, 1, 1, 2, 2});
  return conv_transpose3d(line, kernel, {}, {.stride = {1, 1, 2}});
}

XG_EXAMPLE(max_pool1d, {{1, 1, 3}, {4, 3, 6}}) {
  const xg::Variable<double> line(xg::Array<double>{1, 4, 2, 3, 6, 5});
  return max_pool1d(reshape(line, {1, 1, 6}), 2);
}

XG_EXAMPLE(max_pool2d, {{1, 1, 2, 3}, {5, 8, 8, 7, 8, 8}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 5, 2, 0}, {3, 4, 8, 6}, {7, 2, 1, 1}});
  return max_pool2d(reshape(image, {1, 1, 3, 4}), 2, {.stride = 1});
}

XG_EXAMPLE(max_pool3d, {{1, 1, 1, 2, 1}, {8, 11}}) {
  const xg::Variable<double> x(xg::Array<double>(xt::arange<double>(1, 13)));
  return max_pool3d(reshape(x, {1, 1, 2, 2, 3}), {2, 1, 2});
}

XG_EXAMPLE(max_pool2d_with_indices, {{1, 1, 1, 2}, {5, 8}}, {{1, 1, 1, 2}, {1, 6}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 5, 2, 0}, {3, 4, 8, 6}});
  const auto [values, indices] = max_pool2d_with_indices(reshape(image, {1, 1, 2, 4}), 2);
  return {values, indices};
}

XG_EXAMPLE(max_unpool2d, {{1, 1, 2, 4}, {0, 5, 0, 0, 0, 0, 8, 0}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 5, 2, 0}, {3, 4, 8, 6}});
  const auto [values, indices] = max_pool2d_with_indices(reshape(image, {1, 1, 2, 4}), 2);
  return max_unpool2d(values, indices, {2, 4});
}

XG_EXAMPLE(avg_pool1d, {{1, 1, 2}, {2.3333333333333335, 4.666666666666667}}) {
  const xg::Variable<double> line(xg::Array<double>{1, 4, 2, 3, 6, 5});
  return avg_pool1d(reshape(line, {1, 1, 6}), 3);
}

XG_EXAMPLE(avg_pool2d, {{1, 1, 2, 3}, {1, 3.5, 0, 3, 6, 6}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 5, 2, 0}, {3, 4, 8, 6}});
  return avg_pool2d(reshape(image, {1, 1, 2, 4}), 2, {.padding = 1, .count_include_pad = false});
}

XG_EXAMPLE(avg_pool3d, {{1, 1, 1, 2, 1}, {5, 8}}) {
  const xg::Variable<double> x(xg::Array<double>(xt::arange<double>(1, 13)));
  return avg_pool3d(reshape(x, {1, 1, 2, 2, 3}), {2, 1, 3});
}

XG_EXAMPLE(adaptive_avg_pool2d, {{1, 1, 1, 3}, {3.25, 4.75, 4}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 5, 2, 0}, {3, 4, 8, 6}});
  return adaptive_avg_pool2d(reshape(image, {1, 1, 2, 4}), {1, 3});
}

XG_EXAMPLE(adaptive_max_pool2d, {{1, 1, 1, 1}, {8}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 5, 2, 0}, {3, 4, 8, 6}});
  return adaptive_max_pool2d(reshape(image, {1, 1, 2, 4}), 1);  // of the whole image
}

XG_EXAMPLE(adaptive_max_pool2d_with_indices, {{1, 1, 2, 2}, {5, 2, 4, 8}},
           {{1, 1, 2, 2}, {1, 2, 5, 6}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 5, 2, 0}, {3, 4, 8, 6}});
  const auto x = reshape(image, {1, 1, 2, 4});
  const auto [values, indices] = adaptive_max_pool2d_with_indices(x, {2, 2});
  return {values, indices};
}

XG_EXAMPLE(lp_pool1d, {{1, 1, 2}, {5, 13}}) {
  const xg::Variable<double> line(xg::Array<double>{3, 4, -5, 12});
  return lp_pool1d(reshape(line, {1, 1, 4}), 2, 2);
}

XG_EXAMPLE(lp_pool2d, {{1, 1, 2, 1}, {5, 13}}) {
  const xg::Variable<double> image(xg::Array<double>{{3, 4}, {-5, 12}});
  return lp_pool2d(reshape(image, {1, 1, 2, 2}), 2, {1, 2});
}

XG_EXAMPLE(fractional_max_pool2d, {{1, 1, 3, 3}, {6, 7, 8, 10, 11, 12, 14, 15, 16}}) {
  const xg::Variable<double> image(xg::Array<double>(xt::arange<double>(1, 17)));
  const auto x = reshape(image, {1, 1, 4, 4});
  const auto samples = reshape(xg::Variable<double>(xg::Array<double>{0.2, 0.6}), {1, 1, 2});
  return fractional_max_pool2d(x, 2, 3, samples.value());
}

XG_EXAMPLE(fractional_max_pool2d, {{}, {1}}) {
  const xg::Variable<double> image(xg::Array<double>(xt::arange<double>(1, 17)));
  const auto x = reshape(image, {1, 1, 4, 4});
  xg::Generator one(7), other(7);  // the same seed, the same regions
  const auto y = fractional_max_pool2d(x, 2, 3, xg::PoolRegions::random, one);
  const auto z = fractional_max_pool2d(x, 2, 3, xg::PoolRegions::random, other);
  return xg::all(eq(y, z));
}

XG_EXAMPLE(fractional_max_pool2d, {{}, {16}}) {
  const xg::Variable<double> image(xg::Array<double>(xt::arange<double>(1, 17)));
  const auto y = fractional_max_pool2d(reshape(image, {1, 1, 4, 4}), 2, 3);  // [1, 1, 3, 3]
  return max(y);  // the last region ends where the image ends
}

XG_EXAMPLE(fractional_max_pool2d_with_indices, {{1, 1, 2, 2}, {6, 8, 14, 16}},
           {{1, 1, 2, 2}, {5, 7, 13, 15}}) {
  const xg::Variable<double> image(xg::Array<double>(xt::arange<double>(1, 17)));
  const auto x = reshape(image, {1, 1, 4, 4});
  const auto samples = reshape(xg::Variable<double>(xg::Array<double>{0, 0.5}), {1, 1, 2});
  const auto [values, indices] = fractional_max_pool2d_with_indices(x, 2, 2, samples.value());
  return {values, indices};
}

XG_EXAMPLE(unfold, {{1, 4, 4}, {1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  return unfold(reshape(image, {1, 1, 3, 3}), 2);
}

XG_EXAMPLE(fold, {{1, 1, 2, 3}, {1, 7, 6, 3, 11, 8}}) {
  const xg::Variable<double> columns(xg::Array<double>{{1, 5}, {2, 6}, {3, 7}, {4, 8}});
  return fold(reshape(columns, {1, 4, 2}), {2, 3}, 2);
}

XG_EXAMPLE(pixel_shuffle, {{1, 1, 2, 4}, {1, 3, 2, 4, 5, 7, 6, 8}}) {
  const xg::Variable<double> channels(xg::Array<double>{{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  return pixel_shuffle(reshape(channels, {1, 4, 1, 2}), 2);
}

XG_EXAMPLE(pixel_unshuffle, {{1, 4, 1, 2}, {1, 3, 2, 4, 5, 7, 6, 8}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 2, 3, 4}, {5, 6, 7, 8}});
  return pixel_unshuffle(reshape(image, {1, 1, 2, 4}), 2);
}

XG_EXAMPLE(upsample, {{1, 1, 3, 3},
                      {1, 1.5, 2, 1.9999999999999998, 2.7499999999999996, 3.4999999999999996, 3, 4,
                       4.999999999999999}}) {
  const xg::Variable<double> image(xg::Array<double>{{1, 2}, {3, 5}});
  return upsample(reshape(image, {1, 1, 2, 2}), {3, 3}, {.mode = xg::UpsampleMode::linear});
}

XG_EXAMPLE(pad, {{3, 6}, {7, 1, 2, 3, 7, 7, 7, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return pad(x, {{0, 1}, {1, 2}}, {.value = 7});
}
