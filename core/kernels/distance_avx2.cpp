#if defined(__AVX2__)
#define XG_ISA avx2
#include "distance_isa.inl"
#endif
