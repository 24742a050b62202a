#define XG_ISA baseline
#include "pool_isa.inl"
