#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/distance.hpp>
#include <xgrad/ops/loss_margin.hpp>

#include <limits>

#include "ops/entry_helpers.hpp"

// References: PyTorch 2.15 in double.

namespace xg::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const Literal matrix{{2, 3}, {1, 2, -1, .5, -2, 3}};
const Literal shares{{2, 3}, {.2, .3, .5, .1, .8, .1}};
const Literal spread{{2, 3}, {.5, 1, 2, 1.5, .25, 3}};
const Variable<double> box(Array<double>(Shape{2, 3}, 1.)), row(Array<double>{1, 2, 3});
const Array<double> signs{{1, -1, 1}, {-1, -1, 1}};
const IndexArray labels{1, 0};
constexpr auto kinks = Smoothness::kinks;
constexpr auto singly = LossReduction::none;

Entry multi_margin_entry() {
  const auto with = [](MultiMarginOptions o, IndexArray l = labels) {
    return call([o, l](const auto& x) { return multi_margin_loss(x[0], l, o); });
  };
  const MultiMarginOptions squares{.p = 2, .margin = .8, .weight = {1, 2, .5}, .reduction = singly};
  const IndexArray last(Shape{}, 2);
  Entry e{.name = "multi_margin_loss", .smoothness = kinks};
  e.samples = {{"mean", with({}), {{{2, 3}}}, true},
               {"squares and weights", with(squares), {{{2, 3}}}, true},
               {"[C]", with({.margin = .5}, last), {{{3}}}, true}};
  e.references = {{"mean", with({}), {matrix}, {{{}, {0.5833333333333334}}}},
                  {"squares and weights", with(squares), {matrix}, {{{2}, {0, 3.63}}}},
                  {"[C]", with({}, last), {{{3}, {1, 2, -1}}}, {{{}, {2.3333333333333335}}}}};
  e.refusals = {{[] {
                   (void)multi_margin_loss(box, IndexArray{1, 3});
                 },
                 "multi_margin_loss: labels must be in [0, 3), got 3"},
                {[] { (void)multi_margin_loss(box, labels, {.p = 3}); },
                 "multi_margin_loss: p must be 1 or 2, got 3"},
                {[] { (void)multi_margin_loss(box, labels, {.weight = {1}}); },
                 "multi_margin_loss: weight must have one entry a class, 3, got 1"}};
  return e;
}

Entry multilabel_margin_entry() {
  const IndexArray several{{2, 0, -1}, {1, -1, 0}}, one{2, -1, -1};
  const Call f = call([several](const auto& x) {
    return multilabel_margin_loss(x[0] * x[0], several, {.reduction = singly});
  });
  const auto plain = [](IndexArray l, LossReduction r) {
    return call([=](const auto& x) { return multilabel_margin_loss(x[0], l, {.reduction = r}); });
  };
  Entry e{.name = "multilabel_margin_loss", .smoothness = kinks};
  e.samples = {{"[2, 3] singly", f, {{{2, 3}, .5, 3}}, true},
               {"[3]", plain(one, LossReduction::mean), {{{3}}}, true}};
  e.references = {
      {"[2, 3]", plain(several, singly), {matrix}, {{{2}, {2, 3.1666666666666665}}}},
      {"[3]", plain(one, LossReduction::mean), {{{3}, {1, 2, -1}}}, {{{}, {2.3333333333333335}}}}};
  e.refusals = {{[] {
                   (void)multilabel_margin_loss(row, IndexArray{0, 3, -1});
                 },
                 "multilabel_margin_loss: labels must be in [-1, 3), got 3"},
                {[] { (void)multilabel_margin_loss(row, labels); },
                 "multilabel_margin_loss: labels must have the shape of x [3], got [2]"}};
  return e;
}

Entry ranking_entry() {
  const Call f =
      call([](const auto& x) { return margin_ranking_loss(x[0], x[1], signs, {.margin = .2}); });
  const Call wide = call([](const auto& x) {
    return margin_ranking_loss(x[0], x[1], x[2], {.margin = 9, .reduction = singly});
  });
  return {.name = "margin_ranking_loss",
          .smoothness = kinks,
          .samples = {{"[2, 3]", f, {{{2, 3}, 0, .1}, {{2, 3}, .4, .9}}},
                      {"[2, 1] [3] []", wide, {{{2, 1}}, {{3}}, {{}, .5, 1}}}},
          .references = {{"[2, 3]", f, {matrix, shares}, {{{}, {0.7}}}},
                         {"the kink",
                          call([](const auto& x) {
                            return margin_ranking_loss(x[0], x[1], x[1], {.reduction = singly});
                          }),
                          {{{1}, {1}}, {{1}, {1}}},
                          {{{1}, {0}}}}}};
}

Entry hinge_entry() {
  const auto with = [](LossReduction r) {
    return call([r](const auto& x) {
      return hinge_embedding_loss(x[0], signs, {.margin = 1.5, .reduction = r});
    });
  };
  return {.name = "hinge_embedding_loss",
          .smoothness = kinks,
          .samples = {{"[2, 3]", with(LossReduction::mean), {{{2, 3}, -2, 2, {1.5}}}},
                      {"singly", with(singly), {{{2, 3}, -2, 2, {1.5}}}}},
          .references = {{"[2, 3]", with(singly), {matrix}, {{{2, 3}, {1, 0, -1, 1, 3.5, 3}}}}},
          .refusals = {{[] { (void)hinge_embedding_loss(box, 2 * box); },
                        "hinge_embedding_loss: y must be 1 or -1, got 2"},
                       {[] { (void)hinge_embedding_loss(box, row); },
                        "hinge_embedding_loss: y must have the shape of x [2, 3], got [3]"}}};
}

Entry soft_margin_entry() {
  const Call f = call([](const auto& x) { return soft_margin_loss(x[0], x[1]); });
  return {.name = "soft_margin_loss",
          .samples = {{"[2, 3]", f, {{{2, 3}}, {{2, 3}}}}, {"[]", f, {{{}}, {{}}}}},
          .references = {{"[2, 3]",
                          call([](const auto& x) { return soft_margin_loss(x[0], signs); }),
                          {matrix},
                          {{{}, {0.8171739554793732}}}},
                         {"large", f, {{{2}, {1e30, -800}}, {{2}, {1, 1}}}, {{{}, {400}}}}},
          .refusals = {{[] { (void)soft_margin_loss(box, row); },
                        "soft_margin_loss: y must have the shape of x [2, 3], got [3]"}}};
}

Entry multilabel_soft_margin_entry() {
  const Array<double> choices{{0, 1, 1}, {1, 0, 1}};
  const auto with = [choices](MultilabelSoftMarginOptions o) {
    return call([=](const auto& x) { return multilabel_soft_margin_loss(x[0], choices, o); });
  };
  const Call both = call([](const auto& x) { return multilabel_soft_margin_loss(x[0], x[1]); });
  return {
      .name = "multilabel_soft_margin_loss",
      .samples = {{"[2, 3]", both, {{{2, 3}}, {{2, 3}, 0, 1}}},
                  {"weights", with({.weight = {1, 2, .5}, .reduction = singly}), {{{2, 3}}}},
                  {"[3]", both, {{{3}}, {{3}, 0, 1}}}},
      .references =
          {{"singly",
            with({.reduction = singly}),
            {matrix},
            {{{2}, {0.9178171286931395, 0.21653078226560707}}}},
           {"weights", with({.weight = {1, 2, .5}}), {matrix}, {{{}, {0.49599587256936695}}}}},
      .refusals = {{[] { (void)multilabel_soft_margin_loss(box, row); },
                    "multilabel_soft_margin_loss: y must have the shape of x [2, 3], got [3]"}}};
}

Entries distances() {
  const auto cosine = [](std::ptrdiff_t axis) {
    return call([axis](const auto& x) { return cosine_similarity(x[0], x[1], {.axis = axis}); });
  };
  Entry similarity{.name = "cosine_similarity"};
  similarity.samples = {{"[2, 3] axis 1", cosine(1), {{{2, 3}}, {{2, 3}}}},
                        {"[3] [2, 3] axis 0", cosine(0), {{{3}}, {{2, 3}}}},
                        {"[2, 1, 3] [4, 3] axis -1", cosine(-1), {{{2, 1, 3}}, {{4, 3}}}}};
  similarity.references = {
      {"axis 1", cosine(1), {matrix, shares}, {{{2}, {0.19867985355975665, -0.42269791545515284}}}},
      {"far and near", cosine(0), {{{2}, {3e200, 4e200}}, {{2}, {3e-3, 4e-3}}}, {{{}, {1}}}},
      {"zeros", cosine(0), {{{2}, {0, 0}}, {{2}, {1, 2}}}, {{{}, {0}}}},
      {"scalars", cosine(0), {{{}, {-0.5}}, {{}, {3}}}, {{{}, {-1}}}}};
  similarity.refusals = {{[] { (void)cosine_similarity(row, row); },
                          "cosine_similarity: axis must be in [-1, 1), got 1"}};
  const auto apart = [](PairwiseDistanceOptions o) {
    return call([o](const auto& x) { return pairwise_distance(x[0], x[1], o); });
  };
  Entry distance{.name = "pairwise_distance"};
  distance.samples = {
      {"[2, 3]", apart({}), {{{2, 3}}, {{2, 3}, 3, 4}}},
      {"[3] [2, 3] p 3", apart({.p = 3, .keepdims = true}), {{{3}}, {{2, 3}, 3, 4}}}};
  distance.references = {
      {"p 2", apart({}), {matrix, shares}, {{{2}, {2.404163471980015, 4.050925943534762}}}},
      {"p 1",
       apart({.p = 1, .keepdims = true}),
       {matrix, shares},
       {{{2, 1}, {4.000001, 6.100001}}}},
      {"p inf", apart({.p = inf}), {matrix, shares}, {{{2}, {1.7000009999999999, 2.900001}}}}};
  distance.refusals = {{[] {
                          const Variable<double> one(Array<double>(Shape{}, 1.));
                          (void)pairwise_distance(one, one);
                        },
                        "pairwise_distance: a must have an axis, got []"}};
  return {std::move(similarity), std::move(distance)};
}

Entry cosine_embedding_entry() {
  const auto with = [](Array<double> y, CosineEmbeddingOptions o) {
    return call([=](const auto& x) { return cosine_embedding_loss(x[0], x[1], y, o); });
  };
  const Array<double> both{1, -1}, apart(Shape{}, -1.);
  const CosineEmbeddingOptions some{.margin = .1, .reduction = singly};
  Entry e{.name = "cosine_embedding_loss", .smoothness = kinks};
  e.samples = {{"[2, 3]", with(both, {}), {{{2, 3}, .5, 2}, {{2, 3}, .5, 2}}},
               {"[3]", with(apart, some), {{{3}, .5, 2}, {{3}, .5, 2}}}};
  e.references = {
      {"[2, 3]", with(both, some), {matrix, shares}, {{{2}, {0.8013201464405214, 0}}}, 1e-11},
      {"[3]",
       with(apart, {}),
       {{{3}, {1, 2, -1}}, {{3}, {.2, .3, .5}}},
       {{{}, {0.19867985355947862}}}}};
  e.refusals = {
      {[] { (void)cosine_embedding_loss(row, row, Variable<double>(Array<double>(Shape{}, 2.))); },
       "cosine_embedding_loss: y must be 1 or -1, got 2"},
      {[] { (void)cosine_embedding_loss(box, row, row); },
       "cosine_embedding_loss: b must have the shape of a [2, 3], got [3]"},
      {[] { (void)cosine_embedding_loss(box, box, row); },
       "cosine_embedding_loss: y must have shape [2] for a [2, 3], got [3]"}};
  return e;
}

Entry triplet_entry() {
  const auto with = [](TripletMarginOptions o) {
    return call([o](const auto& x) { return triplet_margin_loss(x[0], x[1], x[2], o); });
  };
  const TripletMarginOptions swapped{.margin = 3, .p = 1, .swap = true, .reduction = singly};
  Entry e{.name = "triplet_margin_loss", .smoothness = kinks};
  e.samples = {{"[2, 3]", with({.margin = 9}), {{{2, 3}}, {{2, 3}}, {{2, 3}}}, true},
               {"[3] swap", with({.margin = 9, .swap = true}), {{{3}}, {{3}}, {{3}}}, true}};
  e.references = {{"mean", with({}), {matrix, shares, spread}, {{{}, {1.3956573174099687}}}},
                  {"swap", with(swapped), {matrix, shares, spread}, {{{2}, {4.500004, 5.850002}}}}};
  e.refusals = {{[] { (void)triplet_margin_loss(box, box, row); },
                 "triplet_margin_loss: negative must have the shape of anchor [2, 3], got [3]"}};
  return e;
}

}  // namespace

Entries margin_entries() {
  Entries all = distances();
  for (auto make :
       {multi_margin_entry, multilabel_margin_entry, ranking_entry, hinge_entry, soft_margin_entry,
        multilabel_soft_margin_entry, cosine_embedding_entry, triplet_entry})
    all.push_back(make());
  return all;
}

}  // namespace xg::test
