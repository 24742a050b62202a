#pragma once

/// XG_CHOOSE(set): the `set` (a constant in each of the namespaces baseline, avx2 and avx512) that
/// fits this machine. Private to core/kernels.

#include <xgrad/core/kernels/isa.hpp>

#if defined(__x86_64__)
#define XG_CHOOSE(set) \
  (isa() == Isa::avx512 ? avx512::set : isa() == Isa::avx2 ? avx2::set : baseline::set)
#else
#define XG_CHOOSE(set) (baseline::set)
#endif
