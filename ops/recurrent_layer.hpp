#pragma once

// Internal: one recurrent layer in one direction, as one operation and from elementary ones.

#include <memory>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/kernels/recurrent.hpp"

namespace xg {
namespace detail {

using kernels::Cell;

struct LayerSettings {
  Cell cell = Cell::lstm;
  bool reverse = false;
  std::shared_ptr<const std::vector<std::int64_t>> lengths = {};  // [N], null: all steps
  bool bias = true, projected = false;                            // set by recurrent_layer
};

/// What a layer works on; c0 for lstm alone, w_hr only to project its states. Biases are both
/// defined or both not.
template <class T>
struct LayerInputs {
  Variable<T> x = {}, h0 = {}, c0 = {};  // [T, N, I], [N, H], [N, H]
  Variable<T> w_ih = {}, w_hh = {}, b_ih = {}, b_hh = {}, w_hr = {};
};

template <class T>
struct CellState {
  Variable<T> h = {}, c = {};
};

/// The state after a step; a = W_ih x + b_ih.
template <class T>
CellState<T> cell_step(Cell cell, const Variable<T>& a, const CellState<T>& before,
                       const LayerInputs<T>& in);

/// {y [T, N, H], h [N, H]} and, of lstm, c. Projected, y and h have as many columns as w_hr rows.
template <class T>
Variables<T> recurrent_layer(const LayerInputs<T>& in, LayerSettings settings);
template <class T>
Variables<T> unrolled_layer(const LayerInputs<T>& in, const LayerSettings& settings);

}  // namespace detail
}  // namespace xg
