#include "xgrad/ops/activation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "xgrad/ops/index.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/unary_function.hpp"

namespace xg {

namespace {

using detail::Keep;
using detail::UnaryFunction;
using kernels::Binary;
using kernels::Unary;

struct Relu : UnaryFunction<Relu> {
  static constexpr auto name = "relu";
  static constexpr Unary kernel = Unary::relu;
  static constexpr Binary gradient = Binary::relu_backward;
  static constexpr Keep keep = Keep::output;
  template <class T>
  static Variable<T> slope(const Variable<T>& y) {
    Array<T> step(y.shape(), T(1));  // a step, NaN passes: no derivative of its own
    kernels::binary<T>(Binary::relu_backward, step.data(), y.value().data(), step.data(),
                       step.size());
    return step;
  }
};

struct Sigmoid : UnaryFunction<Sigmoid> {
  static constexpr auto name = "sigmoid";
  static constexpr Unary kernel = Unary::sigmoid;
  static constexpr Binary gradient = Binary::sigmoid_backward;
  static constexpr Keep keep = Keep::output;
  template <class T>
  static Variable<T> slope(const Variable<T>& y) {
    return y * (1 - y);
  }
};

/// The weight [channels] of a prelu with its channels on axis 1 of x: [channels, 1, ...].
struct AlongChannels : Function<AlongChannels> {
  static constexpr auto name = "prelu_weight";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& weight, const Shape& shape) {
    return reshaped(weight, shape);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {AlongChannels::apply(gy, ctx.input_shape(0))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Shape& shape) {
    return AlongChannels::apply(t[0], shape);
  }

 private:
  template <class T>
  static Array<T> reshaped(Array<T> weight, const Shape& shape) {
    weight.reshape(shape);
    return weight;
  }
};

Shape channel_shape(const Shape& x, const Shape& weight) {
  const std::size_t axis = x.size() > 1 ? 1 : 0;
  const std::size_t channels = x.empty() ? 1 : x[axis];
  const std::size_t count = element_count(weight);
  if (weight.size() > 1 || (count != 1 && count != channels))
    require<ShapeError>(false, "prelu", "weight",
                        fmt::format("have 1 element or one for each of {} channels", channels),
                        weight);
  if (count == 1) return {};
  return Shape(x.size() - axis, 1);
}

}  // namespace

template <Element T>
Variable<T> relu(const Variable<T>& x) {
  return Relu::apply(x);
}
template <Element T>
Variable<T> sigmoid(const Variable<T>& x) {
  return Sigmoid::apply(x);
}
template <Element T>
Variable<T> logsigmoid(const Variable<T>& x) {
  return map_named(
      "logsigmoid", [](auto v) { return log_sigmoid(v); }, x);
}

template <Element T>
Variable<T> leaky_relu(const Variable<T>& x, double negative_slope) {
  const auto formula = [k = negative_slope](auto v) { return where(v > 0, v, k * v); };
  return map_named("leaky_relu", formula, x);
}

template <Element T>
Variable<T> prelu(const Variable<T>& x, const Variable<T>& weight) {
  Shape shape = channel_shape(x.shape(), weight.shape());
  if (!shape.empty()) shape[0] = weight.size();
  const auto formula = [](auto v, auto w) { return where(v > 0, v, w * v); };
  return map_named("prelu", formula, x, AlongChannels::apply(weight, shape));
}

template <Element T>
Variable<T> elu(const Variable<T>& x, double alpha) {
  require<ValueError>(alpha > 0, "elu", "alpha", "be > 0", alpha);
  // expm1, not exp - 1: near zero the subtraction would lose every digit.
  return map_named(
      "elu", [alpha](auto v) { return where(v <= 0, alpha * expm1(v), v); }, x);
}

template <Element T>
Variable<T> celu(const Variable<T>& x, double alpha) {
  require<ValueError>(alpha > 0, "celu", "alpha", "be > 0", alpha);
  const auto formula = [alpha](auto v) { return where(v <= 0, alpha * expm1(v / alpha), v); };
  return map_named("celu", formula, x);
}

template <Element T>
Variable<T> selu(const Variable<T>& x) {
  return map_named(
      "selu",
      [](auto v) {
        constexpr double alpha = 1.6732632423543772848170429916717;
        constexpr double scale = 1.0507009873554804934193349852946;
        return scale * where(v <= 0, alpha * expm1(v), v);
      },
      x);
}

template <Element T>
Variable<T> gelu(const Variable<T>& x, std::string_view approximate) {
  require<ValueError>(approximate == "none" || approximate == "tanh", "gelu", "approximate",
                      "be none or tanh", approximate);
  if (approximate == "none") {
    // erfc, not 1 + erf: for negative x the sum would cancel.
    const auto formula = [](auto v) { return 0.5 * v * erfc(-v * (1 / std::numbers::sqrt2)); };
    return map_named("gelu", formula, x);
  }
  return map_named(
      "gelu",
      [](auto v) {
        constexpr double k = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
        return v * sigmoid(2 * k * (v + 0.044715 * v * v * v));  // (1 + tanh(t)) / 2 = sigmoid(2 t)
      },
      x);
}

template <Element T>
Variable<T> silu(const Variable<T>& x) {
  return map_named(
      "silu", [](auto v) { return v * sigmoid(v); }, x);
}
template <Element T>
Variable<T> mish(const Variable<T>& x) {
  return map_named(
      "mish", [](auto v) { return v * tanh(softplus(v)); }, x);
}

template <Element T>
Variable<T> softplus(const Variable<T>& x, double beta, double threshold) {
  require<ValueError>(beta > 0, "softplus", "beta", "be > 0", beta);
  return map_named(
      "softplus",
      [beta, threshold](auto v) {
        return where(beta * v > threshold, v, softplus(beta * v) / beta);
      },
      x);
}

template <Element T>
Variable<T> softsign(const Variable<T>& x) {
  return map_named(
      "softsign", [](auto v) { return v / (1 + abs(v)); }, x);
}
template <Element T>
Variable<T> tanhshrink(const Variable<T>& x) {
  return map_named(
      "tanhshrink", [](auto v) { return v - tanh(v); }, x);
}

template <Element T>
Variable<T> glu(const Variable<T>& x, std::ptrdiff_t axis) {
  const std::size_t at = normalize_axis("glu", "axis", axis, x.dimension());
  const std::size_t half = x.shape()[at] / 2;
  require<ShapeError>(2 * half == x.shape()[at], "glu", "x", "have an even extent along the axis",
                      x.shape());
  const auto halves = split(x, {half, half}, axis);
  return map_named(
      "glu", [](auto a, auto b) { return a * sigmoid(b); }, halves[0], halves[1]);
}

template <Element T>
Variable<T> relu6(const Variable<T>& x) {
  const auto formula = [](auto v) { return where(v <= 0, 0, where(v >= 6, 6, v)); };
  return map_named("relu6", formula, x);
}

template <Element T>
Variable<T> hardtanh(const Variable<T>& x, double low, double high) {
  if (!(low < high))
    require<ValueError>(false, "hardtanh", "low", fmt::format("be < high = {}", high), low);
  return map_named(
      "hardtanh", [low, high](auto v) { return where(v <= low, low, where(v >= high, high, v)); },
      x);
}

template <Element T>
Variable<T> hardsigmoid(const Variable<T>& x) {
  const auto formula = [nan = std::numeric_limits<double>::quiet_NaN()](auto v) {
    return where(v <= -3, 0, where(v >= 3, 1, where(isnan(v), nan, v / 6 + 0.5)));
  };
  return map_named("hardsigmoid", formula, x);
}
template <Element T>
Variable<T> hardswish(const Variable<T>& x) {
  const auto formula = [](auto v) { return where(v <= -3, 0, where(v < 3, v * (v + 3) / 6, v)); };
  return map_named("hardswish", formula, x);
}

template <Element T>
Variable<T> hardshrink(const Variable<T>& x, double lambda) {
  require<ValueError>(lambda >= 0, "hardshrink", "lambda", "be >= 0", lambda);
  return map_named(
      "hardshrink", [lambda](auto v) { return where(abs(v) <= lambda, 0, v); }, x);
}
template <Element T>
Variable<T> softshrink(const Variable<T>& x, double lambda) {
  require<ValueError>(lambda >= 0, "softshrink", "lambda", "be >= 0", lambda);
  return map_named(
      "softshrink",
      [lambda](auto v) { return where(abs(v) <= lambda, 0, where(v > 0, v - lambda, v + lambda)); },
      x);
}

template <Element T>
Variable<T> threshold(const Variable<T>& x, double limit, double value) {
  const auto formula = [limit, value](auto v) { return where(v <= limit, value, v); };
  return map_named("threshold", formula, x);
}

#define XG_INSTANTIATE(T)                                             \
  template Variable<T> relu(const Variable<T>&);                      \
  template Variable<T> sigmoid(const Variable<T>&);                   \
  template Variable<T> logsigmoid(const Variable<T>&);                \
  template Variable<T> leaky_relu(const Variable<T>&, double);        \
  template Variable<T> prelu(const Variable<T>&, const Variable<T>&); \
  template Variable<T> elu(const Variable<T>&, double);               \
  template Variable<T> celu(const Variable<T>&, double);              \
  template Variable<T> selu(const Variable<T>&);                      \
  template Variable<T> gelu(const Variable<T>&, std::string_view);    \
  template Variable<T> silu(const Variable<T>&);                      \
  template Variable<T> mish(const Variable<T>&);                      \
  template Variable<T> softplus(const Variable<T>&, double, double);  \
  template Variable<T> softsign(const Variable<T>&);                  \
  template Variable<T> tanhshrink(const Variable<T>&);                \
  template Variable<T> glu(const Variable<T>&, std::ptrdiff_t);       \
  template Variable<T> relu6(const Variable<T>&);                     \
  template Variable<T> hardtanh(const Variable<T>&, double, double);  \
  template Variable<T> hardsigmoid(const Variable<T>&);               \
  template Variable<T> hardswish(const Variable<T>&);                 \
  template Variable<T> hardshrink(const Variable<T>&, double);        \
  template Variable<T> softshrink(const Variable<T>&, double);        \
  template Variable<T> threshold(const Variable<T>&, double, double);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)

#undef XG_INSTANTIATE

}  // namespace xg
