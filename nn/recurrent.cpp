#include "xgrad/nn/recurrent.hpp"

#include <cmath>

#include "xgrad/nn/init.hpp"

namespace xg::nn {

namespace detail {

namespace {

void check_sizes(const char* op, std::size_t input_size, std::size_t hidden_size) {
  require<ValueError>(input_size >= 1, op, "input_size", "be >= 1", input_size);
  require<ValueError>(hidden_size >= 1, op, "hidden_size", "be >= 1", hidden_size);
}

template <class T>
const Variable<T>& require_width(const char* op, const Variable<T>& x, std::size_t width) {
  const bool fits = !x.shape().empty() && x.shape().back() == width;
  if (!fits)
    require<ShapeError>(false, op, "x", "be " + std::to_string(width) + " wide", x.shape());
  return x;
}

template <class T>
Variable<T> drawn(const Shape& shape, std::size_t hidden_size) {
  Variable<T> x(empty_array<T>(shape));
  const double k = 1 / std::sqrt(static_cast<double>(hidden_size));
  init::uniform_(x, -k, k);
  return x;
}

}  // namespace

template <class T>
RecurrentLayers<T>::RecurrentLayers(const char* name, std::size_t gates, std::size_t input_size,
                                    std::size_t hidden_size, RecurrentOptions options,
                                    std::size_t proj_size)
    : name_(name),
      input_size_(input_size),
      hidden_size_(hidden_size),
      options_(std::move(options)),
      proj_size_(proj_size) {
  check_sizes(name, input_size, hidden_size);
  require<ValueError>(options_.layers >= 1, name, "num_layers", "be >= 1", options_.layers);
  require<ValueError>(options_.dropout >= 0 && options_.dropout <= 1, name, "dropout",
                      "be in [0, 1]", options_.dropout);
  require<ValueError>(proj_size < hidden_size, name, "proj_size", "be < hidden_size", proj_size);
  options_.projected = proj_size > 0;
  const std::size_t states = proj_size > 0 ? proj_size : hidden_size, width = gates * hidden_size;
  const std::size_t directions = options_.bidirectional ? 2 : 1;
  const auto add = [&](const std::string& path, const Shape& shape) {
    weights_.push_back(this->parameter(path, drawn<T>(shape, hidden_size)));
  };
  for (std::size_t layer = 0; layer < options_.layers; ++layer)
    for (std::size_t d = 0; d < directions; ++d) {
      const std::string suffix = "_l" + std::to_string(layer) + (d == 1 ? "_reverse" : "");
      add("weight_ih" + suffix, {width, layer == 0 ? input_size : directions * states});
      add("weight_hh" + suffix, {width, states});
      if (options_.bias) add("bias_ih" + suffix, {width});
      if (options_.bias) add("bias_hh" + suffix, {width});
      if (proj_size > 0) add("weight_hr" + suffix, {proj_size, hidden_size});
    }
}

template <class T>
RecurrentOptions RecurrentLayers<T>::options(const Lengths& lengths) const {
  RecurrentOptions o = options_;
  o.training = this->training();
  o.lengths = lengths;
  return o;
}

template <class T>
const Variable<T>& RecurrentLayers<T>::checked(const Variable<T>& x) const {
  return require_width(name_, x, input_size_);
}

template <class T>
std::string RecurrentLayers<T>::description() const {
  std::string text =
      std::string(name_) + "(" + std::to_string(input_size_) + ", " + std::to_string(hidden_size_);
  if (options_.layers > 1) text += ", num_layers " + std::to_string(options_.layers);
  if (options_.bidirectional) text += ", bidirectional";
  if (proj_size_ > 0) text += ", proj_size " + std::to_string(proj_size_);
  return text + ")";
}

// Each matrix once a step and sequence.
template <class T>
double RecurrentLayers<T>::multiply_adds(const Shape& x, const Shape&) const {
  double count = 0;
  for (const Variable<T>& w : weights_)
    if (w.dimension() == 2) count += static_cast<double>(w.size());
  return count * static_cast<double>(element_count(x) / input_size_);
}

template <class T>
RecurrentCell<T>::RecurrentCell(const char* name, std::size_t gates, std::size_t input_size,
                                std::size_t hidden_size, bool bias)
    : name_(name) {
  check_sizes(name, input_size, hidden_size);
  const std::size_t width = gates * hidden_size;
  const auto add = [&](const char* path, const Shape& shape) {
    return this->parameter(path, drawn<T>(shape, hidden_size));
  };
  weight_ih = add("weight_ih", {width, input_size});
  weight_hh = add("weight_hh", {width, hidden_size});
  if (!bias) return;
  bias_ih = add("bias_ih", {width});
  bias_hh = add("bias_hh", {width});
}

template <class T>
const Variable<T>& RecurrentCell<T>::checked(const Variable<T>& x) const {
  return require_width(name_, x, input_size());
}

template <class T>
std::string RecurrentCell<T>::description() const {
  return std::string(name_) + "(" + std::to_string(input_size()) + ", " +
         std::to_string(hidden_size()) + ")";
}

template <class T>
double RecurrentCell<T>::multiply_adds(const Shape& x, const Shape&) const {
  return static_cast<double>(weight_ih.size() + weight_hh.size()) *
         static_cast<double>(element_count(x) / input_size());
}

template <class T>
Variable<T> RecurrentCell<T>::or_zero(const Variable<T>& state, const Variable<T>& x) const {
  if (state.defined()) return state;
  Shape shape = x.shape();
  if (!shape.empty()) shape.back() = hidden_size();
  return Variable<T>(full_array<T>(shape, T(0)));
}

}  // namespace detail

namespace {

/// x and, where it is given, the state: what hooks see.
template <class T>
Variables<T> inputs(const Variable<T>& x, const Variable<T>& h) {
  return h.defined() ? Variables<T>{x, h} : Variables<T>{x};
}
template <class T>
Variables<T> inputs(const char* op, const Variable<T>& x, const LSTMState<T>& state) {
  require<ValueError>(state.h.defined() == state.c.defined(), op, "state",
                      "hold h and c or neither", state.h.defined() ? "h" : "c");
  return state.h.defined() ? Variables<T>{x, state.h, state.c} : Variables<T>{x};
}
/// Input i, undefined if it is not there.
template <class T>
Variable<T> at(const Variables<T>& in, std::size_t i) {
  return i < in.size() ? in[i] : Variable<T>();
}

}  // namespace

template <class T>
RNN<T>::RNN(std::size_t input_size, std::size_t hidden_size, RNNOptions o)
    : detail::RecurrentLayers<T>("RNN", 1, input_size, hidden_size,
                                 {.layers = o.num_layers,
                                  .bias = o.bias,
                                  .bidirectional = o.bidirectional,
                                  .batch_first = o.batch_first,
                                  .dropout = o.dropout,
                                  .nonlinearity = o.nonlinearity}) {}
template <class T>
RNNResult<T> RNN<T>::operator()(const Variable<T>& x, const Variable<T>& h0,
                                const Lengths& lengths) {
  auto out = this->call(inputs(x, h0), [&](const Variables<T>& in) {
    return rnn(this->checked(in[0]), at(in, 1), this->weights_, this->options(lengths));
  });
  return {out.at(0), out.at(1)};
}
template <class T>
RNN<T> RNN<T>::rebuilt() const {
  const RecurrentOptions& o = this->options_;
  return RNN(this->input_size_, this->hidden_size_,
             {o.layers, o.nonlinearity, o.bias, o.batch_first, o.dropout, o.bidirectional});
}

template <class T>
LSTM<T>::LSTM(std::size_t input_size, std::size_t hidden_size, LSTMOptions o)
    : detail::RecurrentLayers<T>("LSTM", 4, input_size, hidden_size,
                                 {.layers = o.num_layers,
                                  .bias = o.bias,
                                  .bidirectional = o.bidirectional,
                                  .batch_first = o.batch_first,
                                  .dropout = o.dropout},
                                 o.proj_size) {}
template <class T>
LSTMResult<T> LSTM<T>::operator()(const Variable<T>& x, const LSTMState<T>& state,
                                  const Lengths& lengths) {
  auto out = this->call(inputs("LSTM", x, state), [&](const Variables<T>& in) {
    return lstm(this->checked(in[0]), at(in, 1), at(in, 2), this->weights_, this->options(lengths));
  });
  return {out.at(0), out.at(1), out.at(2)};
}
template <class T>
LSTM<T> LSTM<T>::rebuilt() const {
  const RecurrentOptions& o = this->options_;
  return LSTM(this->input_size_, this->hidden_size_,
              {o.layers, o.bias, o.batch_first, o.dropout, o.bidirectional, this->proj_size_});
}

template <class T>
GRU<T>::GRU(std::size_t input_size, std::size_t hidden_size, GRUOptions o)
    : detail::RecurrentLayers<T>("GRU", 3, input_size, hidden_size,
                                 {.layers = o.num_layers,
                                  .bias = o.bias,
                                  .bidirectional = o.bidirectional,
                                  .batch_first = o.batch_first,
                                  .dropout = o.dropout}) {}
template <class T>
RNNResult<T> GRU<T>::operator()(const Variable<T>& x, const Variable<T>& h0,
                                const Lengths& lengths) {
  auto out = this->call(inputs(x, h0), [&](const Variables<T>& in) {
    return gru(this->checked(in[0]), at(in, 1), this->weights_, this->options(lengths));
  });
  return {out.at(0), out.at(1)};
}
template <class T>
GRU<T> GRU<T>::rebuilt() const {
  const RecurrentOptions& o = this->options_;
  return GRU(this->input_size_, this->hidden_size_,
             {o.layers, o.bias, o.batch_first, o.dropout, o.bidirectional});
}

template <class T>
RNNCell<T>::RNNCell(std::size_t input_size, std::size_t hidden_size, RNNCellOptions options)
    : detail::RecurrentCell<T>("RNNCell", 1, input_size, hidden_size, options.bias),
      nonlinearity_(options.nonlinearity) {}
template <class T>
Variable<T> RNNCell<T>::operator()(const Variable<T>& x, const Variable<T>& h) {
  return this
      ->call(
          inputs(x, h),
          [&](const Variables<T>& in) -> Variables<T> {
            return {rnn_cell(this->checked(in[0]), this->or_zero(at(in, 1), in[0]), this->weight_ih,
                             this->weight_hh, this->bias_ih, this->bias_hh, nonlinearity_)};
          })
      .at(0);
}
template <class T>
RNNCell<T> RNNCell<T>::rebuilt() const {
  return RNNCell(this->input_size(), this->hidden_size(), {this->bias_ih.defined(), nonlinearity_});
}

template <class T>
LSTMCell<T>::LSTMCell(std::size_t input_size, std::size_t hidden_size, CellOptions options)
    : detail::RecurrentCell<T>("LSTMCell", 4, input_size, hidden_size, options.bias) {}
template <class T>
LSTMState<T> LSTMCell<T>::operator()(const Variable<T>& x, const LSTMState<T>& state) {
  auto out = this->call(inputs("LSTMCell", x, state), [&](const Variables<T>& in) {
    return lstm_cell(this->checked(in[0]), this->or_zero(at(in, 1), in[0]),
                     this->or_zero(at(in, 2), in[0]), this->weight_ih, this->weight_hh,
                     this->bias_ih, this->bias_hh);
  });
  return {out.at(0), out.at(1)};
}
template <class T>
LSTMCell<T> LSTMCell<T>::rebuilt() const {
  return LSTMCell(this->input_size(), this->hidden_size(), {this->bias_ih.defined()});
}

template <class T>
GRUCell<T>::GRUCell(std::size_t input_size, std::size_t hidden_size, CellOptions options)
    : detail::RecurrentCell<T>("GRUCell", 3, input_size, hidden_size, options.bias) {}
template <class T>
Variable<T> GRUCell<T>::operator()(const Variable<T>& x, const Variable<T>& h) {
  return this
      ->call(inputs(x, h),
             [&](const Variables<T>& in) -> Variables<T> {
               return {gru_cell(this->checked(in[0]), this->or_zero(at(in, 1), in[0]),
                                this->weight_ih, this->weight_hh, this->bias_ih, this->bias_hh)};
             })
      .at(0);
}
template <class T>
GRUCell<T> GRUCell<T>::rebuilt() const {
  return GRUCell(this->input_size(), this->hidden_size(), {this->bias_ih.defined()});
}

#define XG_INSTANTIATE(T)                    \
  template class detail::RecurrentLayers<T>; \
  template class detail::RecurrentCell<T>;   \
  template class RNN<T>;                     \
  template class LSTM<T>;                    \
  template class GRU<T>;                     \
  template class RNNCell<T>;                 \
  template class LSTMCell<T>;                \
  template class GRUCell<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
