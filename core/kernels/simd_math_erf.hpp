#pragma once

/// erf and erfc. Polynomials: own minimax fits.

#include "xgrad/core/kernels/simd_math_exp.hpp"

namespace xg::kernels::simd {

/// erf(x) for |x| <= 1, as x + x P(x^2).
template <class B>
XG_INLINE B erf_small(B x) {
  const B z = x * x;
  B p;
  if constexpr (is_float<B>) {
    p = simd::poly(z, 0.128379166, -0.376126271, 0.112835993, -0.0268544029, 0.00518944473,
                   -0.000801994671, 7.88584416e-5);
  } else {
    p = simd::poly(z, 0.12837916709551257, -0.37612638903183748, 0.11283791670954882,
                   -0.026866170645077361, 0.0052239776248231382, -0.00085483269811054899,
                   0.00012055331120729986, -1.4925595465735758e-5, 1.6461003368556684e-6,
                   -1.6350340104681459e-7, 1.4659938756103888e-8, -1.1373402336744635e-9,
                   5.9579834134726235e-11);
  }
  return simd::fma(x, p, x);
}

/// exp(-a^2) for a >= 0: the square in two parts, or its rounding would cost a^2 times as much.
template <class B>
XG_INLINE B exp_minus_square(B a) {
  const B c = at_most(pick<B>(10.2f, 27.3), a);
  // The upper half of c's bits: its square and its products are exact.
  const B hi =
      from_bits<B>(simd::bits(c) & Bits<B>(~((UInt<B>(1) << (mantissa_bits<B> / 2 + 1)) - 1)));
  const B rest = (c - hi) * (c + hi);
  const B k = simd::fnma(hi, B(hi * Scalar<B>(0x1.71547652b82fep0)), B(magic<B>)) - magic<B>;
  const auto reduced = exp_reduce(negate(B(hi * hi)), k);
  // |c^2 - hi^2| is small but not tiny: the reduced argument may leave [-0.35, 0.35] by it.
  const B e = expm1_poly(negate(rest));
  const B p = exp_poly(reduced.r, reduced.lost);
  return scale2(simd::fma(p, e, p), k);
}

/// erfc(a) for a >= 1/2, as exp(-a^2) P(t) / (1 + 2a) with t = (a - 4) / (a + 4) (Shepherd and
/// Laframboise, 1981).
template <class B>
XG_INLINE B erfc_large(B a) {
  const B c = at_most(pick<B>(10.2f, 27.3), a);
  const B t = (c - Scalar<B>(4)) / (c + Scalar<B>(4));
  B p;
  if constexpr (is_float<B>) {
    p = simd::poly(t, 1.23299512, -0.139621068, 0.0153798063, 0.0680945028, -0.101044271,
                   0.0937682816, -0.0662622129, 0.0369912036, -0.016574739, 0.00527382114);
  } else {
    p = simd::poly(t, 1.2329951186255525, -0.13962111684056249, 0.015379652102619854,
                   0.068097054254688959, -0.10103906603631099, 0.093732834998513816,
                   -0.066330365812061203, 0.037167515534170424, -0.016197734059711661,
                   0.0050319700147910237, -0.00075777327487540467, -0.0001992569427997143,
                   0.00015062161588500359, -2.4398143093466165e-5, -1.1221872279358829e-5,
                   5.7066986548828619e-6, 2.9357513236616622e-7, -8.1980545708998056e-7,
                   7.4804094332826375e-8, 1.0349838454673288e-7, -1.7946463003295523e-8,
                   -9.7364497058093427e-9, 1.8193821580450215e-9);
  }
  return exp_minus_square(a) * (p / (Scalar<B>(1) + (c + c)));
}

/// 1 - exp(Q(a)) with a fitted Q = log erfc in float, where a few bits of erfc suffice; 1 - erfc(a)
/// in double.
template <class B>
XG_INLINE B erf_large(B a) {
  const B one(Scalar<B>(1));
  if constexpr (is_float<B>) {
    const B q =
        simd::poly(at_most(B(4.f), a), 0.000188020309, -1.12957834, -0.63322006, -0.108418407,
                   0.0252081543, -0.00420452562, 0.000441329389, -2.16862835e-5);
    const auto [k, r, lost] = exp_reduce(q);
    return one - exp_poly(r, lost) * pow2(k);
  } else {
    return one - erfc_large(a);
  }
}

template <class B>
XG_INLINE B erf(B x) {
  const B a = simd::abs(x);
  return simd::select(a < Scalar<B>(1), erf_small(x), simd::copysign(erf_large(a), x));
}

template <class B>
XG_INLINE B erfc(B x) {
  const B a = simd::abs(x), one(Scalar<B>(1)), two(Scalar<B>(2));
  const B far = erfc_large(a);
  return simd::select(a < Scalar<B>(0.5), B(one - erf_small(x)),
                      simd::select(x < Scalar<B>(0), B(two - far), far));
}

}  // namespace xg::kernels::simd
