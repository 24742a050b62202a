#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/core/error.hpp"
#include "xgrad/core/kernels/random.hpp"
#include "xgrad/nn/init.hpp"
#include "xgrad/ops/factorization.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/special.hpp"

namespace xg::nn::init {

double calculate_gain(std::string_view nonlinearity, double negative_slope) {
  if (nonlinearity == "tanh") return tanh_gain();
  if (nonlinearity == "relu") return relu_gain();
  if (nonlinearity == "leaky_relu") return leaky_relu_gain(negative_slope);
  if (nonlinearity == "selu") return 0.75;
  const bool known =
      nonlinearity == "linear" || nonlinearity == "sigmoid" || nonlinearity.starts_with("conv");
  require<ValueError>(known, "init.calculate_gain", "nonlinearity", "be one of those listed",
                      "'" + std::string(nonlinearity) + "'");
  return 1;
}

// If F is the standard normal distribution function, F^-1 of a uniform number between F(a) and F(b)
// is normal and lies in [a, b]; F^-1(u) = sqrt(2) erfinv(2 u - 1). In double: erfinv is steep.
template <class T>
void trunc_normal_(Variable<T> x, double mean, double std, double low, double high,
                   Generator& generator) {
  require<ValueError>(std > 0, "init.trunc_normal_", "std", "be > 0", std);
  require<ValueError>(low < high, "init.trunc_normal_", "low", "be < high", low);
  const NoGrad guard;
  const auto symmetric = [&](double at) { return std::erf((at - mean) / (std * std::sqrt(2.0))); };
  Variable<double> u(empty_array<double>(x.shape()));
  uniform_(u, symmetric(low), symmetric(high), generator);
  const Variable<double> z = erfinv(u);
  Array<T>& value = x.mutable_value("init.trunc_normal_");
  std::transform(z.value().data(), z.value().data() + value.size(), value.data(), [&](double v) {
    return static_cast<T>(std::clamp(mean + std * std::sqrt(2.0) * v, low, high));
  });
}

template <class T>
void eye_(Variable<T> weight) {
  require_rank("init.eye_", "weight", weight.shape(), 2);
  const std::size_t n = std::min(weight.shape()[0], weight.shape()[1]);
  Array<T>& value = weight.mutable_value("init.eye_");
  value.fill(0);
  for (std::size_t i = 0; i < n; ++i) value(i, i) = 1;
}

template <class T>
void dirac_(Variable<T> weight, std::size_t groups) {
  const Shape shape = weight.shape();
  require<ShapeError>(shape.size() >= 3 && shape.size() <= 5, "init.dirac_", "weight",
                      "have rank 3, 4 or 5", shape);
  require<ShapeError>(groups >= 1 && shape[0] % groups == 0, "init.dirac_", "weight.shape[0]",
                      "be a multiple of groups " + std::to_string(groups), shape);
  std::size_t kernel = 1, middle = 0;
  for (std::size_t i = 2; i < shape.size(); ++i) {
    kernel *= shape[i];
    middle = middle * shape[i] + shape[i] / 2;
  }
  Array<T>& value = weight.mutable_value("init.dirac_");
  value.fill(0);
  const std::size_t rows = shape[0] / groups;
  for (std::size_t o = 0; o < shape[0]; ++o)
    if (o % rows < shape[1]) value.data()[(o * shape[1] + o % rows) * kernel + middle] = 1;
}

template <class T>
void orthogonal_(Variable<T> weight, double gain, Generator& generator) {
  require<ShapeError>(weight.dimension() >= 2, "init.orthogonal_", "weight", "have rank >= 2",
                      weight.shape());
  const std::size_t rows = weight.shape()[0];
  if (weight.size() == 0) return;
  const std::size_t columns = weight.size() / rows;
  const NoGrad guard;
  Variable<T> z(empty_array<T>({std::max(rows, columns), std::min(rows, columns)}));
  normal_(z, 0, 1, generator);
  Variable<T> q = qr(z).q;  // with a positive diagonal of r, q is uniform
  if (rows < columns) q = transpose(q);
  Array<T>& value = weight.mutable_value("init.orthogonal_");
  std::transform(q.value().data(), q.value().data() + value.size(), value.data(),
                 [gain](T v) { return static_cast<T>(gain * static_cast<double>(v)); });
}

template <class T>
void sparse_(Variable<T> weight, double sparsity, double std, Generator& generator) {
  require_rank("init.sparse_", "weight", weight.shape(), 2);
  require<ValueError>(sparsity >= 0 && sparsity <= 1, "init.sparse_", "sparsity", "be in [0, 1]",
                      sparsity);
  normal_(weight, 0, std, generator);
  const std::size_t rows = weight.shape()[0], columns = weight.shape()[1];
  const auto zeros = static_cast<std::size_t>(std::ceil(sparsity * static_cast<double>(rows)));
  Array<T>& value = weight.mutable_value("init.sparse_");
  std::vector<std::int64_t> order(rows);
  for (std::size_t c = 0; c < columns; ++c) {
    kernels::random_permutation(generator, order.data(), rows);
    for (std::size_t i = 0; i < zeros; ++i) value(static_cast<std::size_t>(order[i]), c) = 0;
  }
}

template <class T>
void recipe_(Variable<T> weight, Recipe recipe, Generator& generator) {
  const auto [in, out] = fans(weight.shape());
  const auto fan_in = static_cast<double>(in), fan_out = static_cast<double>(out);
  const auto deviation = [&] {
    switch (recipe) {
      case Recipe::small:
        return 0.01;
      case Recipe::large:
        return 1.0;
      case Recipe::zero:
        return 0.0;
      case Recipe::he:
        return std::sqrt(2 / fan_in);
      case Recipe::glorot:
        return std::sqrt(2 / (fan_in + fan_out));
      default:
        return 1 / std::sqrt(fan_in);
    }
  };
  normal_(weight, 0, deviation(), generator);
}

#define XG_INSTANTIATE(T)                                                                  \
  template void trunc_normal_<T>(Variable<T>, double, double, double, double, Generator&); \
  template void eye_<T>(Variable<T>);                                                      \
  template void dirac_<T>(Variable<T>, std::size_t);                                       \
  template void orthogonal_<T>(Variable<T>, double, Generator&);                           \
  template void sparse_<T>(Variable<T>, double, double, Generator&);                       \
  template void recipe_<T>(Variable<T>, Recipe, Generator&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn::init
