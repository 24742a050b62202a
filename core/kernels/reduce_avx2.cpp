#if defined(__AVX2__)
#define XG_ISA avx2
#include "reduce_isa.inl"
#endif
