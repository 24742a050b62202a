#pragma once

/// What `xg::map` keeps of a formula: its expression, and programs made from it on demand.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "xgrad/core/kernels/program.hpp"
#include "xgrad/ops/formula/expression.hpp"

namespace xg::symbolic {

/// How to run a formula forward so that its gradients can follow, and how to run those.
///
/// The forward program computes y and then `saved` more terms. The backward program takes gy and
/// then what `reads` lists; its outputs are the gradients of the inputs in `needs`, in order,
/// before any broadcasting is undone. What is saved and what is computed again is chosen by cost:
/// relu and x * x read their input again, tanh its result, swish saves its derivative.
struct GradientPlan {
  enum class Source : std::uint8_t { input, output, saved };
  struct Read {
    Source source;
    std::uint8_t index;  ///< which input, or which saved term
    bool operator==(const Read&) const = default;
  };

  std::uint64_t needs = 0;    ///< inputs whose gradient is wanted, a bit each
  std::uint64_t depends = 0;  ///< inputs that the gradients depend on
  kernels::Program forward;
  kernels::Program backward;
  std::vector<Read> reads;
  std::vector<std::uint8_t> gradients;        ///< by wanted input: which output of `backward`, or
  static constexpr std::uint8_t is_gy = 255;  ///< ... gy itself
  std::size_t saved = 0;
  bool reads_output = false;
  std::string refusal;  ///< why there is no gradient, for backward to throw; else empty
};

/// One formula of numbers. Immutable but for what it has computed already; safe to share.
class ScalarFunction {
 public:
  static constexpr std::size_t max_inputs = 64;

  ScalarFunction(Expression e, Id y, std::size_t inputs);
  ~ScalarFunction();

  std::size_t inputs() const noexcept { return inputs_; }
  const kernels::Program& forward() const noexcept { return forward_; }
  /// For one set of wanted gradients, made on the first call.
  const GradientPlan& gradient_plan(std::uint64_t needs) const;
  /// gy * dy/dx_i as a function of (gy, x_0, x_1, ...), made on the first call.
  std::shared_ptr<const ScalarFunction> vjp(std::size_t i) const;
  /// dy/dx_i as a function of (x_0, x_1, ...).
  std::shared_ptr<const ScalarFunction> derivative(std::size_t i) const;
  /// sum over the inputs i in `which` of t_i * dy/dx_i as a function of (x_0, ..., t_0, t_1, ...),
  /// a t for each such input; made on the first call.
  std::shared_ptr<const ScalarFunction> jvp(std::uint64_t which) const;
  /// Inputs that y depends on, a bit each.
  std::uint64_t depends() const noexcept { return depends_; }

  /// C++ text of y in terms of the named inputs, with named intermediates where it would be long:
  /// a line each, the last being "<result> = ...".
  std::string text(const std::vector<std::string>& names, const std::string& result) const;

 private:
  Expression e_;
  Id y_;
  std::size_t inputs_;
  std::uint64_t depends_;
  kernels::Program forward_;

  mutable std::mutex mutex_;
  mutable std::atomic<const GradientPlan*> latest_{nullptr};
  mutable std::vector<std::unique_ptr<const GradientPlan>> plans_;
  mutable std::vector<std::shared_ptr<const ScalarFunction>> vjps_;
  mutable std::vector<std::pair<std::uint64_t, std::shared_ptr<const ScalarFunction>>> jvps_;
};

}  // namespace xg::symbolic
