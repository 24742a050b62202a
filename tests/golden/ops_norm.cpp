#include <xgrad/ops/embedding.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/normalization_layer.hpp>
#include <xgrad/ops/normalization_local.hpp>

#include <limits>

#include "per_axis.hpp"

namespace golden {

namespace {

Outputs batch_norm(const Case& c) {
  const bool training = c.get("training", false);
  const xg::BatchNormOptions options{
      .eps = c.number("eps", 1e-5), .momentum = c.number("momentum", 0.1), .training = training};
  const Variable mean = named(c, "running_mean"), var = named(c, "running_var");
  xg::RunningStatistics<double> running;
  if (mean.defined()) running = {mean.value(), var.value()};
  Outputs outputs{xg::batch_norm(c.x(0), named(c, "weight"), named(c, "bias"),
                                 mean.defined() ? &running : nullptr, options)};
  if (training && mean.defined()) {
    outputs.push_back(Variable(running.mean));
    outputs.push_back(Variable(running.var));
  }
  return outputs;
}

xg::Shape shape(const Case& c) { return xg::Shape(c.numbers("shape")); }
xg::NormOptions eps(const Case& c) { return {.eps = c.number("eps", 1e-5)}; }

Outputs layer_norm(const Case& c) {
  return {xg::layer_norm(c.x(0), shape(c), named(c, "weight"), named(c, "bias"), eps(c))};
}
Outputs rms_norm(const Case& c) {
  const double otherwise = std::numeric_limits<double>::epsilon();
  return {xg::rms_norm(c.x(0), shape(c), named(c, "weight"), {.eps = c.number("eps", otherwise)})};
}
Outputs group_norm(const Case& c) {
  return {xg::group_norm(c.x(0), c.axis("groups"), named(c, "weight"), named(c, "bias"), eps(c))};
}
Outputs instance_norm(const Case& c) {
  return {xg::instance_norm(c.x(0), named(c, "weight"), named(c, "bias"), eps(c))};
}

Outputs local_response_norm(const Case& c) {
  return {xg::local_response_norm(
      c.x(0), c.axis("size"),
      {.alpha = c.number("alpha", 1e-4), .beta = c.number("beta", 0.75), .k = c.number("k", 1)})};
}
Outputs normalize(const Case& c) {
  return {xg::normalize(c.x(0), {.p = c.number("p", 2),
                                 .axis = c.get<std::ptrdiff_t>("dim", 1),
                                 .eps = c.number("eps", 1e-12)})};
}

std::optional<std::ptrdiff_t> padding_idx(const Case& c) {
  if (!c.given("padding_idx")) return {};
  return c.axis("padding_idx");
}
Outputs embedding(const Case& c) {
  return {xg::embedding(c.indices(0), c.x(1), {.padding_idx = padding_idx(c)})};
}
Outputs embedding_bag(const Case& c) {
  const auto mode = c.get<std::string>("mode", "mean");
  return {xg::embedding_bag(c.indices(0), c.x(1),
                            {.mode = mode == "sum"   ? xg::BagMode::sum
                                     : mode == "max" ? xg::BagMode::max
                                                     : xg::BagMode::mean,
                             .padding_idx = padding_idx(c)})};
}

}  // namespace

Operations norm_operations() {
  return {{"batch_norm", batch_norm},       {"layer_norm", layer_norm},
          {"rms_norm", rms_norm},           {"group_norm", group_norm},
          {"instance_norm", instance_norm}, {"local_response_norm", local_response_norm},
          {"normalize", normalize},         {"embedding", embedding},
          {"embedding_bag", embedding_bag}};
}

}  // namespace golden
