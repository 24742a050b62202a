#pragma once

/// Which instruction set the kernels use. Every kernel is compiled once per instruction set and
/// chosen at run time.

namespace xg::kernels {

enum class Isa { baseline, avx2, avx512 };  ///< baseline: SSE2 on x86-64, NEON on Arm 64

/// The widest set that this machine, this build and the environment variable XGRAD_ISA (sse2, avx2
/// or avx512; unset or anything else: no limit) all allow. Found on the first call, the same ever
/// after.
Isa isa();

/// "sse2" (or "neon64"), "avx2", "avx512".
const char* name(Isa isa);

}  // namespace xg::kernels
