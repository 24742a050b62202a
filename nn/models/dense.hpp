#pragma once

#include "xgrad/nn/sequential.hpp"

namespace xg::nn::models {

struct DenseNetOptions {
  std::vector<std::size_t> blocks = {6, 12, 24, 16};  ///< layers of each; these: DenseNet-121
  std::size_t growth = 32;                            ///< channels that each layer adds
  std::size_t stem = 64;                              ///< channels before the first block
  bool bottleneck = true;    ///< 1x1 convolution to 4 growth channels before each 3x3 ("B")
  double compression = 0.5;  ///< share of the channels that passes between blocks ("C")
  std::size_t in_channels = 3;
  std::size_t classes = 1000;
  bool small_images = false;  ///< 28x28 or 32x32: 3x3 stride 1 first, no pooling
  double dropout = 0;         ///< of what each layer adds
};

/// Every layer of a block sees the results of all before it. For CIFAR the paper has 3 blocks of
/// (depth - 4) / 3 layers (half with bottleneck), growth 12, stem 16 (24 with both "B" and "C").
/// Names as in torchvision: features.denseblock1.denselayer1.norm1 ...
/// Source: Huang, Liu, van der Maaten, Weinberger, arXiv:1608.06993, table 1.
template <class T>
Sequential<T> densenet(const DenseNetOptions& options = {});

struct FractalNetOptions {
  std::size_t columns = 3;  ///< C of the paper, >= 1; depth is 2^(C - 1) units a block
  std::vector<std::size_t> channels = {64, 128, 256, 512, 512};  ///< of each block
  std::size_t in_channels = 3;
  std::size_t classes = 10;
  double drop_path = 0.15;  ///< probability of dropping an input of a join, in training
};

/// Blocks f_1(z) = conv(z), f_(C+1)(z) = join(f_C(f_C(z)), conv(z)), conv being a 3x3 convolution,
/// batch norm and relu, and join the mean; 2x2 max pooling after each block but the last, which the
/// global average follows. Drop-path is the paper's "local" one, for each example by itself: at
/// least one input of a join survives. Source: Larsson, Maire, Shakhnarovich, arXiv:1605.07648.
template <class T>
Sequential<T> fractalnet(const FractalNetOptions& options = {});

}  // namespace xg::nn::models
