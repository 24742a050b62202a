#pragma once

/// From expressions to programs of the SIMD kernels.

#include "xgrad/core/kernels/program.hpp"
#include "xgrad/ops/formula/expression.hpp"

namespace xg::symbolic {

/// A program that computes the terms `outputs` from the terms `inputs`. What an input term reads is
/// not looked at: any term may be given instead of being computed.
/// @throws ValueError if the formula needs more registers than a program can have (32,767).
kernels::Program compile(const Expression& e, const std::vector<Id>& inputs,
                         const std::vector<Id>& outputs);

/// For every term, whether computing the outputs from the inputs reads it; the inputs that are read
/// are included, what only they need is not.
std::vector<bool> needed(const Expression& e, const std::vector<Id>& inputs,
                         const std::vector<Id>& outputs);

/// Rough time of an opcode in units of an addition.
int cost(Opcode op);

}  // namespace xg::symbolic
