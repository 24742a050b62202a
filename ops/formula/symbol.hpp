#pragma once

/// The scalar that a formula is called with. `xg::map(formula, ...)` calls the formula once with
/// Symbols instead of numbers; the operations below leave a small expression behind, which is
/// simplified, differentiated and compiled for the SIMD kernels.
///
///   auto swish = [](auto x) { return x / (1 + exp(-x)); };
///   auto huber = [d = 1.5](auto r) { return where(abs(r) < d, r * r / 2, d * (abs(r) - d / 2)); };
///
/// Inside a formula call functions unqualified (argument-dependent lookup finds them) or as xg::,
/// never as std::. A comparison is a Condition: `where(condition, a, b)` chooses, `if` and `?:`
/// cannot, since no number is known yet. Numbers mix freely and are constants.

#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "xgrad/core/kernels/program.hpp"

namespace xg {

template <class N>
concept Number = std::is_arithmetic_v<N>;

class Symbol;

/// Outcome of a comparison between Symbols.
class Condition {
 public:
  /// Not known while the formula is recorded: use where(condition, a, b), &&, || and !.
  operator bool() const = delete;

 private:
  friend class Symbol;
  explicit Condition(std::uint32_t id, std::uint32_t recording) : id_(id), recording_(recording) {}
  std::uint32_t id_, recording_;
};

/// An input of a formula, or what a formula has computed from it. A handle of 8 bytes, valid until
/// the formula returns.
class Symbol {
 public:
  /// A constant. Only inside a formula (StateError elsewhere).
  template <Number N>
  explicit Symbol(N value) : Symbol(constant(static_cast<double>(value))) {}
  /// A Symbol has no value. Call exp(x), not std::exp(x).
  operator double() const = delete;

  template <class B>
  Symbol& operator+=(const B& b) {
    return *this = *this + b;
  }
  template <class B>
  Symbol& operator-=(const B& b) {
    return *this = *this - b;
  }
  template <class B>
  Symbol& operator*=(const B& b) {
    return *this = *this * b;
  }
  template <class B>
  Symbol& operator/=(const B& b) {
    return *this = *this / b;
  }

  /// One operation on the recording in progress. @throws StateError for a Symbol of another one.
  static Symbol apply(kernels::Opcode op, Symbol a);
  static Symbol apply(kernels::Opcode op, Symbol a, Symbol b);
  static Symbol apply(kernels::Opcode op, Symbol a, Symbol b, Symbol c);

  // Conditions are computed as 1 or 0.
  explicit Symbol(Condition c) : id_(c.id_), recording_(c.recording_) {}
  Condition condition() const { return Condition(id_, recording_); }

 private:
  friend class Recording;
  Symbol(std::uint32_t id, std::uint32_t recording) : id_(id), recording_(recording) {}
  static Symbol constant(double value);
  std::uint32_t id_, recording_;
};

/// A Symbol or a number.
template <class A>
concept SymbolOrNumber = std::same_as<A, Symbol> || Number<A>;

template <class A, class B>
concept SymbolPair = SymbolOrNumber<A> && SymbolOrNumber<B> &&
    (std::same_as<A, Symbol> || std::same_as<B, Symbol>);

namespace detail {
inline Symbol as_symbol(Symbol x) { return x; }
template <Number N>
Symbol as_symbol(N value) {
  return Symbol(value);
}
template <class A, class B>
Symbol apply(kernels::Opcode op, const A& a, const B& b) {
  // In this order, so that every compiler records the same sequence.
  const Symbol left = as_symbol(a);
  const Symbol right = as_symbol(b);
  return Symbol::apply(op, left, right);
}
}  // namespace detail

// clang-format off
inline Symbol operator+(Symbol a) { return a; }
inline Symbol operator-(Symbol a) { return Symbol::apply(kernels::Opcode::neg, a); }
template <class A, class B> requires SymbolPair<A, B>
Symbol operator+(const A& a, const B& b) { return detail::apply(kernels::Opcode::add, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol operator-(const A& a, const B& b) { return detail::apply(kernels::Opcode::sub, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol operator*(const A& a, const B& b) { return detail::apply(kernels::Opcode::mul, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol operator/(const A& a, const B& b) { return detail::apply(kernels::Opcode::div, a, b); }

template <class A, class B> requires SymbolPair<A, B>
Condition operator<(const A& a, const B& b) { return detail::apply(kernels::Opcode::lt, a, b).condition(); }
template <class A, class B> requires SymbolPair<A, B>
Condition operator<=(const A& a, const B& b) { return detail::apply(kernels::Opcode::le, a, b).condition(); }
template <class A, class B> requires SymbolPair<A, B>
Condition operator>(const A& a, const B& b) { return detail::apply(kernels::Opcode::gt, a, b).condition(); }
template <class A, class B> requires SymbolPair<A, B>
Condition operator>=(const A& a, const B& b) { return detail::apply(kernels::Opcode::ge, a, b).condition(); }
template <class A, class B> requires SymbolPair<A, B>
Condition operator==(const A& a, const B& b) { return detail::apply(kernels::Opcode::eq, a, b).condition(); }
template <class A, class B> requires SymbolPair<A, B>
Condition operator!=(const A& a, const B& b) { return detail::apply(kernels::Opcode::ne, a, b).condition(); }
inline Condition operator&&(Condition a, Condition b) { return detail::apply(kernels::Opcode::logical_and, Symbol(a), Symbol(b)).condition(); }
inline Condition operator||(Condition a, Condition b) { return detail::apply(kernels::Opcode::logical_or, Symbol(a), Symbol(b)).condition(); }
inline Condition operator!(Condition a) { return Symbol::apply(kernels::Opcode::logical_not, Symbol(a)).condition(); }
inline Condition isnan(Symbol x) { return Symbol::apply(kernels::Opcode::isnan, x).condition(); }
inline Condition isinf(Symbol x) { return Symbol::apply(kernels::Opcode::isinf, x).condition(); }
inline Condition isfinite(Symbol x) { return Symbol::apply(kernels::Opcode::isfinite, x).condition(); }

// Each as its namesake in core/kernels/program.hpp, which has the conventions.
inline Symbol abs(Symbol x) { return Symbol::apply(kernels::Opcode::abs, x); }  ///< derivative 0 at 0
inline Symbol sign(Symbol x) { return Symbol::apply(kernels::Opcode::sign, x); }
inline Symbol square(Symbol x) { return Symbol::apply(kernels::Opcode::square, x); }
inline Symbol reciprocal(Symbol x) { return Symbol::apply(kernels::Opcode::reciprocal, x); }
inline Symbol sqrt(Symbol x) { return Symbol::apply(kernels::Opcode::sqrt, x); }
inline Symbol rsqrt(Symbol x) { return Symbol::apply(kernels::Opcode::rsqrt, x); }
inline Symbol cbrt(Symbol x) { return Symbol::apply(kernels::Opcode::cbrt, x); }
inline Symbol exp(Symbol x) { return Symbol::apply(kernels::Opcode::exp, x); }
inline Symbol exp2(Symbol x) { return Symbol::apply(kernels::Opcode::exp2, x); }
inline Symbol expm1(Symbol x) { return Symbol::apply(kernels::Opcode::expm1, x); }
inline Symbol log(Symbol x) { return Symbol::apply(kernels::Opcode::log, x); }
inline Symbol log2(Symbol x) { return Symbol::apply(kernels::Opcode::log2, x); }
inline Symbol log10(Symbol x) { return Symbol::apply(kernels::Opcode::log10, x); }
inline Symbol log1p(Symbol x) { return Symbol::apply(kernels::Opcode::log1p, x); }
inline Symbol sin(Symbol x) { return Symbol::apply(kernels::Opcode::sin, x); }
inline Symbol cos(Symbol x) { return Symbol::apply(kernels::Opcode::cos, x); }
inline Symbol tan(Symbol x) { return Symbol::apply(kernels::Opcode::tan, x); }
inline Symbol asin(Symbol x) { return Symbol::apply(kernels::Opcode::asin, x); }
inline Symbol acos(Symbol x) { return Symbol::apply(kernels::Opcode::acos, x); }
inline Symbol atan(Symbol x) { return Symbol::apply(kernels::Opcode::atan, x); }
inline Symbol sinh(Symbol x) { return Symbol::apply(kernels::Opcode::sinh, x); }
inline Symbol cosh(Symbol x) { return Symbol::apply(kernels::Opcode::cosh, x); }
inline Symbol tanh(Symbol x) { return Symbol::apply(kernels::Opcode::tanh, x); }
inline Symbol asinh(Symbol x) { return Symbol::apply(kernels::Opcode::asinh, x); }
inline Symbol acosh(Symbol x) { return Symbol::apply(kernels::Opcode::acosh, x); }
inline Symbol atanh(Symbol x) { return Symbol::apply(kernels::Opcode::atanh, x); }
inline Symbol sigmoid(Symbol x) { return Symbol::apply(kernels::Opcode::sigmoid, x); }
inline Symbol log_sigmoid(Symbol x) { return Symbol::apply(kernels::Opcode::log_sigmoid, x); }
inline Symbol softplus(Symbol x) { return Symbol::apply(kernels::Opcode::softplus, x); }
inline Symbol relu(Symbol x) { return Symbol::apply(kernels::Opcode::relu, x); }  ///< derivative 0 at 0
inline Symbol erf(Symbol x) { return Symbol::apply(kernels::Opcode::erf, x); }
inline Symbol erfc(Symbol x) { return Symbol::apply(kernels::Opcode::erfc, x); }
inline Symbol lgamma(Symbol x) { return Symbol::apply(kernels::Opcode::lgamma, x); }
inline Symbol digamma(Symbol x) { return Symbol::apply(kernels::Opcode::digamma, x); }
inline Symbol trigamma(Symbol x) { return Symbol::apply(kernels::Opcode::trigamma, x); }  ///< no derivative: ValueError
inline Symbol floor(Symbol x) { return Symbol::apply(kernels::Opcode::floor, x); }
inline Symbol ceil(Symbol x) { return Symbol::apply(kernels::Opcode::ceil, x); }
inline Symbol round(Symbol x) { return Symbol::apply(kernels::Opcode::round, x); }
inline Symbol trunc(Symbol x) { return Symbol::apply(kernels::Opcode::trunc, x); }

template <class A, class B> requires SymbolPair<A, B>
Symbol minimum(const A& a, const B& b) { return detail::apply(kernels::Opcode::min, a, b); }  ///< ties: half each
template <class A, class B> requires SymbolPair<A, B>
Symbol maximum(const A& a, const B& b) { return detail::apply(kernels::Opcode::max, a, b); }  ///< ties: half each
template <class A, class B> requires SymbolPair<A, B>
Symbol min(const A& a, const B& b) { return minimum(a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol max(const A& a, const B& b) { return maximum(a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol pow(const A& a, const B& b) { return detail::apply(kernels::Opcode::pow, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol atan2(const A& a, const B& b) { return detail::apply(kernels::Opcode::atan2, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol hypot(const A& a, const B& b) { return detail::apply(kernels::Opcode::hypot, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol fmod(const A& a, const B& b) { return detail::apply(kernels::Opcode::fmod, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol remainder(const A& a, const B& b) { return detail::apply(kernels::Opcode::remainder, a, b); }
template <class A, class B> requires SymbolPair<A, B>
Symbol copysign(const A& a, const B& b) { return detail::apply(kernels::Opcode::copysign, a, b); }
// clang-format on

/// a where the condition holds, else b. Neither the branch not chosen nor its derivative can spoil
/// the result: where(x > 0, log(x), 0) has value and derivative 0 at x = -1.
template <SymbolOrNumber A, SymbolOrNumber B>
Symbol where(Condition condition, const A& a, const B& b) {
  const Symbol chosen = detail::as_symbol(a);
  const Symbol other = detail::as_symbol(b);
  return Symbol::apply(kernels::Opcode::select, Symbol(condition), chosen, other);
}

/// x limited to [low, high]; derivative 1 inside and at the limits, 0 outside.
template <SymbolOrNumber A, SymbolOrNumber B>
Symbol clamp(Symbol x, const A& low, const B& high) {
  return where(x < low, low, where(x > high, high, x));
}

}  // namespace xg
