#pragma once

/// pow, cbrt, hypot, atan2 and what else has two operands or a root.

#include "xgrad/core/kernels/simd_math_log.hpp"
#include "xgrad/core/kernels/simd_math_trig.hpp"

namespace xg::kernels::simd {

/// An unevaluated sum, hi + lo.
template <class B>
struct Twice {
  B hi, lo;
};

/// a + b exactly, for |a| >= |b|.
template <class B>
XG_INLINE Twice<B> fast_two_sum(B a, B b) {
  const B s = a + b;
  return {s, b - (s - a)};
}

/// a * b exactly.
template <class B>
XG_INLINE Twice<B> two_product(B a, B b) {
  const B p = a * b;
  if constexpr (has_fma) {
    return {p, simd::fma(a, b, negate(p))};
  } else {  // by halves of the mantissas, cut by bits so that nothing overflows
    const Bits<B> upper(~((UInt<B>(1) << (mantissa_bits<B> / 2 + 1)) - 1));
    const B a1 = from_bits<B>(simd::bits(a) & upper), b1 = from_bits<B>(simd::bits(b) & upper);
    const B a2 = a - a1, b2 = b - b1;
    return {p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
  }
}

/// log x to about twice the precision, for a positive x: k ln 2 + 2s + (2/3) s^3 + s^5 P(s^2), s =
/// f / (2 + f).
template <class B>
XG_INLINE Twice<B> log_twice(B x) {
  const auto [k, f] = log_reduce(x);
  const B d = f + Scalar<B>(2);
  const B d_lo = f - (d - Scalar<B>(2));
  const B s = f / d;
  const auto q = two_product(s, d);
  const B s_lo = (((f - q.hi) - q.lo) - s * d_lo) / d;
  const auto z = two_product(s, s);  // s^2 = z.hi + z.lo + 2 s s_lo
  const B z_lo = z.lo + (s + s) * s_lo;
  B p;
  if constexpr (is_float<B>) {
    p = simd::poly(z.hi, 0.400001523, 0.285471228, 0.234188992);
  } else {
    p = simd::poly(z.hi, 0.40000000000002263, 0.28571428570096288, 0.22222222520526616,
                   0.18181784312715376, 0.15386759910443626, 0.13256756041398431,
                   0.13196915985619903);
  }
  // c = 2/3 + z P(z), in two words; then s^3 c.
  const B third = pick<B>(0x1.555556p-1f, 0x1.5555555555555p-1);
  const B third_lo = pick<B>(-0x1.555556p-26f, 0x1.5555555555555p-55);
  const auto c = fast_two_sum(third, B(simd::fma(z.hi, p, third_lo)));
  const auto cube = two_product(z.hi, s);
  const B cube_lo = cube.lo + simd::fma(z_lo, s, B(z.hi * s_lo));
  const auto t = two_product(cube.hi, c.hi);
  const B t_lo = t.lo + simd::fma(cube.hi, c.lo, B(cube_lo * c.hi));
  // Sum from large to small: k ln2_hi (exact), 2s, s^3 c, the rest.
  const auto a = fast_two_sum(B(s + s), t.hi);
  const B kh = k * pick<B>(0x1.62e4p-1f, 0x1.62e42feep-1);
  const auto b = fast_two_sum(kh, a.hi);   // |k ln 2| >= |2s| or k = 0
  const auto b0 = fast_two_sum(a.hi, kh);  // k = 0: nothing to lose
  const auto near = k == Scalar<B>(0);
  const B lo = simd::fma(k, pick<B>(0x1.7f7d1cp-20f, 0x1.a39ef35793c76p-33),
                         B(a.lo + (t_lo + (s_lo + s_lo))));
  return fast_two_sum(simd::select(near, b0.hi, b.hi), B(simd::select(near, b0.lo, b.lo) + lo));
}

/// pow for special operands, as in C: exponent 0 or base 1 give 1 whatever the other; zeros,
/// infinities, signs.
template <class B>
XG_INLINE B pow_edges(B x, B y, B magnitude) {
  const B a = simd::abs(x), b = simd::abs(y), zero(Scalar<B>(0)), one(Scalar<B>(1)),
          inf(infinity<B>);
  const B half = y * Scalar<B>(0.5);
  const auto integral = xsimd::trunc(y) == y;  // infinite exponents count as even integers
  const auto odd = integral & differs(B(xsimd::trunc(half)), half) & (b < inf);
  const auto grows = (a > one) == (y > zero);
  B r = simd::select(b == inf, simd::select(grows, inf, zero), magnitude);
  r = simd::select(a == zero, simd::select(y > zero, zero, inf), r);
  r = simd::select(a == inf, simd::select(y > zero, inf, zero), r);
  r = simd::select((b == inf) & (a == one), one, r);
  r = simd::select((x < zero) & (a < inf) & !integral, B(nan<B>), r);
  r = simd::select(odd, flip_sign(r, sign_of(x)), r);
  r = simd::select(is_nan(x) | is_nan(y), B(nan<B>), r);
  return simd::select((y == zero) | (x == one), one, r);
}

template <class B>
XG_INLINE B pow(B x, B y) {
  const B a = simd::abs(x);
  const auto log_x = log_twice(a);
  // Past this the result has long overflowed; it keeps y log x finite.
  const B bound = pick<B>(0x1p30f, 0x1p80);
  const B c = xsimd::max(B(-bound), xsimd::min(bound, y));
  const auto product = two_product(c, log_x.hi);
  const B e = simd::fma(c, log_x.lo, product.lo);
  const B high = at_least(pick<B>(-110.f, -760.), at_most(pick<B>(95.f, 720.), product.hi));
  const auto [k, r, rounded] = exp_reduce(high);
  const auto inside = high == product.hi;
  const B low = simd::select(inside, e, B(Scalar<B>(0)));
  // What the sum r + low has lost still counts: exp(s + d) = exp(s) (1 + d).
  const B sum = r + low, lost = (r - sum) + low;
  const B p = exp_poly(sum, rounded);
  return pow_edges(x, y, scale2(simd::fma(p, lost, p), k));
}

/// exp(log(a) / 3) with one Newton step y -= (y - a / y^2) / 3.
template <class B>
XG_INLINE B cbrt(B x) {
  const B a = simd::abs(x);
  const auto small = a < min_normal<B>;
  const B up = simd::select(small, B(a * pick<B>(0x1p24f, 0x1p54)), a);
  const auto [k, f] = log_reduce_normal(up);
  const B third(Scalar<B>(0.33333333333333333333));
  const auto [e, r, lost] = exp_reduce(B(log_sum(k, f) * third));
  B y = exp_poly(r, lost) * pow2(e);
  y = y - (y - up / (y * y)) * third;
  y = simd::select(small, B(y * pick<B>(0x1p-8f, 0x1p-18)), y);
  const auto regular = (a > Scalar<B>(0)) & (a < infinity<B>);
  return simd::select(regular, simd::copysign(y, x), x);
}

template <class B>
XG_INLINE B rsqrt(B x) {
  return Scalar<B>(1) / xsimd::sqrt(x);
}

/// m sqrt(1 + (n / m)^2) with m >= n: no overflow before the result's. Infinite if either is, even
/// beside NaN.
template <class B>
XG_INLINE B hypot(B x, B y) {
  const B a = simd::abs(x), b = simd::abs(y), one(Scalar<B>(1));
  const B m = xsimd::max(a, b), n = xsimd::min(a, b);
  const B t = n / simd::select(m == Scalar<B>(0), one, m);
  B r = m * xsimd::sqrt(B(simd::fma(t, t, one)));
  r = simd::select(is_nan(x) | is_nan(y), B(nan<B>), r);
  return simd::select((a == infinity<B>) | (b == infinity<B>), B(infinity<B>), r);
}

template <class B>
XG_INLINE B atan2(B y, B x) {
  const B one(Scalar<B>(1)), zero(Scalar<B>(0)), inf(infinity<B>);
  const auto huge = xsimd::max(simd::abs(x), simd::abs(y)) > pick<B>(0x1p126f, 0x1p1022);
  B n = simd::abs(y), d = simd::abs(x);
  n = simd::select(huge, B(n * Scalar<B>(0.25)), n);
  d = simd::select(huge, B(d * Scalar<B>(0.25)), d);
  const auto both_infinite = (n == inf) & (d == inf);
  n = simd::select(both_infinite, one, n);
  d = simd::select(both_infinite | ((n == zero) & (d == zero)), one, d);
  const auto [base, base_lo, t, rest] = atan_quotient(n, d);
  const B pi_hi = pick<B>(0x1.921fb6p+1f, 0x1.921fb54442d18p+1);
  const B pi_lo = pick<B>(-0x1.777a5cp-24f, 0x1.1a62633145c07p-53);
  const auto left = simd::copysign(one, x) < zero;  // -0 too
  const B right_angle = base + (t + (rest + base_lo));
  const B left_angle = (pi_hi - base) + (((pi_lo - base_lo) - rest) - t);
  const B r = simd::copysign(simd::select(left, left_angle, right_angle), y);
  return simd::select(is_nan(x) | is_nan(y), B(nan<B>), r);
}

/// a - b floor(a / b), exact like fmod, with b's sign (a zero result too).
template <class B>
XG_INLINE B remainder(B a, B b) {
  const B r = by_lane(a, b, lanes::fmod), zero(Scalar<B>(0));
  return simd::select(differs(r, zero) & ((r < zero) != (b < zero)), B(r + b), r);
}

}  // namespace xg::kernels::simd
