#if defined(__AVX512F__)
#define XG_ISA avx512
#include "reduce_isa.inl"
#endif
