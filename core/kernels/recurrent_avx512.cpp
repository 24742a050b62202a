#if defined(__AVX512F__)
#define XG_ISA avx512
#include "recurrent_isa.inl"
#endif
