#if defined(__AVX512F__)
#define XG_ISA avx512
#include "conv_narrow_isa.inl"
#endif
