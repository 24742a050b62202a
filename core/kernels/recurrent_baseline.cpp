#define XG_ISA baseline
#include "recurrent_isa.inl"
