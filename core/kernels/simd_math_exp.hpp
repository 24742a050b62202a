#pragma once

/// exp and what is made of it: expm1, tanh, sinh, cosh, sigmoid. Polynomials: own minimax fits
/// (Remez, 200 bits).
///
/// Method: x = k ln 2 + r with |r| <= ln 2 / 2, so exp(x) = 2^k exp(r).

#include "xgrad/core/kernels/simd_math_base.hpp"

namespace xg::kernels::simd {

/// x = k ln 2 + r + lost, k integral. |x| must be below about 1000. With fma few need `lost`.
template <class B>
struct ExpReduced {
  B k, r, lost;
};
/// x - k ln 2. ln 2 in two parts; the first has so few bits that its product with k is exact.
template <class B>
XG_INLINE ExpReduced<B> exp_reduce(B x, B k) {
  const B a = simd::fnma(k, pick<B>(0x1.62e4p-1f, 0x1.62e42feep-1), x);
  const B low = pick<B>(0x1.7f7d1cp-20f, 0x1.a39ef35793c76p-33);
  const B r = simd::fnma(k, low, a);
  return {k, r, simd::fnma(k, low, B(a - r))};
}
template <class B>
XG_INLINE ExpReduced<B> exp_reduce(B x) {
  return exp_reduce(x, B(simd::fma(x, B(Scalar<B>(0x1.71547652b82fep0)), B(magic<B>)) - magic<B>));
}

/// (exp(r) - 1 - r) / r^2 for |r| <= 0.35.
template <class B>
XG_INLINE B exp_rest(B r) {
  if constexpr (is_float<B>) {
    return simd::poly(r, 0.500000007, 0.16666538, 0.0416662684, 0.00836724763, 0.001394746);
  } else {
    return simd::poly(r, 0.5, 0.16666666666666678, 0.041666666666666705, 0.0083333333333206562,
                      0.0013888888888864911, 0.00019841269888890305, 2.4801587364373874e-5,
                      2.7557241165622351e-6, 2.755723949662096e-7, 2.5110178648863565e-8,
                      2.0925449733165358e-9);
  }
}

/// exp(r + lost) for |r| <= 0.35. Without fma 1 + r is added in two parts, rounded once.
template <class B>
XG_INLINE B exp_poly(B r, B lost) {
  if constexpr (!has_fma) {
    const B one(Scalar<B>(1)), sum = one + r;
    return sum + (((one - sum) + r) + (r * r * exp_rest(r) + lost));
  } else if constexpr (is_float<B>) {
    return simd::poly(r, 1, 1, 0.49999993, 0.166665148, 0.0416684591, 0.00836941637, 0.00138129896);
  } else {
    return simd::poly(r, 1, 1, 0.50000000000000117, 0.16666666666666386, 0.041666666666519108,
                      0.0083333333335074358, 0.0013888888946931915, 0.00019841269486750217,
                      2.4801489339907425e-5, 2.7557596618024444e-6, 2.7631691718236294e-7,
                      2.4999178529420449e-8);
  }
}

/// exp(r) - 1 for |r| <= 0.35, to the last bit also near 0.
template <class B>
XG_INLINE B expm1_poly(B r) {
  return simd::fma(B(r * r), exp_rest(r), r);
}

/// Keeps x where exp neither has overflowed for sure nor vanished.
template <class B>
XG_INLINE B exp_clamp(B x) {
  return at_least(pick<B>(-105.f, -746.), at_most(pick<B>(90.f, 711.), x));
}

template <class B>
XG_INLINE B exp(B x) {
  const auto [k, r, lost] = exp_reduce(exp_clamp(x));
  return scale2(exp_poly(r, lost), k);
}

template <class B>
XG_INLINE B exp2(B x) {
  const B c = at_least(pick<B>(-151.f, -1076.), at_most(pick<B>(129.f, 1025.), x));
  const B k = (c + magic<B>)-magic<B>;
  return scale2(exp_poly(B((c - k) * Scalar<B>(0x1.62e42fefa39efp-1)), B(Scalar<B>(0))), k);
}

template <class B>
XG_INLINE B expm1(B x) {
  const auto [k, r, lost] =
      exp_reduce(at_least(pick<B>(-20.f, -40.), at_most(pick<B>(89.f, 710.), x)));
  // Half the result, as 2^k itself may overflow.
  const B half = pow2(B(k - Scalar<B>(1)));
  const B y = simd::fma(half, expm1_poly(r), B(half - Scalar<B>(0.5)));
  return simd::select(simd::abs(x) < min_normal<B> * 4, x, B(y + y));
}

/// About 1 / d for d in [1, 2], 4 % off: what is left of a rounding error is then below a bit.
template <class B>
XG_INLINE B rough_reciprocal(B d) {
  return B(Scalar<B>(1.457)) - d * B(Scalar<B>(0.4715));
}

/// tanh(a) = (1 - Z) / (1 + Z) with Z = exp(-2a) = 2^k (1 + p); both sums are rounded once, so that
/// neither error counts twice. In float with fma that is all; elsewhere the error could pass 2 ulp,
/// and what the sums lose (known exactly, as s is a power of two) is added to the quotient. The
/// exponent stays in range: 2^k is one shift of the bits that hold k.
template <class B>
XG_INLINE B tanh(B x) {
  constexpr auto bias = Scalar<B>(exponent_bias<B>);
  const B a = at_most(pick<B>(10.f, 20.), simd::abs(x)), y = -(a + a), one(Scalar<B>(1));
  const B shifted = simd::fma(y, B(Scalar<B>(0x1.71547652b82fep0)), B(magic<B> + bias));
  const B p = expm1_poly(exp_reduce(y, B(shifted - (magic<B> + bias))).r);
  const B s = from_bits<B>(simd::bits(shifted) << mantissa_bits<B>);
  const B n = simd::fma(s, p, B(s - one)), d = simd::fma(s, p, B(s + one)), q = n / d;
  if constexpr (is_float<B> && has_fma) return simd::copysign(q, x);
  const B n_lost = simd::fma(s, p, B((s - one) - n)), d_lost = simd::fma(s, p, B((s + one) - d));
  const B lost = simd::fnma(q, d_lost, n_lost);
  return simd::copysign(simd::fma(lost, rough_reciprocal(d), q), x);
}

/// exp(-|x|) in [0, 1]
template <class B>
XG_INLINE B exp_minus_abs(B x) {
  const auto [k, r, lost] = exp_reduce(at_least(pick<B>(-105.f, -746.), negate(simd::abs(x))));
  return scale2(exp_poly(r, lost), k);
}

/// n / (1 + z), z = exp(-|x|), n = z where x < 0, else 1. What the sum loses, and with fma the
/// division, is added again, so that the error is little more than that of exp.
template <class B>
XG_INLINE B sigmoid(B x) {
  const B z = exp_minus_abs(x);
  const B one(Scalar<B>(1)), n = simd::select(x < Scalar<B>(0), z, one), d = one + z;
  const B lost = z - (d - one);  // exact, since z <= 1
  if constexpr (!has_fma) {
    const B y = n / d;
    return y - y * lost * rough_reciprocal(d);
  }
  const B q = one / d, y = n * q;
  return simd::fma(simd::fnma(lost, y, simd::fnma(d, y, n)), q, y);
}

/// sinh(a) = (E + E / (E + 1)) / 2, E = exp(a) - 1; from 20 on exp(a) / 2 by the exponent, for its
/// range.
template <class B>
XG_INLINE B sinh(B x) {
  const B a = simd::abs(x), one(Scalar<B>(1));
  const auto [k, r, lost] = exp_reduce(at_most(pick<B>(91.f, 712.), a));
  const B half = scale2(exp_poly(r, lost), B(k - one));
  const B e = simd::expm1(at_most(pick<B>(20.f, 20.), a));
  const B near = (e + e / (e + one)) * Scalar<B>(0.5);
  return simd::select(a < min_normal<B> * 4, x,
                      simd::copysign(simd::select(a >= Scalar<B>(20), half, near), x));
}

template <class B>
XG_INLINE B cosh(B x) {
  const auto [k, r, lost] = exp_reduce(at_most(pick<B>(91.f, 712.), simd::abs(x)));
  const B half = scale2(exp_poly(r, lost), B(k - Scalar<B>(1)));
  return half + Scalar<B>(0.25) / half;
}

}  // namespace xg::kernels::simd
