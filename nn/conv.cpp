#include "xgrad/nn/conv.hpp"

#include <cmath>

#include "xgrad/nn/init.hpp"
#include "xgrad/nn/text.hpp"

namespace xg::nn {
namespace {

template <std::size_t rank>
void check(const std::string& op, std::size_t in, std::size_t out, const PerAxis<rank>& kernel,
           std::ptrdiff_t groups) {
  require<ValueError>(in >= 1, op, "in_channels", "be >= 1", in);
  require<ValueError>(out >= 1, op, "out_channels", "be >= 1", out);
  detail::require_positive(op.c_str(), "kernel_size", kernel);
  const bool divides = groups >= 1 && in % static_cast<std::size_t>(groups) == 0 &&
                       out % static_cast<std::size_t>(groups) == 0;
  if (!divides)
    require<ValueError>(false, op, "groups",
                        "be >= 1 and divide in_channels " + std::to_string(in) +
                            " and out_channels " + std::to_string(out),
                        groups);
}

template <class Options>
void check_steps(const std::string& op, const Options& options) {
  detail::require_positive(op.c_str(), "stride", options.stride);
  detail::require_positive(op.c_str(), "dilation", options.dilation);
}

/// [first, second, kernel...].
template <std::size_t rank>
Shape weight_shape(std::size_t first, std::size_t second, const PerAxis<rank>& kernel) {
  Shape shape{first, second};
  for (std::size_t i = 0; i < rank; ++i) shape.push_back(static_cast<std::size_t>(kernel[i]));
  return shape;
}
template <std::size_t rank, class T>
PerAxis<rank> kernel_of(const Variable<T>& weight) {
  std::array<std::ptrdiff_t, rank> kernel;
  for (std::size_t i = 0; i < rank; ++i)
    kernel[i] = static_cast<std::ptrdiff_t>(weight.shape()[i + 2]);
  return kernel;
}

/// PyTorch's default, kaiming_uniform_ with a = sqrt(5): k = gain sqrt(3 / fan_in), gain^2 = 1 / 3.
template <class T>
Variable<T> drawn(const Shape& shape, const Shape& weight) {
  Variable<T> x(empty_array<T>(shape));
  const double k = 1 / std::sqrt(static_cast<double>(init::fans(weight).first));
  init::uniform_(x, -k, k);
  return x;
}

/// The channels and the batch of an output, "a position's share" times its positions.
double positions(const Shape& image, std::size_t rank) {
  double count = image.size() > rank + 1 ? static_cast<double>(image[0]) : 1;
  for (std::size_t i = image.size() - rank; i < image.size(); ++i)
    count *= static_cast<double>(image[i]);
  return count;
}

/// x with the layer's padding, as entries of another kind than zeros.
template <class T, std::size_t rank>
Variable<T> padded(const Variable<T>& x, const ConvOptions<rank>& options,
                   const PerAxis<rank>& kernel) {
  PadWidths widths(x.dimension() < rank ? rank : x.dimension() - rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::ptrdiff_t reach = options.dilation[i] * (kernel[i] - 1);
    const std::ptrdiff_t before = options.padding.same() ? reach / 2 : options.padding[i];
    widths.emplace_back(before, options.padding.same() ? reach - before : before);
  }
  return pad(x, widths, {.mode = options.padding_mode});
}

template <class T, std::size_t rank>
Variable<T> convolve(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b,
                     const xg::ConvOptions<rank>& options) {
  if constexpr (rank == 1) return conv1d(x, w, b, options);
  if constexpr (rank == 2) return conv2d(x, w, b, options);
  if constexpr (rank == 3) return conv3d(x, w, b, options);
}
template <class T, std::size_t rank>
Variable<T> convolve_back(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b,
                          const xg::ConvTransposeOptions<rank>& options) {
  if constexpr (rank == 1) return conv_transpose1d(x, w, b, options);
  if constexpr (rank == 2) return conv_transpose2d(x, w, b, options);
  if constexpr (rank == 3) return conv_transpose3d(x, w, b, options);
}

template <std::size_t rank>
std::string text(const char* kind, std::size_t in, std::size_t out, const PerAxis<rank>& kernel,
                 const std::string& rest, std::ptrdiff_t groups, bool bias) {
  return detail::ranked_name<rank>(kind) + "(" + std::to_string(in) + ", " + std::to_string(out) +
         ", kernel " + detail::axes_text(kernel) + rest +
         (groups == 1 ? "" : ", groups " + std::to_string(groups)) + (bias ? ")" : ", no bias)");
}

}  // namespace

template <class T, std::size_t rank>
Conv<T, rank>::Conv(std::size_t in_channels, std::size_t out_channels, PerAxis<rank> kernel_size,
                    const ConvOptions<rank>& options)
    : options_(options) {
  const std::string name = detail::ranked_name<rank>("Conv");
  check(name, in_channels, out_channels, kernel_size, options.groups);
  check_steps(name, options);
  for (std::size_t i = 0; i < rank; ++i) {
    require<ValueError>(!options.padding.same() || options.stride[i] == 1, name, "stride",
                        "be 1 with Padding::same", options.stride[i]);
    require<ValueError>(options.padding[i] >= 0, name, "padding", "be >= 0", options.padding[i]);
  }
  const Shape shape = weight_shape(
      out_channels, in_channels / static_cast<std::size_t>(options.groups), kernel_size);
  weight = this->parameter("weight", drawn<T>(shape, shape));
  if (options.bias) bias = this->parameter("bias", drawn<T>({out_channels}, shape));
}
template <class T, std::size_t rank>
Variable<T> Conv<T, rank>::forward(const Variable<T>& x) {
  xg::ConvOptions<rank> options{options_.stride, options_.padding, options_.dilation,
                                options_.groups};
  if (options_.padding_mode == PadMode::constant) return convolve(x, weight, bias, options);
  options.padding = 0;
  return convolve(padded(x, options_, kernel_of<rank>(weight)), weight, bias, options);
}
template <class T, std::size_t rank>
std::string Conv<T, rank>::description() const {
  const auto groups = static_cast<std::size_t>(options_.groups);
  std::string rest = detail::unless_usual("stride", options_.stride, 1);
  if (options_.padding.same()) {
    rest += ", padding same";
  } else {
    std::array<std::ptrdiff_t, rank> padding;
    for (std::size_t i = 0; i < rank; ++i) padding[i] = options_.padding[i];
    rest += detail::unless_usual("padding", PerAxis<rank>(padding), 0);
  }
  rest += detail::unless_usual("dilation", options_.dilation, 1);
  return text<rank>("Conv", weight.shape()[1] * groups, weight.shape()[0], kernel_of<rank>(weight),
                    rest, options_.groups, bias.defined());
}
template <class T, std::size_t rank>
Conv<T, rank> Conv<T, rank>::rebuilt() const {
  ConvOptions<rank> options = options_;
  options.bias = bias.defined();  // folding may have added one
  return Conv(weight.shape()[1] * static_cast<std::size_t>(options.groups), weight.shape()[0],
              kernel_of<rank>(weight), options);
}
template <class T, std::size_t rank>
std::unique_ptr<Layer<T>> Conv<T, rank>::fresh() const {
  return std::make_unique<Conv>(rebuilt());
}
template <class T, std::size_t rank>
double Conv<T, rank>::multiply_adds(const Shape&, const Shape& y) const {
  return static_cast<double>(weight.size()) * positions(y, rank);
}

template <class T, std::size_t rank>
ConvTranspose<T, rank>::ConvTranspose(std::size_t in_channels, std::size_t out_channels,
                                      PerAxis<rank> kernel_size,
                                      const ConvTransposeOptions<rank>& options)
    : options_(options) {
  const std::string name = detail::ranked_name<rank>("ConvTranspose");
  check(name, in_channels, out_channels, kernel_size, options.groups);
  check_steps(name, options);
  const Shape shape = weight_shape(
      in_channels, out_channels / static_cast<std::size_t>(options.groups), kernel_size);
  weight = this->parameter("weight", drawn<T>(shape, shape));
  if (options.bias) bias = this->parameter("bias", drawn<T>({out_channels}, shape));
}
template <class T, std::size_t rank>
Variable<T> ConvTranspose<T, rank>::forward(const Variable<T>& x) {
  const xg::ConvTransposeOptions<rank> options{options_.stride, options_.padding,
                                               options_.output_padding, options_.dilation,
                                               options_.groups};
  return convolve_back(x, weight, bias, options);
}
template <class T, std::size_t rank>
std::string ConvTranspose<T, rank>::description() const {
  const std::string rest = detail::unless_usual("stride", options_.stride, 1) +
                           detail::unless_usual("padding", options_.padding, 0) +
                           detail::unless_usual("output_padding", options_.output_padding, 0) +
                           detail::unless_usual("dilation", options_.dilation, 1);
  return text<rank>("ConvTranspose", weight.shape()[0],
                    weight.shape()[1] * static_cast<std::size_t>(options_.groups),
                    kernel_of<rank>(weight), rest, options_.groups, bias.defined());
}
template <class T, std::size_t rank>
ConvTranspose<T, rank> ConvTranspose<T, rank>::rebuilt() const {
  ConvTransposeOptions<rank> options = options_;
  options.bias = bias.defined();
  return ConvTranspose(weight.shape()[0],
                       weight.shape()[1] * static_cast<std::size_t>(options.groups),
                       kernel_of<rank>(weight), options);
}
template <class T, std::size_t rank>
std::unique_ptr<Layer<T>> ConvTranspose<T, rank>::fresh() const {
  return std::make_unique<ConvTranspose>(rebuilt());
}
template <class T, std::size_t rank>
double ConvTranspose<T, rank>::multiply_adds(const Shape& x, const Shape&) const {
  return static_cast<double>(weight.size()) * positions(x, rank);
}

#define XG_INSTANTIATE(rank)                 \
  template class Conv<float, rank>;          \
  template class Conv<double, rank>;         \
  template class ConvTranspose<float, rank>; \
  template class ConvTranspose<double, rank>;
XG_INSTANTIATE(1)
XG_INSTANTIATE(2)
XG_INSTANTIATE(3)
#undef XG_INSTANTIATE

}  // namespace xg::nn
