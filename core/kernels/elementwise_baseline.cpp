#define XG_ISA baseline
#include "xgrad/core/kernels/elementwise.inl"
