#pragma once

/// sin, cos, tan and their inverses. Polynomials: own minimax fits.

#include "xgrad/core/kernels/simd_math_base.hpp"
#include "xgrad/core/kernels/simd_math_lanes.hpp"

namespace xg::kernels::simd {

/// Beyond it the reduction below runs out of bits and libm takes over, lane by lane.
template <class B>
inline constexpr Scalar<B> trig_limit = is_float<B> ? Scalar<B>(0x1p15) : Scalar<B>(0x1p24);

/// x = q pi/2 + r + lost with |r| <= pi/4 and a bit; the low bits of q. `lost` is used without fma.
template <class B>
struct TrigReduced {
  Bits<B> q;
  B r, lost;
};

template <class B>
XG_INLINE B reduce_by(B, B r) {
  return r;
}
template <class B, class... P>
XG_INLINE B reduce_by(B k, B r, Scalar<B> part, P... rest) {
  return reduce_by(k, simd::fnma(k, B(part), r), rest...);
}

/// Takes products with short words, each exact, from r; lost gathers what the differences round
/// off. (That is exact too: where k part > |r| the difference itself is.)
template <class B, class... P>
XG_INLINE TrigReduced<B> reduce_exactly(Bits<B> q, B k, B r, B lost, Scalar<B> part, P... rest) {
  const B t = k * B(part);
  if constexpr (sizeof...(rest) == 0) {
    lost = lost - t;
    const B sum = r + lost;
    return {q, sum, B((r - sum) + lost)};
  } else {
    const B next = r - t;
    return reduce_exactly(q, k, next, B(lost + ((r - next) - t)), rest...);
  }
}

/// With an fma pi/2 in full words will do: x - k p1 is exact, as it is a multiple of p1's last bit.
/// Without one the words are so short that every product but the last is exact.
template <class B>
XG_INLINE TrigReduced<B> trig_reduce(B x) {
  const B shifted = simd::fma(x, B(Scalar<B>(0x1.45f306dc9c883p-1)), B(magic<B>));
  const B k = shifted - magic<B>;
  const auto q = simd::bits(shifted);
  const B zero(Scalar<B>(0));
  if constexpr (is_float<B> && has_fma) {
    return {q, reduce_by(k, x, 0x1.921fb6p+0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f), zero};
  } else if constexpr (is_float<B>) {
    return reduce_exactly(q, k, B(x - k * B(0x1.92p+0f)), zero, 0x1.fbp-12f, 0x1.51p-22f,
                          0x1.0bp-34f, 0x1.184698p-44f);
  } else if constexpr (has_fma) {
    return {q,
            reduce_by(k, x, 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110),
            zero};
  } else {
    return reduce_exactly(q, k, B(x - k * B(0x1.921fb54p+0)), zero, 0x1.10b4611p-30,
                          0x1.4c4c662p-59, 0x1.1701b839a252p-88);
  }
}

/// sin(r + lost); without fma the rounding of r would count twice where sin(r) < 1/2 < r.
template <class B>
XG_INLINE B sin_poly(B r, B lost) {
  const B z = r * r;
  B p;
  if constexpr (is_float<B>) {
    p = simd::poly(z, -0.166666542, 0.00833213152, -0.000195108436);
  } else {
    p = simd::poly(z, -0.16666666666666628, 0.0083333333333212885, -0.00019841269828872562,
                   2.7557313356825927e-6, -2.5050704158765086e-8, 1.5893590295268757e-10);
  }
  if constexpr (!has_fma) return r + (r * z * p + lost);
  return simd::fma(B(r * z), p, r);
}

/// cos(r + lost)
template <class B>
XG_INLINE B cos_poly(B r, B lost) {
  const B z = r * r, one(Scalar<B>(1)), half = z * Scalar<B>(0.5), w = one - half;
  B p;
  if constexpr (is_float<B>) {
    p = simd::poly(z, 0.0416666457, -0.00138873067, 2.44312663e-5);
  } else {
    p = simd::poly(z, 0.041666666666666591, -0.00138888888888726, 2.4801587288493046e-5,
                   -2.7557314056855166e-7, 2.0875681917054673e-9, -1.1357450571157414e-11);
  }
  // (1 - w) - half is what the rounding of w lost.
  if constexpr (!has_fma) return w + (z * z * p + (((one - w) - half) - r * lost));
  return w + simd::fma(B(z * z), p, B((one - w) - half));
}

/// a where bit 0 of q is 0, else b.
template <class B>
XG_INLINE B by_parity(Bits<B> q, B a, B b) {
  const Bits<B> odd = Bits<B>(UInt<B>(0)) - (q & Bits<B>(UInt<B>(1)));
  return from_bits<B>((simd::bits(a) & ~odd) | (simd::bits(b) & odd));
}

/// y where x is in the vector path's range, else f(x).
template <class B>
XG_INLINE B trig_edges(B x, B y, Scalar<B> (*f)(Scalar<B>)) {
  const auto far = simd::abs(x) > trig_limit<B>;
  if (__builtin_expect(xsimd::any(far), 0)) y = simd::select(far, by_lane(x, f), y);
  return y;
}

template <class B>
XG_INLINE B sin(B x) {
  const auto [q, r, lost] = trig_reduce(x);
  const auto sign = (q << (8 * sizeof(UInt<B>) - 2)) & sign_mask<B>();
  const B y = flip_sign(by_parity(q, sin_poly(r, lost), cos_poly(r, lost)), sign);
  return trig_edges<B>(x, simd::select(x == Scalar<B>(0), x, y), lanes::sin);
}

template <class B>
XG_INLINE B cos(B x) {
  const auto [q, r, lost] = trig_reduce(x);
  const auto sign = ((q + Bits<B>(UInt<B>(1))) << (8 * sizeof(UInt<B>) - 2)) & sign_mask<B>();
  return trig_edges<B>(x, flip_sign(by_parity(q, cos_poly(r, lost), sin_poly(r, lost)), sign),
                       lanes::cos);
}

template <class B>
XG_INLINE B tan(B x) {
  const auto [q, r, lost] = trig_reduce(x);
  const B s = sin_poly(r, lost), c = cos_poly(r, lost);
  const auto sign = q << (8 * sizeof(UInt<B>) - 1);
  const B y = flip_sign(B(by_parity(q, s, c) / by_parity(q, c, s)), sign);
  return trig_edges<B>(x, simd::select(x == Scalar<B>(0), x, y), lanes::tan);
}

/// asin(x) - x for |x| <= 1/2, given z = x^2.
template <class B>
XG_INLINE B asin_rest(B x, B z) {
  B p;
  if constexpr (is_float<B>) {
    p = simd::poly(z, 0.166667541, 0.0749523156, 0.0454784943, 0.0241402406, 0.0422317956);
  } else {
    p = simd::poly(z, 0.16666666666666763, 0.074999999999700763, 0.044642857175306038,
                   0.030381942674389566, 0.022372215929105824, 0.017351595113947749,
                   0.01398102284163472, 0.011397260097398961, 0.010789494931135396,
                   0.00367156363667509, 0.021792087080900683, -0.021118670416568148,
                   0.032703336101973274);
  }
  return x * z * p;
}

/// For a > 1/2: asin(a) = pi/2 - 2 asin(sqrt((1 - a) / 2)).
template <class B>
XG_INLINE B asin(B x) {
  const B a = simd::abs(x);
  const auto large = a > Scalar<B>(0.5);
  const B z = simd::select(large, B((Scalar<B>(1) - a) * Scalar<B>(0.5)), B(a * a));
  const B s = simd::select(large, xsimd::sqrt(z), a);
  const B rest = asin_rest(s, z);
  const B lo = pick<B>(-0x1.777a5cp-25f, 0x1.1a62633145c07p-54);
  const B far = pick<B>(0x1.921fb6p+0f, 0x1.921fb54442d18p+0) - ((s + s) + ((rest + rest) - lo));
  return simd::select(a < tiny<B>, x, simd::copysign(simd::select(large, far, B(s + rest)), x));
}

template <class B>
XG_INLINE B acos(B x) {
  const B a = simd::abs(x);
  const auto large = a > Scalar<B>(0.5);
  const auto negative = x < Scalar<B>(0);
  const B z = simd::select(large, B((Scalar<B>(1) - a) * Scalar<B>(0.5)), B(a * a));
  const B s = simd::select(large, xsimd::sqrt(z), x);
  const B rest = asin_rest(s, z);
  const B half_hi = pick<B>(0x1.921fb6p+0f, 0x1.921fb54442d18p+0);
  const B half_lo = pick<B>(-0x1.777a5cp-25f, 0x1.1a62633145c07p-54);
  const B near = half_hi - (s + (rest - half_lo));
  const B twice = (s + s) + (rest + rest);
  const B reflected = (half_hi + half_hi) - ((s + s) + ((rest + rest) - (half_lo + half_lo)));
  return simd::select(large, simd::select(negative, reflected, twice), near);
}

/// atan(t) for |t| <= tan(pi/8), less t.
template <class B>
XG_INLINE B atan_rest(B t) {
  const B z = t * t;
  B p;
  if constexpr (is_float<B>) {
    p = simd::poly(z, -0.333333154, 0.199984841, -0.142437398, 0.10595144, -0.060811635);
  } else {
    p = simd::poly(z, -0.33333333333333198, 0.19999999999953672, -0.14285714280204766,
                   0.11111110783849977, -0.090908977681208245, 0.076920603809791871,
                   -0.066631056807708187, 0.058478990654102021, -0.050393384486445811,
                   0.038065148630090189, -0.017907554221533688);
  }
  return t * z * p;
}

/// An angle as base + base_lo + t + rest.
template <class B>
struct AtanParts {
  B base, base_lo, t, rest;
};

/// atan(n / d) for n, d >= 0, not both 0 or infinite. The quotient is reduced to |t| <= tan(pi/8)
/// before dividing: atan(n/d) = pi/2 + atan(-d/n) = pi/4 + atan((n-d)/(n+d)).
template <class B>
XG_INLINE AtanParts<B> atan_quotient(B n, B d) {
  const auto steep = d * pick<B>(2.41421356f, 2.4142135623730950488) < n;
  const auto middle = d * pick<B>(0.414213562f, 0.41421356237309504880) < n;
  const B above = simd::select(steep, negate(d), simd::select(middle, B(n - d), n));
  const B t = above / simd::select(steep, n, simd::select(middle, B(n + d), d));
  const B hi = pick<B>(0x1.921fb6p+0f, 0x1.921fb54442d18p+0);
  const B lo = pick<B>(-0x1.777a5cp-25f, 0x1.1a62633145c07p-54);
  const B zero(Scalar<B>(0)), half(Scalar<B>(0.5));
  return {simd::select(steep, hi, simd::select(middle, B(hi * half), zero)),
          simd::select(steep, lo, simd::select(middle, B(lo * half), zero)), t, atan_rest(t)};
}

template <class B>
XG_INLINE B atan(B x) {
  const auto [base, base_lo, t, rest] = atan_quotient(simd::abs(x), B(Scalar<B>(1)));
  return simd::copysign(B(base + (t + (rest + base_lo))), x);
}

}  // namespace xg::kernels::simd
