#if defined(__AVX512F__)
#define XG_ISA avx512
#include "distance_isa.inl"
#endif
