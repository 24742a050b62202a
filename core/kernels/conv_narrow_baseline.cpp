#define XG_ISA baseline
#include "conv_narrow_isa.inl"
