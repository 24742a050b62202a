#pragma once

/// Elementwise operations from one scalar formula: the second way to make an operation.

#include <span>
#include <string>
#include <type_traits>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/formula/recording.hpp"

namespace xg {

/// What a formula can be applied to: a Variable, an Array or any other xtensor expression of
/// numbers, or a number.
template <class X>
concept MapInput = AnyVariable<X> || Number<X> || xt::is_xexpression<X>::value;

namespace detail {

template <class X>
struct MapElement : std::type_identity<void> {};
template <class X>
requires(AnyVariable<X> || xt::is_xexpression<X>::value) struct MapElement<X>
    : std::conditional<Element<typename X::value_type>, typename X::value_type, void> {
};

template <class... Inputs>
struct FirstOf : std::type_identity<void> {};
template <class First, class... Rest>
struct FirstOf<First, Rest...>
    : std::conditional<std::is_void_v<First>, typename FirstOf<Rest...>::type, First> {};

/// The element type of the first Variable, else of the first expression of float or double.
template <class... Inputs>
using map_element =
    typename FirstOf<typename FirstOf<std::conditional_t<
                         AnyVariable<Inputs>, typename MapElement<Inputs>::type, void>...>::type,
                     typename MapElement<Inputs>::type...>::type;

template <class T, class X>
concept FitsElement = !AnyVariable<X> || std::same_as<typename MapElement<X>::type, T>;

}  // namespace detail

/// One or more MapInputs, at least one of them a Variable or an expression of float or double; all
/// Variables have the same element type.
template <class... Inputs>
concept MapInputs = (MapInput<Inputs> && ...) && Element<detail::map_element<Inputs...>> &&
                    (detail::FitsElement<detail::map_element<Inputs...>, Inputs> && ...);

namespace detail {

template <class T>
Variable<T> map_variables(const char* name, const ScalarFunctionHandle& function,
                          std::span<const Variable<T>* const> inputs);
extern template Variable<float> map_variables(const char*, const ScalarFunctionHandle&,
                                              std::span<const Variable<float>* const>);
extern template Variable<double> map_variables(const char*, const ScalarFunctionHandle&,
                                               std::span<const Variable<double>* const>);

template <class T>
const Variable<T>& map_argument(const Variable<T>& x) {
  return x;
}
template <class T, Number N>
Variable<T> map_argument(N value) {
  return Variable<T>(full_array<T>(Shape(), static_cast<T>(value)));
}
template <class T, class E>
requires(xt::is_xexpression<E>::value) Variable<T> map_argument(const E& expression) {
  return Variable<T>(expression);
}
template <class T, class... V>
Variable<T> map_arguments(const char* name, const ScalarFunctionHandle& function, const V&... x) {
  const Variable<T>* const inputs[] = {&x...};
  return map_variables<T>(name, function, inputs);
}

std::string formula_text(const ScalarFunctionHandle& function);
std::string derivative_text(const ScalarFunctionHandle& function, std::size_t order);

/// The smallest number of Symbols that F can be called with.
template <class F, std::size_t n = 1, class... S>
constexpr std::size_t formula_arity() {
  static_assert(n <= 16, "a formula takes 1 to 16 Symbols");
  if constexpr (std::is_invocable_v<const F&, S..., Symbol>)
    return n;
  else
    return formula_arity<F, n + 1, S..., Symbol>();
}

}  // namespace detail

/// y[i] = formula(a[i], b[i], ...), all inputs broadcast together by NumPy's rule.
///
///   auto swish = [](auto x) { return x / (1 + exp(-x)); };
///   auto y = xg::map(swish, x);
///   auto z = xg::map([k = 0.1](auto a, auto b) { return where(a > b, a, k * b); }, x, bias);
///
/// The formula is a generic lambda or function object. It is called with Symbols (see
/// formula/symbol.hpp for what it may use), not with numbers: without captures once in the life of
/// the program, else at each call of map, which costs some 10 ns an operation as long as the
/// operations and constants are the same as in an earlier call and a few microseconds otherwise.
/// So a captured number that changes at every call is better passed as an input: numbers are inputs
/// too.
///
/// @param formula  at most 32 arguments.
/// @param inputs   as many as the formula has arguments.
/// @return         the broadcast shape of the inputs, float or double as the Variables among them.
/// @throws ShapeError if the inputs do not broadcast.
///
/// Forward is one pass over memory, and so is backward. The gradient is the formula's symbolic
/// derivative, of any order. Conditions are not differentiated; rounding has derivative zero.
/// Kinks: relu'(0) = 0, abs'(0) = 0; equal arguments of maximum and minimum each count half.
///
/// Before it runs, the formula is simplified: constants are folded, what is computed twice is
/// computed once, and forms that overflow are replaced, so that x / (1 + exp(-x)) has the right
/// value and derivative at -1000. Values stay what the formula says but for their last bits and the
/// sign of a zero; infinities and NaN are kept (x * 0 is not 0).
template <class... Inputs, Formula<Inputs...> F>
requires MapInputs<Inputs...> Variable<detail::map_element<Inputs...>> map(
    const F& formula, const Inputs&... inputs) {
  using T = detail::map_element<Inputs...>;
  return detail::with_recorded<sizeof...(Inputs)>(formula, [&](const auto& function) {
    return detail::map_arguments<T>("map", function, detail::map_argument<T>(inputs)...);
  });
}

/// The same under a name of its own in errors and in pictures of the graph; a string literal.
template <class... Inputs, Formula<Inputs...> F>
requires MapInputs<Inputs...> Variable<detail::map_element<Inputs...>> map_named(
    const char* name, const F& formula, const Inputs&... inputs) {
  using T = detail::map_element<Inputs...>;
  return detail::with_recorded<sizeof...(Inputs)>(formula, [&](const auto& function) {
    return detail::map_arguments<T>(name, function, detail::map_argument<T>(inputs)...);
  });
}

/// The formula as it is computed, as C++ text: "y = x * sigmoid(x)". The arguments are called x, or
/// x1, x2, ... if there are several; long formulas get a line for each intermediate (t1, t2, ...).
template <class F>
std::string formula_text(const F& formula) {
  return detail::with_recorded<detail::formula_arity<F>()>(
      formula, [](const auto& function) { return detail::formula_text(function); });
}

/// Its derivative: "y' = ..." (and "y'' = ..." for order 2) for one argument, a line for each
/// argument ("dy/dx1 = ...", order 1 only) for several.
/// @throws ValueError if order is 0, or above 1 for several arguments.
template <class F>
std::string derivative_text(const F& formula, std::size_t order = 1) {
  return detail::with_recorded<detail::formula_arity<F>()>(
      formula, [&](const auto& function) { return detail::derivative_text(function, order); });
}

}  // namespace xg
