#define XG_ISA baseline
#include "distance_isa.inl"
