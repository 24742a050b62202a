#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/loss_probability.hpp>
#include <xgrad/ops/loss_regression.hpp>

#include "ops/entry_helpers.hpp"

// References: PyTorch 2.15 in double; sigmoid_focal_loss: its formula written out there.

namespace xg::test {

namespace {

const Literal matrix{{2, 3}, {1, 2, -1, .5, -2, 3}};
const Literal shares{{2, 3}, {.2, .3, .5, .1, .8, .1}};
const Literal choices{{2, 3}, {0, 1, 1, 1, 0, 1}};
const Literal spread{{2, 3}, {.5, 1, 2, 1.5, .25, 3}};
const Variable<double> box(Array<double>(Shape{2, 3}, 1.)), row(Array<double>{1, 2, 3});
const LossOptions singly{.reduction = LossReduction::none};

/// Samples of all reductions and shapes; the second input is drawn like `target`.
template <class F>
Entry entry_of_loss(const char* name, F loss, const Input& x, const Input& target, Literal expected,
                    Literal left = matrix, Literal right = shares, bool kinks = false) {
  Entry e{.name = name, .smoothness = kinks ? Smoothness::kinks : Smoothness::smooth};
  const auto with = [loss](LossReduction reduction) {
    return call([=](const auto& in) { return loss(in[0], in[1], reduction); });
  };
  const auto sample = [&](std::string label, Shape shape, LossReduction reduction) {
    Input a = x, b = target;
    a.shape = b.shape = shape;
    e.samples.push_back({std::move(label), with(reduction), {a, b}, kinks});
  };
  sample("[2, 3]", {2, 3}, LossReduction::mean);
  sample("[2, 3] sum", {2, 3}, LossReduction::sum);
  sample("[2, 3] over the batch", {2, 3}, LossReduction::batch_mean);
  sample("[2, 1, 2] singly", {2, 1, 2}, LossReduction::none);
  sample("[]", {}, LossReduction::mean);
  sample("[] over the batch", {}, LossReduction::batch_mean);
  sample("[0, 3] sum", {0, 3}, LossReduction::sum);
  e.references = {{"mean",
                   with(LossReduction::mean),
                   {std::move(left), std::move(right)},
                   {std::move(expected)}}};
  e.refusals = {{[loss] { (void)loss(box, row, LossReduction::mean); },
                 std::string(name) + ": target must have the shape of x [2, 3], got [3]"}};
  return e;
}

Entries differences() {
  Entry mse = entry_of_loss("mse_loss",
                            [](const auto& x, const auto& t, LossReduction r) {
                              return mse_loss(x, t, {.reduction = r});
                            },
                            {}, {}, {{}, {3.6983333333333337}});
  mse.references.push_back(
      {"an array for the target",
       call([](const auto& x) { return mse_loss(x[0], x[1].value(), singly); }),
       {matrix, shares},
       {{{2, 3}, {.64, 2.89, 2.25, .16, 7.84, 8.41}}}});
  Entry huber = entry_of_loss("huber_loss",
                              [](const auto& x, const auto& t, LossReduction r) {
                                return huber_loss(x, t, {.delta = 1.5, .reduction = r});
                              },
                              {}, {{}, 5, 6}, {{}, {1.5416666666666663}});
  huber.samples.push_back({"near",
                           call([](const auto& x) { return huber_loss(x[0], x[1]); }),
                           {{{4}, 0, .4}, {{4}, .5, .9}}});
  huber.refusals.push_back(
      {[] { (void)huber_loss(box, box, {.delta = 0}); }, "huber_loss: delta must be > 0, got 0"});
  Entry smooth = entry_of_loss("smooth_l1_loss",
                               [](const auto& x, const auto& t, LossReduction r) {
                                 return smooth_l1_loss(x, t, {.beta = .5, .reduction = r});
                               },
                               {}, {{}, 5, 6}, {{}, {1.4349999999999998}});
  smooth.samples.push_back({"near",
                            call([](const auto& x) { return smooth_l1_loss(x[0], x[1]); }),
                            {{{4}, 0, .4}, {{4}, .5, .9}}});
  smooth.references.push_back(
      {"beta 0",
       call([](const auto& x) { return smooth_l1_loss(x[0], x[1], {.beta = 0}); }),
       {matrix, shares},
       {{{}, {1.6833333333333333}}}});
  smooth.refusals.push_back({[] { (void)smooth_l1_loss(box, box, {.beta = -1}); },
                             "smooth_l1_loss: beta must be >= 0, got -1"});
  return {std::move(mse), std::move(huber), std::move(smooth),
          entry_of_loss(
              "l1_loss",
              [](const auto& x, const auto& t, LossReduction r) {
                return l1_loss(x, t, {.reduction = r});
              },
              {}, {}, {{}, {1.6833333333333333}}, matrix, shares, true)};
}

Entry poisson_entry() {
  Entry e = entry_of_loss(
      "poisson_nll_loss",
      [](const auto& x, const auto& t, LossReduction r) {
        return poisson_nll_loss(x, t, {.reduction = r});
      },
      {}, {}, {{}, {3.765801807614258}}, matrix, spread);
  const Call rate =
      call([](const auto& x) { return poisson_nll_loss(x[0], x[1] + 1, {.log_input = false}); });
  const Call full =
      call([](const auto& x) { return poisson_nll_loss(x[0], x[1], {.full = true}); });
  e.samples.push_back({"rates", rate, {{{2, 3}, .5, 2}, {{2, 3}}}});
  e.samples.push_back({"full", full, {{{2, 3}}, {{2, 3}, .3, 3, {1}}}});
  e.references.push_back({"rates", rate, {spread, spread}, {{{}, {0.5891725184361829}}}});
  e.references.push_back({"full", full, {matrix, spread}, {{{}, {4.206761270542357}}}});
  return e;
}

Entry gaussian_entry() {
  const auto with = [](GaussianNllOptions o) {
    return call([o](const auto& x) { return gaussian_nll_loss(x[0], x[1], x[2], o); });
  };
  const Input var{{2, 3}, .5, 2};
  const auto shaped = [&](Shape shape) {
    Input v = var;
    v.shape = std::move(shape);
    return v;
  };
  Entry e{.name = "gaussian_nll_loss"};
  e.samples = {{"[2, 3]", with({}), {{{2, 3}}, {{2, 3}}, var}},
               {"[2, 3] var [2]", with({.full = true}), {{{2, 3}}, {{2, 3}}, shaped({2})}},
               {"[2, 3] var [2, 1]",
                with({.reduction = LossReduction::none}),
                {{{2, 3}}, {{2, 3}}, shaped({2, 1})}},
               {"[]", with({}), {{{}}, {{}}, shaped({})}}};
  e.references = {{"mean", with({}), {matrix, shares, spread}, {{{}, {3.306898586304698}}}},
                  {"full, one below eps",
                   with({.full = true}),
                   {matrix, shares, {{2}, {.5, 1e-9}}},
                   {{{}, {1367498.255107432}}}}};
  e.refusals = {
      {[] { (void)gaussian_nll_loss(box, box, -box); },
       "gaussian_nll_loss: var must be >= 0, got -1"},
      {[] { (void)gaussian_nll_loss(box, box, row); },
       "gaussian_nll_loss: var must have the shape of x [2, 3], but for a last extent of 1 "
       "or none, got [3]"},
      {[] { (void)gaussian_nll_loss(box, box, box, {.eps = 0}); },
       "gaussian_nll_loss: eps must be > 0, got 0"}};
  return e;
}

Entry bce_entry() {
  Entry e = entry_of_loss(
      "binary_cross_entropy",
      [](const auto& x, const auto& t, LossReduction r) {
        return binary_cross_entropy(x, t, {.reduction = r});
      },
      {{}, .05, .95}, {{}, 0, 1}, {{}, {1.3891452724370472}}, shares, choices);
  const Call weighted =
      call([](const auto& x) { return binary_cross_entropy(x[0], x[1], {.weight = x[2]}); });
  const Literal weight{{3}, {1, 2, .5}};
  e.samples.push_back({"weights", weighted, {{{2, 3}, .05, .95}, {{2, 3}, 0, 1}, {{3}, .5, 2}}});
  e.references.push_back(
      {"weights", weighted, {shares, choices, weight}, {{{}, {1.6084027024342207}}}});
  e.references.push_back({"edges",
                          call([]<class T>(const std::vector<Variable<T>>& x) {
                            return binary_cross_entropy(x[0], x[1],
                                                        {.reduction = LossReduction::none});
                          }),
                          {{{4}, {0, 1, 0, 1}}, {{4}, {0, 1, 1, .5}}},
                          {{{4}, {0, 0, 100, 50}}}});
  e.references.push_back({"gradients at the edges, by x and by the target",
                          call([]<class T>(const std::vector<Variable<T>>& in) {
                            const Variable<T> x(in[0].value(), true), t(in[1].value(), true);
                            const auto y =
                                binary_cross_entropy(x, t, {.reduction = LossReduction::sum});
                            return grad<T>(Variables<T>{y}, Variables<T>{x, t});
                          }),
                          {{{4}, {0, 1, 0, 0.25}}, {{4}, {0, 1, 1, 0.75}}},
                          {{{4}, {0, 0, -1 / static_cast<double>(1e-12F), -0.5 / 0.1875}},
                           {{4}, {100, -100, 100, 1.0986122886681098}}}});
  e.refusals.push_back({[] { (void)binary_cross_entropy(2 * box, box); },
                        "binary_cross_entropy: x must be in [0, 1], got 2"});
  e.refusals.push_back({[] { (void)binary_cross_entropy(0.1 * row, row, {.weight = box}); },
                        "binary_cross_entropy: weight must broadcast to x [3], got [2, 3]"});
  return e;
}

Entry bce_with_logits_entry() {
  Entry e = entry_of_loss("binary_cross_entropy_with_logits",
                          [](const auto& x, const auto& t, LossReduction r) {
                            return binary_cross_entropy_with_logits(x, t, {.reduction = r});
                          },
                          {}, {{}, 0, 1}, {{}, {1.4755072888127068}});
  const Call weighted = call([](const auto& x) {
    return binary_cross_entropy_with_logits(x[0], x[1], {.weight = x[2], .pos_weight = x[3]});
  });
  e.samples.push_back(
      {"weights", weighted, {{{2, 3}}, {{2, 3}, 0, 1}, {{2, 1}, .5, 2}, {{3}, .5, 2}}});
  e.references.push_back({"weights",
                          weighted,
                          {matrix, shares, {{3}, {1, 2, .5}}, {{3}, {3, 1, .5}}},
                          {{{}, {1.7301204854217318}}}});
  e.references.push_back({"large",
                          call([](const auto& x) {
                            return binary_cross_entropy_with_logits(
                                x[0], x[1], {.reduction = LossReduction::none});
                          }),
                          {{{3}, {1e4, -1e30, 40}}, {{3}, {0, 1, 1}}},
                          {{{3}, {1e4, 1e30, 4.248354255291589e-18}}}});
  e.refusals.push_back(
      {[] { (void)binary_cross_entropy_with_logits(row, row, {.pos_weight = box}); },
       "binary_cross_entropy_with_logits: pos_weight must broadcast to x [3], got [2, 3]"});
  return e;
}

Entry focal_entry() {
  Entry e = entry_of_loss(
      "sigmoid_focal_loss",
      [](const auto& x, const auto& t, LossReduction r) {
        return sigmoid_focal_loss(x, t, {.gamma = 1.5, .alpha = -1, .reduction = r});
      },
      {}, {{}, 0, 1}, {{}, {0.2937806789973706}}, matrix, choices);
  e.references.push_back(
      {"alpha",
       call([](const auto& x) { return sigmoid_focal_loss(x[0], x[1]); }),
       {matrix, choices},
       {{{2, 3},
         {0.5264012275585387, 0.00045089070881009483, 0.17546707585284624, 0.016893372629375906,
          0.001352672126430284, 2.7320831124249216e-05}}}});
  e.refusals.push_back({[] { (void)sigmoid_focal_loss(box, box, {.gamma = -1}); },
                        "sigmoid_focal_loss: gamma must be >= 0, got -1"});
  e.refusals.push_back({[] { (void)sigmoid_focal_loss(box, box, {.alpha = 2}); },
                        "sigmoid_focal_loss: alpha must be <= 1, got 2"});
  return e;
}

Entry kl_entry() {
  const Call logs = call([](const auto& x) { return kl_div(x[0], x[1], {.log_target = true}); });
  const Literal some{{2}, {-1, -2}};
  Entry e = entry_of_loss(
      "kl_div",
      [](const auto& x, const auto& t, LossReduction r) { return kl_div(x, t, {.reduction = r}); },
      {{}, -3, 0}, {{}, .1, 1}, {{}, {1}}, some, {{2}, {0, 1}});
  e.samples.push_back({"logarithms", logs, {{{2, 3}, -3, 0}, {{2, 3}, -3, 0}}});
  e.references.push_back(
      {"logarithms", logs, {some, {{2}, {-1, -1}}}, {{{}, {0.18393972058572117}}}});
  e.references.push_back({"over the batch",
                          call([](const auto& x) {
                            return kl_div(x[0], x[1], {.reduction = LossReduction::batch_mean});
                          }),
                          {{{2, 2}, {-1, -2, -1, -2}}, {{2, 2}, {0, 1, 1, 0}}},
                          {{{}, {1.5}}}});
  return e;
}

}  // namespace

Entries regression_entries() {
  Entries all = differences();
  for (auto make :
       {poisson_entry, gaussian_entry, bce_entry, bce_with_logits_entry, focal_entry, kl_entry})
    all.push_back(make());
  return all;
}

}  // namespace xg::test
