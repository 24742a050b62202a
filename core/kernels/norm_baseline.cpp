#define XG_ISA baseline
#include "norm_isa.inl"
