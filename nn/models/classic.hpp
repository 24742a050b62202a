#pragma once

#include "xgrad/nn/sequential.hpp"

/// Networks from their papers, as Sequentials: train, change and clone them as any other. Where
/// torchvision has the model, the names in the state are its names.
namespace xg::nn::models {

/// Linear layers with relu between them: {784, 100, 10} is a two-layer net.
template <class T>
Sequential<T> mlp(const std::vector<std::size_t>& sizes);

struct LeNetOptions {
  std::size_t in_channels = 1;
  std::size_t classes = 10;
  std::size_t image = 28;  ///< 28 (padded to 32 as in the paper) or 32
  double width = 1;        ///< factor of all channels
};
/// LeNet-5: two convolutions 5x5 with average pooling and tanh, then 120, 84, classes. Here the
/// second convolution is connected fully and the output layer is linear.
/// Source: LeCun, Bottou, Bengio, Haffner, Proc. IEEE 1998, section II.B.
template <class T>
Sequential<T> lenet5(const LeNetOptions& options = {});

struct AlexNetOptions {
  std::size_t in_channels = 3;
  std::size_t classes = 1000;
  bool small_images = false;  ///< 28x28 or 32x32: a first layer 5x5 of stride 1 instead
  double width = 1;           ///< factor of all channels
  double dropout = 0.5;
};
/// One column, as torchvision: 11x11 stride 4 first, 5x5, then three 3x3, and 4096, 4096, classes.
/// Source: Krizhevsky, Sutskever, Hinton, NIPS 2012; arXiv:1404.5997.
template <class T>
Sequential<T> alexnet(const AlexNetOptions& options = {});
/// As AlexNet with 7x7 stride 2 first and 5x5 stride 2 second, 96 to 384 channels.
/// Source: Zeiler, Fergus, arXiv:1311.2901, figure 3.
template <class T>
Sequential<T> zfnet(const AlexNetOptions& options = {});

struct VGGOptions {
  std::size_t depth = 16;  ///< 11, 13, 16 or 19
  bool batch_norm = false;
  std::size_t in_channels = 3;
  std::size_t classes = 1000;
  std::size_t pooled = 7;     ///< extent of the last feature map: 7 for 224x224, 1 for 32x32 and
                              ///< 28x28 (odd extents are then rounded up by pooling)
  std::size_t hidden = 4096;  ///< of the classifier
  double width = 1;           ///< factor of the convolutions' channels
  double dropout = 0.5;
};
/// 3x3 convolutions in five groups with max pooling. Weights are drawn as He et al. do, biases are
/// 0: PyTorch's default lets what passes shrink 2.4-fold a layer. @throws ValueError for another
/// depth. Source: Simonyan, Zisserman, arXiv:1409.1556, table 1.
template <class T>
Sequential<T> vgg(const VGGOptions& options = {});

struct NiNOptions {
  std::size_t in_channels = 3;
  std::size_t classes = 10;
  double width = 1;
  double dropout = 0.5;
  bool last_relu = true;  ///< as in the paper; a class whose map is 0 everywhere never learns
};
/// Network in network for 32x32: three convolutions, each followed by two of 1x1, and the average
/// of each class's map. Weights are drawn as He et al. do. Source: Lin, Chen, Yan, arXiv:1312.4400.
template <class T>
Sequential<T> network_in_network(const NiNOptions& options = {});

}  // namespace xg::nn::models
