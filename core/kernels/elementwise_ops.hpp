#pragma once

/// Every elementwise operation as a type with one function on batches. For per-ISA sources only.

#include "xgrad/core/kernels/elementwise.hpp"
#include "xgrad/core/kernels/simd_math.hpp"

namespace xg::kernels::simd {

template <Unary op, class B>
XG_INLINE B apply(B x) {
  using T = Scalar<B>;
  const B zero(T(0)), one(T(1));
  if constexpr (op == Unary::neg) return negate(x);
  if constexpr (op == Unary::abs) return simd::abs(x);
  if constexpr (op == Unary::sign)
    return simd::select(simd::abs(x) > zero, simd::copysign(one, x), zero);
  if constexpr (op == Unary::square) return x * x;
  if constexpr (op == Unary::reciprocal) return one / x;
  if constexpr (op == Unary::sqrt) return xsimd::sqrt(x);
  if constexpr (op == Unary::rsqrt) return simd::rsqrt(x);
  if constexpr (op == Unary::cbrt) return simd::cbrt(x);
  if constexpr (op == Unary::exp) return simd::exp(x);
  if constexpr (op == Unary::exp2) return simd::exp2(x);
  if constexpr (op == Unary::expm1) return simd::expm1(x);
  if constexpr (op == Unary::log) return simd::log(x);
  if constexpr (op == Unary::log2) return simd::log2(x);
  if constexpr (op == Unary::log10) return simd::log10(x);
  if constexpr (op == Unary::log1p) return simd::log1p(x);
  if constexpr (op == Unary::sin) return simd::sin(x);
  if constexpr (op == Unary::cos) return simd::cos(x);
  if constexpr (op == Unary::tan) return simd::tan(x);
  if constexpr (op == Unary::asin) return simd::asin(x);
  if constexpr (op == Unary::acos) return simd::acos(x);
  if constexpr (op == Unary::atan) return simd::atan(x);
  if constexpr (op == Unary::sinh) return simd::sinh(x);
  if constexpr (op == Unary::cosh) return simd::cosh(x);
  if constexpr (op == Unary::tanh) return simd::tanh(x);
  if constexpr (op == Unary::asinh) return simd::asinh(x);
  if constexpr (op == Unary::acosh) return simd::acosh(x);
  if constexpr (op == Unary::atanh) return simd::atanh(x);
  if constexpr (op == Unary::sigmoid) return simd::sigmoid(x);
  if constexpr (op == Unary::log_sigmoid) return simd::log_sigmoid(x);
  if constexpr (op == Unary::softplus) return simd::softplus(x);
  if constexpr (op == Unary::relu) return simd::select(x <= zero, zero, x);
  if constexpr (op == Unary::erf) return simd::erf(x);
  if constexpr (op == Unary::erfc) return simd::erfc(x);
  if constexpr (op == Unary::lgamma) return by_lane(x, lanes::lgamma);
  if constexpr (op == Unary::digamma) return by_lane(x, lanes::digamma);
  if constexpr (op == Unary::trigamma) return by_lane(x, lanes::trigamma);
  if constexpr (op == Unary::floor) return simd::copysign(xsimd::floor(x), x);
  if constexpr (op == Unary::ceil) return simd::copysign(xsimd::ceil(x), x);
  if constexpr (op == Unary::round) return simd::round(x);
  if constexpr (op == Unary::trunc) return simd::copysign(xsimd::trunc(x), x);
  if constexpr (op == Unary::logical_not) return as_number<B>(x == zero);
  if constexpr (op == Unary::isnan) return as_number<B>(is_nan(x));
  if constexpr (op == Unary::isinf) return as_number<B>(simd::abs(x) == infinity<B>);
  if constexpr (op == Unary::isfinite) return as_number<B>(simd::abs(x) < infinity<B>);
}

template <Binary op, class B>
XG_INLINE B apply(B a, B b) {
  using T = Scalar<B>;
  const B zero(T(0)), one(T(1));
  if constexpr (op == Binary::add) return a + b;
  if constexpr (op == Binary::sub) return a - b;
  if constexpr (op == Binary::mul) return a * b;
  if constexpr (op == Binary::div) return a / b;
  // The comparison is false for NaN: b is then taken, unless a is the NaN.
  if constexpr (op == Binary::min) return simd::select((a < b) | is_nan(a), a, b);
  if constexpr (op == Binary::max) return simd::select((a > b) | is_nan(a), a, b);
  if constexpr (op == Binary::pow) return simd::pow(a, b);
  if constexpr (op == Binary::atan2) return simd::atan2(a, b);
  if constexpr (op == Binary::hypot) return simd::hypot(a, b);
  if constexpr (op == Binary::fmod) return by_lane(a, b, lanes::fmod);
  if constexpr (op == Binary::remainder) return simd::remainder(a, b);
  if constexpr (op == Binary::copysign) return simd::copysign(a, b);
  if constexpr (op == Binary::lt) return as_number<B>(a < b);
  if constexpr (op == Binary::le) return as_number<B>(a <= b);
  if constexpr (op == Binary::gt) return as_number<B>(a > b);
  if constexpr (op == Binary::ge) return as_number<B>(a >= b);
  if constexpr (op == Binary::eq) return as_number<B>(a == b);
  if constexpr (op == Binary::ne) return as_number<B>(differs(a, b));
  if constexpr (op == Binary::logical_and) return as_number<B>(differs(a, zero) & differs(b, zero));
  if constexpr (op == Binary::logical_or) return as_number<B>(differs(a, zero) | differs(b, zero));
  if constexpr (op == Binary::tanh_backward) return a * (one - b * b);
  if constexpr (op == Binary::sigmoid_backward) return a * b * (one - b);
  if constexpr (op == Binary::relu_backward) return simd::select(b <= zero, zero, a);  // NaN passes
  if constexpr (op == Binary::abs_backward) return a * apply<Unary::sign>(b);
  if constexpr (op == Binary::sqrt_backward) return a / (b + b);
}

}  // namespace xg::kernels::simd
