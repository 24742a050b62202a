#pragma once

/// Vocabulary of the SIMD functions: what xsimd 8 and 13 spell differently or do slowly. For
/// per-ISA sources only. B is an xsimd::batch<T, Arch>. Call these qualified (simd::exp(x)): an
/// unqualified call finds xsimd's own.

#include <cstdint>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#define XG_INLINE inline __attribute__((always_inline))

namespace xg::kernels::simd {

template <class B>
using Scalar = typename B::value_type;
template <class B>
inline constexpr bool is_float = std::is_same_v<Scalar<B>, float>;
template <class B>
using UInt = std::conditional_t<is_float<B>, std::uint32_t, std::uint64_t>;
template <class B>
using Bits = xsimd::batch<UInt<B>, typename B::arch_type>;

/// The architecture that the including file is compiled for.
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__)
using Arch = xsimd::avx512bw;
#elif defined(__AVX2__) && defined(__FMA__)
using Arch = xsimd::fma3<xsimd::avx2>;
#elif defined(__x86_64__)
using Arch = xsimd::sse2;
#else
using Arch = xsimd::default_arch;
#endif

#if defined(__FMA__) || defined(__aarch64__)
inline constexpr bool has_fma = true;
#else
inline constexpr bool has_fma = false;
#endif

template <class B>
inline constexpr int mantissa_bits = is_float<B> ? 23 : 52;
template <class B>
inline constexpr int exponent_bias = is_float<B> ? 127 : 1023;
template <class B>
inline constexpr Scalar<B> infinity = static_cast<Scalar<B>>(__builtin_inf());
template <class B>
inline constexpr Scalar<B> nan = static_cast<Scalar<B>>(__builtin_nan(""));
template <class B>
inline constexpr Scalar<B> min_normal = is_float<B> ? static_cast<Scalar<B>>(0x1p-126)
                                                    : static_cast<Scalar<B>>(0x1p-1022);
/// Below this, x and its odd functions with slope 1 at 0 are the same number.
template <class B>
inline constexpr Scalar<B> tiny = is_float<B> ? Scalar<B>(0x1p-14) : Scalar<B>(0x1p-28);
/// 1.5 * 2^p: adding it leaves the nearest integer in the low bits.
template <class B>
inline constexpr Scalar<B> magic = is_float<B> ? static_cast<Scalar<B>>(0x1.8p23)
                                               : static_cast<Scalar<B>>(0x1.8p52);

/// A constant of B's type, its float and its double form.
template <class B>
XG_INLINE B pick(float f, double d) {
  if constexpr (is_float<B>) {
    return B(f);
  } else {
    return B(d);
  }
}

template <class B>
XG_INLINE Bits<B> bits(B x) {
  return __builtin_bit_cast(Bits<B>, x);
}
template <class B>
XG_INLINE B from_bits(Bits<B> i) {
  return __builtin_bit_cast(B, i);
}
template <class B>
XG_INLINE Bits<B> sign_mask() {
  return Bits<B>(UInt<B>(1) << (8 * sizeof(UInt<B>) - 1));
}

/// a * b + c, in one rounding where the machine can. (xsimd 8 multiplies and adds on AVX-512.)
template <class B>
XG_INLINE B fma(B a, B b, B c) {
#if defined(__AVX512F__) && defined(__FMA__)
  if constexpr (is_float<B>) return B(_mm512_fmadd_ps(a, b, c));
  if constexpr (!is_float<B>) return B(_mm512_fmadd_pd(a, b, c));
#elif defined(__AVX2__) && defined(__FMA__)
  if constexpr (is_float<B>) return B(_mm256_fmadd_ps(a, b, c));
  if constexpr (!is_float<B>) return B(_mm256_fmadd_pd(a, b, c));
#elif defined(__aarch64__)
  if constexpr (is_float<B>) return B(vfmaq_f32(c, a, b));
  if constexpr (!is_float<B>) return B(vfmaq_f64(c, a, b));
#else
  return a * b + c;
#endif
}

/// c - a * b, likewise.
template <class B>
XG_INLINE B fnma(B a, B b, B c) {
#if defined(__AVX512F__) && defined(__FMA__)
  if constexpr (is_float<B>) return B(_mm512_fnmadd_ps(a, b, c));
  if constexpr (!is_float<B>) return B(_mm512_fnmadd_pd(a, b, c));
#elif defined(__AVX2__) && defined(__FMA__)
  if constexpr (is_float<B>) return B(_mm256_fnmadd_ps(a, b, c));
  if constexpr (!is_float<B>) return B(_mm256_fnmadd_pd(a, b, c));
#elif defined(__aarch64__)
  if constexpr (is_float<B>) return B(vfmsq_f32(c, a, b));
  if constexpr (!is_float<B>) return B(vfmsq_f64(c, a, b));
#else
  return c - a * b;
#endif
}

template <class M, class B>
XG_INLINE B select(M mask, B a, B b) {
  return xsimd::select(mask, a, b);
}

/// a != b, true if either is NaN. (xsimd 8's own is false then on AVX-512.)
template <class B>
XG_INLINE auto differs(B a, B b) {
  return !(a == b);
}
template <class B>
XG_INLINE auto is_nan(B x) {
  return !(x == x);
}

template <class B>
XG_INLINE B abs(B x) {
  return from_bits<B>(simd::bits(x) & ~sign_mask<B>());
}
template <class B>
XG_INLINE B flip_sign(B x, Bits<B> sign) {
  return from_bits<B>(simd::bits(x) ^ sign);
}
/// -x, of zeros too. (xsimd 8's minus subtracts from 0.)
template <class B>
XG_INLINE B negate(B x) {
  return flip_sign(x, sign_mask<B>());
}
template <class B>
XG_INLINE Bits<B> sign_of(B x) {
  return simd::bits(x) & sign_mask<B>();
}
template <class B>
XG_INLINE B copysign(B x, B sign) {
  return from_bits<B>((simd::bits(x) & ~sign_mask<B>()) | sign_of(sign));
}

/// min and max against a bound, with NaN kept: x86 returns the second operand then, Arm the NaN.
template <class B>
XG_INLINE B at_most(B bound, B x) {
  return xsimd::min(bound, x);
}
template <class B>
XG_INLINE B at_least(B bound, B x) {
  return xsimd::max(bound, x);
}

/// The nearest integer, ties to even, signed zeros kept.
template <class B>
XG_INLINE B round(B x) {
  const B a = simd::abs(x);
  const B limit(static_cast<Scalar<B>>(UInt<B>(1) << mantissa_bits<B>));
  return simd::select(a < limit, simd::copysign(B((a + limit) - limit), x), x);
}

/// 1 where the mask holds, else 0.
template <class B, class M>
XG_INLINE B as_number(M mask) {
  return simd::select(mask, B(Scalar<B>(1)), B(Scalar<B>(0)));
}

/// c0 + c1 x + c2 x^2 + ..., by Horner's rule.
template <class B>
XG_INLINE B poly(B, double c0) {
  return B(static_cast<Scalar<B>>(c0));
}
template <class B, class... C>
XG_INLINE B poly(B x, double c0, C... rest) {
  return simd::fma(simd::poly(x, rest...), x, B(static_cast<Scalar<B>>(c0)));
}

/// 2^k for an integral k with a normal result.
template <class B>
XG_INLINE B pow2(B k) {
  return from_bits<B>((simd::bits(B(k + magic<B>)) + Bits<B>(UInt<B>(exponent_bias<B>)))
                      << mantissa_bits<B>);
}

/// x * 2^k for an integral k, |k| < 2 * bias: rounds once, also to subnormal numbers and to
/// infinity.
template <class B>
XG_INLINE B scale2(B x, B k) {
#if defined(__AVX512F__)
  if constexpr (is_float<B> && sizeof(B) == 64) {
    return B(_mm512_scalef_ps(x, k));
  } else if constexpr (sizeof(B) == 64) {
    return B(_mm512_scalef_pd(x, k));
  }
#endif
  const B half = (k * Scalar<B>(0.5) + magic<B>)-magic<B>;
  return x * pow2(half) * pow2(B(k - half));
}

/// The lanes of x through a function of one number, for what is rare and slow.
template <class B>
XG_INLINE B by_lane(B x, Scalar<B> (*f)(Scalar<B>)) {
  alignas(B) Scalar<B> lane[B::size];
  x.store_aligned(lane);
  for (std::size_t i = 0; i < B::size; ++i) lane[i] = f(lane[i]);
  return B::load_aligned(lane);
}
template <class B>
XG_INLINE B by_lane(B x, B y, Scalar<B> (*f)(Scalar<B>, Scalar<B>)) {
  alignas(B) Scalar<B> lane[B::size], other[B::size];
  x.store_aligned(lane);
  y.store_aligned(other);
  for (std::size_t i = 0; i < B::size; ++i) lane[i] = f(lane[i], other[i]);
  return B::load_aligned(lane);
}

}  // namespace xg::kernels::simd
