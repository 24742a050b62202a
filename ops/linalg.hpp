#pragma once

#include "xgrad/ops/arithmetic.hpp"

namespace xg {

namespace detail {

/// The element type of the first Variable among A.
template <class... A>
struct ElementAmong;
template <class First, class... Rest>
struct ElementAmong<First, Rest...> : ElementAmong<Rest...> {};
template <AnyVariable First, class... Rest>
struct ElementAmong<First, Rest...>
    : std::type_identity<typename std::remove_cvref_t<First>::value_type> {};
template <class... A>
using element_among = typename ElementAmong<A...>::type;

}  // namespace detail

/// Variables and xtensor expressions, at least one of each.
template <class... A>
concept VariablesWithExpressions = ((AnyVariable<A> || detail::Expression<A>)&&...) &&
                                   (AnyVariable<A> || ...) && (detail::Expression<A> || ...);

/// Matrix product C = A B under NumPy's rules.
///
///   a  [..., m, k], or [k]: a row, whose axis goes again
///   b  [..., k, n], or [k]: a column, likewise
///   C  [..., m, n]; leading (batch) axes broadcast
///
/// @throws ShapeError if the inner extents differ, an operand is a scalar, or the batch axes do not
///         broadcast.
///
/// Gradient: dA = gC B^T, dB = A^T gC, summed over broadcast batch axes. No transpose is copied.
template <Element T>
Variable<T> matmul(const Variable<T>& a, const Variable<T>& b);

/// Affine map y = x W^T + b, the bias added inside the product.
///
///   x       [*, fan_in]
///   weight  [fan_out, fan_in], as in PyTorch
///   bias    [fan_out], or undefined for none
///   y       [*, fan_out]
///
/// @throws ShapeError if these do not fit.
///
/// Gradient: dx = gy W, dW = gy^T x, db = gy summed over *.
template <Element T>
Variable<T> linear(const Variable<T>& x, const Variable<T>& weight,
                   const Variable<T>& bias = Variable<T>{});

/// Inner product of two vectors [n]: a scalar. @throws ShapeError for other shapes.
/// Gradient: gy b, gy a.
template <Element T>
Variable<T> dot(const Variable<T>& a, const Variable<T>& b);

/// y[i, j] = a[i] b[j] of vectors a [m] and b [n]. @throws ShapeError for other ranks.
/// Gradient: gy b, gy^T a.
template <Element T>
Variable<T> outer(const Variable<T>& a, const Variable<T>& b);

// One operand may be an xtensor expression, an Array, say: matmul(images, w), linear(images, w, b).
template <class A, class B>
requires VariableWithExpression<A, B>
auto matmul(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return matmul<T>(detail::as_variable<T>(std::forward<A>(a)),
                   detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithExpression<A, B>
auto dot(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return dot<T>(detail::as_variable<T>(std::forward<A>(a)),
                detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithExpression<A, B>
auto outer(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return outer<T>(detail::as_variable<T>(std::forward<A>(a)),
                  detail::as_variable<T>(std::forward<B>(b)));
}
template <class X, class W>
requires VariableWithExpression<X, W>
auto linear(X&& x, W&& weight) {
  using T = detail::common_element<X, W>;
  return linear<T>(detail::as_variable<T>(std::forward<X>(x)),
                   detail::as_variable<T>(std::forward<W>(weight)));
}
template <class X, class W, class B>
requires VariablesWithExpressions<X, W, B>
auto linear(X&& x, W&& weight, B&& bias) {
  using T = detail::element_among<X, W, B>;
  return linear<T>(detail::as_variable<T>(std::forward<X>(x)),
                   detail::as_variable<T>(std::forward<W>(weight)),
                   detail::as_variable<T>(std::forward<B>(bias)));
}

namespace detail {

/// op(A) op(B) of matrices or batches of them, op a transposition where asked for. The extents must
/// fit; batch axes broadcast.
template <class T>
Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool transpose_a, bool transpose_b);

}  // namespace detail
}  // namespace xg
