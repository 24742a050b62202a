#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Arithmetic, elementwise, under NumPy's broadcasting: the result has the shape that a and b
/// broadcast to.
///
/// @throws ShapeError if they do not broadcast.
///
/// Gradients are summed back to each argument's shape (sum_to):
///   add  gy, gy            sub  gy, -gy
///   mul  gy b, gy a        div  gy / b, -gy a / b^2
template <Element T>
Variable<T> add(const Variable<T>& a, const Variable<T>& b);
template <Element T>
Variable<T> sub(const Variable<T>& a, const Variable<T>& b);
template <Element T>
Variable<T> mul(const Variable<T>& a, const Variable<T>& b);
template <Element T>
Variable<T> div(const Variable<T>& a, const Variable<T>& b);

/// The same with a number, which is rounded to T once. Shape of the Variable.
template <Element T>
Variable<T> add(const Variable<T>& a, double b);
template <Element T>
Variable<T> sub(const Variable<T>& a, double b);
template <Element T>
Variable<T> sub(double a, const Variable<T>& b);
template <Element T>
Variable<T> mul(const Variable<T>& a, double b);
template <Element T>
Variable<T> div(const Variable<T>& a, double b);
template <Element T>
Variable<T> div(double a, const Variable<T>& b);

/// -x. Gradient: -gy.
template <Element T>
Variable<T> neg(const Variable<T>& x);

namespace detail {

template <class A>
concept Expression = xt::is_xexpression<std::remove_cvref_t<A>>::value;
template <class A>
concept PlainNumber = std::is_arithmetic_v<std::remove_cvref_t<A>>;

/// The element type of the Variable among A and B.
template <class A, class B>
struct CommonElement;
template <class A, class B>
requires AnyVariable<A>
struct CommonElement<A, B> : std::type_identity<typename std::remove_cvref_t<A>::value_type> {
};
template <class A, class B>
requires(!AnyVariable<A> && AnyVariable<B>) struct CommonElement<A, B>
    : std::type_identity<typename std::remove_cvref_t<B>::value_type> {
};
template <class A, class B>
using common_element = typename CommonElement<A, B>::type;

/// An operand as a Variable: an xtensor expression is evaluated, a number becomes a scalar.
template <Element T, class A>
decltype(auto) as_variable(A&& a) {
  if constexpr (AnyVariable<A>)
    return static_cast<const Variable<T>&>(a);
  else if constexpr (PlainNumber<A>)
    return Variable<T>(full_array<T>(Shape{}, static_cast<T>(a)));
  else
    return Variable<T>(std::forward<A>(a));
}

/// V is a Variable, and X neither that nor anything that converts to it or to a number.
template <class V, class X>
concept OnlyVariable =
    AnyVariable<V> && !AnyVariable<X> && !Expression<X> &&
    !std::convertible_to<X, std::remove_cvref_t<V>> && !std::convertible_to<X, double>;
template <class A, class B>
concept MixedVariables = AnyVariable<A> && AnyVariable<B> && !std::same_as<A, B>;

}  // namespace detail

/// One operand is a Variable, the other an xtensor expression (an Array, say), in any value
/// category.
template <class A, class B>
concept VariableWithExpression = (AnyVariable<A> && detail::Expression<B>) ||
                                 (detail::Expression<A> && AnyVariable<B>);
/// The same, or with a number in place of the expression.
template <class A, class B>
concept VariableWithOther = VariableWithExpression<A, B> ||
                            (AnyVariable<A>&& detail::PlainNumber<B>) ||
                            (detail::PlainNumber<A> && AnyVariable<B>);

template <Element T>
Variable<T> operator-(const Variable<T>& x) {
  return neg(x);
}
template <Element T>
Variable<T> operator+(const Variable<T>& x) {
  return x;
}

template <Element T>
Variable<T> operator+(const Variable<T>& a, const Variable<T>& b) {
  return add(a, b);
}
template <Element T>
Variable<T> operator-(const Variable<T>& a, const Variable<T>& b) {
  return sub(a, b);
}
template <Element T>
Variable<T> operator*(const Variable<T>& a, const Variable<T>& b) {
  return mul(a, b);
}
template <Element T>
Variable<T> operator/(const Variable<T>& a, const Variable<T>& b) {
  return div(a, b);
}

template <Element T>
Variable<T> operator+(const Variable<T>& a, double b) {
  return add(a, b);
}
template <Element T>
Variable<T> operator-(const Variable<T>& a, double b) {
  return sub(a, b);
}
template <Element T>
Variable<T> operator*(const Variable<T>& a, double b) {
  return mul(a, b);
}
template <Element T>
Variable<T> operator/(const Variable<T>& a, double b) {
  return div(a, b);
}
template <Element T>
Variable<T> operator+(double a, const Variable<T>& b) {
  return add(b, a);
}
template <Element T>
Variable<T> operator-(double a, const Variable<T>& b) {
  return sub(a, b);
}
template <Element T>
Variable<T> operator*(double a, const Variable<T>& b) {
  return mul(b, a);
}
template <Element T>
Variable<T> operator/(double a, const Variable<T>& b) {
  return div(a, b);
}

// Forwarding references, like xtensor's own operators, which would otherwise be the better match
// and take the Variable for a scalar.
template <class A, class B>
requires VariableWithExpression<A, B>
auto operator+(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return add(detail::as_variable<T>(std::forward<A>(a)),
             detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithExpression<A, B>
auto operator-(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return sub(detail::as_variable<T>(std::forward<A>(a)),
             detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithExpression<A, B>
auto operator*(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return mul(detail::as_variable<T>(std::forward<A>(a)),
             detail::as_variable<T>(std::forward<B>(b)));
}
template <class A, class B>
requires VariableWithExpression<A, B>
auto operator/(A&& a, B&& b) {
  using T = detail::common_element<A, B>;
  return div(detail::as_variable<T>(std::forward<A>(a)),
             detail::as_variable<T>(std::forward<B>(b)));
}

/// A Variable and something that no operator takes: text, or a Variable of other elements.
template <class A, class B>
concept WrongOperands = (detail::OnlyVariable<A, B> || detail::OnlyVariable<B, A> ||
                         detail::MixedVariables<A, B>);

// So that the compiler names the mistake instead of every operator it knows. Cast first to mix
// float and double; casts detach.
template <class A, class B>
void operator+(const A& a, const B& b) requires WrongOperands<A, B>
= delete;
template <class A, class B>
void operator-(const A& a, const B& b) requires WrongOperands<A, B>
= delete;
template <class A, class B>
void operator*(const A& a, const B& b) requires WrongOperands<A, B>
= delete;
template <class A, class B>
void operator/(const A& a, const B& b) requires WrongOperands<A, B>
= delete;

/// Compound assignment rebinds the handle a to a new result; it changes no value in place, so
/// other handles and saved values are not affected.
template <Element T, class B>
Variable<T>& operator+=(Variable<T>& a, B&& b) {
  return a = a + std::forward<B>(b);
}
template <Element T, class B>
Variable<T>& operator-=(Variable<T>& a, B&& b) {
  return a = a - std::forward<B>(b);
}
template <Element T, class B>
Variable<T>& operator*=(Variable<T>& a, B&& b) {
  return a = a * std::forward<B>(b);
}
template <Element T, class B>
Variable<T>& operator/=(Variable<T>& a, B&& b) {
  return a = a / std::forward<B>(b);
}

}  // namespace xg
