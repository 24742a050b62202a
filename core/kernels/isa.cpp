#include "xgrad/core/kernels/isa.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace xg::kernels {
namespace {

Isa supported() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  // GCC and clang look at XCR0 too: a kernel that does not save the wide registers counts as not
  // having them.
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Isa::baseline;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512cd");
  return avx512 ? Isa::avx512 : Isa::avx2;
#else
  return Isa::baseline;
#endif
}

Isa allowed() {
  const char* value = std::getenv("XGRAD_ISA");
  if (value == nullptr) return Isa::avx512;
  if (std::string_view(value) == "sse2") return Isa::baseline;
  if (std::string_view(value) == "avx2") return Isa::avx2;
  return Isa::avx512;
}

}  // namespace

Isa isa() {
  static const Isa chosen = std::min(supported(), allowed());
  return chosen;
}

const char* name(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return "avx512";
    case Isa::avx2:
      return "avx2";
    default:
      break;
  }
#if defined(__x86_64__)
  return "sse2";
#else
  return "neon64";
#endif
}

}  // namespace xg::kernels
