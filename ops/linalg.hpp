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

/// f(operands), each as a Variable.
template <class F, class... A>
auto with_variables(F f, A&&... operands) {
  return f(as_variable<element_among<A...>>(std::forward<A>(operands))...);
}

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
///   weight  [fan_out, fan_in], as in PyTorch; or [fan_in]: one row, whose axis goes again
///   bias    [fan_out], [] for a vector of weights; undefined for none
///   y       [*, fan_out], or [*]
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

// Operands may be xtensor expressions, an Array, say, beside a Variable: matmul(images, w).
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto matmul(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return matmul(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto dot(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return dot(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto outer(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return outer(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class X, class W>
requires VariablesWithExpressions<X, W>
auto linear(X&& x, W&& weight) {
  return detail::with_variables([](const auto&... v) { return linear(v...); }, std::forward<X>(x),
                                std::forward<W>(weight));
}
template <class X, class W, class B>
requires VariablesWithExpressions<X, W, B>
auto linear(X&& x, W&& weight, B&& bias) {
  return detail::with_variables([](const auto&... v) { return linear(v...); }, std::forward<X>(x),
                                std::forward<W>(weight), std::forward<B>(bias));
}

namespace detail {

/// op(A) op(B) of matrices or batches of them, op a transposition where asked for. The extents must
/// fit; batch axes broadcast.
template <class T>
Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool transpose_a, bool transpose_b);

}  // namespace detail
}  // namespace xg
