#pragma once

#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/linalg.hpp"

namespace xg {

// Products of vectors and matrices beside those of linalg.hpp. Gradients of all are those of the
// products and sums in their formulas.

/// Batched matrix product, y[i] = a[i] b[i]: a [batch, m, k], b [batch, k, n]. No broadcasting.
/// @throws ShapeError for other shapes.
template <Element T>
Variable<T> bmm(const Variable<T>& a, const Variable<T>& b);

struct AddmmOptions {
  double beta = 1;   ///< factor of c; with 0 c is not read: a NaN in it does not count
  double alpha = 1;  ///< factor of the product
};
/// beta c + alpha a b: a [m, k], b [k, n], c broadcasts to [m, n]. @throws ShapeError otherwise.
template <Element T>
Variable<T> addmm(const Variable<T>& c, const Variable<T>& a, const Variable<T>& b,
                  const AddmmOptions& options = {});

/// Inner product of two vectors [n], as dot: of real numbers nothing is conjugated.
template <Element T>
Variable<T> vdot(const Variable<T>& a, const Variable<T>& b);
/// sum(a b) along one axis, a and b broadcast together.
/// @throws ShapeError if they do not broadcast, ValueError if the axis is out of range.
template <Element T>
Variable<T> vecdot(const Variable<T>& a, const Variable<T>& b, std::ptrdiff_t axis = -1);
/// y[i..., j...] = sum_k a[i..., k] b[j..., k] over the last axes; a b if one is a scalar.
/// @throws ShapeError if the last extents differ.
template <Element T>
Variable<T> inner(const Variable<T>& a, const Variable<T>& b);

/// Sum of products over pairs of axes, axes_a[i] of a with axes_b[i] of b. The result has the other
/// axes of a, then those of b.
/// An extent of 1 is stretched.
/// @throws ShapeError if extents of a pair differ otherwise, or the lists are not of one length;
///         ValueError if an axis is out of range or given twice.
template <Element T>
Variable<T> tensordot(const Variable<T>& a, const Variable<T>& b, const Axes& axes_a,
                      const Axes& axes_b);
/// The last `axes` axes of a with the first of b. @throws ValueError if one has fewer.
template <Element T>
Variable<T> tensordot(const Variable<T>& a, const Variable<T>& b, std::ptrdiff_t axes = 2);

/// Kronecker product: y[i_1 p_1 + j_1, ...] = a[i_1, ...] b[j_1, ...], b [p_1, ...]; the smaller
/// rank is filled up by ones on the left.
template <Element T>
Variable<T> kron(const Variable<T>& a, const Variable<T>& b);

/// Vector product along an axis of extent 3; a and b broadcast together.
/// @throws ShapeError if they do not broadcast or the extent is not 3, ValueError if the axis
///         is out of range.
template <Element T>
Variable<T> cross(const Variable<T>& a, const Variable<T>& b, std::ptrdiff_t axis = -1);

/// y[..., k] = x1[..., :] weight[k, :, :] x2[..., :]^T + bias[k].
///
///   x1, x2  [*, n1], [*, n2]: equal but for the last axis
///   weight  [out, n1, n2]
///   bias    [out], or undefined for none
///   y       [*, out]
///
/// @throws ShapeError if these do not fit.
template <Element T>
Variable<T> bilinear(const Variable<T>& x1, const Variable<T>& x2, const Variable<T>& weight,
                     const Variable<T>& bias = Variable<T>{});

// Operands may be xtensor expressions, an Array, say, beside a Variable.
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto bmm(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return bmm(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto vdot(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return vdot(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto inner(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return inner(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto kron(A&& a, B&& b) {
  return detail::with_variables([](const auto&... x) { return kron(x...); }, std::forward<A>(a),
                                std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto vecdot(A&& a, B&& b, std::ptrdiff_t axis = -1) {
  return detail::with_variables([=](const auto&... x) { return vecdot(x..., axis); },
                                std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto cross(A&& a, B&& b, std::ptrdiff_t axis = -1) {
  return detail::with_variables([=](const auto&... x) { return cross(x..., axis); },
                                std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto tensordot(A&& a, B&& b, const Axes& axes_a, const Axes& axes_b) {
  return detail::with_variables([&](const auto&... x) { return tensordot(x..., axes_a, axes_b); },
                                std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires VariablesWithExpressions<A, B>
auto tensordot(A&& a, B&& b, std::ptrdiff_t axes = 2) {
  return detail::with_variables([=](const auto&... x) { return tensordot(x..., axes); },
                                std::forward<A>(a), std::forward<B>(b));
}

}  // namespace xg
