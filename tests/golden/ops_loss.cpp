#include <xgrad/ops/loss.hpp>

#include "registry.hpp"

namespace golden {

namespace {

xg::LossReduction reduction(const Case& c) {
  const auto name = c.get<std::string>("reduction", "mean");
  if (name == "mean") return xg::LossReduction::mean;
  if (name == "sum") return xg::LossReduction::sum;
  if (name == "none") return xg::LossReduction::none;
  throw std::runtime_error("reduction " + name + " not supported");
}

}  // namespace

Operations loss_operations() {
  using namespace xg;
  return {
      {"svm_hinge",
       [](const Case& c) -> Outputs {
         return {svm_loss(c.x(0), c.indices(1), {.delta = c.number("delta", 1)})};
       }},
      {"mse_loss",
       [](const Case& c) -> Outputs {
         return {mse_loss(c.x(0), c.x(1), {.reduction = reduction(c)})};
       }},
  };
}

}  // namespace golden
