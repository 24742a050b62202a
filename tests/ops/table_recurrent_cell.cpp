#include <xgrad/ops/recurrent.hpp>

#include "ops/recurrent_samples.hpp"

// References: torch 2.15, double.
namespace xg::test {

namespace {

/// What a cell's step starts from: x [2, 3], h [2, 2] (and c), and the weights.
std::vector<Literal> of_cell(std::size_t gates) {
  std::vector<Literal> all{counted({2, 3}, 5), counted({2, 2}, 3)};
  if (gates == 4) all.push_back(counted({2, 2}, 9));
  std::size_t factor = 5;
  for (const Shape& shape : weights(gates, 3, 2, true)) {
    all.push_back(counted(shape, factor));
    factor += 2;
  }
  return all;
}
/// Samples of a cell; h (and c) are inputs 1 (and 2).
std::vector<Sample> cell_samples(const Call& f, std::size_t gates) {
  std::vector<Sample> samples;
  for (const auto& [batch, inputs, hidden, bias] :
       {std::tuple(2u, 3u, 2u, true), std::tuple(1u, 1u, 1u, false),
        std::tuple(0u, 2u, 2u, true)}) {
    std::vector<Shape> shapes{{batch, inputs}, {batch, hidden}};
    if (gates == 4) shapes.push_back({batch, hidden});
    for (const Shape& shape : weights(gates, inputs, hidden, bias)) shapes.push_back(shape);
    samples.push_back({to_string(shapes[0]) + (bias ? "" : ", no bias"), f, drawn(shapes)});
  }
  std::vector<Shape> single{{3}, {2}};
  if (gates == 4) single.push_back({2});
  for (const Shape& shape : weights(gates, 3, 2, true)) single.push_back(shape);
  samples.push_back({"[3], a single sequence", f, drawn(single)});
  return samples;
}

Entry rnn_cell_entry() {
  const auto by = [](Nonlinearity kind) {
    return call([kind](const auto& x) {
      return rnn_cell(x[0], x[1], x[2], x[3], at(x, 4), at(x, 5), kind);
    });
  };
  Entry e{.name = "rnn_cell"};
  e.samples = cell_samples(by(Nonlinearity::tanh), 1);
  e.references = {
      {"tanh",
       by(Nonlinearity::tanh),
       of_cell(1),
       {{{2, 2},
         {0.72113225407670001, -0.97668316689033385, -0.98550752080833715, 0.84257932565892968}}}},
      {"relu",
       by(Nonlinearity::relu),
       of_cell(1),
       {{{2, 2}, {0.91000000000000036, 0, 0, 1.2300000000000004}}}}};
  e.refusals = {
      {[] {
         (void)rnn_cell(ones({2, 3}), ones({2, 2}), ones({2, 4}), ones({2, 2}));
       },
       "rnn_cell: weight_ih must have shape [2, 3], got [2, 4]"},
      {[] {
         (void)rnn_cell(ones({2, 3}), ones({1, 2}), ones({2, 3}), ones({2, 2}));
       },
       "rnn_cell: h must have shape [2, 2], got [1, 2]"},
      {[] {
         (void)rnn_cell(ones({2, 3}), ones({2, 2}), ones({2, 3}), ones({2, 2}), ones({2}));
       },
       "rnn_cell: bias_hh must be defined, got undefined"},
      {[] {
         (void)rnn_cell(ones({}), ones({2, 2}), ones({2, 3}), ones({2, 2}));
       },
       "rnn_cell: x must have rank 1 or 2, got []"}};
  return e;
}

Entry lstm_cell_entry() {
  const Call f = call(
      [](const auto& x) { return lstm_cell(x[0], x[1], x[2], x[3], x[4], at(x, 5), at(x, 6)); });
  Entry e{.name = "lstm_cell"};
  e.samples = cell_samples(f, 4);
  e.references = {
      {"[2, 3]",
       f,
       of_cell(4),
       {{{2, 2},
         {-0.15676735194638, 0.03720997088210784, 0.30343540049412338, 0.29243348650534384}},
        {{2, 2},
         {-0.94557762504522147, 0.069027642562532701, 0.64734605809076662, 0.33668380947041843}}}}};
  e.refusals = {
      {[] {
         (void)lstm_cell(ones({2, 3}), ones({2, 2}), ones({2, 3}), ones({8, 3}), ones({8, 2}));
       },
       "lstm_cell: c must have shape [2, 2], got [2, 3]"}};
  return e;
}

Entry gru_cell_entry() {
  const Call f =
      call([](const auto& x) { return gru_cell(x[0], x[1], x[2], x[3], at(x, 4), at(x, 5)); });
  Entry e{.name = "gru_cell"};
  e.samples = cell_samples(f, 3);
  e.references = {
      {"[2, 3]",
       f,
       of_cell(3),
       {{{2, 2},
         {-1.0345539984553513, 0.69258600855275576, -0.22613870889433951, 0.40905962800471346}}}}};
  e.refusals = {{[] {
                   (void)gru_cell(ones({2, 3}), ones({2, 2}), ones({8, 3}), ones({6, 2}));
                 },
                 "gru_cell: weight_ih must have shape [6, 3], got [8, 3]"}};
  return e;
}

}  // namespace

Entries recurrent_cell_entries() { return {rnn_cell_entry(), lstm_cell_entry(), gru_cell_entry()}; }

}  // namespace xg::test
