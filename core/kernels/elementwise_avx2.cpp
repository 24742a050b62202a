#if defined(__AVX2__) && defined(__x86_64__)  // nothing on other machines
#define XG_ISA avx2
#include "xgrad/core/kernels/elementwise.inl"
#endif
