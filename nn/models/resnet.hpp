#pragma once

#include "xgrad/nn/conv.hpp"
#include "xgrad/nn/regularization.hpp"
#include "xgrad/nn/sequential.hpp"

namespace xg::nn::models {

/// How a block's input becomes comparable with its output where extents or channels change.
enum class Shortcut : std::uint8_t {
  projection,  ///< a 1x1 convolution ("option B")
  padding,     ///< every second element, zeros for new channels ("option A"): no parameters
};

struct ResidualBlockOptions {
  std::size_t stride = 1;
  std::size_t width = 0;       ///< of the 3x3 convolution of a bottleneck; 0: no bottleneck
  bool preactivation = false;  ///< norm and relu before each convolution: arXiv:1603.05027
  Shortcut shortcut = Shortcut::projection;
  double drop_path = 0;  ///< probability of skipping the branch: arXiv:1603.09382
  double dropout = 0;    ///< between the convolutions: arXiv:1605.07146
};

/// Two 3x3 convolutions, or 1x1, 3x3, 1x1 (a bottleneck), around which the input goes:
///
///   y = relu(norm(conv(relu(norm(conv(x))))) + x), or y = conv(relu(norm(conv(relu(norm(x)))))) +
///   x
///
/// Names as in torchvision: conv1, bn1, conv2, ..., downsample.0, downsample.1.
/// Source: He, Zhang, Ren, Sun, arXiv:1512.03385, figures 2 and 5; arXiv:1603.05027, figure 4e.
template <class T>
class ResidualBlock : public Layer<T> {
 public:
  ResidualBlock(std::size_t in, std::size_t out, ResidualBlockOptions options = {});
  ResidualBlock(ResidualBlock&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override;
  std::string description() const override;
  std::unique_ptr<Layer<T>> fresh() const override;

 private:
  Variable<T> around(const Variable<T>& x);
  Variable<T> post_activation(const Variable<T>& x);
  Variable<T> pre_activation(const Variable<T>& x);

  std::size_t in_, out_;
  ResidualBlockOptions options_;
  std::vector<Conv2d<T>*> convolutions_;
  std::vector<BatchNorm2d<T>*> norms_;
  Sequential<T>* downsample_ = nullptr;
  Dropout<T>* dropout_ = nullptr;
  DropPath<T>* drop_path_ = nullptr;
};

struct ResNetOptions {
  std::size_t depth = 18;  ///< 18, 34, 50, 101 or 152
  std::size_t in_channels = 3;
  std::size_t classes = 1000;
  bool small_images = false;   ///< 28x28 or 32x32: 3x3 stride 1 first, no pooling
  double width = 1;            ///< factor of all channels
  double inner_width = 1;      ///< of bottlenecks alone: 2 makes torchvision's wide_resnet50_2
  double drop_path = 0;        ///< of the last block; grows linearly from the first
  bool preactivation = false;  ///< norm and relu before each convolution: arXiv:1603.05027
};
/// For 224x224 images, as torchvision; of pre-activation with one more norm and relu at the end,
/// "bn2" and "relu2". @throws ValueError for another depth.
template <class T>
Sequential<T> resnet(const ResNetOptions& options = {});

struct CifarResNetOptions {
  std::size_t depth = 20;  ///< 6 n + 2: 20, 32, 44, 56, 110, ...
  std::size_t in_channels = 3;
  std::size_t classes = 10;
  bool preactivation = false;
  Shortcut shortcut = Shortcut::padding;
  double width = 1;      ///< factor of 16, 32, 64 channels
  double drop_path = 0;  ///< of the last block, 0.5 in the paper on stochastic depth
};
/// For 28x28 and 32x32: three groups of n blocks. Source: arXiv:1512.03385, section 4.2.
/// @throws ValueError for another depth.
template <class T>
Sequential<T> cifar_resnet(const CifarResNetOptions& options = {});

struct WideResNetOptions {
  std::size_t depth = 28;  ///< 6 n + 4
  double widen = 10;       ///< factor of the blocks' channels
  std::size_t in_channels = 3;
  std::size_t classes = 10;
  double dropout = 0;
  double width = 1;  ///< factor of all channels
};
/// Source: Zagoruyko, Komodakis, arXiv:1605.07146, table 1.
template <class T>
Sequential<T> wide_resnet(const WideResNetOptions& options = {});

}  // namespace xg::nn::models
