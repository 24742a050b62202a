#if defined(__AVX2__)
#define XG_ISA avx2
#include "pool_isa.inl"
#endif
