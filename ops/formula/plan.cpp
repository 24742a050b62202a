#include "xgrad/ops/formula/plan.hpp"

#include <algorithm>

#include "xgrad/core/error.hpp"
#include "xgrad/ops/formula/compile.hpp"
#include "xgrad/ops/formula/derivative.hpp"

namespace xg::symbolic {
namespace {

// In units of an addition on values that are in registers (measured on arrays that leave the
// caches: 0.04 ns an element against 0.2 for reading one more array, twice that for writing one as
// well).
constexpr int read_cost = 5;
constexpr int save_cost = 13;
constexpr int expensive = 10;

/// One way to split the work: the terms that forward saves.
struct Split {
  std::vector<Id> saved;
  int cost = 0;
};

class Planner {
 public:
  Planner(const Expression& e, Id y, std::size_t inputs, std::uint64_t needs)
      : e_(e), y_(y), needs_(needs) {
    for (std::size_t i = 0; i < inputs; ++i) x_.push_back(e_.input(i));
    gy_ = e_.input(inputs);
    for (std::size_t i = 0; i < inputs; ++i) {
      if ((needs >> i & 1) == 0) continue;
      const Id slope = derivative(e_, y_, i);
      slopes_.push_back(slope == none ? e_.constant(0) : slope);
      gradients_.push_back(product(e_, gy_, slopes_.back()));
    }
    in_forward_ = e_.reachable({y_});
    in_forward_.resize(e_.size(), false);
  }

  GradientPlan plan() {
    const Split terms = save_terms(), slopes = save_slopes();
    const Split& best = slopes.cost < terms.cost ? slopes : terms;
    if (&best == &slopes) gradients_from_slopes();
    return build(best.saved);
  }

 private:
  bool is_given(Id id) const { return e_[id].kind != Kind::operation || id == y_; }

  /// Everything is computed again from the inputs, y, and expensive terms that forward has anyway.
  Split save_terms() {
    Split split;
    std::vector<bool> read(e_.size(), false);
    for (const Id gradient : gradients_) read[gradient] = true;
    for (Id id = static_cast<Id>(e_.size()); id-- > 0;) {
      if (!read[id]) continue;
      if (is_given(id)) {
        split.cost += e_[id].kind == Kind::constant || id == gy_ ? 0 : read_cost;
      } else if (in_forward_[id] && cost(e_[id].op) >= expensive) {
        split.saved.push_back(id);
        split.cost += save_cost;
      } else {
        if (in_forward_[id]) split.cost += cost(e_[id].op);
        for_each_operand(e_[id], [&](Id operand) { read[operand] = true; });
      }
    }
    return split;
  }

  /// Forward computes and saves the derivatives themselves.
  Split save_slopes() const {
    Split split;
    std::vector<Id> distinct = slopes_;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const Id slope : distinct) {
      if (e_[slope].kind == Kind::constant) continue;
      if (!is_given(slope)) split.saved.push_back(slope);
      split.cost += is_given(slope) ? read_cost : save_cost;
    }
    return split;
  }

  /// gy * slope with the slope as it was saved, not split into the branches of a choice.
  void gradients_from_slopes() {
    for (std::size_t k = 0; k < slopes_.size(); ++k) {
      if (!is_given(slopes_[k])) gradients_[k] = e_.operation(Opcode::mul, gy_, slopes_[k]);
    }
  }

  GradientPlan build(const std::vector<Id>& saved) {
    GradientPlan plan;
    plan.needs = needs_;
    plan.saved = saved.size();
    plan.depends = inputs_read(e_, slopes_);

    std::vector<Id> outputs{y_};
    outputs.insert(outputs.end(), saved.begin(), saved.end());
    plan.forward = kernels::optimize(compile(e_, x_, outputs));

    std::vector<Id> results;  // distinct gradients
    for (const Id gradient : gradients_) {
      auto place = std::find(results.begin(), results.end(), gradient);
      if (gradient == gy_) {
        plan.gradients.push_back(GradientPlan::is_gy);
        continue;
      }
      if (place == results.end()) place = results.insert(place, gradient);
      plan.gradients.push_back(static_cast<std::uint8_t>(place - results.begin()));
    }
    plan.backward = kernels::optimize(compile(e_, sources(plan, saved, results), results));
    return plan;
  }

  /// The backward program's inputs: gy and what of the rest is read.
  std::vector<Id> sources(GradientPlan& plan, const std::vector<Id>& saved,
                          const std::vector<Id>& results) const {
    using Source = GradientPlan::Source;
    std::vector<Id> candidates = saved;
    if (e_[y_].kind == Kind::operation) candidates.push_back(y_);
    candidates.insert(candidates.end(), x_.begin(), x_.end());
    const std::vector<bool> read = needed(e_, candidates, results);
    std::vector<Id> inputs{gy_};
    const auto add = [&](Id id, Source source, std::size_t index) {
      if (!read[id] || std::find(inputs.begin(), inputs.end(), id) != inputs.end()) return;
      inputs.push_back(id);
      plan.reads.push_back({source, static_cast<std::uint8_t>(index)});
      plan.reads_output |= source == Source::output;
    };
    for (std::size_t k = 0; k < saved.size(); ++k) add(saved[k], Source::saved, k);
    if (e_[y_].kind == Kind::operation) add(y_, Source::output, 0);
    for (std::size_t i = 0; i < x_.size(); ++i) add(x_[i], Source::input, i);
    return inputs;
  }

  Expression e_;
  Id y_;
  std::uint64_t needs_;
  std::vector<Id> x_, slopes_, gradients_;
  Id gy_ = none;
  std::vector<bool> in_forward_;
};

}  // namespace

GradientPlan make_gradient_plan(const Expression& e, Id y, std::size_t inputs,
                                std::uint64_t needs) {
  try {
    return Planner(e, y, inputs, needs).plan();
  } catch (const ValueError& error) {
    // Whoever records need not differentiate: backward throws it.
    GradientPlan plan;
    plan.needs = needs;
    Expression copy = e;
    std::vector<Id> x;
    for (std::size_t i = 0; i < inputs; ++i) x.push_back(copy.input(i));
    plan.forward = kernels::optimize(compile(copy, x, {y}));
    plan.refusal = error.what();
    return plan;
  }
}

}  // namespace xg::symbolic
