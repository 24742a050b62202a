#include <xgrad/ops/recurrent.hpp>

#include "per_axis.hpp"

namespace golden {

namespace {

xg::RecurrentOptions recurrent_options(const Case& c) {
  const auto nonlinearity = c.get<std::string>("nonlinearity", "tanh");
  return {.layers = c.get<std::size_t>("layers", 1),
          .bias = c.get("bias", true),
          .bidirectional = c.get("bidirectional", false),
          .batch_first = c.get("batch_first", false),
          .projected = c.get<std::size_t>("proj_size", 0) > 0,
          .nonlinearity = nonlinearity == "relu" ? xg::Nonlinearity::relu : xg::Nonlinearity::tanh};
}

/// The inputs from `first` on.
xg::Variables<double> recurrent_weights(const Case& c, std::size_t first) {
  xg::Variables<double> all;
  for (std::size_t i = first; i < c.count(); ++i) all.push_back(c.x(i));
  return all;
}

Outputs rnn(const Case& c) {
  const auto out = xg::rnn(c.x(0), c.x(1), recurrent_weights(c, 2), recurrent_options(c));
  return {out[0], out[1]};
}
Outputs gru(const Case& c) {
  const auto out = xg::gru(c.x(0), c.x(1), recurrent_weights(c, 2), recurrent_options(c));
  return {out[0], out[1]};
}
Outputs lstm(const Case& c) {
  const auto out = xg::lstm(c.x(0), c.x(1), c.x(2), recurrent_weights(c, 3), recurrent_options(c));
  return {out[0], out[1], out[2]};
}

/// Input i, undefined if it is not there.
Variable maybe(const Case& c, std::size_t i) { return c.has(i) ? c.x(i) : Variable(); }

Outputs rnn_cell(const Case& c) {
  return {xg::rnn_cell(c.x(0), c.x(1), c.x(2), c.x(3), maybe(c, 4), maybe(c, 5),
                       recurrent_options(c).nonlinearity)};
}
Outputs lstm_cell(const Case& c) {
  const auto out = xg::lstm_cell(c.x(0), c.x(1), c.x(2), c.x(3), c.x(4), maybe(c, 5), maybe(c, 6));
  return {out[0], out[1]};
}
Outputs gru_cell(const Case& c) {
  return {xg::gru_cell(c.x(0), c.x(1), c.x(2), c.x(3), maybe(c, 4), maybe(c, 5))};
}

}  // namespace

Operations recurrent_operations() {
  return {{"rnn", rnn},
          {"gru", gru},
          {"lstm", lstm},
          {"rnn_cell", rnn_cell},
          {"lstm_cell", lstm_cell},
          {"gru_cell", gru_cell}};
}

}  // namespace golden
