#include "xgrad/nn/models/classic.hpp"

#include "xgrad/nn/init.hpp"
#include "xgrad/nn/models/builder.hpp"

namespace xg::nn::models {
using detail::scaled;
namespace {

template <class T>
void conv_relu(Sequential<T>& layers, std::size_t in, std::size_t out, PerAxis<2> kernel,
               const Conv2dOptions& options) {
  layers.push_back(Conv2d<T>(in, out, kernel, options));
  layers.push_back(ReLU<T>());
}

template <class T>
void draw_as_he(Sequential<T>& net) {
  for (const auto& [name, value] : net.named_parameters())
    if (value.dimension() > 1) init::kaiming_normal_(value);
}

/// features, avgpool, flatten, classifier: the names of torchvision.
template <class T>
Sequential<T> assembled(Sequential<T> features, std::size_t pooled, Sequential<T> classifier) {
  return Sequential<T>(named("features", std::move(features)),
                       named("avgpool", AdaptiveAvgPool2d<T>(pooled)),
                       named("flatten", Flatten<T>()), named("classifier", std::move(classifier)));
}

/// The last three convolutions of AlexNet and ZFNet, their pooling and the classifier.
template <class T>
Sequential<T> with_tail(Sequential<T> features, const AlexNetOptions& o, std::size_t in,
                        std::size_t a, std::size_t b, std::size_t c) {
  conv_relu<T>(features, in, a, 3, {.padding = 1});
  conv_relu<T>(features, a, b, 3, {.padding = 1});
  conv_relu<T>(features, b, c, 3, {.padding = 1});
  if (!o.small_images) features.push_back(MaxPool2d<T>(3, {.stride = 2}));
  return assembled(
      std::move(features), 6,
      detail::classifier<T>(c * 36, scaled(4096, o.width), o.classes, o.dropout, true));
}

}  // namespace

template <class T>
Sequential<T> mlp(const std::vector<std::size_t>& sizes) {
  require<ValueError>(sizes.size() >= 2, "mlp", "sizes", "hold two numbers or more", sizes.size());
  Sequential<T> layers;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    if (i > 0) layers.push_back(ReLU<T>());
    layers.push_back(Linear<T>(sizes[i], sizes[i + 1]));
  }
  return layers;
}

template <class T>
Sequential<T> lenet5(const LeNetOptions& o) {
  require<ValueError>(o.image == 28 || o.image == 32, "lenet5", "image", "be 28 or 32", o.image);
  const std::size_t a = scaled(6, o.width), b = scaled(16, o.width), c = scaled(120, o.width),
                    d = scaled(84, o.width);
  return Sequential<T>(
      named("conv1", Conv2d<T>(o.in_channels, a, 5, {.padding = o.image == 28 ? 2 : 0})),
      named("tanh1", Tanh<T>()), named("pool1", AvgPool2d<T>(2)),
      named("conv2", Conv2d<T>(a, b, 5)), named("tanh2", Tanh<T>()),
      named("pool2", AvgPool2d<T>(2)), named("flatten", Flatten<T>()),
      named("fc1", Linear<T>(b * 25, c)), named("tanh3", Tanh<T>()), named("fc2", Linear<T>(c, d)),
      named("tanh4", Tanh<T>()), named("fc3", Linear<T>(d, o.classes)));
}

template <class T>
Sequential<T> alexnet(const AlexNetOptions& o) {
  const std::size_t a = scaled(64, o.width), b = scaled(192, o.width);
  Sequential<T> features;
  if (o.small_images)
    conv_relu<T>(features, o.in_channels, a, 5, {.padding = 2});
  else
    conv_relu<T>(features, o.in_channels, a, 11, {.stride = 4, .padding = 2});
  features.push_back(MaxPool2d<T>(3, {.stride = 2}));
  conv_relu<T>(features, a, b, 5, {.padding = 2});
  features.push_back(MaxPool2d<T>(3, {.stride = 2}));
  return with_tail<T>(std::move(features), o, b, scaled(384, o.width), scaled(256, o.width),
                      scaled(256, o.width));
}

template <class T>
Sequential<T> zfnet(const AlexNetOptions& o) {
  const std::size_t a = scaled(96, o.width), b = scaled(256, o.width);
  const MaxPool2dOptions pool{.stride = 2, .padding = 1};
  Sequential<T> features;
  if (o.small_images)
    conv_relu<T>(features, o.in_channels, a, 5, {.padding = 2});
  else
    conv_relu<T>(features, o.in_channels, a, 7, {.stride = 2, .padding = 1});
  features.push_back(MaxPool2d<T>(3, pool));
  conv_relu<T>(features, a, b, 5, {.stride = o.small_images ? 1 : 2, .padding = 2});
  features.push_back(MaxPool2d<T>(3, pool));
  return with_tail<T>(std::move(features), o, b, scaled(384, o.width), scaled(384, o.width),
                      scaled(256, o.width));
}

template <class T>
Sequential<T> vgg(const VGGOptions& o) {
  constexpr std::size_t channels[] = {64, 128, 256, 512, 512};
  const bool known = o.depth == 11 || o.depth == 13 || o.depth == 16 || o.depth == 19;
  require<ValueError>(known, "vgg", "depth", "be 11, 13, 16 or 19", o.depth);
  Sequential<T> features;
  std::size_t in = o.in_channels;
  for (std::size_t group = 0; group < 5; ++group) {
    const std::size_t out = scaled(channels[group], o.width);
    const std::size_t early = o.depth == 11 ? 1 : 2, late = o.depth <= 13   ? 2
                                                            : o.depth == 16 ? 3
                                                                            : 4;
    const std::size_t convolutions = group < 2 ? early : late;
    for (std::size_t i = 0; i < convolutions; ++i, in = out) {
      features.push_back(Conv2d<T>(in, out, 3, {.padding = 1}));
      if (o.batch_norm) features.push_back(BatchNorm2d<T>(out));
      features.push_back(ReLU<T>());
    }
    features.push_back(MaxPool2d<T>(2, {.ceil_mode = o.pooled == 1}));
  }
  auto net = assembled(
      std::move(features), o.pooled,
      detail::classifier<T>(in * o.pooled * o.pooled, o.hidden, o.classes, o.dropout, false));
  draw_as_he(net);
  for (const auto& [name, value] : net.named_parameters())
    if (name.ends_with(".bias")) init::zeros_(value);
  return net;
}

template <class T>
Sequential<T> network_in_network(const NiNOptions& o) {
  const std::size_t a = scaled(192, o.width), b = scaled(160, o.width), c = scaled(96, o.width);
  const MaxPool2dOptions pool{.stride = 2, .padding = 1};
  Sequential<T> layers;
  conv_relu<T>(layers, o.in_channels, a, 5, {.padding = 2});
  conv_relu<T>(layers, a, b, 1, {});
  conv_relu<T>(layers, b, c, 1, {});
  layers.push_back(MaxPool2d<T>(3, pool));
  layers.push_back(Dropout<T>(o.dropout));
  conv_relu<T>(layers, c, a, 5, {.padding = 2});
  conv_relu<T>(layers, a, a, 1, {});
  conv_relu<T>(layers, a, a, 1, {});
  layers.push_back(AvgPool2d<T>(3, {.stride = 2, .padding = 1}));
  layers.push_back(Dropout<T>(o.dropout));
  conv_relu<T>(layers, a, a, 3, {.padding = 1});
  conv_relu<T>(layers, a, a, 1, {});
  layers.push_back(Conv2d<T>(a, o.classes, 1));
  if (o.last_relu) layers.push_back(ReLU<T>());
  layers.push_back(AdaptiveAvgPool2d<T>(1));
  layers.push_back(Flatten<T>());
  draw_as_he(layers);  // PyTorch's default dies out in nine
  return layers;
}

#define XG_INSTANTIATE(T)                                         \
  template Sequential<T> mlp<T>(const std::vector<std::size_t>&); \
  template Sequential<T> lenet5<T>(const LeNetOptions&);          \
  template Sequential<T> alexnet<T>(const AlexNetOptions&);       \
  template Sequential<T> zfnet<T>(const AlexNetOptions&);         \
  template Sequential<T> vgg<T>(const VGGOptions&);               \
  template Sequential<T> network_in_network<T>(const NiNOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn::models
