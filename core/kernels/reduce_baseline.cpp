#define XG_ISA baseline
#include "reduce_isa.inl"
