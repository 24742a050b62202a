#include <xgrad/ops/attention.hpp>

#include "per_axis.hpp"

namespace golden {

namespace {

/// The input of this name: booleans, or numbers that are added.
xg::AttentionMask<double> mask(const Case& c) {
  for (std::size_t i = 0; i < c.count(); ++i) {
    if (!c.has(i) || c.name(i) != "mask") continue;
    if (c.is_mask(i)) return c.mask(i);
    return c.x(i);
  }
  return {};
}

Outputs attention(const Case& c) {
  xg::AttentionOptions options{.causal = c.get("causal", false)};
  if (c.given("scale")) options.scale = c.number("scale");
  return {xg::scaled_dot_product_attention(c.x(0), c.x(1), c.x(2), mask(c), options)};
}

Outputs multi_head_attention(const Case& c) {
  const xg::MultiHeadWeights<double> weights{.in = named(c, "in_w"),
                                             .in_bias = named(c, "in_b"),
                                             .out = named(c, "out_w"),
                                             .out_bias = named(c, "out_b")};
  const auto out = xg::multi_head_attention(c.x(0), c.x(1), c.x(2), weights, mask(c),
                                            {.heads = c.get<std::size_t>("heads")});
  return {out[0], out[1]};
}

}  // namespace

Operations attention_operations() {
  return {{"attention", attention}, {"multi_head_attention", multi_head_attention}};
}

}  // namespace golden
