#pragma once

#include "xgrad/nn/noise_layer.hpp"
#include "xgrad/ops/activation.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/random.hpp"
#include "xgrad/ops/softmax.hpp"

/// Activations; each calls the operation of its name in ops/, where formulas and gradients are
/// written down.
namespace xg::nn {

/// A layer without parameters or options, made of one function.
template <class T, class Rule>
class Plain : public Layer<T> {
 public:
  Variable<T> forward(const Variable<T>& x) override { return Rule::call(x); }
  std::string description() const override { return Rule::name; }
  std::unique_ptr<Layer<T>> fresh() const override { return std::make_unique<Plain>(); }
};

/// The same with one number.
template <class T, class Rule>
class WithNumber : public Layer<T> {
 public:
  explicit WithNumber(double number = Rule::initial) : number_(number) {}
  Variable<T> forward(const Variable<T>& x) override { return Rule::call(x, number_); }
  std::string description() const override {
    return std::string(Rule::name) + "(" + number_text(number_) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override { return std::make_unique<WithNumber>(number_); }

 private:
  double number_;
};

/// The same with two numbers.
template <class T, class Rule>
class WithNumbers : public Layer<T> {
 public:
  explicit WithNumbers(double first = Rule::initial, double second = Rule::initial_second)
      : first_(first), second_(second) {}
  Variable<T> forward(const Variable<T>& x) override { return Rule::call(x, first_, second_); }
  std::string description() const override {
    return std::string(Rule::name) + "(" + number_text(first_) + ", " + number_text(second_) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<WithNumbers>(first_, second_);
  }

 private:
  double first_, second_;
};

/// The same along an axis, by default the last; negative ones count from the end.
template <class T, class Rule>
class AlongAxis : public Layer<T> {
 public:
  explicit AlongAxis(std::ptrdiff_t axis = -1) : axis_(axis) {}
  Variable<T> forward(const Variable<T>& x) override { return Rule::call(x, axis_); }
  std::string description() const override {
    return std::string(Rule::name) + "(axis " + std::to_string(axis_) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override { return std::make_unique<AlongAxis>(axis_); }

 private:
  std::ptrdiff_t axis_;
};

namespace detail {
struct IdentityRule {
  static constexpr auto name = "Identity";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return x;
  }
};
struct ReLURule {
  static constexpr auto name = "ReLU";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return relu(x);
  }
};
struct ReLU6Rule {
  static constexpr auto name = "ReLU6";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return relu6(x);
  }
};
struct SigmoidRule {
  static constexpr auto name = "Sigmoid";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return sigmoid(x);
  }
};
struct LogSigmoidRule {
  static constexpr auto name = "LogSigmoid";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return logsigmoid(x);
  }
};
struct TanhRule {
  static constexpr auto name = "Tanh";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return tanh(x);
  }
};
struct SELURule {
  static constexpr auto name = "SELU";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return selu(x);
  }
};
struct SiLURule {
  static constexpr auto name = "SiLU";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return silu(x);
  }
};
struct MishRule {
  static constexpr auto name = "Mish";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return mish(x);
  }
};
struct GELURule {
  static constexpr auto name = "GELU";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return gelu(x);
  }
};
struct SoftsignRule {
  static constexpr auto name = "Softsign";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return softsign(x);
  }
};
struct TanhshrinkRule {
  static constexpr auto name = "Tanhshrink";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return tanhshrink(x);
  }
};
struct HardsigmoidRule {
  static constexpr auto name = "Hardsigmoid";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return hardsigmoid(x);
  }
};
struct HardswishRule {
  static constexpr auto name = "Hardswish";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return hardswish(x);
  }
};
struct SoftplusRule {
  static constexpr auto name = "Softplus";
  template <class T>
  static Variable<T> call(const Variable<T>& x) {
    return softplus(x);
  }
};
struct LeakyReLURule {
  static constexpr auto name = "LeakyReLU";
  static constexpr double initial = 0.01;
  template <class T>
  static Variable<T> call(const Variable<T>& x, double number) {
    return leaky_relu(x, number);
  }
};
struct ELURule {
  static constexpr auto name = "ELU";
  static constexpr double initial = 1;
  template <class T>
  static Variable<T> call(const Variable<T>& x, double number) {
    return elu(x, number);
  }
};
struct CELURule {
  static constexpr auto name = "CELU";
  static constexpr double initial = 1;
  template <class T>
  static Variable<T> call(const Variable<T>& x, double number) {
    return celu(x, number);
  }
};
struct HardshrinkRule {
  static constexpr auto name = "Hardshrink";
  static constexpr double initial = 0.5;
  template <class T>
  static Variable<T> call(const Variable<T>& x, double number) {
    return hardshrink(x, number);
  }
};
struct SoftshrinkRule {
  static constexpr auto name = "Softshrink";
  static constexpr double initial = 0.5;
  template <class T>
  static Variable<T> call(const Variable<T>& x, double number) {
    return softshrink(x, number);
  }
};
struct HardtanhRule {
  static constexpr auto name = "Hardtanh";
  static constexpr double initial = -1, initial_second = 1;
  template <class T>
  static Variable<T> call(const Variable<T>& x, double low, double high) {
    return hardtanh(x, low, high);
  }
};
struct ThresholdRule {
  static constexpr auto name = "Threshold";
  static constexpr double initial = 0, initial_second = 0;
  template <class T>
  static Variable<T> call(const Variable<T>& x, double limit, double value) {
    return threshold(x, limit, value);
  }
};
struct SoftmaxRule {
  static constexpr auto name = "Softmax";
  template <class T>
  static Variable<T> call(const Variable<T>& x, std::ptrdiff_t axis) {
    return softmax(x, axis);
  }
};
struct SoftminRule {
  static constexpr auto name = "Softmin";
  template <class T>
  static Variable<T> call(const Variable<T>& x, std::ptrdiff_t axis) {
    return softmin(x, axis);
  }
};
struct LogSoftmaxRule {
  static constexpr auto name = "LogSoftmax";
  template <class T>
  static Variable<T> call(const Variable<T>& x, std::ptrdiff_t axis) {
    return log_softmax(x, axis);
  }
};
struct GLURule {
  static constexpr auto name = "GLU";
  template <class T>
  static Variable<T> call(const Variable<T>& x, std::ptrdiff_t axis) {
    return glu(x, axis);
  }
};
}  // namespace detail

template <class T>
using Identity = Plain<T, detail::IdentityRule>;
template <class T>
using ReLU = Plain<T, detail::ReLURule>;
template <class T>
using ReLU6 = Plain<T, detail::ReLU6Rule>;
template <class T>
using Sigmoid = Plain<T, detail::SigmoidRule>;
template <class T>
using LogSigmoid = Plain<T, detail::LogSigmoidRule>;
template <class T>
using Tanh = Plain<T, detail::TanhRule>;
template <class T>
using SELU = Plain<T, detail::SELURule>;
template <class T>
using SiLU = Plain<T, detail::SiLURule>;
template <class T>
using Mish = Plain<T, detail::MishRule>;
template <class T>
using GELU = Plain<T, detail::GELURule>;
template <class T>
using Softsign = Plain<T, detail::SoftsignRule>;
template <class T>
using Tanhshrink = Plain<T, detail::TanhshrinkRule>;
template <class T>
using Hardsigmoid = Plain<T, detail::HardsigmoidRule>;
template <class T>
using Hardswish = Plain<T, detail::HardswishRule>;
template <class T>
using Softplus = Plain<T, detail::SoftplusRule>;
template <class T>
using LeakyReLU = WithNumber<T, detail::LeakyReLURule>;
template <class T>
using ELU = WithNumber<T, detail::ELURule>;
template <class T>
using CELU = WithNumber<T, detail::CELURule>;
template <class T>
using Hardshrink = WithNumber<T, detail::HardshrinkRule>;
template <class T>
using Softshrink = WithNumber<T, detail::SoftshrinkRule>;
template <class T>
using Hardtanh = WithNumbers<T, detail::HardtanhRule>;
template <class T>
using Threshold = WithNumbers<T, detail::ThresholdRule>;
template <class T>
using Softmax = AlongAxis<T, detail::SoftmaxRule>;
template <class T>
using Softmin = AlongAxis<T, detail::SoftminRule>;
template <class T>
using LogSoftmax = AlongAxis<T, detail::LogSoftmaxRule>;
template <class T>
using GLU = AlongAxis<T, detail::GLURule>;

/// max(0, x) + weight * min(0, x) with a learned weight: one, or one for each of axis 1.
/// Source: He, Zhang, Ren, Sun, arXiv:1502.01852.
template <class T>
class PReLU : public Layer<T> {
 public:
  explicit PReLU(std::size_t num_parameters = 1, double initial = 0.25)
      : weight(this->parameter("weight",
                               full_array<T>(Shape{num_parameters}, static_cast<T>(initial)))) {}
  PReLU(PReLU&&) noexcept = default;

  Variable<T> weight;  ///< [num_parameters]

  Variable<T> forward(const Variable<T>& x) override { return prelu(x, weight); }
  std::string description() const override {
    return "PReLU(" + std::to_string(weight.size()) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<PReLU>(weight.size());
  }
};

/// x where x > 0, else a x: in training a is uniform in [lower, upper), drawn for each element; in
/// evaluation it is (lower + upper) / 2. Source: Xu, Wang, Chen, Li, arXiv:1505.00853.
template <class T>
class RReLU : public NoiseLayer<T> {
 public:
  /// @param generator  where slopes are drawn from; the default generator if absent.
  /// @throws ValueError unless lower <= upper.
  explicit RReLU(double lower = 1. / 8, double upper = 1. / 3,
                 std::optional<Generator> generator = {})
      : NoiseLayer<T>(std::move(generator)), lower_(lower), upper_(upper) {
    require<ValueError>(lower <= upper, "RReLU", "lower", "be <= upper", lower);
  }

  Variable<T> forward(const Variable<T>& x) override {
    return rrelu(x, {.lower = lower_, .upper = upper_, .training = this->draws()},
                 this->generator());
  }
  std::string description() const override {
    return "RReLU(" + number_text(lower_) + ", " + number_text(upper_) + ")";
  }
  std::unique_ptr<Layer<T>> fresh() const override {
    return std::make_unique<RReLU>(lower_, upper_, this->generator_);
  }

 private:
  double lower_, upper_;
};

}  // namespace xg::nn
