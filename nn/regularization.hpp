#pragma once

#include <optional>

#include "xgrad/core/random.hpp"
#include "xgrad/nn/module.hpp"
#include "xgrad/nn/noise_layer.hpp"
#include "xgrad/nn/normalization.hpp"
#include "xgrad/nn/shape.hpp"

namespace xg::nn {

/// What the layers below share: a name and one number.
template <class T>
class NumberedNoise : public NoiseLayer<T> {
 public:
  NumberedNoise(std::string name, double number, std::optional<Generator> generator)
      : NoiseLayer<T>(std::move(generator)), name_(std::move(name)), number_(number) {}
  /// "Dropout(0.5)"
  std::string description() const override;

 protected:
  double number() const noexcept { return number_; }
  template <class Own>
  std::unique_ptr<Layer<T>> another() const {
    return std::make_unique<Own>(number_, this->generator_);
  }

 private:
  std::string name_;
  double number_;
};

/// In training each element becomes 0 with probability p, else x / (1 - p); in evaluation x.
/// (p is the probability of dropping; the lectures' p is that of keeping.)
template <class T>
class Dropout : public NumberedNoise<T> {
 public:
  /// @param p          in [0, 1]. @throws ValueError otherwise.
  /// @param generator  where masks are drawn from; the default generator if absent.
  explicit Dropout(double p = 0.5, std::optional<Generator> generator = {});
  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override { return this->template another<Dropout>(); }
};

/// Dropout as the lectures first show it: in training each element is kept with probability `keep`
/// and nothing is scaled; in evaluation everything is scaled by `keep`.
template <class T>
class VanillaDropout : public NumberedNoise<T> {
 public:
  /// @throws ValueError unless keep is in [0, 1].
  explicit VanillaDropout(double keep = 0.5, std::optional<Generator> generator = {});
  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return this->template another<VanillaDropout>();
  }
};

/// Whole channels become 0 with probability p, the others x / (1 - p); in evaluation x.
///
///   x  [N, C, d...] with `rank` axes d, or [C, d...]
///
/// Source: Tompson et al., arXiv:1411.4280.
template <class T, std::size_t rank>
class ChannelDropout : public NumberedNoise<T> {
 public:
  explicit ChannelDropout(double p = 0.5, std::optional<Generator> generator = {});
  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return this->template another<ChannelDropout>();
  }
};
template <class T>
using Dropout1d = ChannelDropout<T, 1>;
template <class T>
using Dropout2d = ChannelDropout<T, 2>;
template <class T>
using Dropout3d = ChannelDropout<T, 3>;

/// Dropout for selu networks: elements become selu's lower limit with probability p, then all are
/// scaled and shifted so that mean 0 and variance 1 stay. In evaluation x.
/// Source: Klambauer et al., arXiv:1706.02515, section "New dropout technique".
template <class T>
class AlphaDropout : public NumberedNoise<T> {
 public:
  explicit AlphaDropout(double p = 0.5, std::optional<Generator> generator = {});
  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return this->template another<AlphaDropout>();
  }
};

/// Stochastic depth: each example (axis 0) becomes 0 with probability p, else x / (1 - p); in
/// evaluation x. At the end of a residual branch it skips the branch. The paper scales by 1 - p in
/// evaluation instead, which is the same up to that factor of the weights.
/// Source: Huang, Sun, Liu, Sedra, Weinberger, arXiv:1603.09382.
template <class T>
class DropPath : public NumberedNoise<T> {
 public:
  explicit DropPath(double p = 0, std::optional<Generator> generator = {});
  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override { return this->template another<DropPath>(); }
};

/// In training x plus normal noise of this standard deviation; in evaluation x.
template <class T>
class GaussianNoise : public NumberedNoise<T> {
 public:
  /// @throws ValueError if deviation < 0.
  explicit GaussianNoise(double deviation = 0.1, std::optional<Generator> generator = {});
  Variable<T> forward(const Variable<T>& x) override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return this->template another<GaussianNoise>();
  }
};

template <class T>
struct Prediction {
  Array<T> mean;
  Array<T> variance;  ///< over the samples, unbiased; NaN for a single one
};

/// Mean and spread of a model's outputs under its dropout: the model runs `samples` times in
/// evaluation mode, but for the layers of this file, which draw. Modes are put back.
/// @throws ValueError if samples < 1. Source: Gal, Ghahramani, arXiv:1506.02142.
template <class T>
Prediction<T> monte_carlo_prediction(Layer<T>& model, const Variable<T>& x, std::size_t samples);

}  // namespace xg::nn
