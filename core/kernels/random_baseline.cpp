#define XG_ISA baseline
#include "random_isa.inl"
