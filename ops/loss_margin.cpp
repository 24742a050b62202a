#include "xgrad/ops/loss_margin.hpp"

#include <algorithm>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/class_labels.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::reduce_loss;
using detail::require_same_shape;

namespace {

using Labels = std::shared_ptr<const IndexArray>;  // nodes share them instead of copying

/// A loss [N] of scores [N, C] that is linear in pieces: `row` writes a row's slopes and returns
/// its loss.
template <class T, class Row>
Array<T> piecewise_linear(Context<T>& ctx, const Array<T>& x, const Row& row) {
  const std::size_t n = x.shape()[1];
  Array<T> losses(Shape{x.shape()[0]}), slopes(x.shape());
  for (std::size_t i = 0; i < losses.size(); ++i)
    losses.data()[i] = row(i, x.data() + i * n, slopes.data() + i * n, n);
  ctx.save_constant(std::move(slopes));
  return losses;
}

struct SvmLoss : Function<SvmLoss> {
  static constexpr auto name = "svm_loss";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& s, const Labels& labels, double delta) {
    return piecewise_linear(ctx, s, [&](std::size_t i, const T* x, T* slope, std::size_t n) {
      const auto y = static_cast<std::size_t>(labels->data()[i]);
      const T base = static_cast<T>(delta) - x[y];
      T total = 0, count = 0;
      for (std::size_t j = 0; j < n; ++j) {
        const T margin = x[j] + base;
        const bool inside = !(margin <= 0) && j != y;  // a NaN counts, so that it shows
        slope[j] = inside ? T(1) : T(0);
        total += inside ? margin : T(0);
        count += slope[j];
      }
      slope[y] = -count;
      return total;
    });
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {unsqueeze(gy, 1) * ctx.saved_independent(0)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return sum(t[0] * ctx.saved_independent(0), 1);
  }
};

struct MultilabelMargin : Function<MultilabelMargin> {
  static constexpr auto name = "multilabel_margin_loss";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& s, const Labels& labels) {
    return piecewise_linear(ctx, s, [&](std::size_t i, const T* x, T* slope, std::size_t n) {
      const std::int64_t* row = labels->data() + i * n;
      std::vector<bool> wanted(n, false);
      std::size_t count = 0;
      for (; count < n && row[count] >= 0; ++count)
        wanted[static_cast<std::size_t>(row[count])] = true;
      std::fill_n(slope, n, T(0));
      const T share = T(1) / static_cast<T>(n);
      T total = 0;
      for (std::size_t k = 0; k < count; ++k) {
        const auto j = static_cast<std::size_t>(row[k]);
        for (std::size_t other = 0; other < n; ++other) {
          const T margin = 1 - x[j] + x[other];
          if (wanted[other] || margin <= 0) continue;
          total += margin * share;
          slope[other] += share;
          slope[j] -= share;
        }
      }
      return total;
    });
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {unsqueeze(gy, 1) * ctx.saved_independent(0)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return sum(t[0] * ctx.saved_independent(0), 1);
  }
};

void check_rows(const char* op, const Shape& x) {
  require<ShapeError>(x.size() == 1 || x.size() == 2, op, "x", "have shape [N, C] or [C]", x);
}

/// 1 where a class is not the label.
template <class T>
Array<T> others(const Shape& shape, const IndexArray& labels) {
  Array<T> mask(shape, T(1));
  for (std::size_t i = 0; i < labels.size(); ++i)
    mask.data()[i * shape[1] + static_cast<std::size_t>(labels.data()[i])] = T(0);
  return mask;
}

template <class T>
void check_signs(const char* op, const Variable<T>& y) {
  for (const T v : y.value().storage())
    require<ValueError>(v == 1 || v == -1, op, "y", "be 1 or -1", v);
}

}  // namespace

template <Element T>
Variable<T> svm_loss(const Variable<T>& scores, const IndexArray& labels,
                     const SvmLossOptions& options) {
  require_rank("svm_loss", "scores", scores.shape(), 2);
  detail::check_labels("svm_loss", scores.shape(), labels, {});
  require<ValueError>(options.delta >= 0, "svm_loss", "delta", "be >= 0", options.delta);
  const auto shared = std::make_shared<const IndexArray>(labels);
  return reduce_loss(SvmLoss::apply(scores, shared, options.delta), options.reduction);
}

template <Element T>
Variable<T> multi_margin_loss(const Variable<T>& x, const IndexArray& labels,
                              const MultiMarginOptions& o) {
  constexpr auto op = "multi_margin_loss";
  constexpr std::int64_t none = -1;
  check_rows(op, x.shape());
  detail::check_labels(op, x.shape(), labels, {});
  require<ValueError>(o.p == 1 || o.p == 2, op, "p", "be 1 or 2", o.p);
  const auto rows = detail::classes_last(x);
  const std::size_t classes = rows.shape()[1];
  const auto weights = detail::class_weights<T>(op, o.weight, labels, none, classes);
  const auto own = unsqueeze(detail::pick(rows, labels, none), 1);
  const auto formula = [margin = o.margin, squared = o.p == 2](auto v, auto y, auto counts) {
    const auto z = margin - y + v;
    return where(counts == 0 || z <= 0, 0, squared ? square(z) : z);
  };
  const auto terms =
      map_named(op, formula, rows, own, Variable<T>(others<T>(rows.shape(), labels)));
  const auto losses = mean(terms, 1) * Variable<T>(weights.of_labels);
  return reduce_loss(reshape(losses, labels.shape()), o.reduction);
}

template <Element T>
Variable<T> multilabel_margin_loss(const Variable<T>& x, const IndexArray& labels,
                                   const LossOptions& options) {
  constexpr auto op = "multilabel_margin_loss";
  check_rows(op, x.shape());
  require_same_shape(op, "labels", labels.shape(), x.shape());
  const auto classes = static_cast<std::int64_t>(x.shape().back());
  for (const std::int64_t label : labels.storage())
    require<ValueError>(label >= -1 && label < classes, op, "labels",
                        "be in [-1, " + std::to_string(classes) + ")", label);
  const auto losses =
      MultilabelMargin::apply(detail::classes_last(x), std::make_shared<const IndexArray>(labels));
  return reduce_loss(reshape(losses, detail::label_shape(x.shape())), options.reduction);
}

template <Element T>
Variable<T> margin_ranking_loss(const Variable<T>& a, const Target<T>& b, const Target<T>& y,
                                const MarginOptions& o) {
  const auto formula = [margin = o.margin](auto u, auto v, auto sign) {
    return detail::hinge(margin - sign * (u - v));
  };
  return reduce_loss(map_named("margin_ranking_loss", formula, a, b, y), o.reduction);
}

template <Element T>
Variable<T> hinge_embedding_loss(const Variable<T>& x, const Target<T>& y,
                                 const HingeEmbeddingOptions& o) {
  require_same_shape("hinge_embedding_loss", "y", y.shape(), x.shape());
  check_signs<T>("hinge_embedding_loss", y);
  const auto formula = [margin = o.margin](auto v, auto sign) {
    return where(sign == 1, v, detail::hinge(margin - v));
  };
  return reduce_loss(map_named("hinge_embedding_loss", formula, x, y), o.reduction);
}

template <Element T>
Variable<T> soft_margin_loss(const Variable<T>& x, const Target<T>& y, const LossOptions& options) {
  require_same_shape("soft_margin_loss", "y", y.shape(), x.shape());
  const auto formula = [](auto v, auto sign) { return softplus(-sign * v); };
  return reduce_loss(map_named("soft_margin_loss", formula, x, y), options.reduction);
}

template <Element T>
Variable<T> multilabel_soft_margin_loss(const Variable<T>& x, const Target<T>& y,
                                        const MultilabelSoftMarginOptions& o) {
  constexpr auto op = "multilabel_soft_margin_loss";
  require_same_shape(op, "y", y.shape(), x.shape());
  require<ShapeError>(x.dimension() > 0, op, "x", "have shape [*, C]", x.shape());
  const auto formula = [](auto v, auto t) { return t * softplus(-v) + (1 - t) * softplus(v); };
  auto terms = map_named(op, formula, x, y);
  const auto weights =
      detail::class_weights<T>(op, o.weight, IndexArray(Shape{0}), 0, x.shape().back());
  if (!o.weight.empty()) terms = terms * Variable<T>(weights.all);
  return reduce_loss(mean(terms, -1), o.reduction);
}

#define XG_INSTANTIATE(T)                                                                          \
  template Variable<T> svm_loss(const Variable<T>&, const IndexArray&, const SvmLossOptions&);     \
  template Variable<T> multi_margin_loss(const Variable<T>&, const IndexArray&,                    \
                                         const MultiMarginOptions&);                               \
  template Variable<T> multilabel_margin_loss(const Variable<T>&, const IndexArray&,               \
                                              const LossOptions&);                                 \
  template Variable<T> margin_ranking_loss(const Variable<T>&, const Target<T>&, const Target<T>&, \
                                           const MarginOptions&);                                  \
  template Variable<T> hinge_embedding_loss(const Variable<T>&, const Target<T>&,                  \
                                            const HingeEmbeddingOptions&);                         \
  template Variable<T> soft_margin_loss(const Variable<T>&, const Target<T>&, const LossOptions&); \
  template Variable<T> multilabel_soft_margin_loss(const Variable<T>&, const Target<T>&,           \
                                                   const MultilabelSoftMarginOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
