#pragma once

#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

/// Blocks of 3x3 convolution (the first 5x5), 2x2 max pooling, batch norm and relu, each with half
/// the extent and twice the channels of the one before, then the scores of the classes.
///
/// Pooling comes before the norm: both then have a quarter of the work, and what is learned is the
/// same where the norm's weight is positive, as max and an increasing function commute.
///
///   x  [N, 3, extent, extent], extent a multiple of 2^blocks
///   y  [N, 10]
template <class T>
struct CifarNet : xg::nn::Layer<T> {
  struct Block {
    xg::nn::Conv2d<T>& conv;
    xg::nn::BatchNorm2d<T>& norm;
  };
  std::vector<Block> blocks;
  xg::nn::Linear<T>& head;

  /// @param width  channels of the first block.
  CifarNet(std::size_t width, std::size_t block_count, std::size_t extent)
      : blocks(make_blocks(width, block_count)),
        head(this->add("head", xg::nn::Linear<T>(features(width, block_count, extent), 10))) {
    // Scores near 0 give the loss of somebody who knows nothing, ln 10.
    xg::nn::init::normal_(head.weight, 0, 0.01);
    xg::nn::init::zeros_(head.bias);
  }

  xg::Variable<T> forward(const xg::Variable<T>& x) override {
    xg::Variable<T> h = x;
    for (const Block& block : blocks) h = relu(block.norm(max_pool2d(block.conv(h), 2)));
    return head(flatten(h, 1));
  }

  /// The handles that forward uses, in the order of parameters(): to put others in their place.
  std::vector<xg::Variable<T>*> handles() {
    std::vector<xg::Variable<T>*> all;
    for (const Block& b : blocks) {
      for (auto* handle : {&b.conv.weight, &b.norm.weight, &b.norm.bias}) all.push_back(handle);
    }
    all.push_back(&head.weight);
    all.push_back(&head.bias);
    return all;
  }

 private:
  static std::size_t features(std::size_t width, std::size_t block_count, std::size_t extent) {
    return (width << (block_count - 1)) * (extent >> block_count) * (extent >> block_count);
  }
  std::vector<Block> make_blocks(std::size_t width, std::size_t count) {
    std::vector<Block> made;
    std::size_t in = 3;
    for (std::size_t i = 0; i < count; ++i, in = width, width *= 2) {
      const std::ptrdiff_t kernel = i == 0 ? 5 : 3;
      const std::string number = std::to_string(i + 1);
      made.push_back(
          {this->add("conv" + number,
                     xg::nn::Conv2d<T>(in, width, kernel, {.padding = kernel / 2, .bias = false})),
           this->add("norm" + number, xg::nn::BatchNorm2d<T>(width))});
      xg::nn::init::kaiming_normal_(made.back().conv.weight);
    }
    return made;
  }
};
