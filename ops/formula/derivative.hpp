#pragma once

/// Symbolic differentiation.

#include "xgrad/ops/formula/expression.hpp"

namespace xg::symbolic {

/// dy / d(input), a term of the same expression; `none` where it is zero everywhere. Works forward
/// through the terms, so that a branch which `where` does not choose is not chosen in the
/// derivative either, whatever it holds there.
///
/// Conditions are not differentiated, rounding has derivative zero. Kinks: relu'(0) = 0, abs'(0) =
/// 0, hypot'(0, 0) = 0; where both sides of max or min are equal (or one is NaN) each counts half.
/// @throws ValueError for trigamma, whose derivative no kernel computes.
Id derivative(Expression& e, Id y, std::size_t input);

/// The same along a direction: sum over i of dy/d(input i) * tangents[i]; `none` entries are zero.
Id tangent(Expression& e, Id y, const std::vector<Id>& tangents);

/// factor * term, where a factor that is a choice against 0 stays one: where(c, a, 0) * b becomes
/// where(c, a * b, 0), so that an infinite b does not make NaN of a derivative that is 0.
Id product(Expression& e, Id factor, Id term);

}  // namespace xg::symbolic
