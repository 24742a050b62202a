#pragma once

/// Calling a formula once with Symbols.

#include <memory>
#include <utility>

#include "xgrad/ops/formula/symbol.hpp"

namespace xg {

namespace symbolic {
class ScalarFunction;
}

namespace detail {
template <class>
using SymbolFor = Symbol;
using ScalarFunctionHandle = std::shared_ptr<const symbolic::ScalarFunction>;
}  // namespace detail

/// What a formula returns: a Symbol, or a number if it is constant.
template <class R>
concept FormulaResult = SymbolOrNumber<R>;

/// A scalar formula of as many arguments as there are inputs: callable with that many Symbols, and
/// what it returns is a Symbol or a number.
///
/// If the compiler sends you here: inside a formula use exp(x), not std::exp(x); maximum(a, b), not
/// std::max(a, b); where(condition, a, b), not ?: or if; and return a value.
template <class F, class... Inputs>
concept Formula = FormulaResult<decltype(std::declval<const F&>()(
    std::declval<const detail::SymbolFor<Inputs>&>()...))>;

/// The recording of one call of a formula on this thread. Recordings nest; only the innermost takes
/// operations.
class Recording {
 public:
  /// @throws ValueError for more than 32 inputs.
  explicit Recording(std::size_t inputs);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  Symbol input(std::size_t i) const { return Symbol(static_cast<std::uint32_t>(i), serial_); }
  /// The formula that returned this; the same object as long as the same operations and constants
  /// come again.
  detail::ScalarFunctionHandle finish(Symbol result) const;

 private:
  std::uint32_t serial_;
  std::size_t inputs_;
  std::size_t outer_begin_;
  std::uint32_t outer_serial_;
};

namespace detail {

template <class F, std::size_t... i>
ScalarFunctionHandle record(const F& formula, std::index_sequence<i...>) {
  const Recording recording(sizeof...(i));
  const Symbol symbols[] = {recording.input(i)...};
  return recording.finish(as_symbol(formula(symbols[i]...)));
}

/// Calls `use` with the recorded formula. One without captures is recorded once in the life of the
/// program.
template <std::size_t n, class F, class Use>
decltype(auto) with_recorded(const F& formula, Use&& use) {
  if constexpr (std::is_empty_v<F>) {
    static const ScalarFunctionHandle once = record(formula, std::make_index_sequence<n>());
    return use(once);
  } else {
    return use(record(formula, std::make_index_sequence<n>()));
  }
}

}  // namespace detail
}  // namespace xg
