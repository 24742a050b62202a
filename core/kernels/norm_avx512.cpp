#if defined(__AVX512F__)
#define XG_ISA avx512
#include "norm_isa.inl"
#endif
