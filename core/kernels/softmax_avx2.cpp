#if defined(__AVX2__)
#define XG_ISA avx2
#include "softmax_isa.inl"
#endif
