#include "xgrad/core/error.hpp"
#include "xgrad/ops/activation.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/mask.hpp"
#include "xgrad/ops/recurrent_layer.hpp"

namespace xg::detail {

namespace {

template <class T>
CellState<T> lstm_step(const Variable<T>& sums, const Variable<T>& c) {
  const auto gates = chunk(sums, 4, 1);
  const auto next = sigmoid(gates[1]) * c + sigmoid(gates[0]) * tanh(gates[2]);
  return {sigmoid(gates[3]) * tanh(next), next};
}

template <class T>
Variable<T> gru_step(const Variable<T>& a, const Variable<T>& sums, const Variable<T>& h) {
  const auto x = chunk(a, 3, 1), p = chunk(sums, 3, 1);
  const auto r = sigmoid(x[0] + p[0]), z = sigmoid(x[1] + p[1]);
  const auto n = tanh(x[2] + r * p[2]);
  return n + z * (h - n);
}

/// Which sequences have ended before step t, [N, 1].
Array<bool> ended(const std::vector<std::int64_t>& lengths, std::size_t t) {
  Array<bool> mask(Shape{lengths.size(), 1});
  for (std::size_t i = 0; i < lengths.size(); ++i)
    mask.data()[i] = static_cast<std::int64_t>(t) >= lengths[i];
  return mask;
}

/// `before` where the mask holds, else `after`; neither's NaN reaches the other.
template <class T>
Variable<T> keep(const Array<bool>& mask, const Variable<T>& before, const Variable<T>& after) {
  if (!before.defined()) return after;
  return masked_fill(before, Array<bool>(!mask), 0) + masked_fill(after, mask, 0);
}

}  // namespace

template <class T>
CellState<T> cell_step(Cell cell, const Variable<T>& a, const CellState<T>& before,
                       const LayerInputs<T>& in) {
  const auto sums = linear(before.h, in.w_hh, in.b_hh);
  switch (cell) {
    case Cell::rnn_tanh:
      return {tanh(a + sums), {}};
    case Cell::rnn_relu:
      return {relu(a + sums), {}};
    case Cell::gru:
      return {gru_step(a, sums, before.h), {}};
    case Cell::lstm:
      break;
  }
  CellState<T> after = lstm_step(a + sums, before.c);
  if (in.w_hr.defined()) after.h = product(after.h, in.w_hr, false, true);
  return after;
}

template <class T>
Variables<T> unrolled_layer(const LayerInputs<T>& in, const LayerSettings& settings) {
  const auto a = unbind(linear(in.x, in.w_ih, in.b_ih), 0);
  CellState<T> state{in.h0, in.c0};
  Variables<T> y(a.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    const std::size_t t = settings.reverse ? a.size() - 1 - k : k;
    CellState<T> next = cell_step(settings.cell, a[t], state, in);
    if (settings.lengths == nullptr) {
      state = std::move(next);
      y[t] = state.h;
      continue;
    }
    const Array<bool> mask = ended(*settings.lengths, t);
    state = {keep(mask, state.h, next.h), keep(mask, state.c, next.c)};
    y[t] = masked_fill(state.h, mask, 0);
  }
  Variables<T> result{stack(y, 0), state.h};
  if (settings.cell == Cell::lstm) result.push_back(state.c);
  return result;
}

#define XG_INSTANTIATE(T)                                                        \
  template CellState<T> cell_step(Cell, const Variable<T>&, const CellState<T>&, \
                                  const LayerInputs<T>&);                        \
  template Variables<T> unrolled_layer(const LayerInputs<T>&, const LayerSettings&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::detail
