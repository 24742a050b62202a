#pragma once

#include <functional>

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Runs f(inputs) without keeping the values that its backward will need; they are computed again,
/// once, when backward first asks for one. Less memory for one more forward.
///
/// Gradients are exactly those of the plain call, of any order, also by Variables that f captures:
/// the graph is recorded as usual and only its saved values are missing. The same random bits are
/// drawn again from every Generator that f used. f must do the same on the second call.
/// A checkpoint inside a checkpoint belongs to the outer one.
/// @throws StateError during backward if the second call saves other values than the first, or if
/// an
///         input was changed in place in between.
/// Source: Chen, Xu, Zhang, Guestrin, arXiv:1604.06174.
template <class T>
Variables<T> checkpoint(std::function<Variables<T>(const Variables<T>&)> f, Variables<T> inputs);

/// The same for functions of one or more Variables with one result: checkpoint(f, x, y).
template <class F, class T, class... More>
requires(std::is_same_v<std::invoke_result_t<F, const Variable<T>&, const More&...>, Variable<T>>)
    Variable<T> checkpoint(F f, const Variable<T>& first, const More&... more) {
  return checkpoint<T>(
      [f = std::move(f)](const Variables<T>& in) -> Variables<T> {
        return [&]<std::size_t... i>(std::index_sequence<i...>)->Variables<T> {
          return {f(in[i]...)};
        }
        (std::index_sequence_for<Variable<T>, More...>());
      },
      Variables<T>{first, more...})[0];
}

}  // namespace xg
