#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/maxout.hpp>
#include <xgrad/ops/softmax.hpp>

#include "registry.hpp"

namespace golden {

namespace {

/// PyTorch rounds alpha to float in the gradient of celu, and only there: its gradients are those
/// of a slightly different alpha (5e-8 off for 1.3). The case is right about that function: the
/// value of celu at alpha, with the gradient of celu at the rounded one.
Variable celu_as_recorded(const Variable& x, double alpha) {
  const double rounded = static_cast<float>(alpha);
  const auto value = celu(x, alpha);
  if (rounded == alpha) return value;
  const auto slope = celu(x, rounded) * (alpha / rounded);
  return where(x.value() <= 0, slope + (value - slope).detach(), x);
}

}  // namespace

Operations activation_operations() {
  using namespace xg;
  return {
      {"leaky_relu",
       [](const Case& c) -> Outputs { return {leaky_relu(c.x(0), c.number("slope", 0.01))}; }},
      {"elu", [](const Case& c) -> Outputs { return {elu(c.x(0), c.number("alpha", 1))}; }},
      {"celu",
       [](const Case& c) -> Outputs { return {celu_as_recorded(c.x(0), c.number("alpha", 1))}; }},
      {"gelu",
       [](const Case& c) -> Outputs {
         return {gelu(c.x(0), c.get<std::string>("approximate", "none"))};
       }},
      {"softplus",
       [](const Case& c) -> Outputs {
         return {softplus(c.x(0), c.number("beta", 1), c.number("threshold", 20))};
       }},
      {"hardtanh",
       [](const Case& c) -> Outputs {
         return {hardtanh(c.x(0), c.number("min", -1), c.number("max", 1))};
       }},
      {"threshold",
       [](const Case& c) -> Outputs {
         return {threshold(c.x(0), c.number("threshold"), c.number("value"))};
       }},
      {"softshrink",
       [](const Case& c) -> Outputs { return {softshrink(c.x(0), c.number("lambda_", 0.5))}; }},
      {"hardshrink",
       [](const Case& c) -> Outputs { return {hardshrink(c.x(0), c.number("lambda_", 0.5))}; }},
      {"prelu", [](const Case& c) -> Outputs { return {prelu(c.x(0), c.x(1))}; }},
      {"glu", [](const Case& c) -> Outputs { return {glu(c.x(0), c.get<int>("dim", -1))}; }},
      {"dropout_mask",
       [](const Case& c) -> Outputs { return {c.x(0) * c.mask(1) / (1 - c.number("p"))}; }},
      {"maxout",
       [](const Case& c) -> Outputs {
         return {
             maxout(linear(c.x(0), c.x(1), c.has(2) ? c.x(2) : Variable()), c.axis("pieces"), -1)};
       }},
      {"softmax", [](const Case& c) -> Outputs { return {softmax(c.x(0), c.axis("dim"))}; }},
      {"log_softmax",
       [](const Case& c) -> Outputs { return {log_softmax(c.x(0), c.axis("dim"))}; }},
  };
}

}  // namespace golden
