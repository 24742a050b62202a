#include "xgrad/nn/models/googlenet.hpp"

#include "xgrad/nn/init.hpp"
#include "xgrad/nn/models/builder.hpp"

namespace xg::nn::models {
namespace googlenet {

/// Table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection.
struct Inception {
  const char* name;
  std::size_t one, reduce3, three, reduce5, five, pool;
};
constexpr Inception table[] = {
    {"3a", 64, 96, 128, 16, 32, 32},     {"3b", 128, 128, 192, 32, 96, 64},
    {"4a", 192, 96, 208, 16, 48, 64},    {"4b", 160, 112, 224, 24, 64, 64},
    {"4c", 128, 128, 256, 24, 64, 64},   {"4d", 112, 144, 288, 32, 64, 64},
    {"4e", 256, 160, 320, 32, 128, 128}, {"5a", 256, 160, 320, 32, 128, 128},
    {"5b", 384, 192, 384, 48, 128, 128}};

/// Builds parts, counting channels.
template <class T>
struct Builder {
  double width;
  std::size_t channels;

  std::size_t scaled(std::size_t n) const { return detail::scaled(n, width); }

  Sequential<T> conv(std::size_t in, std::size_t out, int kernel, int stride = 1) const {
    return Sequential<T>(
        named("conv", Conv2d<T>(in, out, kernel, {.stride = stride, .padding = kernel / 2})),
        named("relu", ReLU<T>()));
  }
  void add_conv(Sequential<T>& to, const char* name, std::size_t out, int kernel, int stride = 1) {
    to.add(name, conv(channels, scaled(out), kernel, stride));
    channels = scaled(out);
  }
  Sequential<T> tower(std::size_t reduced, std::size_t out, int kernel) const {
    return Sequential<T>(conv(channels, scaled(reduced), 1),
                         conv(scaled(reduced), scaled(out), kernel));
  }
  void add_inception(Sequential<T>& to, const Inception& i) {
    Parallel<T> branches;
    branches.add("branch1", conv(channels, scaled(i.one), 1));
    branches.add("branch2", tower(i.reduce3, i.three, 3));
    branches.add("branch3", tower(i.reduce5, i.five, 5));
    branches.add("branch4", Sequential<T>(MaxPool2d<T>(3, {.stride = 1, .padding = 1}),
                                          conv(channels, scaled(i.pool), 1)));
    to.add(std::string("inception") + i.name, std::move(branches));
    channels = scaled(i.one) + scaled(i.three) + scaled(i.five) + scaled(i.pool);
  }
  Sequential<T> head(std::size_t classes) const {
    const std::size_t a = scaled(128), b = scaled(1024);
    return Sequential<T>(AdaptiveAvgPool2d<T>(4), conv(channels, a, 1), Flatten<T>(),
                         Linear<T>(16 * a, b), ReLU<T>(), Dropout<T>(0.7), Linear<T>(b, classes));
  }
};

template <class T>
MaxPool2d<T> halving() {
  return MaxPool2d<T>(3, {.stride = 2, .padding = 1});
}

}  // namespace googlenet

template <class T>
GoogLeNet<T>::GoogLeNet(const GoogLeNetOptions& o) : options_(o) {
  googlenet::Builder<T> build{o.width, o.in_channels};
  Sequential<T>* at = &this->add("part1", Sequential<T>());
  parts_.push_back(at);
  build.add_conv(*at, "conv1", 64, o.small_images ? 3 : 7, o.small_images ? 1 : 2);
  if (!o.small_images) at->add("maxpool1", googlenet::halving<T>());
  build.add_conv(*at, "conv2", 64, 1);
  build.add_conv(*at, "conv3", 192, 3);
  at->add("maxpool2", googlenet::halving<T>());
  const auto next_part = [&](const char* head, const char* name) {
    if (o.auxiliary) heads_.push_back(&this->add(head, build.head(o.classes)));
    at = &this->add(name, Sequential<T>());
    parts_.push_back(at);
  };
  for (const googlenet::Inception& inception : googlenet::table) {
    const std::string name = inception.name;
    build.add_inception(*at, inception);
    if (name == "3b") at->add("maxpool3", googlenet::halving<T>());
    if (name == "4e") at->add("maxpool4", googlenet::halving<T>());
    if (name == "4a") next_part("aux1", "part2");
    if (name == "4d") next_part("aux2", "part3");
  }
  at->add("avgpool", AdaptiveAvgPool2d<T>(1));
  at->add("flatten", Flatten<T>());
  at->add("dropout", Dropout<T>(o.dropout));
  at->add("fc", Linear<T>(build.channels, o.classes));
  for (const auto& [name, value] : this->named_parameters())
    if (value.dimension() > 1) init::kaiming_normal_(value);
}

template <class T>
Variable<T> GoogLeNet<T>::forward(const Variable<T>& x) {
  Variable<T> y = x;
  for (Sequential<T>* part : parts_) y = (*part)(y);
  return y;
}
template <class T>
Variables<T> GoogLeNet<T>::with_heads(const Variable<T>& x) {
  Variables<T> results(1);
  Variable<T> y = x;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    y = (*parts_[i])(y);
    if (i < heads_.size()) results.push_back((*heads_[i])(y));
  }
  results[0] = y;
  return results;
}

template class GoogLeNet<float>;
template class GoogLeNet<double>;

}  // namespace xg::nn::models
