#pragma once

#include <optional>

#include "xgrad/nn/regularization.hpp"

/// Layers whose weight is computed from other parameters before each call. L is a layer with a
/// parameter `weight`: Linear, Conv, ConvTranspose.
namespace xg::nn {

namespace detail {

/// v times g over the norm of v, taken for each index of the axis; axis -1: over everything.
template <class T>
Variable<T> weight_of(const Variable<T>& v, const Variable<T>& g, std::ptrdiff_t axis);
/// Norms of w by index of the axis, with extent 1 elsewhere; axis -1: a scalar.
template <class T>
Variable<T> norms_of(const Variable<T>& w, std::ptrdiff_t axis);

/// w over its largest singular value u^T W v, W being w with the axis first; u and v are improved
/// by power iterations.
template <class T>
Variable<T> spectral_weight(const Variable<T>& w, Variable<T>& u, Variable<T>& v,
                            std::ptrdiff_t axis, std::size_t iterations, double eps);
/// Normal vectors of length 1 for it, improved by a few iterations.
template <class T>
std::pair<Array<T>, Array<T>> spectral_start(const Variable<T>& w, std::ptrdiff_t axis, double eps);

}  // namespace detail

/// weight = g v / |v| with the direction v and the length g learned apart (torch.nn.utils.
/// weight_norm, whose names the state has: weight_g, weight_v).
///
///   auto layer = xg::nn::weight_norm(xg::nn::Linear<float>(20, 40));
///
/// Source: Salimans, Kingma, arXiv:1602.07868, equation 2.
template <class L>
class WeightNorm : public L {
  using T = typename L::value_type;

 public:
  /// @param axis  whose entries have a length each; -1: one length in all.
  explicit WeightNorm(L layer, std::ptrdiff_t axis = 0) : L(std::move(layer)), axis_(axis) {
    const Array<T> w = this->weight.value();
    this->forget("weight");
    weight_g =
        this->parameter("weight_g", Variable<T>(detail::norms_of(Variable<T>(w), axis).value()));
    weight_v = this->parameter("weight_v", Variable<T>(w));
    this->weight = detail::weight_of(weight_v, weight_g, axis_);
  }
  WeightNorm(WeightNorm&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override {
    this->weight = detail::weight_of(weight_v, weight_g, axis_);
    return L::forward(x);
  }
  std::string description() const override { return "WeightNorm of " + L::description(); }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<WeightNorm>(L::rebuilt(), axis_);
  }

  Variable<T> weight_g, weight_v;

 private:
  std::ptrdiff_t axis_;
};
template <class L>
WeightNorm<L> weight_norm(L layer, std::ptrdiff_t axis = 0) {
  return WeightNorm<L>(std::move(layer), axis);
}

struct SpectralNormOptions {
  std::size_t n_power_iterations = 1;  ///< at each call in training
  double eps = 1e-12;                  ///< smallest divisor of the iteration's vectors
  std::ptrdiff_t axis = 0;             ///< of the weight that counts the outputs
};

/// weight = w / sigma, sigma the largest singular value of w as a matrix (torch.nn.utils.
/// spectral_norm, whose names the state has: weight_orig, weight_u, weight_v).
/// Source: Miyato, Kataoka, Koyama, Yoshida, arXiv:1802.05957, algorithm 1.
template <class L>
class SpectralNorm : public L {
  using T = typename L::value_type;

 public:
  explicit SpectralNorm(L layer, SpectralNormOptions options = {})
      : L(std::move(layer)), options_(options) {
    const Array<T> w = this->weight.value();
    this->forget("weight");
    weight_orig = this->parameter("weight_orig", Variable<T>(w));
    auto [u, v] = detail::spectral_start(Variable<T>(w), options.axis, options.eps);
    weight_u = this->buffer("weight_u", Variable<T>(std::move(u)));
    weight_v = this->buffer("weight_v", Variable<T>(std::move(v)));
  }
  SpectralNorm(SpectralNorm&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override {
    const std::size_t iterations = this->training() ? options_.n_power_iterations : 0;
    this->weight = detail::spectral_weight(weight_orig, weight_u, weight_v, options_.axis,
                                           iterations, options_.eps);
    return L::forward(x);
  }
  std::string description() const override { return "SpectralNorm of " + L::description(); }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<SpectralNorm>(L::rebuilt(), options_);
  }

  Variable<T> weight_orig, weight_u, weight_v;

 private:
  SpectralNormOptions options_;
};
template <class L>
SpectralNorm<L> spectral_norm(L layer, SpectralNormOptions options = {}) {
  return SpectralNorm<L>(std::move(layer), options);
}

/// In training each weight becomes 0 with probability p, else w / (1 - p), drawn anew at every
/// call; in evaluation the mean, w. (One mask serves the whole batch; the paper draws one an
/// example, and approximates by a normal distribution in evaluation.)
/// Source: Wan, Zeiler, Zhang, LeCun, Fergus, ICML 2013.
template <class L>
class DropConnect : public L {
  using T = typename L::value_type;

 public:
  /// @throws ValueError unless p is in [0, 1].
  explicit DropConnect(L layer, double p = 0.5)
      : L(std::move(layer)), p_(p), dropout_(p), whole_(this->weight) {}
  DropConnect(DropConnect&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override {
    this->weight = this->training() ? dropout_.forward(whole_) : whole_;
    Variable<T> y = L::forward(x);
    this->weight = whole_;
    return y;
  }
  std::string description() const override {
    return "DropConnect(" + number_text(p_) + ") of " + L::description();
  }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<DropConnect>(L::rebuilt(), p_);
  }

 private:
  double p_;
  Dropout<T> dropout_;  // no child: it has no state, and its mode is this layer's
  Variable<T> whole_;
};

}  // namespace xg::nn
