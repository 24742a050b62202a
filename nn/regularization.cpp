#include "xgrad/nn/regularization.hpp"

#include <cmath>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/nn/text.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/random.hpp"
#include "xgrad/ops/reduce.hpp"

namespace xg::nn {
namespace {

void check_p(const std::string& op, const char* name, double p) {
  require<ValueError>(p >= 0 && p <= 1, op, name, "be in [0, 1]", p);
}

/// 0 with probability p, else 1 / (1 - p): one number for each of x's first axes.
template <class T>
Variable<T> mask(const Variable<T>& x, std::size_t axes, double p, Generator& generator) {
  Shape shape(x.dimension(), 1);
  for (std::size_t i = 0; i < axes; ++i) shape[i] = x.shape()[i];
  return dropout(Variable<T>(full_array<T>(shape, T(1))), p, generator);
}

}  // namespace

template <class T>
std::string NumberedNoise<T>::description() const {
  return name_ + "(" + number_text(number_) + ")";
}

template <class T>
Dropout<T>::Dropout(double p, std::optional<Generator> generator)
    : NumberedNoise<T>("Dropout", p, std::move(generator)) {
  check_p("Dropout", "p", p);
}
template <class T>
Variable<T> Dropout<T>::forward(const Variable<T>& x) {
  return this->draws() ? dropout(x, this->number(), this->generator()) : x;
}

template <class T>
VanillaDropout<T>::VanillaDropout(double keep, std::optional<Generator> generator)
    : NumberedNoise<T>("VanillaDropout", keep, std::move(generator)) {
  check_p("VanillaDropout", "keep", keep);
}
template <class T>
Variable<T> VanillaDropout<T>::forward(const Variable<T>& x) {
  return vanilla_dropout(x, {.keep = this->number(), .training = this->draws()}, this->generator());
}

template <class T, std::size_t rank>
ChannelDropout<T, rank>::ChannelDropout(double p, std::optional<Generator> generator)
    : NumberedNoise<T>(detail::ranked_name<rank>("Dropout"), p, std::move(generator)) {
  check_p(detail::ranked_name<rank>("Dropout"), "p", p);
}
template <class T, std::size_t rank>
Variable<T> ChannelDropout<T, rank>::forward(const Variable<T>& x) {
  const bool single = x.dimension() == rank + 1;
  if (!single) require_rank(detail::ranked_name<rank>("Dropout"), "x", x.shape(), rank + 2);
  return this->draws() ? x * mask(x, single ? 1 : 2, this->number(), this->generator()) : x;
}

template <class T>
AlphaDropout<T>::AlphaDropout(double p, std::optional<Generator> generator)
    : NumberedNoise<T>("AlphaDropout", p, std::move(generator)) {
  check_p("AlphaDropout", "p", p);
}
// With q = 1 - p and limit = -scale alpha of selu, q x + p limit has variance q (1 + p limit^2).
template <class T>
Variable<T> AlphaDropout<T>::forward(const Variable<T>& x) {
  const double p = this->number();
  if (!this->draws() || p == 0) return x;
  if (p == 1) return x * 0.;
  constexpr double limit = -1.7580993408473766;
  const double a = 1 / std::sqrt((1 - p) * (1 + p * limit * limit)), b = -a * p * limit;
  const Variable<T> kept = mask(x, x.dimension(), p, this->generator()) * (1 - p);
  return x * (kept * a) + ((1 - kept) * (a * limit) + b);
}

template <class T>
DropPath<T>::DropPath(double p, std::optional<Generator> generator)
    : NumberedNoise<T>("DropPath", p, std::move(generator)) {
  check_p("DropPath", "p", p);
}
template <class T>
Variable<T> DropPath<T>::forward(const Variable<T>& x) {
  const double p = this->number();
  if (!this->draws() || p == 0) return x;
  return x * mask(x, x.dimension() == 0 ? 0 : 1, p, this->generator());
}

template <class T>
GaussianNoise<T>::GaussianNoise(double deviation, std::optional<Generator> generator)
    : NumberedNoise<T>("GaussianNoise", deviation, std::move(generator)) {
  require<ValueError>(deviation >= 0, "GaussianNoise", "deviation", "be >= 0", deviation);
}
template <class T>
Variable<T> GaussianNoise<T>::forward(const Variable<T>& x) {
  return this->draws() ? x + randn<T>(x.shape(), this->generator()) * this->number() : x;
}

namespace {

/// The model in evaluation mode with noise, as long as it lives.
template <class T>
class Sampling {
 public:
  explicit Sampling(Module<T>& model) {
    for (const auto& [path, module] : model.named_modules())
      modes_.emplace_back(module, module->training());
    model.eval();
    noise(true);
  }
  ~Sampling() {
    noise(false);
    for (auto& [module, training] : modes_) module->train(training);  // parents first
  }

 private:
  void noise(bool on) {
    for (auto& [module, training] : modes_)
      if (auto* layer = dynamic_cast<NoiseLayer<T>*>(module)) layer->keep_drawing(on);
  }
  std::vector<std::pair<Module<T>*, bool>> modes_;
};

}  // namespace

template <class T>
Prediction<T> monte_carlo_prediction(Layer<T>& model, const Variable<T>& x, std::size_t samples) {
  require<ValueError>(samples >= 1, "monte_carlo_prediction", "samples", "be >= 1", samples);
  const NoGrad guard;
  const Sampling<T> mode(model);
  Variables<T> outputs;
  for (std::size_t i = 0; i < samples; ++i) outputs.push_back(model(x));
  const Variable<T> all = stack(outputs, 0);
  return {mean(all, 0).value(), var(all, 0).value()};
}

#define XG_INSTANTIATE(T)              \
  template class NumberedNoise<T>;     \
  template class Dropout<T>;           \
  template class VanillaDropout<T>;    \
  template class ChannelDropout<T, 1>; \
  template class ChannelDropout<T, 2>; \
  template class ChannelDropout<T, 3>; \
  template class AlphaDropout<T>;      \
  template class DropPath<T>;          \
  template class GaussianNoise<T>;     \
  template Prediction<T> monte_carlo_prediction<T>(Layer<T>&, const Variable<T>&, std::size_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
