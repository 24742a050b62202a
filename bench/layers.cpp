#include "training.hpp"

namespace bench {
namespace {

using xg::Array, xg::Variable;

Variable<float> leaf(const xg::Shape& shape) { return normal(shape).set_requires_grad(true); }

// 64 images of 32 x 32 x 32 to 64 channels, 3 x 3: forward and both backwards.
Workload conv_layer() {
  const auto x = leaf({64, 32, 32, 32}), w = leaf({64, 32, 3, 3});
  const auto g = normal({64, 64, 32, 32});
  return {[=] {
            conv2d(x, w, {}, {.padding = 1}).backward({.gradient = g});
            x.clear_grad();
            w.clear_grad();
          },
          [=] { conv2d(x, w, {}, {.padding = 1}); }};
}

// The same without Winograd's algorithm.
Workload conv_layer_direct() {
  xg::set_winograd(false);  // of this process, which is the workload's own
  return conv_layer();
}

// Pooling and batch normalisation of such images, which the libtorch program does not have alone.
Workload max_pool() {
  const auto x = leaf({64, 64, 32, 32}), g = normal({64, 64, 16, 16});
  return {[=] {
            max_pool2d(x, 2).backward({.gradient = g});
            x.clear_grad();
          },
          [=] { max_pool2d(x, 2); }};
}

Workload batch_norm_images() {
  const auto x = leaf({64, 64, 32, 32}), g = normal({64, 64, 32, 32});
  const auto w = leaf({64}), b = leaf({64});
  const auto f = [=] { return batch_norm(x, w, b, nullptr); };
  return {[=] {
            f().backward({.gradient = g});
            for (const auto& v : {x, w, b}) v.clear_grad();
          },
          [=] { f(); }};
}

}  // namespace

std::vector<Named> layer_workloads() {
  return {{"conv_layer", conv_layer},
          {"conv_layer_direct", conv_layer_direct},
          {"max_pool", max_pool},
          {"batch_norm_images", batch_norm_images}};
}

}  // namespace bench
