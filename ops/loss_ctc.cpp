#include "xgrad/ops/loss_ctc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/autograd/functional.hpp"
#include "xgrad/core/kernels/ctc.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/softmax.hpp"

namespace xg {

namespace {

using kernels::CtcExample;

struct Batch {
  std::vector<CtcExample> examples;
  bool zero_infinity = false;
};
using BatchHandle = std::shared_ptr<const Batch>;  // nodes share it instead of copying

/// log of nothing, finite: its differences are 0, not NaN, and its exponential is 0 all the same.
constexpr double impossible = -1e30;

/// y[s] = x[s - by], `impossible` where there is never or `allowed` forbids it.
template <class T, class Allowed>
Variable<T> shifted(const Variable<T>& x, std::size_t by, const Allowed& allowed) {
  IndexArray from(x.shape());
  Array<bool> known(x.shape());
  for (std::size_t s = 0; s < x.size(); ++s) {
    known.data()[s] = s >= by && allowed(s);
    from.data()[s] = static_cast<std::int64_t>(s >= by ? s - by : 0);
  }
  return where(known, gather(x, 0, from), impossible);
}

/// The recursion of kernels::ctc_loss by operations, so that it can be differentiated any number of
/// times. x [steps, classes].
template <class T>
Variable<T> recursion(const Variable<T>& x, const CtcExample& e) {
  IndexArray states(Shape{e.states.size()});
  std::copy(e.states.begin(), e.states.end(), states.data());
  const auto emit = index_select(x, 1, states);
  const auto always = [](std::size_t) { return true; };
  const Array<T> never(states.shape(), static_cast<T>(impossible));
  Array<bool> first(states.shape());
  for (std::size_t s = 0; s < first.size(); ++s) first.data()[s] = s < 2;
  auto alpha = where(first, select(emit, 0, 0), Variable<T>(never));
  for (std::size_t t = 1; t < e.steps; ++t) {
    const auto over_blank = [&](std::size_t s) { return e.may_skip(s); };
    const auto ways =
        stack<T>({alpha, shifted(alpha, 1, always), shifted(alpha, 2, over_blank)}, 0);
    alpha = logsumexp(ways, 0) + select(emit, 0, static_cast<std::ptrdiff_t>(t));
  }
  const auto last = static_cast<std::ptrdiff_t>(e.states.size());
  return neg(logsumexp(slice(alpha, xt::range(std::max<std::ptrdiff_t>(last - 2, 0), last)), 0));
}

/// Losses of all examples [N] by that recursion.
template <class T>
Variable<T> composed_losses(const Variable<T>& x, const Batch& batch) {
  Array<T> raw(Shape{batch.examples.size()});
  kernels::ctc_loss(x.value().data(), x.shape()[2], batch.examples, raw.data());
  Variables<T> losses;
  for (std::size_t n = 0; n < batch.examples.size(); ++n) {
    const CtcExample& e = batch.examples[n];
    const bool possible = std::isfinite(raw.data()[n]);
    if (e.steps == 0 || (!possible && batch.zero_infinity)) {
      losses.push_back(full_array<T>(Shape{}, T(0)));
      continue;
    }
    const auto one = select(x, 1, static_cast<std::ptrdiff_t>(n));
    losses.push_back(recursion(slice(one, xt::range(0, static_cast<std::ptrdiff_t>(e.steps))), e));
    if (!possible) losses.back() = losses.back() * std::numeric_limits<double>::quiet_NaN();
  }
  return stack(losses, 0);
}

struct Ctc : Function<Ctc> {
  static constexpr auto name = "ctc_loss";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const BatchHandle& batch) {
    ctx.save(x);
    Array<T> losses(Shape{batch->examples.size()});
    kernels::ctc_loss(x.data(), x.shape()[2], batch->examples, losses.data());
    if (batch->zero_infinity)
      for (T& loss : losses.storage())
        if (std::isinf(loss)) loss = T(0);
    return losses;
  }
  // The gradient of the same losses, computed once more by operations that record themselves.
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const BatchHandle& batch) {
    const auto x = ctx.saved(0);
    const auto losses = composed_losses(x, *batch);
    if (!losses.requires_grad()) return {x * 0.0};
    return {grad(losses, x, {.grad_outputs = {gy}, .create_graph = true})};
  }
  // Forward mode of that recursion.
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const BatchHandle& batch) {
    const auto losses = [&](const Variable<T>& x) { return composed_losses(x, *batch); };
    return xg::jvp(losses, ctx.saved(0), t[0], {.create_graph = grad_enabled()}).second;
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const BatchHandle& batch) {
    const Array<T>& x = ctx.saved_value(0);
    kernels::ctc_backward(x.data(), x.shape()[0], x.shape()[2], batch->examples,
                          batch->zero_infinity, out.gy().data(), out.make(0, x.shape()).data());
  }
};

constexpr auto ctc_name = "ctc_loss";

void check_lengths(const char* argument, const IndexArray& lengths, std::size_t n,
                   std::size_t limit) {
  require<ShapeError>(lengths.dimension() <= 1 && lengths.size() == n, ctc_name, argument,
                      "have one entry an example, " + std::to_string(n), lengths.shape());
  for (const std::int64_t length : lengths.storage())
    require<ValueError>(length >= 0 && static_cast<std::size_t>(length) <= limit, ctc_name,
                        argument, "be in [0, " + std::to_string(limit) + "]", length);
}

/// Where each example's target begins in `targets`.
std::vector<std::size_t> target_offsets(const IndexArray& targets, const IndexArray& lengths,
                                        std::size_t n) {
  std::vector<std::size_t> offsets(n);
  if (targets.dimension() == 2) {
    require<ShapeError>(targets.shape()[0] == n, ctc_name, "targets",
                        "have one row an example, " + std::to_string(n), targets.shape());
    for (std::size_t i = 0; i < n; ++i) offsets[i] = i * targets.shape()[1];
    check_lengths("target_lengths", lengths, n, targets.shape()[1]);
    return offsets;
  }
  require<ShapeError>(targets.dimension() == 1, ctc_name, "targets", "have shape [N, S] or [sum]",
                      targets.shape());
  check_lengths("target_lengths", lengths, n, targets.size());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    offsets[i] = sum;
    sum += static_cast<std::size_t>(lengths.data()[i]);
  }
  require<ShapeError>(sum == targets.size(), ctc_name, "targets",
                      "have as many entries as target_lengths say, " + std::to_string(sum),
                      targets.size());
  return offsets;
}

Batch make_batch(const Shape& x, const IndexArray& targets, const IndexArray& input_lengths,
                 const IndexArray& target_lengths, const CtcOptions& o) {
  const auto classes = static_cast<std::int64_t>(x[2]);
  const std::string range = "be in [0, " + std::to_string(classes) + ")";
  require<ValueError>(o.blank >= 0 && o.blank < classes, ctc_name, "blank", range, o.blank);
  check_lengths("input_lengths", input_lengths, x[1], x[0]);
  const auto offsets = target_offsets(targets, target_lengths, x[1]);
  Batch batch{std::vector<CtcExample>(x[1]), o.zero_infinity};
  for (std::size_t n = 0; n < x[1]; ++n) {
    CtcExample& e = batch.examples[n];
    e.steps = static_cast<std::size_t>(input_lengths.data()[n]);
    e.states.push_back(o.blank);
    for (std::int64_t i = 0; i < target_lengths.data()[n]; ++i) {
      const std::int64_t label = targets.data()[offsets[n] + static_cast<std::size_t>(i)];
      require<ValueError>(label >= 0 && label < classes, ctc_name, "targets", range, label);
      e.states.push_back(label);
      e.states.push_back(o.blank);
    }
  }
  return batch;
}

}  // namespace

template <Element T>
Variable<T> ctc_loss(const Variable<T>& x, const IndexArray& targets,
                     const IndexArray& input_lengths, const IndexArray& target_lengths,
                     const CtcOptions& o) {
  require<ShapeError>(x.dimension() == 2 || x.dimension() == 3, ctc_name, "x",
                      "have shape [T, N, C] or [T, C]", x.shape());
  const auto three = x.dimension() == 3 ? x : unsqueeze(x, 1);
  const auto batch = std::make_shared<const Batch>(
      make_batch(three.shape(), targets, input_lengths, target_lengths, o));
  auto losses = Ctc::apply(three, BatchHandle(batch));
  if (o.reduction == LossReduction::mean) {
    Array<T> lengths(losses.shape());
    for (std::size_t n = 0; n < lengths.size(); ++n)
      lengths.data()[n] = static_cast<T>(std::max<std::int64_t>(target_lengths.data()[n], 1));
    losses = losses / Variable<T>(std::move(lengths));
  }
  if (x.dimension() == 2) losses = reshape(losses, Shape{});
  return detail::reduce_loss(losses, o.reduction);
}

template Variable<float> ctc_loss(const Variable<float>&, const IndexArray&, const IndexArray&,
                                  const IndexArray&, const CtcOptions&);
template Variable<double> ctc_loss(const Variable<double>&, const IndexArray&, const IndexArray&,
                                   const IndexArray&, const CtcOptions&);

}  // namespace xg
