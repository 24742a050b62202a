#if defined(__AVX512F__) && defined(__x86_64__)  // nothing on other machines
#define XG_ISA avx512
#include "xgrad/core/kernels/elementwise.inl"
#endif
