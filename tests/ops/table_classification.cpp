#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/loss_classification.hpp>
#include <xgrad/ops/loss_ctc.hpp>
#include <xgrad/ops/softmax.hpp>

#include <limits>

#include "ops/entry_helpers.hpp"

// References: PyTorch 2.15 in double.

namespace xg::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
const Literal matrix{{2, 3}, {1, 2, -1, 0.5, -2, 3}};
const Literal logits{{2, 3},
                     {-1.349012216768186, -0.349012216768186, -3.349012216768186, -2.58509724636431,
                      -5.08509724636431, -0.08509724636431}};  // log_softmax of matrix
const IndexArray labels{1, 0}, ignoring{1, -100};
const std::vector<double> heavy{1, 2, .5};
constexpr auto singly = LossReduction::none;

IndexArray positions() {  // [1, 2]
  IndexArray index{1, 2};
  index.reshape(Shape{1, 2});
  return index;
}

Entry cross_entropy_entry() {
  const auto with = [](CrossEntropyOptions o, IndexArray l = labels) {
    return call([o, l](const auto& x) { return cross_entropy(x[0], l, o); });
  };
  const auto soft = [](CrossEntropyOptions o) {
    return call([o](const auto& x) { return cross_entropy(x[0], x[1], o); });
  };
  const CrossEntropyOptions both{.weight = heavy, .label_smoothing = 0.1};
  const CrossEntropyOptions sums{
      .weight = heavy, .label_smoothing = 0.1, .reduction = LossReduction::sum};
  const CrossEntropyOptions apart{.reduction = singly};
  const Literal cube{{1, 3, 2}, {1, 2, -1, .5, -2, 3}}, shares{{2, 3}, {.2, .3, .5, .1, .8, .1}};
  Entry e{.name = "cross_entropy"};
  e.samples = {{"mean", with({}), {{{2, 3}}}},
               {"one by one", with(apart), {{{2, 3}}}},
               {"ignored", with({}, ignoring), {{{2, 3}}}},
               {"ignored, one by one", with(apart, ignoring), {{{2, 3}}}},
               {"weights and smoothing", with(both), {{{2, 3}}}},
               {"weights and smoothing, ignored", with(both, ignoring), {{{2, 3}}}},
               {"[C]", with({}, IndexArray(Shape{}, 1)), {{{3}}}},
               {"[N, C, d]", with(apart, positions()), {{{1, 3, 2}}}},
               {"[N, C, d] weights and smoothing", with(both, positions()), {{{1, 3, 2}}}},
               {"probabilities", soft({}), {{{2, 3}}, {{2, 3}, 0, 1}}},
               {"probabilities [N, C, d]", soft(both), {{{2, 3, 2}}, {{2, 3, 2}, 0, 1}}},
               {"probabilities [C]", soft(apart), {{{3}}, {{3}, 0, 1}}}};
  e.references = {
      {"mean", with({}), {matrix}, {{{}, {1.467054731566248}}}},
      {"ignored", with({}, ignoring), {matrix}, {{{}, {0.34901221676818633}}}},
      {"weights, smoothing", with(both), {matrix}, {{{}, {1.1684852053142463}}}},
      {"their sum", with(sums), {matrix}, {{{}, {3.5054556159427395}}}},
      {"[N, C, d]",
       with(apart, positions()),
       {cube},
       {{{1, 2}, {2.1698460195562856, 0.37153903185268283}}}},
      {"[N, C, d] weights", with(both, positions()), {cube}, {{{}, {1.8077641288797603}}}},
      {"probabilities", soft({}), {matrix, shares}, {{{}, {3.1920547315662486}}}},
      {"probabilities, weights", soft(both), {matrix, shares}, {{{}, {4.647245405950925}}}},
      {"large", with({}), {{{2, 3}, {1e30, -1e30, 0, 1e4, 0, 0}}}, {{{}, {1e30}}}}};
  e.refusals = {{[] {
                   (void)cross_entropy(box, IndexArray{1, 3});
                 },
                 "cross_entropy: labels must be in [0, 3), got 3"},
                {[] { (void)cross_entropy(box, IndexArray{1}); },
                 "cross_entropy: labels must have shape [2] for x [2, 3], got [1]"},
                {[] { (void)cross_entropy(box, labels, {.label_smoothing = 2}); },
                 "cross_entropy: label_smoothing must be in [0, 1], got 2"},
                {[] {
                   (void)cross_entropy(box, labels, {.weight = {1, 2}});
                 },
                 "cross_entropy: weight must have one entry a class, 3, got 2"}};
  return e;
}

Entry nll_entry() {
  const auto with = [](NllLossOptions o, IndexArray l = labels) {
    return call([o, l](const auto& x) { return nll_loss(square(x[0]), l, o); });
  };
  const auto plain = [](NllLossOptions o, IndexArray l = labels) {
    return call([o, l](const auto& x) { return nll_loss(x[0], l, o); });
  };
  Entry e{.name = "nll_loss"};
  e.samples = {{"mean", with({}), {{{2, 3}}}},
               {"weights, ignored", with({.weight = heavy}, ignoring), {{{2, 3}}}},
               {"[C]", with({.reduction = LossReduction::sum}, IndexArray(Shape{}, 1)), {{{3}}}},
               {"[N, C, d]", with({.reduction = singly}, positions()), {{{1, 3, 2}}}}};
  e.references = {{"mean", plain({}), {logits}, {{{}, {1.467054731566248}}}},
                  {"weights", plain({.weight = heavy}), {logits}, {{{}, {1.0943738933002276}}}},
                  {"ignored",
                   plain({.weight = heavy}, ignoring),
                   {{{2, 3}, {-1, -0.25, -2, -inf, -inf, -inf}}},
                   {{{}, {0.25}}}},
                  {"[N, C, d]",
                   plain({.reduction = singly}, positions()),
                   {{{1, 3, 2}, {1, 2, -1, .5, -2, 3}}},
                   {{{1, 2}, {1, -3}}}}};
  e.refusals = {{[] {
                   (void)nll_loss(box, IndexArray{1, 3});
                 },
                 "nll_loss: labels must be in [0, 3), got 3"},
                {[] { (void)nll_loss(box, labels, {.weight = {1}}); },
                 "nll_loss: weight must have one entry a class, 3, got 1"}};
  return e;
}

const Literal steps{{4, 2, 3}, {.5, -1, 2, 0, 1, .25, 1,   .5,   -.5, -2, .5, 1,
                                0,  0,  1, 1, 2, -1,  .75, -.25, .5,  1,  1,  1}};

Entry ctc_entry() {
  struct Problem {
    IndexArray targets, inputs, lengths;
    CtcOptions options = {};
  };
  const auto with = [](Problem p) {
    return call([p](const auto& x) {
      return ctc_loss(log_softmax(x[0], -1), p.targets, p.inputs, p.lengths, p.options);
    });
  };
  const IndexArray two{{1, 2}, {2, 2}}, repeated{{1, 1}, {2, 2}}, ends{{1, 0}, {0, 1}};
  const CtcOptions apart{.reduction = singly};
  const CtcOptions zeros{.zero_infinity = true, .reduction = singly};
  const Input drawn{{4, 2, 3}};
  Entry e{.name = "ctc_loss"};
  e.samples = {
      {"mean", with({two, {4, 3}, {2, 1}}), {drawn}},
      {"one by one", with({two, {4, 3}, {2, 1}, apart}), {drawn}},
      {"repeated labels", with({repeated, {4, 4}, {2, 2}, apart}), {drawn}},
      {"an empty and an impossible target", with({repeated, {4, 2}, {0, 2}, zeros}), {drawn}},
      {"impossible targets", with({repeated, {2, 2}, {2, 2}, zeros}), {drawn}},
      {"blank 2", with({ends, {4, 4}, {2, 2}, {.blank = 2}}), {drawn}},
      {"one step and none", with({repeated, {1, 0}, {1, 0}, apart}), {drawn}},
      {"[T, C]",
       with({IndexArray{1, 2}, IndexArray(Shape{1}, 4), IndexArray(Shape{1}, 2)}),
       {{{4, 3}}}}};
  e.references = {
      {"one by one",
       with({two, {4, 3}, {2, 1}, apart}),
       {steps},
       {{{2}, {2.7057048594572057, 2.483754529829325}}}},
      {"one after the other",
       with({{1, 2, 2}, {4, 3}, {2, 1}, apart}),
       {steps},
       {{{2}, {2.7057048594572057, 2.483754529829325}}}},
      {"mean", with({two, {4, 3}, {2, 1}}), {steps}, {{{}, {1.918303479778964}}}},
      {"impossible",
       with({repeated, {4, 2}, {2, 2}, apart}),
       {steps},
       {{{2}, {5.075995308593406, inf}}}},
      {"empty", with({repeated, {4, 2}, {0, 2}, zeros}), {steps}, {{{2}, {4.660809182995223, 0}}}},
      {"blank 2",
       with({ends, {4, 4}, {2, 2}, {.blank = 2}}),
       {steps},
       {{{}, {0.9871355805705686}}}}};
  const auto refuse = [](Problem p) {
    const Variable<double> x(Array<double>(Shape{4, 2, 3}, -1.));
    return [=] { (void)ctc_loss(x, p.targets, p.inputs, p.lengths, p.options); };
  };
  e.refusals = {
      {refuse({two, {4, 5}, {2, 1}}), "ctc_loss: input_lengths must be in [0, 4], got 5"},
      {refuse({two, {4, 4}, {2, 3}}), "ctc_loss: target_lengths must be in [0, 2], got 3"},
      {refuse({{1, 2}, {4, 4}, {2, 1}}),
       "ctc_loss: targets must have as many entries as target_lengths say, 3, got 2"},
      {refuse({{{1, 3}, {2, 2}}, {4, 4}, {2, 1}}), "ctc_loss: targets must be in [0, 3), got 3"},
      {refuse({two, {4, 4}, {2, 1}, {.blank = 3}}), "ctc_loss: blank must be in [0, 3), got 3"},
      {refuse({two, {4, 4, 4}, {2, 1}}),
       "ctc_loss: input_lengths must have one entry an example, 2, got [3]"}};
  return e;
}

}  // namespace

Entries classification_entries() { return {cross_entropy_entry(), nll_entry(), ctc_entry()}; }

}  // namespace xg::test
