#define XG_ISA baseline
#include "optimizer_isa.inl"
