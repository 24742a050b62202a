#pragma once

#include "xgrad/nn/sequential.hpp"

namespace xg::nn::models {

struct GoogLeNetOptions {
  std::size_t in_channels = 3;
  std::size_t classes = 1000;
  bool auxiliary = true;      ///< two more heads, after inception 4a and 4d
  bool small_images = false;  ///< 28x28 or 32x32: 3x3 stride 1 first, without its pooling
  double width = 1;           ///< factor of all channels
  double dropout = 0.4;
};

/// Inception modules: 1x1, 1x1 to 3x3, 1x1 to 5x5 and pooling to 1x1, concatenated. No batch norm,
/// as in the paper. Weights are drawn as He et al. do.
/// Source: Szegedy et al., arXiv:1409.4842, table 1.
template <class T>
class GoogLeNet : public Layer<T> {
 public:
  explicit GoogLeNet(const GoogLeNetOptions& options = {});
  GoogLeNet(GoogLeNet&&) noexcept = default;

  /// The main head's logits [N, classes].
  Variable<T> forward(const Variable<T>& x) override;
  /// The main head's and, if there are any, those of the auxiliary heads, whose losses the paper
  /// adds with the weight 0.3.
  Variables<T> with_heads(const Variable<T>& x);
  std::string description() const override { return "GoogLeNet"; }
  std::unique_ptr<Layer<T>> fresh() const override { return std::make_unique<GoogLeNet>(options_); }

 private:
  GoogLeNetOptions options_;
  std::vector<Sequential<T>*> parts_;  // to 4a, to 4d, to the logits
  std::vector<Sequential<T>*> heads_;
};

}  // namespace xg::nn::models
