#include "xgrad/ops/formula/scalar_function.hpp"

#include "xgrad/core/error.hpp"
#include "xgrad/ops/formula/compile.hpp"
#include "xgrad/ops/formula/derivative.hpp"
#include "xgrad/ops/formula/plan.hpp"

namespace xg::symbolic {
namespace {

std::vector<Id> input_terms(Expression& e, std::size_t count) {
  std::vector<Id> ids(count);
  for (std::size_t i = 0; i < count; ++i) ids[i] = e.input(i);
  return ids;
}

}  // namespace

std::uint64_t inputs_read(const Expression& e, const std::vector<Id>& roots) {
  std::uint64_t read = 0;
  const std::vector<bool> reached = e.reachable(roots);
  for (Id id = 0; id < e.size(); ++id) {
    if (reached[id] && e[id].kind == Kind::input) read |= std::uint64_t{1} << e[id].a;
  }
  return read;
}

ScalarFunction::ScalarFunction(Expression e, Id y, std::size_t inputs)
    : e_(std::move(e)), y_(y), inputs_(inputs), vjps_(inputs) {
  require<ValueError>(inputs <= max_inputs, "map", "number of inputs and orders of differentiation",
                      "be at most 64", inputs);
  const std::vector<Id> terms = input_terms(e_, inputs);
  depends_ = inputs_read(e_, {y_});
  forward_ = kernels::optimize(compile(e_, terms, {y_}));
}

ScalarFunction::~ScalarFunction() = default;

const GradientPlan& ScalarFunction::gradient_plan(std::uint64_t needs) const {
  const GradientPlan* latest = latest_.load(std::memory_order_acquire);
  if (latest != nullptr && latest->needs == needs) return *latest;
  const std::lock_guard lock(mutex_);
  for (const auto& plan : plans_) {
    if (plan->needs == needs) return *plan;
  }
  plans_.push_back(
      std::make_unique<const GradientPlan>(make_gradient_plan(e_, y_, inputs_, needs)));
  latest_.store(plans_.back().get(), std::memory_order_release);
  return *plans_.back();
}

std::shared_ptr<const ScalarFunction> ScalarFunction::derivative(std::size_t i) const {
  Expression e = e_;
  const Id slope = symbolic::derivative(e, y_, i);
  Expression clean;
  const std::vector<Id> inputs = input_terms(clean, inputs_);
  const Id y = slope == none ? clean.constant(0) : substitute(e, slope, clean, inputs);
  return std::make_shared<const ScalarFunction>(std::move(clean), y, inputs_);
}

std::shared_ptr<const ScalarFunction> ScalarFunction::vjp(std::size_t i) const {
  const std::lock_guard lock(mutex_);
  if (vjps_[i]) return vjps_[i];
  Expression e = e_;
  const Id slope = symbolic::derivative(e, y_, i);
  Expression clean;
  std::vector<Id> inputs = input_terms(clean, inputs_ + 1);
  const Id gy = inputs.front();
  inputs.erase(inputs.begin());
  const Id y =
      slope == none ? clean.constant(0) : product(clean, gy, substitute(e, slope, clean, inputs));
  return vjps_[i] = std::make_shared<const ScalarFunction>(std::move(clean), y, inputs_ + 1);
}

std::shared_ptr<const ScalarFunction> ScalarFunction::jvp(std::uint64_t which) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [inputs, function] : jvps_) {
    if (inputs == which) return function;
  }
  Expression e = e_;
  std::vector<Id> tangents(inputs_, none);
  std::size_t count = inputs_;
  for (std::size_t i = 0; i < inputs_; ++i) {
    if ((which >> i & 1) != 0) tangents[i] = e.input(count++);
  }
  const Id slope = tangent(e, y_, tangents);
  Expression clean;
  const std::vector<Id> inputs = input_terms(clean, count);
  const Id y = slope == none ? clean.constant(0) : substitute(e, slope, clean, inputs);
  jvps_.emplace_back(which, std::make_shared<const ScalarFunction>(std::move(clean), y, count));
  return jvps_.back().second;
}

}  // namespace xg::symbolic
