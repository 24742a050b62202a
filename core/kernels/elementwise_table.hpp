#pragma once

/// The elementwise kernels of one instruction set, as tables of functions. Internal to
/// core/kernels.

#include <cstddef>

#include "xgrad/core/kernels/elementwise.hpp"

namespace xg::kernels {

/// Loops over n elements. A scalar operand (`scalar` in a name) is read through its pointer, once.
template <class T>
struct ElementwiseTable {
  using UnaryLoop = void (*)(const T* x, T* y, std::size_t n);
  using BinaryLoop = void (*)(const T* a, const T* b, T* y, std::size_t n);
  using TernaryLoop = void (*)(const T* a, const T* b, const T* c, T* y, std::size_t n);

  UnaryLoop unary[unary_count];
  BinaryLoop vector_vector[binary_count];
  BinaryLoop vector_scalar[binary_count];
  BinaryLoop scalar_vector[binary_count];
  /// Indexed by which operands are scalars: 1 for a, 2 for b, 4 for c.
  TernaryLoop fma[8];
  TernaryLoop select[8];
  UnaryLoop fill;  ///< y = *x
  UnaryLoop copy;
  UnaryLoop add_into;                                               ///< y += x
  BinaryLoop axpy;                                                  ///< y += *a * b
  void (*axpby)(T alpha, const T* x, T beta, T* y, std::size_t n);  ///< y = alpha x + beta y
};

namespace baseline {
template <class T>
const ElementwiseTable<T>& elementwise_table();
}
namespace avx2 {
template <class T>
const ElementwiseTable<T>& elementwise_table();
}
namespace avx512 {
template <class T>
const ElementwiseTable<T>& elementwise_table();
}

/// The table of `isa()`.
template <class T>
const ElementwiseTable<T>& elementwise_table();

}  // namespace xg::kernels
