#if defined(__AVX2__)
#define XG_ISA avx2
#include "optimizer_isa.inl"
#endif
