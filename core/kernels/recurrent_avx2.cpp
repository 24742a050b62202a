#if defined(__AVX2__)
#define XG_ISA avx2
#include "recurrent_isa.inl"
#endif
