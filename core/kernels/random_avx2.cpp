#if defined(__AVX2__)
#define XG_ISA avx2
#include "random_isa.inl"
#endif
