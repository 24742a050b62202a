#define XG_ISA baseline
#include "softmax_isa.inl"
