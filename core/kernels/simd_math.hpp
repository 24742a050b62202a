#pragma once

/// Elementary functions on SIMD batches, accurate to about two units in the last place, right for
/// zeros, subnormal numbers, infinities and NaN. For sources that are compiled once per instruction
/// set, with -ffp-contract=off.

#include "xgrad/core/kernels/simd_math_base.hpp"
#include "xgrad/core/kernels/simd_math_erf.hpp"
#include "xgrad/core/kernels/simd_math_exp.hpp"
#include "xgrad/core/kernels/simd_math_lanes.hpp"
#include "xgrad/core/kernels/simd_math_log.hpp"
#include "xgrad/core/kernels/simd_math_partial.hpp"
#include "xgrad/core/kernels/simd_math_pow.hpp"
#include "xgrad/core/kernels/simd_math_trig.hpp"
