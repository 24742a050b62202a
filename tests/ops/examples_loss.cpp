// Examples of losses and distances. Values: PyTorch 2.15 in double.
#include <xgrad/xgrad.hpp>

#include "ops/example.hpp"

XG_EXAMPLE(cross_entropy, {{}, {1.467054731566248}}) {
  const xg::Variable<double> scores(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::IndexArray labels{1, 0};
  return cross_entropy(scores, labels);
}

XG_EXAMPLE(cross_entropy, {{}, {3.5054556159427395}}) {
  const xg::Variable<double> scores(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xt::xarray<int> labels{1, 0};  // integers of any xtensor expression
  return cross_entropy(
      scores, labels,
      {.weight = {1, 2, 0.5}, .label_smoothing = 0.1, .reduction = xg::LossReduction::sum});
}

XG_EXAMPLE(cross_entropy, {{}, {3.1920547315662486}}) {
  const xg::Variable<double> scores(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Variable<double> shares(xg::Array<double>{{0.2, 0.3, 0.5}, {0.1, 0.8, 0.1}});
  return cross_entropy(scores, shares);
}

XG_EXAMPLE(nll_loss, {{}, {0.34901221676818633}}) {
  const xg::Variable<double> scores(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::IndexArray labels{1, -100};  // -100: this example does not count
  return nll_loss(log_softmax(scores, 1), labels);
}

XG_EXAMPLE(ctc_loss, {{}, {1.2510838331046346}}) {
  const xg::Variable<double> scores(  // four steps, three labels of which 0 is the blank
      xg::Array<double>{{0.5, -1, 2}, {0, 1, 0.25}, {1, 0.5, -0.5}, {-2, 0.5, 1}});
  const xg::IndexArray targets{1, 2}, steps(xg::Shape{1}, 4), lengths(xg::Shape{1}, 2);
  return ctc_loss(log_softmax(scores, -1), targets, steps, lengths);
}

XG_EXAMPLE(svm_loss, {{}, {1.75}}) {
  const xg::Variable<double> scores(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::IndexArray labels{1, 0};
  return svm_loss(scores, labels, {.delta = 1});
}

XG_EXAMPLE(multi_margin_loss, {{}, {1.8149999999999997}}) {
  const xg::Variable<double> scores(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::IndexArray labels{1, 0};
  return multi_margin_loss(scores, labels, {.p = 2, .margin = 0.8});
}

XG_EXAMPLE(multilabel_margin_loss, {{2}, {2, 3.1666666666666665}}) {
  const xg::Variable<double> scores(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::IndexArray labels{{2, 0, -1}, {1, -1, 0}};  // labels 2 and 0; label 1
  return multilabel_margin_loss(scores, labels, {.reduction = xg::LossReduction::none});
}

XG_EXAMPLE(margin_ranking_loss, {{}, {0.39999999999999997}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2, -1});
  const xg::Variable<double> b(xg::Array<double>{0.5, 3, 0});
  const xg::Array<double> y{1, 1, -1};  // where a should be larger: 1
  return margin_ranking_loss(a, b, y, {.margin = 0.2});
}

XG_EXAMPLE(hinge_embedding_loss, {{}, {1.25}}) {
  const xg::Variable<double> distances(xg::Array<double>{1, 2, 0.5, 3});
  const xg::Array<double> y{1, -1, -1, 1};  // alike: 1
  return hinge_embedding_loss(distances, y, {.margin = 1.5});
}

XG_EXAMPLE(soft_margin_loss, {{}, {0.8171739554793732}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Array<double> y{{1, -1, 1}, {-1, -1, 1}};
  return soft_margin_loss(x, y);
}

XG_EXAMPLE(multilabel_soft_margin_loss, {{}, {0.5671739554793733}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Array<double> y{{0, 1, 1}, {1, 0, 1}};
  return multilabel_soft_margin_loss(x, y);
}

XG_EXAMPLE(mse_loss, {{}, {0.7083333333333334}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Array<double> target{{1, 1, 0}, {1, -1, 2}};
  return mse_loss(x, target);
}

XG_EXAMPLE(l1_loss, {{}, {4.5}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Array<double> target{{1, 1, 0}, {1, -1, 2}};
  return l1_loss(x, target, {.reduction = xg::LossReduction::sum});
}

XG_EXAMPLE(huber_loss, {{3}, {0.03125, 1.875, 3.375}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, -1});
  const xg::Array<double> target{1.25, 0, 2};
  return huber_loss(x, target, {.delta = 1.5, .reduction = xg::LossReduction::none});
}

XG_EXAMPLE(smooth_l1_loss, {{3}, {0.0625, 1.75, 2.75}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, -1});
  const xg::Array<double> target{1.25, 0, 2};
  return smooth_l1_loss(x, target, {.beta = 0.5, .reduction = xg::LossReduction::none});
}

XG_EXAMPLE(poisson_nll_loss, {{}, {0.07829418011020521}}) {
  const xg::Variable<double> log_rate(xg::Array<double>{0.5, 1, -1});
  const xg::Array<double> counts{1, 4, 0};
  return poisson_nll_loss(log_rate, counts);
}

XG_EXAMPLE(gaussian_nll_loss, {{}, {1.4375}}) {
  const xg::Variable<double> mean(xg::Array<double>{1, 2, -1});
  const xg::Variable<double> variance(xg::Array<double>{0.5, 1, 2});
  const xg::Array<double> target{1.25, 0, 2};
  return gaussian_nll_loss(mean, target, variance);
}

XG_EXAMPLE(binary_cross_entropy, {{}, {0.2797765635793423}}) {
  const xg::Variable<double> probabilities(xg::Array<double>{0.2, 0.9, 0.6});
  const xg::Array<double> target{0, 1, 1};
  return binary_cross_entropy(probabilities, target);
}

XG_EXAMPLE(binary_cross_entropy_with_logits, {{}, {0.3047555609137673}}) {
  const xg::Variable<double> logits(xg::Array<double>{-1, 2, 0.5});
  const xg::Array<double> target{0, 1, 1};
  return binary_cross_entropy_with_logits(logits, target);
}

XG_EXAMPLE(kl_div, {{}, {0.3766047176821162}}) {
  const xg::Variable<double> shares(xg::Array<double>{{0.2, 0.3, 0.5}, {0.1, 0.8, 0.1}});
  const xg::Array<double> target{{0.25, 0.25, 0.5}, {0.5, 0.25, 0.25}};
  return kl_div(log(shares), target, {.reduction = xg::LossReduction::batch_mean});
}

XG_EXAMPLE(cosine_similarity, {{2}, {0.19867985355975665, -0.42269791545515284}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Variable<double> b(xg::Array<double>{{0.2, 0.3, 0.5}, {0.1, 0.8, 0.1}});
  return cosine_similarity(a, b);
}

XG_EXAMPLE(pairwise_distance, {{2}, {2.404163471980015, 4.050925943534762}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Variable<double> b(xg::Array<double>{{0.2, 0.3, 0.5}, {0.1, 0.8, 0.1}});
  return pairwise_distance(a, b);
}

XG_EXAMPLE(cosine_embedding_loss, {{2}, {0.15884176886203538, 0.15217124956382042}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const xg::Variable<double> b(xg::Array<double>{{2, 3, 0.5}, {-1, 0.8, 1}});
  const xg::Array<double> y{1, -1};  // the first two alike, the others not
  return cosine_embedding_loss(a, b, y, {.reduction = xg::LossReduction::none});
}

XG_EXAMPLE(triplet_margin_loss, {{}, {0.542893718813599}}) {
  const xg::Variable<double> anchor(xg::Array<double>{{1, 2}, {0.5, -2}});
  const xg::Variable<double> positive(xg::Array<double>{{0.5, 2}, {1, -1}});
  const xg::Variable<double> negative(xg::Array<double>{{2, 1}, {3, 0}});
  return triplet_margin_loss(anchor, positive, negative, {.margin = 2});
}

XG_EXAMPLE(cdist, {{3, 2},
                   {2.23606797749979, 6.4031242374328485, 5.0990195135927845, 3.1622776601683795,
                    1.5, 8.139410298049853}}) {
  const xg::Variable<double> points(xg::Array<double>{{1, 2}, {3, -1}, {0.5, 4}});
  const xg::Variable<double> centres(xg::Array<double>{{2, 4}, {6, -2}});
  return cdist(points, centres);
}

XG_EXAMPLE(cdist, {{3, 2}, {3, 9, 6, 4, 1.5, 11.5}}) {
  const xg::Variable<double> points(xg::Array<double>{{1, 2}, {3, -1}, {0.5, 4}});
  const xg::Array<double> centres{{2, 4}, {6, -2}};
  return cdist(points, centres, 1);
}
