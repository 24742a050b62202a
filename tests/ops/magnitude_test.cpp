// Values and gradients of softmax, losses and norms at magnitudes 1e-30, 1e4 and 1e30, in float.
// The reference is the same in double, where nothing near 1e30 overflows and nothing near 1e-30
// vanishes; what does not fit a float there (a square of 1e30) must be infinite in float.

#include <cmath>
#include <limits>
#include <string>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/distance.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/normalization_layer.hpp>
#include <xgrad/ops/normalization_local.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

constexpr double scales[] = {1e-30, 1e4, 1e30};

template <class T>
struct Found {
  Array<T> value, gradient;
};

/// f and the gradient of its weighted sum, at [2, 3] numbers of this magnitude.
template <class T, class F>
Found<T> at(double scale, const F& f) {
  Array<T> numbers(Shape{2, 3});
  const double units[] = {1, -0.5, 0.25, 0.75, 2, -1.25};
  for (std::size_t i = 0; i < 6; ++i) numbers.data()[i] = static_cast<T>(scale * units[i]);
  const Variable<T> x(numbers, true);
  const Variable<T> y = f(x);
  Array<T> weights(y.shape());
  for (std::size_t i = 0; i < weights.size(); ++i) weights.data()[i] = T(1) / T(i + 2);
  return {y.value(), grad(y, x, {.grad_outputs = {Variable<T>(weights)}}).value()};
}

/// Beside the largest of its array: a small difference of large numbers keeps their error.
void same(const Array<float>& found, const Array<double>& expected) {
  constexpr double limit = std::numeric_limits<float>::max();
  double largest = 0;
  for (const double e : expected)
    if (std::fabs(e) <= limit) largest = std::max(largest, std::fabs(e));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double e = expected.data()[i], a = found.data()[i];
    CAPTURE(i, a, e);
    if (std::fabs(e) > limit)
      CHECK(a == std::copysign(HUGE_VAL, e));
    else
      CHECK(std::fabs(a - e) <= 2e-6 * largest + 1e-44);
  }
}

template <class F>
void check(const std::string& name, const F& f) {
  for (const double scale : scales) {
    CAPTURE(name, scale);
    const auto in_float = at<float>(scale, f);
    const auto in_double = at<double>(scale, f);
    same(in_float.value, in_double.value);
    same(in_float.gradient, in_double.gradient);
  }
}

template <class T>
Variable<T> zeros(const Variable<T>& like) {
  return Variable<T>(full_array<T>(like.shape(), 0));
}

const IndexArray& labels() {
  static const IndexArray list{2, 0};
  return list;
}

}  // namespace

TEST_CASE("softmax and logsumexp are right in float at 1e-30, 1e4 and 1e30", "[ops][magnitude]") {
  check("softmax", [](const auto& x) { return softmax(x, 1); });
  check("log_softmax", [](const auto& x) { return log_softmax(x, 1); });
  check("logsumexp", [](const auto& x) { return logsumexp(x, 1); });
  check("logsumexp of all", [](const auto& x) { return logsumexp(x, {}); });
}

TEST_CASE("losses are right in float at 1e-30, 1e4 and 1e30", "[ops][magnitude]") {
  check("cross_entropy", [](const auto& x) { return cross_entropy(x, labels()); });
  check("smoothed",
        [](const auto& x) { return cross_entropy(x, labels(), {.label_smoothing = 0.1}); });
  check("multi_margin", [](const auto& x) { return multi_margin_loss(x, labels()); });
  check("svm", [](const auto& x) { return svm_loss(x, labels()); });
  check("mse", [](const auto& x) { return mse_loss(x, zeros(x)); });
  check("l1", [](const auto& x) { return l1_loss(x, zeros(x)); });
  check("huber", [](const auto& x) { return huber_loss(x, zeros(x)); });
  check("smooth_l1", [](const auto& x) { return smooth_l1_loss(x, zeros(x)); });
  check("bce", [](const auto& x) { return binary_cross_entropy_with_logits(x, zeros(x) + 1.); });
  check("soft_margin", [](const auto& x) { return soft_margin_loss(x, zeros(x) + 1.); });
  check("hinge_embedding", [](const auto& x) { return hinge_embedding_loss(x, zeros(x) - 1.); });
  check("multilabel", [](const auto& x) { return multilabel_soft_margin_loss(x, zeros(x)); });
  check("gaussian", [](const auto& x) { return gaussian_nll_loss(x, zeros(x), zeros(x) + 2.); });
}

TEST_CASE("norms are right in float at 1e-30, 1e4 and 1e30", "[ops][magnitude]") {
  for (const double p : {1., 1.5, 2., 3., HUGE_VAL, -HUGE_VAL, -1.})
    check("norm " + std::to_string(p), [p](const auto& x) { return norm(x, p, 1); });
  check("normalize", [](const auto& x) { return normalize(x, {.axis = 1, .eps = 1e-37}); });
  check("pairwise_distance", [](const auto& x) { return pairwise_distance(x, zeros(x)); });
  check("cosine_similarity",
        [](const auto& x) { return cosine_similarity(x, zeros(x) + 1., {.eps = 1e-37}); });
}

TEST_CASE("normalised rows and channels are right in float at 1e-30, 1e4 and 1e30",
          "[ops][magnitude]") {
  const auto channels = [](const auto& x) {
    return batch_norm(reshape(x, {3, 2}), {}, {}, nullptr);
  };
  check("batch_norm", channels);
  check("slopes of batch_norm", [channels](const auto& x) {
    const auto y = channels(x);
    return grad(sum(y * y * y), x, {.create_graph = true});
  });
  check("layer_norm", [](const auto& x) { return layer_norm(x, Shape{3}); });
  check("group_norm", [](const auto& x) { return group_norm(x, 1); });
  check("rms_norm", [](const auto& x) { return rms_norm(x, Shape{3}, {}, {.eps = 1e-30}); });
}
