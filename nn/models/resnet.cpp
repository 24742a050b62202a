#include "xgrad/nn/models/resnet.hpp"

#include "xgrad/nn/models/builder.hpp"
#include "xgrad/ops/activation.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/pad.hpp"

namespace xg::nn::models {
using detail::scaled;

template <class T>
ResidualBlock<T>::ResidualBlock(std::size_t in, std::size_t out, ResidualBlockOptions options)
    : in_(in), out_(out), options_(options) {
  const auto step = static_cast<std::ptrdiff_t>(options.stride);
  const bool bottleneck = options.width > 0;
  const auto add_pair = [&](std::size_t from, std::size_t to, int kernel, std::ptrdiff_t stride) {
    const std::string number = std::to_string(convolutions_.size() + 1);
    const auto conv = [&] {
      convolutions_.push_back(&this->add(
          "conv" + number,
          Conv2d<T>(from, to, kernel, {.stride = stride, .padding = kernel / 2, .bias = false})));
    };
    const std::size_t normed = options.preactivation ? from : to;
    if (!options.preactivation) conv();
    norms_.push_back(&this->add("bn" + number, BatchNorm2d<T>(normed)));
    if (options.preactivation) conv();
  };
  if (bottleneck) add_pair(in, options.width, 1, 1);
  add_pair(bottleneck ? options.width : in, bottleneck ? options.width : out, 3, step);
  add_pair(bottleneck ? options.width : out, out, bottleneck ? 1 : 3, 1);
  if (options.dropout > 0) dropout_ = &this->add("dropout", Dropout<T>(options.dropout));
  if (options.drop_path > 0) drop_path_ = &this->add("drop_path", DropPath<T>(options.drop_path));
  if ((in == out && step == 1) || options.shortcut == Shortcut::padding) return;
  Sequential<T> shortcut;
  shortcut.push_back(Conv2d<T>(in, out, 1, {.stride = step, .bias = false}));
  if (!options.preactivation) shortcut.push_back(BatchNorm2d<T>(out));
  downsample_ = &this->add("downsample", std::move(shortcut));
}

template <class T>
Variable<T> ResidualBlock<T>::around(const Variable<T>& x) {
  if (downsample_ != nullptr) return (*downsample_)(x);
  Variable<T> y = x;
  if (options_.stride != 1) {
    using namespace xt::placeholders;
    const auto every = xt::range(_, _, static_cast<std::ptrdiff_t>(options_.stride));
    y = slice(y, xt::ellipsis(), every, every);
  }
  if (in_ == out_) return y;
  const auto more = static_cast<std::ptrdiff_t>(out_) - static_cast<std::ptrdiff_t>(in_);
  return pad(y, {{0, 0}, {more / 2, more - more / 2}, {0, 0}, {0, 0}});
}

template <class T>
Variable<T> ResidualBlock<T>::post_activation(const Variable<T>& x) {
  Variable<T> y = x;
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    if (i > 0) y = relu(y);
    if (i > 0 && dropout_ != nullptr) y = (*dropout_)(y);
    y = (*norms_[i])((*convolutions_[i])(y));
  }
  if (drop_path_ != nullptr) y = (*drop_path_)(y);
  return relu(y + around(x));
}

// Where shapes change the shortcut begins behind the first activation, which both then share.
template <class T>
Variable<T> ResidualBlock<T>::pre_activation(const Variable<T>& x) {
  const Variable<T> first = relu((*norms_[0])(x));
  Variable<T> y = (*convolutions_[0])(first);
  for (std::size_t i = 1; i < convolutions_.size(); ++i) {
    y = relu((*norms_[i])(y));
    if (dropout_ != nullptr) y = (*dropout_)(y);
    y = (*convolutions_[i])(y);
  }
  if (drop_path_ != nullptr) y = (*drop_path_)(y);
  return y + around(downsample_ != nullptr ? first : x);
}

template <class T>
Variable<T> ResidualBlock<T>::forward(const Variable<T>& x) {
  return options_.preactivation ? pre_activation(x) : post_activation(x);
}
template <class T>
std::string ResidualBlock<T>::description() const {
  return "ResidualBlock(" + std::to_string(in_) + ", " + std::to_string(out_) + ")";
}
template <class T>
std::unique_ptr<Layer<T>> ResidualBlock<T>::fresh() const {
  return std::make_unique<ResidualBlock>(in_, out_, options_);
}

namespace {

/// Groups of blocks under the names layer1, layer2, ...; every group but the first halves extents.
template <class T>
struct Groups {
  Sequential<T>& net;
  std::size_t in;
  std::size_t blocks;      // in all
  double drop_path;        // of the last
  std::size_t number = 0;  // blocks so far
  std::size_t groups = 0;

  void add(std::size_t count, std::size_t out, ResidualBlockOptions options) {
    Sequential<T> group;
    for (std::size_t i = 0; i < count; ++i, in = out) {
      options.stride = i == 0 && groups > 0 ? 2 : 1;
      options.drop_path = drop_path * static_cast<double>(++number) / static_cast<double>(blocks);
      group.push_back(ResidualBlock<T>(in, out, options));
    }
    net.add("layer" + std::to_string(++groups), std::move(group));
  }
};

template <class T>
void add_head(Sequential<T>& net, std::size_t in, std::size_t classes) {
  net.add("avgpool", AdaptiveAvgPool2d<T>(1));
  net.add("flatten", Flatten<T>());
  net.add("fc", Linear<T>(in, classes));
}

/// conv, [norm, relu], three groups of n blocks, [norm, relu], head.
template <class T>
Sequential<T> three_groups(std::size_t in_channels, std::size_t classes, std::size_t stem,
                           const std::size_t (&channels)[3], std::size_t n, double drop_path,
                           const ResidualBlockOptions& options) {
  Sequential<T> net(named("conv1", Conv2d<T>(in_channels, stem, 3, {.padding = 1, .bias = false})));
  const auto activate = [&](std::size_t width) {
    net.add("bn1", BatchNorm2d<T>(width));
    net.add("relu", ReLU<T>());
  };
  if (!options.preactivation) activate(stem);
  Groups<T> groups{net, stem, 3 * n, drop_path};
  for (const std::size_t out : channels) groups.add(n, out, options);
  if (options.preactivation) activate(groups.in);
  add_head(net, groups.in, classes);
  return net;
}

struct Layout {
  std::size_t depth, counts[4];
};
constexpr Layout layouts[] = {{18, {2, 2, 2, 2}},
                              {34, {3, 4, 6, 3}},
                              {50, {3, 4, 6, 3}},
                              {101, {3, 4, 23, 3}},
                              {152, {3, 8, 36, 3}}};

}  // namespace

template <class T>
Sequential<T> resnet(const ResNetOptions& o) {
  const auto* layout = std::find_if(std::begin(layouts), std::end(layouts),
                                    [&](const Layout& l) { return l.depth == o.depth; });
  require<ValueError>(layout != std::end(layouts), "resnet", "depth", "be 18, 34, 50, 101 or 152",
                      o.depth);
  const std::size_t stem = scaled(64, o.width), expansion = o.depth >= 50 ? 4 : 1;
  Sequential<T> net;
  if (o.small_images)
    net.add("conv1", Conv2d<T>(o.in_channels, stem, 3, {.padding = 1, .bias = false}));
  else
    net.add("conv1", Conv2d<T>(o.in_channels, stem, 7, {.stride = 2, .padding = 3, .bias = false}));
  net.add("bn1", BatchNorm2d<T>(stem));
  net.add("relu", ReLU<T>());
  if (!o.small_images) net.add("maxpool", MaxPool2d<T>(3, {.stride = 2, .padding = 1}));
  std::size_t blocks = 0;
  for (const std::size_t count : layout->counts) blocks += count;
  Groups<T> groups{net, stem, blocks, o.drop_path};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t planes = stem << i;
    groups.add(layout->counts[i], planes * expansion,
               {.width = expansion == 1 ? 0 : scaled(planes, o.inner_width),
                .preactivation = o.preactivation});
  }
  if (o.preactivation) {
    net.add("bn2", BatchNorm2d<T>(groups.in));
    net.add("relu2", ReLU<T>());
  }
  add_head(net, groups.in, o.classes);
  return net;
}

template <class T>
Sequential<T> cifar_resnet(const CifarResNetOptions& o) {
  require<ValueError>(o.depth >= 8 && o.depth % 6 == 2, "cifar_resnet", "depth", "be 6 n + 2",
                      o.depth);
  const std::size_t stem = scaled(16, o.width);
  return three_groups<T>(o.in_channels, o.classes, stem, {stem, 2 * stem, 4 * stem},
                         (o.depth - 2) / 6, o.drop_path,
                         {.preactivation = o.preactivation, .shortcut = o.shortcut});
}

template <class T>
Sequential<T> wide_resnet(const WideResNetOptions& o) {
  require<ValueError>(o.depth >= 10 && o.depth % 6 == 4, "wide_resnet", "depth", "be 6 n + 4",
                      o.depth);
  const std::size_t stem = scaled(16, o.width), base = scaled(stem, o.widen);
  return three_groups<T>(o.in_channels, o.classes, stem, {base, 2 * base, 4 * base},
                         (o.depth - 4) / 6, 0, {.preactivation = true, .dropout = o.dropout});
}

#define XG_INSTANTIATE(T)                                            \
  template class ResidualBlock<T>;                                   \
  template Sequential<T> resnet<T>(const ResNetOptions&);            \
  template Sequential<T> cifar_resnet<T>(const CifarResNetOptions&); \
  template Sequential<T> wide_resnet<T>(const WideResNetOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn::models
