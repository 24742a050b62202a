#include "xgrad/nn/models/dense.hpp"

#include "xgrad/nn/init.hpp"
#include "xgrad/nn/models/builder.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/index.hpp"

namespace xg::nn::models {
namespace {

/// y = concat(x, layers(x)); the layers' names are its own, as in torchvision.
template <class T>
class DenseLayer : public Sequential<T> {
 public:
  using Sequential<T>::Sequential;
  DenseLayer(DenseLayer&&) noexcept = default;
  Variable<T> forward(const Variable<T>& x) override {
    return concat<T>({x, Sequential<T>::forward(x)}, 1);
  }
  std::string description() const override { return "DenseLayer"; }
  std::unique_ptr<Layer<T>> fresh() const override {
    auto copy = std::make_unique<DenseLayer>();
    for (std::size_t i = 0; i < this->size(); ++i) copy->add((*this)[i].name(), (*this)[i].fresh());
    return copy;
  }
};

/// norm, relu, convolution without bias.
template <class T>
void norm_relu_conv(Sequential<T>& layers, const std::string& number, std::size_t in,
                    std::size_t out, int kernel) {
  layers.add("norm" + number, BatchNorm2d<T>(in));
  layers.add("relu" + number, ReLU<T>());
  layers.add("conv" + number, Conv2d<T>(in, out, kernel, {.padding = kernel / 2, .bias = false}));
}

template <class T>
DenseLayer<T> dense_layer(std::size_t in, const DenseNetOptions& o) {
  DenseLayer<T> layer;
  if (o.bottleneck) {
    norm_relu_conv<T>(layer, "1", in, 4 * o.growth, 1);
    norm_relu_conv<T>(layer, "2", 4 * o.growth, o.growth, 3);
  } else {
    norm_relu_conv<T>(layer, "1", in, o.growth, 3);
  }
  if (o.dropout > 0) layer.add("dropout", Dropout<T>(o.dropout));
  return layer;
}

template <class T>
Sequential<T> stem(const DenseNetOptions& o) {
  if (o.small_images)
    return Sequential<T>(
        named("conv0", Conv2d<T>(o.in_channels, o.stem, 3, {.padding = 1, .bias = false})));
  return Sequential<T>(named("conv0", Conv2d<T>(o.in_channels, o.stem, 7,
                                                {.stride = 2, .padding = 3, .bias = false})),
                       named("norm0", BatchNorm2d<T>(o.stem)), named("relu0", ReLU<T>()),
                       named("pool0", MaxPool2d<T>(3, {.stride = 2, .padding = 1})));
}

}  // namespace

template <class T>
Sequential<T> densenet(const DenseNetOptions& o) {
  require<ValueError>(o.compression > 0 && o.compression <= 1, "densenet", "compression",
                      "be in (0, 1]", o.compression);
  Sequential<T> features = stem<T>(o);
  std::size_t channels = o.stem;
  for (std::size_t b = 0; b < o.blocks.size(); ++b) {
    Sequential<T> block;
    for (std::size_t i = 1; i <= o.blocks[b]; ++i, channels += o.growth)
      block.add("denselayer" + std::to_string(i), dense_layer<T>(channels, o));
    features.add("denseblock" + std::to_string(b + 1), std::move(block));
    if (b + 1 == o.blocks.size()) break;
    const auto kept = static_cast<std::size_t>(static_cast<double>(channels) * o.compression);
    Sequential<T> transition;
    norm_relu_conv<T>(transition, "", channels, kept, 1);
    transition.add("pool", AvgPool2d<T>(2));
    features.add("transition" + std::to_string(b + 1), std::move(transition));
    channels = kept;
  }
  features.add("norm5", BatchNorm2d<T>(channels));
  return Sequential<T>(named("features", std::move(features)), named("relu", ReLU<T>()),
                       named("avgpool", AdaptiveAvgPool2d<T>(1)), named("flatten", Flatten<T>()),
                       named("classifier", Linear<T>(channels, o.classes)));
}

namespace {

template <class T>
Sequential<T> unit(std::size_t in, std::size_t out) {
  return Sequential<T>(Conv2d<T>(in, out, 3, {.padding = 1, .bias = false}), BatchNorm2d<T>(out),
                       ReLU<T>());
}

/// A block of some columns, all joins of one depth done at once: column c holds 2^c units, and
/// after unit i those columns meet of which a unit ends there. (Unfolding f_(C+1) = join(f_C f_C,
/// conv) one sees that all columns that end at a place join there, with equal weights at each
/// join.)
template <class T>
class Fractal : public Layer<T> {
 public:
  Fractal(std::size_t in, std::size_t out, std::size_t columns, double p)
      : in_(in), out_(out), columns_(columns), p_(p) {
    for (std::size_t c = 0; c < columns; ++c)
      for (std::size_t i = 0; i < std::size_t{1} << c; ++i)
        units_.push_back(&this->add("column" + std::to_string(c) + "_" + std::to_string(i),
                                    unit<T>(i == 0 ? in : out, out)));
  }
  Fractal(Fractal&&) noexcept = default;

  Variable<T> forward(const Variable<T>& x) override {
    Variables<T> at(columns_, x);  // what the next unit of each column gets
    const std::size_t steps = std::size_t{1} << (columns_ - 1);
    for (std::size_t step = 1; step <= steps; ++step) {
      Variables<T> met;
      std::vector<std::size_t> which;
      for (std::size_t c = 0; c < columns_; ++c) {
        const std::size_t length = steps >> c;  // of a unit of column c
        if (step % length != 0) continue;
        met.push_back((*units_[(std::size_t{1} << c) - 1 + step / length - 1])(at[c]));
        which.push_back(c);
      }
      const Variable<T> joined = join(met);
      for (const std::size_t c : which) at[c] = joined;
    }
    return at[0];
  }
  std::string description() const override {
    return "Fractal(" + std::to_string(in_) + ", " + std::to_string(out_) + ", columns " +
           std::to_string(columns_) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<Fractal>(in_, out_, columns_, p_);
  }

 private:
  /// The mean over the inputs that survive for each example.
  Variable<T> join(const Variables<T>& inputs) {
    const bool drops = this->training() && p_ > 0 && inputs.size() > 1;
    Variable<T> total;
    const Array<T> weights = drops ? survivors(inputs.size(), inputs[0]) : Array<T>();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Variable<T> part =
          drops ? inputs[i] * row(weights, i) : inputs[i] / static_cast<double>(inputs.size());
      total = total.defined() ? total + part : part;
    }
    return total;
  }
  /// [inputs, examples]: shares that add up to 1 for each example.
  Array<T> survivors(std::size_t inputs, const Variable<T>& x) {
    const std::size_t n = x.shape()[0];
    Variable<T> draw(empty_array<T>({inputs + 1, n}));
    init::uniform_(draw);
    Array<T> weights = draw.value();
    for (std::size_t e = 0; e < n; ++e) {
      std::size_t alive = 0;
      for (std::size_t i = 0; i < inputs; ++i) alive += weights(i, e) >= p_;
      const auto chosen = static_cast<std::size_t>(weights(inputs, e) * static_cast<T>(inputs));
      for (std::size_t i = 0; i < inputs; ++i) {
        const bool lives = alive == 0 ? i == std::min(chosen, inputs - 1) : weights(i, e) >= p_;
        weights(i, e) = lives ? T(1) / static_cast<T>(std::max<std::size_t>(alive, 1)) : T(0);
      }
    }
    return weights;
  }
  static Variable<T> row(const Array<T>& weights, std::size_t i) {
    const std::size_t n = weights.shape()[1];
    auto values = empty_array<T>({n, 1, 1, 1});
    std::copy_n(weights.data() + i * n, n, values.data());
    return values;
  }

  std::size_t in_, out_, columns_;
  double p_;
  std::vector<Sequential<T>*> units_;  // of column 0, column 1, ...
};

}  // namespace

template <class T>
Sequential<T> fractalnet(const FractalNetOptions& o) {
  require<ValueError>(o.columns >= 1 && o.columns <= 10, "fractalnet", "columns", "be in [1, 10]",
                      o.columns);
  Sequential<T> net;
  std::size_t in = o.in_channels;
  for (std::size_t i = 0; i < o.channels.size(); ++i) {
    net.add("block" + std::to_string(i + 1), Fractal<T>(in, o.channels[i], o.columns, o.drop_path));
    in = o.channels[i];
    if (i + 1 < o.channels.size()) net.add("pool" + std::to_string(i + 1), MaxPool2d<T>(2));
  }
  net.add("avgpool", AdaptiveAvgPool2d<T>(1));
  net.add("flatten", Flatten<T>());
  net.add("fc", Linear<T>(in, o.classes));
  return net;
}

template Sequential<float> densenet<float>(const DenseNetOptions&);
template Sequential<double> densenet<double>(const DenseNetOptions&);
template Sequential<float> fractalnet<float>(const FractalNetOptions&);
template Sequential<double> fractalnet<double>(const FractalNetOptions&);

}  // namespace xg::nn::models
