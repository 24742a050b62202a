#pragma once

/// log and what is made of it: log2, log10, log1p, softplus, log_sigmoid, asinh, acosh, atanh.
///
/// Method: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). Polynomials: own minimax fits.

#include "xgrad/core/kernels/simd_math_exp.hpp"

namespace xg::kernels::simd {

template <class B>
struct LogReduced {
  B k, f;
};

/// For a positive normal x.
template <class B>
XG_INLINE LogReduced<B> log_reduce_normal(B x) {
  constexpr UInt<B> half_root = is_float<B> ? UInt<B>(0x3f3504f3) : UInt<B>(0x3fe6a09e667f3bcd);
  constexpr UInt<B> one = UInt<B>(exponent_bias<B>) << mantissa_bits<B>;
  constexpr UInt<B> mantissa = (UInt<B>(1) << mantissa_bits<B>)-1;
  constexpr UInt<B> integer = UInt<B>(exponent_bias<B> + mantissa_bits<B>) << mantissa_bits<B>;
  const Bits<B> i = simd::bits(x) + Bits<B>(one - half_root);
  // The exponent becomes a number by being written into the low bits of 2^mantissa_bits.
  const B k =
      from_bits<B>((i >> mantissa_bits<B>) | Bits<B>(integer)) -
      (static_cast<Scalar<B>>(UInt<B>(1) << mantissa_bits<B>) + Scalar<B>(exponent_bias<B>));
  return {k, from_bits<B>((i & Bits<B>(mantissa)) + Bits<B>(half_root)) - Scalar<B>(1)};
}

/// For a positive x, subnormal numbers too.
template <class B>
XG_INLINE LogReduced<B> log_reduce(B x) {
  const auto small = x < min_normal<B>;
  auto [k, f] = log_reduce_normal(simd::select(small, B(x * pick<B>(0x1p25f, 0x1p54)), x));
  return {simd::select(small, B(k - pick<B>(25.f, 54.)), k), f};
}

/// k ln 2 + log(1 + f), every part added where its rounding hurts least.
template <class B>
XG_INLINE B log_sum(B k, B f) {
  const B lo = k * pick<B>(0x1.7f7d1cp-20f, 0x1.a39ef35793c76p-33);
  const B hi = pick<B>(0x1.62e4p-1f, 0x1.62e42feep-1);
  const B half_square = f * f * Scalar<B>(0.5);
  if constexpr (is_float<B>) {
    const B p = simd::poly(f, 0.333333167, -0.250008102, 0.200022865, -0.166245598, 0.141811899,
                           -0.131287074, 0.128816398, -0.0785970626);
    const B y = simd::fma(B(f * f * f), p, lo) - half_square;
    return simd::fma(k, hi, B(f + y));
  } else {  // log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R(s^2))
    const B s = f / (Scalar<B>(2) + f), w = s * s;
    const B r = w * simd::poly(w, 0.66666666666667346, 0.39999999999413153, 0.28571428742766279,
                               0.22222198530547066, 0.18183566724480952, 0.15313984844103188,
                               0.1479664791871105);
    const B y = half_square - simd::fma(s, B(half_square + r), lo);
    return simd::fma(k, hi, B(f - y));
  }
}

/// Corrects a logarithm's value where x is 0, negative, infinite or NaN.
template <class B>
XG_INLINE B log_edges(B x, B y) {
  y = simd::select(x < infinity<B>, y, x);
  const B edge = simd::select(x == Scalar<B>(0), B(-infinity<B>), B(nan<B>));
  return simd::select(x <= Scalar<B>(0), edge, y);
}

template <class B>
XG_INLINE B log(B x) {
  const auto [k, f] = log_reduce(x);
  return log_edges(x, log_sum(k, f));
}

template <class B>
XG_INLINE B log2(B x) {
  const auto [k, f] = log_reduce(x);
  const B y = log_sum(B(Scalar<B>(0)), f);
  // 1/ln 2 = 1 + 0.44...: the product's rounding then weighs less.
  return log_edges(x, B(k + simd::fma(y, B(Scalar<B>(0.44269504088896340736)), y)));
}

template <class B>
XG_INLINE B log10(B x) {
  const auto [k, f] = log_reduce(x);
  const B y = log_sum(B(Scalar<B>(0)), f);
  const B lo = k * pick<B>(4.6050389811952137e-6f, 3.69423907715893078616e-13);
  const B log10_e = simd::fma(y, B(Scalar<B>(0.43429448190325182765)), lo);
  return log_edges(x, simd::fma(k, pick<B>(0x1.344p-2f, 0x1.34413509f6p-2), log10_e));
}

/// log(u) + c / u with u = 1 + x rounded and c what the rounding lost.
template <class B>
XG_INLINE B log1p(B x) {
  const B one(Scalar<B>(1)), u = one + x;
  // The larger of 1 and x is subtracted first: that is exact.
  const B c = simd::select(x < one, B(x - (u - one)), B(one - (u - x)));
  const auto [k, f] = log_reduce_normal(u);
  const B y = log_sum(k, f) + c / u;
  return simd::select(simd::abs(x) < min_normal<B> * 4, x, log_edges(u, y));
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))
template <class B>
XG_INLINE B softplus(B x) {
  return at_least(B(Scalar<B>(0)), x) + simd::log1p(exp_minus_abs(x));
}

template <class B>
XG_INLINE B log_sigmoid(B x) {
  return negate(softplus(negate(x)));
}

/// asinh(a) = log1p(a + a^2 / (1 + sqrt(1 + a^2))); for a large a, log(2a).
template <class B>
XG_INLINE B asinh(B x) {
  const B a = simd::abs(x), one(Scalar<B>(1)), square = a * a;
  const auto large = a > pick<B>(0x1p30f, 0x1p60);
  const B near = a + square / (one + xsimd::sqrt(B(one + square)));
  const B y = simd::log1p(simd::select(large, a, near));
  return simd::copysign(simd::select(large, B(y + Scalar<B>(0.69314718055994530942)), y), x);
}

/// acosh(x) = log1p(t + sqrt(2t + t^2)), t = x - 1; for a large x, log(2x).
template <class B>
XG_INLINE B acosh(B x) {
  const B t = x - Scalar<B>(1);
  const auto large = x > pick<B>(0x1p30f, 0x1p60);
  const B y = simd::log1p(simd::select(large, x, B(t + xsimd::sqrt(B(t + t + t * t)))));
  const B grown = simd::select(large, B(y + Scalar<B>(0.69314718055994530942)), y);
  return simd::select(x < Scalar<B>(1), B(nan<B>), grown);
}

/// atanh(a) = log1p(2a / (1 - a)) / 2
template <class B>
XG_INLINE B atanh(B x) {
  const B a = simd::abs(x);
  const B y = simd::log1p(B((a + a) / (Scalar<B>(1) - a))) * Scalar<B>(0.5);
  return simd::select(a < min_normal<B> * 4, x,
                      simd::copysign(simd::select(a > Scalar<B>(1), B(nan<B>), y), x));
}

}  // namespace xg::kernels::simd
