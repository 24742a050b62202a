#pragma once

#include "xgrad/ops/formula/scalar_function.hpp"

namespace xg::symbolic {

/// The plan for y, a function of `inputs` inputs, and the gradients of those in `needs`.
GradientPlan make_gradient_plan(const Expression& e, Id y, std::size_t inputs, std::uint64_t needs);

/// The inputs that the roots read, a bit each.
std::uint64_t inputs_read(const Expression& e, const std::vector<Id>& roots);

}  // namespace xg::symbolic
