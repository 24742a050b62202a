#pragma once

/// Loads and stores of fewer elements than a batch has. For sources compiled once per instruction
/// set.

#include <cstddef>
#include <xsimd/xsimd.hpp>

namespace xg::kernels::XG_ISA {
namespace {

/// x[0 .. n), then `rest`; 0 < n < B::size. Reads nothing beyond n.
template <class B>
inline B load_partial(const typename B::value_type* x, std::size_t n, B rest) {
#if defined(__AVX512F__)
  if constexpr (sizeof(typename B::value_type) == 4) {
    return B(_mm512_mask_loadu_ps(rest, static_cast<__mmask16>((1u << n) - 1), x));
  } else {
    return B(_mm512_mask_loadu_pd(rest, static_cast<__mmask8>((1u << n) - 1), x));
  }
#else
  alignas(64) typename B::value_type buffer[B::size];
  rest.store_aligned(buffer);
  for (std::size_t i = 0; i < n; ++i) buffer[i] = x[i];
  return B::load_aligned(buffer);
#endif
}

/// y[0 .. n) = the first n of `value`.
template <class B>
inline void store_partial(typename B::value_type* y, std::size_t n, B value) {
#if defined(__AVX512F__)
  if constexpr (sizeof(typename B::value_type) == 4) {
    _mm512_mask_storeu_ps(y, static_cast<__mmask16>((1u << n) - 1), value);
  } else {
    _mm512_mask_storeu_pd(y, static_cast<__mmask8>((1u << n) - 1), value);
  }
#else
  alignas(64) typename B::value_type buffer[B::size];
  value.store_aligned(buffer);
  for (std::size_t i = 0; i < n; ++i) y[i] = buffer[i];
#endif
}

}  // namespace
}  // namespace xg::kernels::XG_ISA
