#pragma once

#include "xgrad/nn/module.hpp"
#include "xgrad/ops/fold.hpp"
#include "xgrad/ops/upsample.hpp"

/// Layers without parameters that change shapes.
namespace xg::nn {

struct FlattenOptions {
  std::ptrdiff_t start_axis = 1;  ///< the first of the axes that become one
  std::ptrdiff_t end_axis = -1;   ///< the last
};

/// Several axes as one, by default [N, ...] to [N, product of the rest].
template <class T>
class Flatten : public Layer<T> {
 public:
  explicit Flatten(FlattenOptions options = {}) : options_(options) {}
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override { return "Flatten"; }
  std::unique_ptr<Layer<T>> fresh() const override { return std::make_unique<Flatten>(options_); }

 private:
  FlattenOptions options_;
};

/// One axis as several: Unflatten(1, {3, 32, 32}). One extent may be -1.
template <class T>
class Unflatten : public Layer<T> {
 public:
  Unflatten(std::ptrdiff_t axis, std::initializer_list<std::ptrdiff_t> sizes)
      : axis_(axis), sizes_(sizes.begin(), sizes.end()) {}
  Unflatten(std::ptrdiff_t axis, std::vector<std::ptrdiff_t> sizes)
      : axis_(axis), sizes_(std::move(sizes)) {}
  /// @throws ShapeError if the sizes do not multiply to the axis.
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<Unflatten>(axis_, sizes_);
  }

 private:
  std::ptrdiff_t axis_;
  std::vector<std::ptrdiff_t> sizes_;
};

struct UpsampleLayerOptions {
  double scale_factor = 0;  ///< extents d become floor(d scale_factor); this, or
  Shape size = Shape{};     ///< the extents themselves
  UpsampleMode mode = UpsampleMode::nearest;
  bool align_corners = false;
};

/// Images [N, C, d...] of other extents: see upsample.
template <class T>
class Upsample : public Layer<T> {
 public:
  /// @throws ValueError unless just one of size and scale_factor > 0 is given.
  explicit Upsample(UpsampleLayerOptions options);
  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override { return std::make_unique<Upsample>(options_); }

 private:
  UpsampleLayerOptions options_;
};

/// [..., C r^2, H, W] to [..., C, H r, W r]: see pixel_shuffle.
template <class T>
class PixelShuffle : public Layer<T> {
 public:
  explicit PixelShuffle(std::size_t upscale_factor) : factor_(upscale_factor) {}
  Variable<T> forward(const Variable<T>& x) override { return pixel_shuffle(x, factor_); }
  std::string description() const override {
    return "PixelShuffle(" + std::to_string(factor_) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<PixelShuffle>(factor_);
  }

 private:
  std::size_t factor_;
};

/// The other way round.
template <class T>
class PixelUnshuffle : public Layer<T> {
 public:
  explicit PixelUnshuffle(std::size_t downscale_factor) : factor_(downscale_factor) {}
  Variable<T> forward(const Variable<T>& x) override { return pixel_unshuffle(x, factor_); }
  std::string description() const override {
    return "PixelUnshuffle(" + std::to_string(factor_) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<PixelUnshuffle>(factor_);
  }

 private:
  std::size_t factor_;
};

}  // namespace xg::nn
