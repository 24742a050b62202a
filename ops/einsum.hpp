#pragma once

#include <string_view>

#include "xgrad/ops/linalg.hpp"

namespace xg {

/// Einstein's summation: products of all operands, summed over the letters that the result does
/// not name.
///
///   einsum("ij,jk->ik", a, b)      matrix product            einsum("ii", a)        trace
///   einsum("bi,bj->bij", a, b)     outer products            einsum("ii->i", a)     diagonal
///   einsum("...ij->...ji", a)      batch of transposes       einsum("i,i", a, b)    dot
///
/// @param equation  one term of letters (a-z, A-Z) an operand, a letter an axis, then "->" and the
///                  letters of the result. Without "->" those that occur once, sorted, capitals
///                  first. "..." stands for further axes, which broadcast and in the result come
///                  where it stands (first without "->"; summed if it stands nowhere). Spaces do
///                  not count.
/// @param xs        the operands, at least one. Axes of one letter have equal extents, or 1.
/// @throws ValueError for an equation of another form or for another number of operands; ShapeError
///         where ranks or extents do not fit.
///
/// Pairs of operands are contracted one after the other, each time the pair whose result is
/// smallest compared with what it replaces, as batched matrix products. Gradient: of these.
template <Element T>
Variable<T> einsum(std::string_view equation, const Variables<T>& xs);

/// Operands one by one: Variables, and xtensor expressions beside at least one Variable.
template <class... A>
requires((AnyVariable<A> || detail::Expression<A>)&&...) &&
    (AnyVariable<A> || ...) auto einsum(std::string_view equation, A&&... xs) {
  using T = detail::element_among<A...>;
  return einsum<T>(equation, Variables<T>{detail::as_variable<T>(std::forward<A>(xs))...});
}

}  // namespace xg
