#include "xgrad/ops/loss_classification.hpp"

#include <limits>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/softmax.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/class_labels.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg {

using detail::ClassWeights;
using detail::reduce_loss;

namespace {

/// Labels of one call; nodes share them instead of copying.
using Labels = std::shared_ptr<const IndexArray>;

/// 1 at the label, 0 elsewhere and where the label is ignored.
template <class T>
Array<T> hot_labels(const Shape& shape, const IndexArray& labels, std::int64_t ignored) {
  Array<T> hot(shape, T(0));
  const std::size_t n = shape.back();
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels.data()[i] != ignored)
      hot.data()[i * n + static_cast<std::size_t>(labels.data()[i])] = T(1);
  return hot;
}

/// Losses of all rows; the largest logit and log(sum exp) of each are what backward needs.
struct CrossEntropy : Function<CrossEntropy> {
  static constexpr auto name = "cross_entropy";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Labels& labels,
                          std::int64_t ignored) {
    ctx.save(x);
    Array<T> loss(labels->shape());
    Array<T> largest(labels->shape()), log_sum(labels->shape());
    kernels::cross_entropy(x.data(), labels->data(), ignored, loss.size(), x.shape().back(),
                           loss.data(), largest.data(), log_sum.data());
    ctx.save_constant(std::move(largest));
    ctx.save_constant(std::move(log_sum));
    return loss;
  }
  // dx = dl (softmax(x) - onehot), nothing for rows that are ignored
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Labels& labels,
                               std::int64_t ignored) {
    const auto x = ctx.saved(0);
    const Array<T> hot = hot_labels<T>(x.shape(), *labels, ignored);
    const Variable<T> counted(Array<T>(xt::cast<T>(xt::not_equal(*labels, ignored))));
    return {unsqueeze(gy * counted, -1) * (softmax(x, -1) - Variable<T>(hot))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Labels& labels,
                         std::int64_t ignored) {
    const Array<T> hot = hot_labels<T>(ctx.input_shape(0), *labels, ignored);
    const Variable<T> counted(Array<T>(xt::cast<T>(xt::not_equal(*labels, ignored))));
    return sum((softmax(ctx.saved(0), -1) - Variable<T>(hot)) * t[0], -1) * counted;
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const Labels& labels,
                              std::int64_t ignored) {
    const Array<T>& x = ctx.saved_value(0);
    kernels::cross_entropy_backward(
        x.data(), labels->data(), ignored, ctx.saved_constant_value(0).data(),
        ctx.saved_constant_value(1).data(), out.gy().data(), 1, labels->size(), x.shape().back(),
        out.make(0, x.shape()).data());
  }
};

void check_smoothing(double s) {
  require<ValueError>(s >= 0 && s <= 1, "cross_entropy", "label_smoothing", "be in [0, 1]", s);
}

/// The mean over what counts; NaN with gradient 0, as in PyTorch, where nothing does.
template <class T>
Variable<T> mean_over(const Variable<T>& losses, double total) {
  if (total == 0) return sum(losses) * 0.0 + std::numeric_limits<double>::quiet_NaN();
  return sum(losses) / total;
}

/// From losses [rows], of which ignored ones are 0, to the result.
template <class T>
Variable<T> finish(const Variable<T>& losses, LossReduction reduction, double total,
                   const Shape& shape) {
  if (reduction == LossReduction::mean) return mean_over(losses, total);
  return reduce_loss(reshape(losses, shape), reduction);
}

/// w_y nll_y of rows of log-probabilities; 0, whatever stands there, where the label is ignored.
template <class T>
Variable<T> label_losses(const Variable<T>& rows, const IndexArray& labels, std::int64_t ignored,
                         const ClassWeights<T>& weights) {
  const auto losses = neg(detail::pick(rows, labels, ignored)) * Variable<T>(weights.of_labels);
  Array<bool> counted(losses.shape());
  for (std::size_t i = 0; i < counted.size(); ++i) counted.data()[i] = labels.data()[i] != ignored;
  return where(counted, losses, 0);
}

/// Cross entropy without either, the fast one.
template <class T>
Variable<T> plain_cross_entropy(const Variable<T>& x, const IndexArray& labels,
                                std::int64_t ignored) {
  if (x.dimension() <= 2)
    return CrossEntropy::apply(x, std::make_shared<const IndexArray>(labels), ignored);
  auto flat = std::make_shared<IndexArray>(labels);
  flat->reshape(Shape{labels.size()});
  const auto losses =
      CrossEntropy::apply(detail::classes_last(x), Labels(std::move(flat)), ignored);
  return reshape(losses, labels.shape());
}

/// Cross entropy with weights or smoothing.
template <class T>
Variable<T> general_cross_entropy(const Variable<T>& x, const IndexArray& labels,
                                  const CrossEntropyOptions& o) {
  const auto rows = log_softmax(detail::classes_last(x), -1);
  const std::size_t classes = rows.shape()[1];
  const auto weights =
      detail::class_weights<T>("cross_entropy", o.weight, labels, o.ignore_index, classes);
  auto losses = label_losses(rows, labels, o.ignore_index, weights);
  if (o.label_smoothing > 0) {
    const auto spread = sum(rows * Variable<T>(weights.all), -1);
    Array<T> share(losses.shape());
    const double s = o.label_smoothing / static_cast<double>(classes);
    for (std::size_t i = 0; i < share.size(); ++i)
      share.data()[i] = labels.data()[i] == o.ignore_index ? T(0) : static_cast<T>(s);
    losses = losses * (1 - o.label_smoothing) - where(share > T(0), spread * s, 0);
  }
  return finish(losses, o.reduction, weights.total, labels.shape());
}

}  // namespace

template <Element T>
Variable<T> cross_entropy(const Variable<T>& x, const IndexArray& labels,
                          const CrossEntropyOptions& o) {
  detail::check_labels("cross_entropy", x.shape(), labels, o.ignore_index);
  check_smoothing(o.label_smoothing);
  if (!o.weight.empty() || o.label_smoothing > 0) return general_cross_entropy(x, labels, o);
  const auto losses = plain_cross_entropy(x, labels, o.ignore_index);
  if (o.reduction != LossReduction::mean) return reduce_loss(losses, o.reduction);
  std::size_t counted = 0;
  for (const std::int64_t label : labels.storage()) counted += label != o.ignore_index;
  if (counted == labels.size() && counted > 0) return mean(losses);
  return mean_over(losses, static_cast<double>(counted));
}

template <Element T>
Variable<T> cross_entropy(const Variable<T>& x, const Variable<T>& probabilities,
                          const CrossEntropyOptions& o) {
  require<ShapeError>(x.dimension() > 0, "cross_entropy", "x",
                      "have shape [N, C], [C] or [N, C, ...]", x.shape());
  detail::require_same_shape("cross_entropy", "probabilities", probabilities.shape(), x.shape());
  check_smoothing(o.label_smoothing);
  const auto rows = detail::classes_last(x);
  auto targets = detail::classes_last(probabilities);
  const std::size_t classes = rows.shape()[1];
  const auto weights =
      detail::class_weights<T>("cross_entropy", o.weight, IndexArray(Shape{0}), 0, classes);
  if (o.label_smoothing > 0)
    targets = targets * (1 - o.label_smoothing) + o.label_smoothing / static_cast<double>(classes);
  if (!o.weight.empty()) targets = targets * Variable<T>(weights.all);
  const auto losses = neg(sum(targets * log_softmax(rows, -1), -1));
  return reduce_loss(reshape(losses, detail::label_shape(x.shape())), o.reduction);
}

template <Element T>
Variable<T> nll_loss(const Variable<T>& x, const IndexArray& labels, const NllLossOptions& o) {
  detail::check_labels("nll_loss", x.shape(), labels, o.ignore_index);
  const auto rows = detail::classes_last(x);
  const auto weights =
      detail::class_weights<T>("nll_loss", o.weight, labels, o.ignore_index, rows.shape()[1]);
  const auto losses = label_losses(rows, labels, o.ignore_index, weights);
  return finish(losses, o.reduction, weights.total, labels.shape());
}

#define XG_INSTANTIATE(T)                                                    \
  template Variable<T> cross_entropy(const Variable<T>&, const IndexArray&,  \
                                     const CrossEntropyOptions&);            \
  template Variable<T> cross_entropy(const Variable<T>&, const Variable<T>&, \
                                     const CrossEntropyOptions&);            \
  template Variable<T> nll_loss(const Variable<T>&, const IndexArray&, const NllLossOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
