#include "xgrad/ops/loss.hpp"

#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/softmax.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg {

namespace {

/// Labels of one call; nodes share them instead of copying.
using Labels = std::shared_ptr<const IndexArray>;

template <class T>
Variable<T> reduce_loss(const Variable<T>& losses, LossReduction reduction) {
  if (reduction == LossReduction::none) return losses;
  return reduction == LossReduction::sum ? sum(losses) : mean(losses);
}

/// labels [N] or [] for x [N, C] or [C].
void check_labels(const char* op, const Shape& x, const IndexArray& labels, std::int64_t ignored) {
  require<ShapeError>(x.size() == 1 || x.size() == 2, op, "x", "have shape [N, C] or [C]", x);
  const Shape expected(x.begin(), x.end() - 1);
  require<ShapeError>(labels.shape() == expected, op, "labels",
                      "have shape " + to_string(expected) + " for x " + to_string(x),
                      labels.shape());
  const auto classes = static_cast<std::int64_t>(x.back());
  for (const std::int64_t label : labels.storage())
    require<ValueError>((label >= 0 && label < classes) || label == ignored, op, "labels",
                        "be in [0, " + std::to_string(classes) + ")", label);
}

/// 1 at the label, 0 elsewhere and where the label is ignored; each row times `scale`.
template <class T>
Array<T> one_hot(const Shape& shape, const IndexArray& labels, std::int64_t ignored) {
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
    const Array<T> hot = one_hot<T>(x.shape(), *labels, ignored);
    const Variable<T> counted(Array<T>(xt::cast<T>(xt::not_equal(*labels, ignored))));
    return {unsqueeze(gy * counted, -1) * (softmax(x, -1) - Variable<T>(hot))};
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

struct SvmLoss : Function<SvmLoss> {
  static constexpr auto name = "svm_loss";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& s, const Labels& labels, double delta) {
    const std::size_t n = s.shape()[1];
    Array<T> loss(labels->shape());
    Array<T> slopes(s.shape());  // 1 within the margin, minus their number at the label
    for (std::size_t i = 0; i < loss.size(); ++i) {
      const auto y = static_cast<std::size_t>(labels->data()[i]);
      const T* row = s.data() + i * n;
      T* slope = slopes.data() + i * n;
      const T base = static_cast<T>(delta) - row[y];
      T total = 0, count = 0;
      for (std::size_t j = 0; j < n; ++j) {
        const T margin = row[j] + base;
        const bool inside = !(margin <= 0) && j != y;  // a NaN counts, so that it shows
        slope[j] = inside ? T(1) : T(0);
        total += inside ? margin : T(0);
        count += slope[j];
      }
      slope[y] = -count;
      loss.data()[i] = total;
    }
    ctx.save_constant(std::move(slopes));
    return loss;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {unsqueeze(gy, 1) * ctx.saved_independent(0)};
  }
};

/// -sum_c t_c log_softmax(x)_c along the last axis.
template <class T>
Variable<T> soft_loss(const Variable<T>& x, const Variable<T>& targets) {
  return neg(sum(targets * log_softmax(x, -1), -1));
}

void check_options(const CrossEntropyOptions& o, std::size_t classes) {
  require<ShapeError>(o.weight.empty() || o.weight.size() == classes, "cross_entropy", "weight",
                      "have one entry a class, " + std::to_string(classes), o.weight.size());
  require<ValueError>(o.label_smoothing >= 0 && o.label_smoothing <= 1, "cross_entropy",
                      "label_smoothing", "be in [0, 1]", o.label_smoothing);
}

/// Targets (1 - s) t + s / C, each class times its weight.
template <class T>
Variable<T> smooth(const Variable<T>& targets, const CrossEntropyOptions& o) {
  const std::size_t classes = targets.shape().back();
  Variable<T> result = targets;
  if (o.label_smoothing > 0)
    result = result * (1 - o.label_smoothing) + o.label_smoothing / static_cast<double>(classes);
  if (o.weight.empty()) return result;
  Array<T> weight(Shape{classes});
  for (std::size_t c = 0; c < classes; ++c) weight.data()[c] = static_cast<T>(o.weight[c]);
  return result * Variable<T>(std::move(weight));
}

/// Cross entropy with weights or smoothing.
template <class T>
Variable<T> general_cross_entropy(const Variable<T>& x, const IndexArray& labels,
                                  const CrossEntropyOptions& o) {
  Array<T> counted(labels.shape());
  double total = 0;  // weight of all labels
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t label = labels.data()[i];
    const bool counts = label != o.ignore_index;
    counted.data()[i] = counts ? T(1) : T(0);
    if (counts) total += o.weight.empty() ? 1 : o.weight[static_cast<std::size_t>(label)];
  }
  const Variable<T> hot(one_hot<T>(x.shape(), labels, o.ignore_index));
  const auto losses = soft_loss(x, smooth(hot, o)) * Variable<T>(std::move(counted));
  if (o.reduction != LossReduction::mean) return reduce_loss(losses, o.reduction);
  return sum(losses) / total;
}

}  // namespace

template <Element T>
Variable<T> cross_entropy(const Variable<T>& x, const IndexArray& labels,
                          const CrossEntropyOptions& o) {
  check_labels("cross_entropy", x.shape(), labels, o.ignore_index);
  check_options(o, x.shape().back());
  if (!o.weight.empty() || o.label_smoothing > 0) return general_cross_entropy(x, labels, o);
  const auto losses =
      CrossEntropy::apply(x, std::make_shared<const IndexArray>(labels), o.ignore_index);
  if (o.reduction != LossReduction::mean) return reduce_loss(losses, o.reduction);
  std::size_t counted = 0;
  for (const std::int64_t label : labels.storage()) counted += label != o.ignore_index;
  if (counted == labels.size()) return mean(losses);
  return sum(losses) / static_cast<double>(counted);
}

template <Element T>
Variable<T> cross_entropy(const Variable<T>& x, const Variable<T>& probabilities,
                          const CrossEntropyOptions& o) {
  const Shape& shape = x.shape();
  require<ShapeError>(shape.size() == 1 || shape.size() == 2, "cross_entropy", "x",
                      "have shape [N, C] or [C]", shape);
  require<ShapeError>(probabilities.shape() == shape, "cross_entropy", "probabilities",
                      "have the shape of x " + to_string(shape), probabilities.shape());
  check_options(o, shape.back());
  return reduce_loss(soft_loss(x, smooth(probabilities, o)), o.reduction);
}

template <Element T>
Variable<T> svm_loss(const Variable<T>& scores, const IndexArray& labels,
                     const SvmLossOptions& options) {
  require_rank("svm_loss", "scores", scores.shape(), 2);
  check_labels("svm_loss", scores.shape(), labels, 0);
  require<ValueError>(options.delta >= 0, "svm_loss", "delta", "be >= 0", options.delta);
  const auto shared = std::make_shared<const IndexArray>(labels);
  return reduce_loss(SvmLoss::apply(scores, shared, options.delta), options.reduction);
}

template <Element T>
Variable<T> mse_loss(const Variable<T>& x, const Variable<T>& target, const LossOptions& options) {
  require<ShapeError>(x.shape() == target.shape(), "mse_loss", "target",
                      "have the shape of x " + to_string(x.shape()), target.shape());
  const auto difference = x - target;
  return reduce_loss(difference * difference, options.reduction);
}

#define XG_INSTANTIATE(T)                                                                      \
  template Variable<T> cross_entropy(const Variable<T>&, const IndexArray&,                    \
                                     const CrossEntropyOptions&);                              \
  template Variable<T> cross_entropy(const Variable<T>&, const Variable<T>&,                   \
                                     const CrossEntropyOptions&);                              \
  template Variable<T> svm_loss(const Variable<T>&, const IndexArray&, const SvmLossOptions&); \
  template Variable<T> mse_loss(const Variable<T>&, const Variable<T>&, const LossOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
