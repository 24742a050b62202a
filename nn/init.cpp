#include "xgrad/nn/init.hpp"

#include <cmath>

#include "xgrad/core/error.hpp"
#include "xgrad/core/kernels/random.hpp"

namespace xg::nn::init {

std::pair<std::size_t, std::size_t> fans(const Shape& weight) {
  require<ShapeError>(weight.size() >= 2, "init", "weight", "have rank >= 2", weight);
  std::size_t kernel = 1;
  for (std::size_t i = 2; i < weight.size(); ++i) kernel *= weight[i];
  return {weight[1] * kernel, weight[0] * kernel};
}

template <class T>
void constant_(Variable<T> x, double value) {
  x.mutable_value("init.constant_").fill(static_cast<T>(value));
}
template <class T>
void zeros_(Variable<T> x) {
  constant_(std::move(x), 0);
}
template <class T>
void ones_(Variable<T> x) {
  constant_(std::move(x), 1);
}

template <class T>
void normal_(Variable<T> x, double mean, double std, Generator& generator) {
  require<ValueError>(std >= 0, "init.normal_", "std", "be >= 0", std);
  Array<T>& value = x.mutable_value("init.normal_");
  kernels::fill_normal<T>(generator, value.data(), value.size(), static_cast<T>(mean),
                          static_cast<T>(std));
}

template <class T>
void uniform_(Variable<T> x, double low, double high, Generator& generator) {
  require<ValueError>(low <= high, "init.uniform_", "low", "be <= high", low);
  Array<T>& value = x.mutable_value("init.uniform_");
  kernels::fill_uniform<T>(generator, value.data(), value.size(), static_cast<T>(low),
                           static_cast<T>(high));
}

double tanh_gain() noexcept { return 5.0 / 3; }
double relu_gain() noexcept { return std::sqrt(2.0); }
double leaky_relu_gain(double negative_slope) noexcept {
  return std::sqrt(2 / (1 + negative_slope * negative_slope));
}

namespace {

double xavier_std(const Shape& weight, double gain) {
  const auto [in, out] = fans(weight);
  return gain * std::sqrt(2.0 / static_cast<double>(in + out));
}
double kaiming_std(const Shape& weight, const KaimingOptions& options) {
  const auto [in, out] = fans(weight);
  return options.gain / std::sqrt(static_cast<double>(options.fan == Fan::in ? in : out));
}
/// Uniform on [-a, a) has the standard deviation a / sqrt(3).
template <class T>
void symmetric(Variable<T> x, double std, Generator& generator) {
  const double a = std::sqrt(3.0) * std;
  uniform_(std::move(x), -a, a, generator);
}

}  // namespace

template <class T>
void xavier_normal_(Variable<T> weight, double gain, Generator& generator) {
  normal_(weight, 0, xavier_std(weight.shape(), gain), generator);
}
template <class T>
void xavier_uniform_(Variable<T> weight, double gain, Generator& generator) {
  symmetric(weight, xavier_std(weight.shape(), gain), generator);
}
template <class T>
void kaiming_normal_(Variable<T> weight, KaimingOptions options, Generator& generator) {
  normal_(weight, 0, kaiming_std(weight.shape(), options), generator);
}
template <class T>
void kaiming_uniform_(Variable<T> weight, KaimingOptions options, Generator& generator) {
  symmetric(weight, kaiming_std(weight.shape(), options), generator);
}

#define XG_INSTANTIATE(T)                                                    \
  template void constant_<T>(Variable<T>, double);                           \
  template void zeros_<T>(Variable<T>);                                      \
  template void ones_<T>(Variable<T>);                                       \
  template void normal_<T>(Variable<T>, double, double, Generator&);         \
  template void uniform_<T>(Variable<T>, double, double, Generator&);        \
  template void xavier_normal_<T>(Variable<T>, double, Generator&);          \
  template void xavier_uniform_<T>(Variable<T>, double, Generator&);         \
  template void kaiming_normal_<T>(Variable<T>, KaimingOptions, Generator&); \
  template void kaiming_uniform_<T>(Variable<T>, KaimingOptions, Generator&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn::init
