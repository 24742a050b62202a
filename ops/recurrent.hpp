#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/random.hpp"

namespace xg {

// Recurrent cells (one step) and layers (whole sequences). Weights have PyTorch's layout: those of
// the gates stand below each other, G of them: 1 for rnn, 4 for lstm (in the order i, f, g, o) and
// 3 for gru (r, z, n).
//
// Truncated back-propagation through time: carry the state from one piece of a long sequence to the
// next by its value alone, so that backward ends at the border.
//
//   for (const auto& piece : pieces) {
//     auto out = lstm(piece, h, c, weights);     // {y, h, c}
//     loss(out[0]).backward();
//     h = out[1].detach();                       // or: state = detach(state)
//     c = out[2].detach();
//   }

enum class Nonlinearity : std::uint8_t { tanh, relu };

/// One step of a simple recurrent network: tanh (or relu) of W_ih x + b_ih + W_hh h + b_hh.
///
///   x           [N, I], or [I]
///   h           [N, H], or [H]
///   w_ih, w_hh  [H, I], [H, H]
///   b_ih, b_hh  [H], or both undefined for none
///   result      as h
///
/// @throws ShapeError if these do not fit.
template <Element T>
Variable<T> rnn_cell(const Variable<T>& x, const Variable<T>& h, const Variable<T>& w_ih,
                     const Variable<T>& w_hh, const Variable<T>& b_ih = Variable<T>{},
                     const Variable<T>& b_hh = Variable<T>{},
                     Nonlinearity nonlinearity = Nonlinearity::tanh);

/// One step of long short-term memory. With the gates i, f, o = sigmoid and g = tanh of
/// W_ih x + b_ih + W_hh h + b_hh:
///
///   c' = f c + i g,  h' = o tanh(c')
///
/// Shapes as in rnn_cell, with 4 H rows of weights and c like h.
/// @return {h', c'}.
/// Source: Hochreiter, Schmidhuber, Neural Computation 9(8), 1997; forget gate: Gers et al., 2000.
template <Element T>
Variables<T> lstm_cell(const Variable<T>& x, const Variable<T>& h, const Variable<T>& c,
                       const Variable<T>& w_ih, const Variable<T>& w_hh,
                       const Variable<T>& b_ih = Variable<T>{},
                       const Variable<T>& b_hh = Variable<T>{});

/// One step of a gated recurrent unit:
///
///   r, z = sigmoid(W x + b + V h + d),  n = tanh(W x + b + r (V h + d)),  h' = (1 - z) n + z h
///
/// with the rows r, z, n of W = w_ih, b = b_ih, V = w_hh, d = b_hh; 3 H of each.
/// Source: Cho et al., arXiv:1406.1078, with the reset gate after the product, as in PyTorch.
template <Element T>
Variable<T> gru_cell(const Variable<T>& x, const Variable<T>& h, const Variable<T>& w_ih,
                     const Variable<T>& w_hh, const Variable<T>& b_ih = Variable<T>{},
                     const Variable<T>& b_hh = Variable<T>{});

struct RecurrentOptions {
  std::size_t layers = 1;      ///< each takes the results of the one below, >= 1
  bool bias = true;            ///< whether b_ih, b_hh are among the weights
  bool bidirectional = false;  ///< a second set of weights runs from the end to the start
  bool batch_first = false;    ///< x and y are [N, T, ...] instead of [T, N, ...]
  double dropout = 0;          ///< probability of dropping, between layers, in [0, 1]
  bool training = false;       ///< whether to drop at all
  bool projected = false;      ///< lstm: h is W_hr times what it would be; w_hr is a weight too
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< of rnn
  /// [N], each in [0, T]: beyond its length a sequence's state stays and y is 0, whatever x holds
  /// there; the reverse direction begins at its last step. Absent: all are T long.
  IndexArray lengths = IndexArray(Shape{0});
};

/// Layers of rnn_cell over whole sequences.
///
///   x        [T, N, I] (batch_first: [N, T, I]), or [T, I] for a single sequence; T >= 1
///   h0       [layers * directions, N, H], or [layers * directions, H]; undefined for 0
///   weights  for each layer, for each direction: w_ih, w_hh and, if options.bias, b_ih, b_hh,
///            shaped as in rnn_cell; in layers above the first I is directions * H
///   y        [T, N, directions * H]: the top layer's states, forwards beside backwards
///   h        as h0: the last states (backwards: those at the first step)
///
/// @return {y, h}.
/// @throws ShapeError if shapes do not fit; ValueError for an option out of range or another number
///         of weights.
///
/// Gradient: by back-propagation through time. Each layer and direction is one operation: one
/// product for the inputs of all steps, a product and a pass a step, and one product at the end for
/// the gradient of each weight. Differentiating twice runs it again from elementary operations.
template <Element T>
Variables<T> rnn(const Variable<T>& x, const Variable<T>& h0, const Variables<T>& weights,
                 const RecurrentOptions& options, Generator& generator);
template <Element T>
Variables<T> rnn(const Variable<T>& x, const Variable<T>& h0, const Variables<T>& weights,
                 const RecurrentOptions& options = {}) {
  return rnn(x, h0, weights, options, default_generator());
}

/// Layers of lstm_cell over whole sequences; as rnn, with c0 and c like h0 and h.
///
/// With options.projected a matrix w_hr [P, H] follows the weights of each layer and direction; h
/// and y then have P columns instead of H, w_hh is [4 H, P].
///
/// @return {y, h, c}.
/// Source of the projection: Sak et al., arXiv:1402.1128.
template <Element T>
Variables<T> lstm(const Variable<T>& x, const Variable<T>& h0, const Variable<T>& c0,
                  const Variables<T>& weights, const RecurrentOptions& options,
                  Generator& generator);
template <Element T>
Variables<T> lstm(const Variable<T>& x, const Variable<T>& h0, const Variable<T>& c0,
                  const Variables<T>& weights, const RecurrentOptions& options = {}) {
  return lstm(x, h0, c0, weights, options, default_generator());
}

/// Layers of gru_cell over whole sequences; as rnn, with 3 H rows of weights.
/// @return {y, h}.
template <Element T>
Variables<T> gru(const Variable<T>& x, const Variable<T>& h0, const Variables<T>& weights,
                 const RecurrentOptions& options, Generator& generator);
template <Element T>
Variables<T> gru(const Variable<T>& x, const Variable<T>& h0, const Variables<T>& weights,
                 const RecurrentOptions& options = {}) {
  return gru(x, h0, weights, options, default_generator());
}

/// Each value without its history; undefined ones stay so. For truncated back-propagation.
template <Element T>
Variables<T> detach(const Variables<T>& state) {
  Variables<T> result;
  for (const Variable<T>& x : state) result.push_back(x.defined() ? x.detach() : x);
  return result;
}

}  // namespace xg
