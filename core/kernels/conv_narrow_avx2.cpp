#if defined(__AVX2__)
#define XG_ISA avx2
#include "conv_narrow_isa.inl"
#endif
