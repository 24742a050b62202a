#pragma once

#include "xgrad/nn/module.hpp"
#include "xgrad/ops/recurrent.hpp"

/// Recurrent layers and cells; formulas, shapes and gradients stand in ops/recurrent.hpp.
///
/// Weights are named and shaped as in PyTorch (weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0,
/// with _reverse for the second direction) and drawn from U(-k, k), k = 1 / sqrt(hidden_size).
namespace xg::nn {

struct RNNOptions {
  std::size_t num_layers = 1;
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  bool bias = true;
  bool batch_first = false;    ///< x and y are [N, T, ...] instead of [T, N, ...]
  double dropout = 0;          ///< between layers, in training
  bool bidirectional = false;  ///< y has twice as many columns
};
struct LSTMOptions {
  std::size_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  std::size_t proj_size = 0;  ///< above 0: h and y are projected to so many columns
};
struct GRUOptions {
  std::size_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
};

/// All steps of the top layer, and the last state of every layer and direction.
template <class T>
struct RNNResult {
  Variable<T> y, h;
};
template <class T>
struct LSTMResult {
  Variable<T> y, h, c;
};

/// A state of an LSTM; undefined stands for 0.
template <class T>
struct LSTMState {
  Variable<T> h = {}, c = {};
  /// The same values without their history, for truncated back-propagation through time.
  LSTMState detach() const { return {h.defined() ? h.detach() : h, c.defined() ? c.detach() : c}; }
};

/// Integers, one a sequence of the batch: beyond its length a sequence's state stays and y is 0.
/// This stands for PyTorch's packed sequences.
using Lengths = IndexArray;
inline Lengths all_steps() { return Lengths(Shape{0}); }

namespace detail {

/// What the three layers have in common: the weights.
template <class T>
class RecurrentLayers : public Module<T> {
 public:
  RecurrentLayers(RecurrentLayers&&) noexcept = default;
  std::string description() const override;
  double multiply_adds(const Shape& x, const Shape& y) const override;

 protected:
  RecurrentLayers(const char* name, std::size_t gates, std::size_t input_size,
                  std::size_t hidden_size, RecurrentOptions options, std::size_t proj_size = 0);
  RecurrentOptions options(const Lengths& lengths) const;
  /// x itself. @throws ShapeError unless it is as wide as input_size.
  const Variable<T>& checked(const Variable<T>& x) const;

  const char* name_;
  std::size_t input_size_, hidden_size_;
  RecurrentOptions options_;
  std::size_t proj_size_;
  Variables<T> weights_;  // handles to the registered parameters, in their order
};

/// A cell's weights: weight_ih, weight_hh, bias_ih, bias_hh.
template <class T>
class RecurrentCell : public Module<T> {
 public:
  RecurrentCell(RecurrentCell&&) noexcept = default;
  std::string description() const override;
  double multiply_adds(const Shape& x, const Shape& y) const override;
  Variable<T> weight_ih, weight_hh, bias_ih, bias_hh;

 protected:
  RecurrentCell(const char* name, std::size_t gates, std::size_t input_size,
                std::size_t hidden_size, bool bias);
  /// `state`, or zeros for the batch of x.
  Variable<T> or_zero(const Variable<T>& state, const Variable<T>& x) const;
  const Variable<T>& checked(const Variable<T>& x) const;
  std::size_t input_size() const { return weight_ih.shape()[1]; }
  std::size_t hidden_size() const { return weight_hh.shape()[1]; }

 private:
  const char* name_;
};

}  // namespace detail

/// Simple recurrent network, tanh or relu of W_ih x + b_ih + W_hh h + b_hh, over whole sequences.
///
///   xg::nn::RNN<float> rnn(64, 128, {.num_layers = 2});
///   auto [y, h] = rnn(x);            // x [T, N, 64], y [T, N, 128], h [2, N, 128]
///   auto [z, g] = rnn(next, h.detach());
template <class T>
class RNN : public detail::RecurrentLayers<T> {
 public:
  /// @throws ValueError for a size of 0 or an option out of range.
  RNN(std::size_t input_size, std::size_t hidden_size, RNNOptions options = {});
  RNN(RNN&&) noexcept = default;
  RNNResult<T> operator()(const Variable<T>& x, const Variable<T>& h0 = {},
                          const Lengths& lengths = all_steps());
  RNN rebuilt() const;  ///< for clone()
};

/// Long short-term memory.
///
///   xg::nn::LSTM<float> lstm(64, 128);
///   auto [y, h, c] = lstm(x);
///   auto next = lstm(x2, {h.detach(), c.detach()});
template <class T>
class LSTM : public detail::RecurrentLayers<T> {
 public:
  LSTM(std::size_t input_size, std::size_t hidden_size, LSTMOptions options = {});
  LSTM(LSTM&&) noexcept = default;
  LSTMResult<T> operator()(const Variable<T>& x, const LSTMState<T>& state = {},
                           const Lengths& lengths = all_steps());
  LSTM rebuilt() const;
};

/// Gated recurrent unit.
template <class T>
class GRU : public detail::RecurrentLayers<T> {
 public:
  GRU(std::size_t input_size, std::size_t hidden_size, GRUOptions options = {});
  GRU(GRU&&) noexcept = default;
  RNNResult<T> operator()(const Variable<T>& x, const Variable<T>& h0 = {},
                          const Lengths& lengths = all_steps());
  GRU rebuilt() const;
};

struct RNNCellOptions {
  bool bias = true;
  Nonlinearity nonlinearity = Nonlinearity::tanh;
};
struct CellOptions {
  bool bias = true;
};

/// One step at a time: h = cell(x, h), x [N, input_size], h [N, hidden_size], 0 if left out.
template <class T>
class RNNCell : public detail::RecurrentCell<T> {
 public:
  RNNCell(std::size_t input_size, std::size_t hidden_size, RNNCellOptions options = {});
  RNNCell(RNNCell&&) noexcept = default;
  Variable<T> operator()(const Variable<T>& x, const Variable<T>& h = {});
  RNNCell rebuilt() const;

 private:
  Nonlinearity nonlinearity_;
};

/// state = cell(x, state).
template <class T>
class LSTMCell : public detail::RecurrentCell<T> {
 public:
  LSTMCell(std::size_t input_size, std::size_t hidden_size, CellOptions options = {});
  LSTMCell(LSTMCell&&) noexcept = default;
  LSTMState<T> operator()(const Variable<T>& x, const LSTMState<T>& state = {});
  LSTMCell rebuilt() const;
};

template <class T>
class GRUCell : public detail::RecurrentCell<T> {
 public:
  GRUCell(std::size_t input_size, std::size_t hidden_size, CellOptions options = {});
  GRUCell(GRUCell&&) noexcept = default;
  Variable<T> operator()(const Variable<T>& x, const Variable<T>& h = {});
  GRUCell rebuilt() const;
};

extern template class detail::RecurrentLayers<float>;
extern template class detail::RecurrentLayers<double>;
extern template class detail::RecurrentCell<float>;
extern template class detail::RecurrentCell<double>;
extern template class RNN<float>;
extern template class RNN<double>;
extern template class LSTM<float>;
extern template class LSTM<double>;
extern template class GRU<float>;
extern template class GRU<double>;
extern template class RNNCell<float>;
extern template class RNNCell<double>;
extern template class LSTMCell<float>;
extern template class LSTMCell<double>;
extern template class GRUCell<float>;
extern template class GRUCell<double>;

}  // namespace xg::nn
