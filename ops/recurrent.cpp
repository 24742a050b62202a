#include "xgrad/ops/recurrent.hpp"

#include "xgrad/core/error.hpp"
#include "xgrad/ops/dropout.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/mask.hpp"
#include "xgrad/ops/recurrent_layer.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::Cell;
using detail::LayerInputs;
using detail::LayerSettings;

namespace {

template <class T>
void require_shape(const char* op, const std::string& argument, const Variable<T>& x,
                   const Shape& expected) {
  require<ShapeError>(x.defined(), op, argument, "be defined", "undefined");
  if (x.shape() != expected)
    require<ShapeError>(false, op, argument, "have shape " + to_string(expected), x.shape());
}

/// LayerExtents of a layer, known from x and W_hh.
struct LayerExtents {
  std::size_t batch, inputs, hidden, states, width;  // states: of h, hidden unless projected
};

template <class T>
std::size_t columns(const char* op, const std::string& argument, const Variable<T>& w) {
  require<ShapeError>(w.defined(), op, argument, "be defined", "undefined");
  require_rank(op, argument, w.shape(), 2);
  return w.shape()[1];
}

/// The weights of one layer and direction.
template <class T>
void check_weights(const char* op, const std::string& suffix, const LayerInputs<T>& in,
                   const LayerExtents& e) {
  require_shape(op, "weight_ih" + suffix, in.w_ih, {e.width, e.inputs});
  require_shape(op, "weight_hh" + suffix, in.w_hh, {e.width, e.states});
  if (in.b_ih.defined() || in.b_hh.defined()) {
    require_shape(op, "bias_ih" + suffix, in.b_ih, {e.width});
    require_shape(op, "bias_hh" + suffix, in.b_hh, {e.width});
  }
  if (in.w_hr.defined()) require_shape(op, "weight_hr" + suffix, in.w_hr, {e.states, e.hidden});
}

/// One step, for the three cells.
template <class T>
detail::CellState<T> one_step(const char* op, Cell cell, LayerInputs<T> in) {
  require<ShapeError>(in.x.dimension() == 1 || in.x.dimension() == 2, op, "x", "have rank 1 or 2",
                      in.x.shape());
  const bool single = in.x.dimension() == 1;
  const std::size_t batch = single ? 1 : in.x.shape()[0];
  const std::size_t hidden = columns(op, "weight_hh", in.w_hh);
  const Shape state = single ? Shape{hidden} : Shape{batch, hidden};
  check_weights(op, "", in,
                {batch, in.x.shape().back(), hidden, hidden, kernels::gate_count(cell) * hidden});
  require_shape(op, "h", in.h0, state);
  if (cell == Cell::lstm) require_shape(op, "c", in.c0, state);
  if (single)
    for (Variable<T>* v : {&in.x, &in.h0, &in.c0})
      if (v->defined()) *v = unsqueeze(*v, 0);
  auto after = cell_step(cell, linear(in.x, in.w_ih, in.b_ih), {in.h0, in.c0}, in);
  if (single)
    for (Variable<T>* v : {&after.h, &after.c})
      if (v->defined()) *v = squeeze(*v, 0);
  return after;
}

/// Checks everything and runs the layers.
template <class T>
class Stack {
 public:
  Stack(const char* op, Cell cell, const Variable<T>& x, const Variables<T>& weights,
        const RecurrentOptions& options)
      : op_(op), cell_(cell), options_(options), weights_(weights) {
    check_options();
    require<ShapeError>(x.dimension() == 2 || x.dimension() == 3, op, "x", "have rank 2 or 3",
                        x.shape());
    single_ = x.dimension() == 2;
    x_ = single_ ? unsqueeze(x, 1) : options.batch_first ? transpose(x, 0, 1) : x;
    require<ShapeError>(x_.shape()[0] >= 1, op, "x", "have at least one step", x.shape());
    batch_ = x_.shape()[1];
    check_all_weights();
    check_lengths();
  }

  Variables<T> run(const Variable<T>& h0, const Variable<T>& c0, Generator& generator) {
    const auto h = start("h0", h0, states_);
    const auto c = cell_ == Cell::lstm ? start("c0", c0, hidden_) : Variables<T>(h.size());
    Variables<T> h_last, c_last;
    for (std::size_t layer = 0; layer < options_.layers; ++layer) {
      if (layer > 0 && options_.training && options_.dropout > 0)
        x_ = dropout(x_, options_.dropout, generator);
      Variables<T> sides;
      for (std::size_t d = 0; d < directions(); ++d) {
        const std::size_t i = layer * directions() + d;
        auto out = run_one(i, h[i], c[i]);
        sides.push_back(out[0]);
        h_last.push_back(out[1]);
        if (cell_ == Cell::lstm) c_last.push_back(out[2]);
      }
      x_ = sides.size() == 1 ? sides[0] : concat(sides, 2);
    }
    Variables<T> result{results(x_), last(h_last)};
    if (cell_ == Cell::lstm) result.push_back(last(c_last));
    return result;
  }

 private:
  std::size_t directions() const { return options_.bidirectional ? 2 : 1; }
  std::size_t per_layer() const {
    return (options_.bias ? 4u : 2u) + (options_.projected ? 1u : 0u);
  }

  void check_options() const {
    const RecurrentOptions& o = options_;
    require<ValueError>(o.layers >= 1, op_, "layers", "be >= 1", o.layers);
    require<ValueError>(o.dropout >= 0 && o.dropout <= 1, op_, "dropout", "be in [0, 1]",
                        o.dropout);
    require<ValueError>(!o.projected || cell_ == Cell::lstm, op_, "projected",
                        "be false but for lstm", o.projected);
    const std::size_t count = o.layers * directions() * per_layer();
    if (weights_.size() != count)
      require<ValueError>(false, op_, "number of weights",
                          "be " + std::to_string(count) + " (" + std::to_string(per_layer()) +
                              " a layer and direction)",
                          weights_.size());
  }

  void check_all_weights() {
    states_ = columns(op_, "weight_hh_l0", weights_[1]);
    hidden_ =
        options_.projected ? columns(op_, "weight_hr_l0", weights_[per_layer() - 1]) : states_;
    std::size_t inputs = x_.shape()[2];
    for (std::size_t layer = 0; layer < options_.layers; ++layer) {
      for (std::size_t d = 0; d < directions(); ++d)
        check_weights(op_, "_l" + std::to_string(layer) + (d == 1 ? "_reverse" : ""),
                      weights_of(layer * directions() + d),
                      {batch_, inputs, hidden_, states_, kernels::gate_count(cell_) * hidden_});
      inputs = directions() * states_;
    }
  }

  void check_lengths() {
    const IndexArray& lengths = options_.lengths;
    if (lengths.dimension() == 1 && lengths.size() == 0) return;
    require<ShapeError>(lengths.shape() == Shape{batch_}, op_, "lengths",
                        "have shape " + to_string(Shape{batch_}), lengths.shape());
    const auto steps = static_cast<std::int64_t>(x_.shape()[0]);
    for (const std::int64_t n : lengths.storage())
      require<ValueError>(n >= 0 && n <= steps, op_, "lengths",
                          "be in [0, " + std::to_string(steps) + "]", n);
    lengths_ = std::make_shared<const std::vector<std::int64_t>>(lengths.storage().begin(),
                                                                 lengths.storage().end());
    x_ = masked_fill(x_, padding(), 0);  // a NaN there would reach the weights' gradients: 0 NaN
  }

  /// [T, N, 1], true beyond a sequence's length.
  Array<bool> padding() const {
    Array<bool> mask(Shape{x_.shape()[0], batch_, 1});
    for (std::size_t i = 0; i < mask.size(); ++i)
      mask.data()[i] = static_cast<std::int64_t>(i / batch_) >= (*lengths_)[i % batch_];
    return mask;
  }

  LayerInputs<T> weights_of(std::size_t i) const {
    const auto w = weights_.begin() + static_cast<std::ptrdiff_t>(i * per_layer());
    LayerInputs<T> in{.w_ih = w[0], .w_hh = w[1]};
    if (options_.bias) {
      in.b_ih = w[2];
      in.b_hh = w[3];
    }
    if (options_.projected) in.w_hr = w[static_cast<std::ptrdiff_t>(per_layer()) - 1];
    return in;
  }

  /// The first states of all layers and directions.
  Variables<T> start(const char* argument, const Variable<T>& state, std::size_t width) const {
    const std::size_t count = options_.layers * directions();
    if (!state.defined())
      return Variables<T>(count, Variable<T>(full_array<T>({batch_, width}, T(0))));
    require_shape(op_, argument, state,
                  single_ ? Shape{count, width} : Shape{count, batch_, width});
    return unbind(single_ ? unsqueeze(state, 1) : state, 0);
  }

  Variables<T> run_one(std::size_t i, const Variable<T>& h, const Variable<T>& c) const {
    LayerInputs<T> in = weights_of(i);
    in.x = x_;
    in.h0 = h;
    in.c0 = c;
    return recurrent_layer(in, LayerSettings{cell_, i % directions() == 1, lengths_});
  }

  Variable<T> results(const Variable<T>& y) const {
    return single_ ? squeeze(y, 1) : options_.batch_first ? transpose(y, 0, 1) : y;
  }
  Variable<T> last(const Variables<T>& states) const {
    const auto all = states.size() == 1 ? unsqueeze(states[0], 0) : stack(states, 0);
    return single_ ? squeeze(all, 1) : all;
  }

  const char* op_;
  Cell cell_;
  const RecurrentOptions& options_;
  const Variables<T>& weights_;
  Variable<T> x_;  // [T, N, ...]
  bool single_ = false;
  std::size_t batch_ = 0, hidden_ = 0, states_ = 0;
  std::shared_ptr<const std::vector<std::int64_t>> lengths_;
};

Cell simple(Nonlinearity nonlinearity) {
  return nonlinearity == Nonlinearity::tanh ? Cell::rnn_tanh : Cell::rnn_relu;
}

}  // namespace

template <Element T>
Variable<T> rnn_cell(const Variable<T>& x, const Variable<T>& h, const Variable<T>& w_ih,
                     const Variable<T>& w_hh, const Variable<T>& b_ih, const Variable<T>& b_hh,
                     Nonlinearity nonlinearity) {
  return one_step<T>("rnn_cell", simple(nonlinearity), {x, h, {}, w_ih, w_hh, b_ih, b_hh, {}}).h;
}

template <Element T>
Variables<T> lstm_cell(const Variable<T>& x, const Variable<T>& h, const Variable<T>& c,
                       const Variable<T>& w_ih, const Variable<T>& w_hh, const Variable<T>& b_ih,
                       const Variable<T>& b_hh) {
  auto after = one_step<T>("lstm_cell", Cell::lstm, {x, h, c, w_ih, w_hh, b_ih, b_hh, {}});
  return {after.h, after.c};
}

template <Element T>
Variable<T> gru_cell(const Variable<T>& x, const Variable<T>& h, const Variable<T>& w_ih,
                     const Variable<T>& w_hh, const Variable<T>& b_ih, const Variable<T>& b_hh) {
  return one_step<T>("gru_cell", Cell::gru, {x, h, {}, w_ih, w_hh, b_ih, b_hh, {}}).h;
}

template <Element T>
Variables<T> rnn(const Variable<T>& x, const Variable<T>& h0, const Variables<T>& weights,
                 const RecurrentOptions& options, Generator& generator) {
  return Stack<T>("rnn", simple(options.nonlinearity), x, weights, options).run(h0, {}, generator);
}

template <Element T>
Variables<T> lstm(const Variable<T>& x, const Variable<T>& h0, const Variable<T>& c0,
                  const Variables<T>& weights, const RecurrentOptions& options,
                  Generator& generator) {
  return Stack<T>("lstm", Cell::lstm, x, weights, options).run(h0, c0, generator);
}

template <Element T>
Variables<T> gru(const Variable<T>& x, const Variable<T>& h0, const Variables<T>& weights,
                 const RecurrentOptions& options, Generator& generator) {
  return Stack<T>("gru", Cell::gru, x, weights, options).run(h0, {}, generator);
}

#define XG_INSTANTIATE(T)                                                                     \
  template Variable<T> rnn_cell(const Variable<T>&, const Variable<T>&, const Variable<T>&,   \
                                const Variable<T>&, const Variable<T>&, const Variable<T>&,   \
                                Nonlinearity);                                                \
  template Variables<T> lstm_cell(const Variable<T>&, const Variable<T>&, const Variable<T>&, \
                                  const Variable<T>&, const Variable<T>&, const Variable<T>&, \
                                  const Variable<T>&);                                        \
  template Variable<T> gru_cell(const Variable<T>&, const Variable<T>&, const Variable<T>&,   \
                                const Variable<T>&, const Variable<T>&, const Variable<T>&);  \
  template Variables<T> rnn(const Variable<T>&, const Variable<T>&, const Variables<T>&,      \
                            const RecurrentOptions&, Generator&);                             \
  template Variables<T> lstm(const Variable<T>&, const Variable<T>&, const Variable<T>&,      \
                             const Variables<T>&, const RecurrentOptions&, Generator&);       \
  template Variables<T> gru(const Variable<T>&, const Variable<T>&, const Variables<T>&,      \
                            const RecurrentOptions&, Generator&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
