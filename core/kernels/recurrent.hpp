#pragma once
#include <cstddef>
#include <cstdint>

/// A recurrent layer over a whole sequence, in one direction, T float or double.
///
///   rnn   h' = tanh(a) or max(a, 0), a = W_ih x + b_ih + W_hh h + b_hh
///   lstm  gates i, f, g, o: c' = f c + i g, h' = o tanh(c'); g by tanh, the others by the sigmoid
///         projected: h' = W_hr (o tanh(c')), with `projected` elements instead of `hidden`
///   gru   gates r, z, n: n = tanh(W_in x + b_in + r (W_hn h + b_hn)), h' = (1 - z) n + z h
///
/// The products with x are one GEMM for all steps, and so are the gradients of the weights; each
/// step has one GEMM with W_hh and one pass over the gates.
namespace xg::kernels {

enum class Cell : std::uint8_t { rnn_tanh, rnn_relu, lstm, gru };

constexpr std::size_t gate_count(Cell cell) {
  return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1;
}

struct Sequence {
  Cell cell;
  std::size_t steps, batch, inputs, hidden;
  bool reverse = false;                   ///< from the last step to the first
  const std::int64_t* lengths = nullptr;  ///< [batch]; beyond: the state stays and y is 0
  std::size_t projected = 0;              ///< lstm: elements of h, 0 if it is not projected

  std::size_t states() const { return projected > 0 ? projected : hidden; }  ///< of h
  std::size_t width() const { return gate_count(cell) * hidden; }            ///< of all gates
};

/// Row-major; G is the number of gates times hidden. Biases may be null, both or neither.
template <class T>
struct RecurrentWeights {
  const T* w_ih;  // [G, inputs]
  const T* w_hh;  // [G, states]
  const T* b_ih;  // [G]
  const T* b_hh;  // [G]
  const T* w_hr;  // [states, hidden]; null if not projected
};

/// What forward leaves for backward; all [steps, batch, ...], null where a cell has none.
template <class T>
struct RecurrentTrace {
  T* gates;   // [G], after their functions; null for rnn, whose gate is its state
  T* cells;   // [hidden], lstm: c
  T* extra;   // [hidden], lstm: tanh(c); gru: W_hn h + b_hn
  T* states;  // [states], h; may be y itself where lengths is null
  T* inner;   // [hidden], what is projected to h
};

/// y [steps, batch, states]; h_last [batch, states], c_last [batch, hidden] for lstm alone.
/// x [steps, batch, inputs], h0 and c0 as h_last and c_last. steps >= 1.
template <class T>
void recurrent_forward(const Sequence& s, const RecurrentWeights<T>& w, const T* x, const T* h0,
                       const T* c0, const RecurrentTrace<T>& trace, T* y, T* h_last, T* c_last);

/// What backward is given and asked for. A null gradient in counts as 0; a null one out is not
/// computed.
template <class T>
struct RecurrentGradients {
  const T *gy, *gh_last, *gc_last;
  T *gx, *gh0, *gc0;
  T *gw_ih, *gw_hh, *gb_ih, *gb_hh, *gw_hr;
};

template <class T>
void recurrent_backward(const Sequence& s, const RecurrentWeights<T>& w, const T* x, const T* h0,
                        const T* c0, const RecurrentTrace<T>& trace,
                        const RecurrentGradients<T>& g);

}  // namespace xg::kernels
