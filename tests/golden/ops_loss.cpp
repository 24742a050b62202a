#include <algorithm>
#include <stdexcept>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/softmax.hpp>

#include "registry.hpp"

namespace golden {

namespace {

using xg::LossReduction;

LossReduction reduction(const Case& c) {
  const auto name = c.get<std::string>("reduction", "mean");
  if (name == "mean") return LossReduction::mean;
  if (name == "sum") return LossReduction::sum;
  if (name == "none") return LossReduction::none;
  if (name == "batchmean") return LossReduction::batch_mean;
  throw std::runtime_error("reduction " + name + " not supported");
}

/// An optional list of class weights.
std::vector<double> weights(const Case& c, std::size_t i) {
  if (!c.has(i)) return {};
  const auto x = c.x(i);
  return {x.value().storage().begin(), x.value().storage().end()};
}

Variable optional(const Case& c, std::size_t i) { return c.has(i) ? c.x(i) : Variable(); }

Outputs cross_entropy_case(const Case& c) {
  const xg::CrossEntropyOptions o{.weight = weights(c, 2),
                                  .ignore_index = c.get<std::int64_t>("ignore_index", -100),
                                  .label_smoothing = c.number("label_smoothing", 0),
                                  .reduction = reduction(c)};
  if (c.holds_integers(1)) return {cross_entropy(c.x(0), c.indices(1), o)};
  return {cross_entropy(c.x(0), c.x(1), o)};
}

/// Weight and pos_weight are both optional; when one is missing the name tells which is there.
Outputs bce_with_logits_case(const Case& c) {
  xg::BceWithLogitsOptions<double> o{.reduction = reduction(c)};
  for (std::size_t i = 2; i < c.count(); ++i) {
    if (!c.has(i)) continue;
    (i == 3 || c.name(i) == "pos_weight" ? o.pos_weight : o.weight) = c.x(i);
  }
  return {binary_cross_entropy_with_logits(c.x(0), c.x(1), o)};
}

xg::IndexArray lengths(const Case& c, const char* key) {
  const auto list = c.numbers(key);
  xg::IndexArray result(xg::Shape{list.size()});
  std::copy(list.begin(), list.end(), result.data());
  return result;
}

Outputs ctc_case(const Case& c) {
  return {ctc_loss(log_softmax(c.x(0), -1), c.indices(1), lengths(c, "input_lengths"),
                   lengths(c, "target_lengths"),
                   {.blank = c.get<std::int64_t>("blank", 0),
                    .zero_infinity = c.get("zero_infinity", false),
                    .reduction = reduction(c)})};
}

Operations of_classes() {
  using namespace xg;
  return {
      {"cross_entropy", cross_entropy_case},
      {"nll_loss",
       [](const Case& c) -> Outputs {
         return {nll_loss(c.x(0), c.indices(1),
                          {.weight = weights(c, 2),
                           .ignore_index = c.get<std::int64_t>("ignore_index", -100),
                           .reduction = reduction(c)})};
       }},
      {"multi_margin_loss",
       [](const Case& c) -> Outputs {
         return {multi_margin_loss(c.x(0), c.indices(1),
                                   {.p = c.get("p", 1),
                                    .margin = c.number("margin", 1),
                                    .weight = weights(c, 2),
                                    .reduction = reduction(c)})};
       }},
      {"svm_hinge",
       [](const Case& c) -> Outputs {
         return {svm_loss(c.x(0), c.indices(1), {.delta = c.number("delta", 1)})};
       }},
      {"binary_cross_entropy",
       [](const Case& c) -> Outputs {
         return {binary_cross_entropy(c.x(0), c.x(1),
                                      {.weight = optional(c, 2), .reduction = reduction(c)})};
       }},
      {"bce_with_logits", bce_with_logits_case},
      {"ctc_loss", ctc_case},
  };
}

Operations of_numbers() {
  using namespace xg;
  return {
      {"mse_loss",
       [](const Case& c) -> Outputs {
         return {mse_loss(c.x(0), c.x(1), {.reduction = reduction(c)})};
       }},
      {"l1_loss",
       [](const Case& c) -> Outputs {
         return {l1_loss(c.x(0), c.x(1), {.reduction = reduction(c)})};
       }},
      {"huber_loss",
       [](const Case& c) -> Outputs {
         return {huber_loss(c.x(0), c.x(1),
                            {.delta = c.number("delta", 1), .reduction = reduction(c)})};
       }},
      {"smooth_l1_loss",
       [](const Case& c) -> Outputs {
         return {smooth_l1_loss(c.x(0), c.x(1),
                                {.beta = c.number("beta", 1), .reduction = reduction(c)})};
       }},
      {"kl_div",
       [](const Case& c) -> Outputs {
         return {kl_div(c.x(0), c.x(1),
                        {.log_target = c.get("log_target", false), .reduction = reduction(c)})};
       }},
      {"poisson_nll_loss",
       [](const Case& c) -> Outputs {
         return {poisson_nll_loss(c.x(0), c.x(1),
                                  {.log_input = c.get("log_input", true),
                                   .full = c.get("full", false),
                                   .eps = c.number("eps", 1e-8),
                                   .reduction = reduction(c)})};
       }},
      {"gaussian_nll_loss",
       [](const Case& c) -> Outputs {
         return {gaussian_nll_loss(c.x(0), c.x(1), c.x(2),
                                   {.full = c.get("full", false),
                                    .eps = c.number("eps", 1e-6),
                                    .reduction = reduction(c)})};
       }},
  };
}

Operations of_vectors() {
  using namespace xg;
  return {
      {"cosine_similarity",
       [](const Case& c) -> Outputs {
         return {cosine_similarity(
             c.x(0), c.x(1),
             {.axis = c.get<std::ptrdiff_t>("dim", 1), .eps = c.number("eps", 1e-8)})};
       }},
      {"cosine_embedding_loss",
       [](const Case& c) -> Outputs {
         return {cosine_embedding_loss(
             c.x(0), c.x(1), c.x(2), {.margin = c.number("margin", 0), .reduction = reduction(c)})};
       }},
      {"pairwise_distance",
       [](const Case& c) -> Outputs {
         return {pairwise_distance(c.x(0), c.x(1),
                                   {.p = c.number("p", 2),
                                    .eps = c.number("eps", 1e-6),
                                    .keepdims = c.get("keepdim", false)})};
       }},
      {"triplet_margin_loss",
       [](const Case& c) -> Outputs {
         return {triplet_margin_loss(c.x(0), c.x(1), c.x(2),
                                     {.margin = c.number("margin", 1),
                                      .p = c.number("p", 2),
                                      .eps = c.number("eps", 1e-6),
                                      .swap = c.get("swap", false),
                                      .reduction = reduction(c)})};
       }},
      {"margin_ranking_loss",
       [](const Case& c) -> Outputs {
         return {margin_ranking_loss(c.x(0), c.x(1), c.x(2),
                                     {.margin = c.number("margin", 0), .reduction = reduction(c)})};
       }},
      {"hinge_embedding_loss",
       [](const Case& c) -> Outputs {
         return {hinge_embedding_loss(
             c.x(0), c.x(1), {.margin = c.number("margin", 1), .reduction = reduction(c)})};
       }},
      {"soft_margin_loss",
       [](const Case& c) -> Outputs {
         return {soft_margin_loss(c.x(0), c.x(1), {.reduction = reduction(c)})};
       }},
      {"multilabel_soft_margin_loss",
       [](const Case& c) -> Outputs {
         return {multilabel_soft_margin_loss(c.x(0), c.x(1), {.reduction = reduction(c)})};
       }},
  };
}

}  // namespace

Operations loss_operations() {
  Operations all = of_classes();
  all.merge(of_numbers());
  all.merge(of_vectors());
  return all;
}

}  // namespace golden
