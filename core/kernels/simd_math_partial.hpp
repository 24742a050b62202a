#pragma once

/// Loads and stores of the first elements of a batch: what an array's end leaves. For per-ISA
/// sources only.

#include "xgrad/core/kernels/simd_math_base.hpp"

namespace xg::kernels::simd {

#if defined(__AVX2__) && !defined(__AVX512F__)
/// The first count words all ones: a window on ones followed by zeros.
template <class W>
XG_INLINE __m256i first_words(std::size_t count) {
  constexpr std::size_t width = 32 / sizeof(W);
  static constexpr auto ones = static_cast<W>(-1);
  alignas(32) static constexpr W window[16] = {ones,
                                               ones,
                                               ones,
                                               ones,
                                               sizeof(W) == 4 ? ones : W(0),
                                               sizeof(W) == 4 ? ones : W(0),
                                               sizeof(W) == 4 ? ones : W(0),
                                               sizeof(W) == 4 ? ones : W(0)};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(window + width - count));
}
#endif

/// data[0 .. count), the other lanes 0; count < B::size. Nothing else is read.
template <class B>
XG_INLINE B load_first(const Scalar<B>* data, std::size_t count) {
#if defined(__AVX512F__)
  if constexpr (is_float<B>) {
    return B(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), data));
  } else {
    return B(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), data));
  }
#elif defined(__AVX2__)
  if constexpr (is_float<B>) {
    return B(_mm256_maskload_ps(data, first_words<std::int32_t>(count)));
  } else {
    return B(_mm256_maskload_pd(data, first_words<std::int64_t>(count)));
  }
#else
  alignas(B) Scalar<B> lane[B::size] = {};
  for (std::size_t i = 0; i < count; ++i) lane[i] = data[i];
  return B::load_aligned(lane);
#endif
}

/// The first count lanes of value to data; nothing else is written.
template <class B>
XG_INLINE void store_first(B value, Scalar<B>* data, std::size_t count) {
#if defined(__AVX512F__)
  if constexpr (is_float<B>) {
    _mm512_mask_storeu_ps(data, static_cast<__mmask16>((1u << count) - 1), value);
  } else {
    _mm512_mask_storeu_pd(data, static_cast<__mmask8>((1u << count) - 1), value);
  }
#elif defined(__AVX2__)
  if constexpr (is_float<B>) {
    _mm256_maskstore_ps(data, first_words<std::int32_t>(count), value);
  } else {
    _mm256_maskstore_pd(data, first_words<std::int64_t>(count), value);
  }
#else
  alignas(B) Scalar<B> lane[B::size];
  value.store_aligned(lane);
  for (std::size_t i = 0; i < count; ++i) data[i] = lane[i];
#endif
}

}  // namespace xg::kernels::simd
