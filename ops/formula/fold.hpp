#pragma once

#include <optional>

#include "xgrad/core/kernels/program.hpp"

namespace xg::symbolic {

using kernels::Opcode;

/// op(a, b) of two constants in double, or of one (b is then ignored). Nothing for operations that
/// are too rare on constants to be worth a second implementation.
std::optional<double> fold(Opcode op, double a, double b);

}  // namespace xg::symbolic
