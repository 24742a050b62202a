#if defined(__AVX2__)
#define XG_ISA avx2
#include "norm_isa.inl"
#endif
