#include "xgrad/ops/recurrent_layer.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/autograd/functional.hpp"

namespace xg::detail {

namespace {

/// The same value, apart from its history: gradients by it stop there.
struct Alias : Function<Alias> {
  static constexpr auto name = "alias";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x) {
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t) {
    return t[0];
  }
};

// Where each argument stands among those of the operation. h0 is followed by c0 only for lstm,
// biases and w_hr are there or not.
constexpr std::size_t kX = 0, kWih = 1, kWhh = 2, kH = 3, kC = 4;

struct Layout {
  Cell cell;
  bool has_bias, projected;
  explicit Layout(const LayerSettings& s)
      : cell(s.cell), has_bias(s.bias), projected(s.projected) {}
  bool lstm() const { return cell == Cell::lstm; }
  std::size_t bias() const { return lstm() ? 5 : 4; }
  std::size_t projection() const { return bias() + (has_bias ? 2 : 0); }
  std::size_t count() const { return projection() + (projected ? 1 : 0); }
};

template <class T>
Variables<T> listed(const LayerInputs<T>& in, bool lstm) {
  Variables<T> list{in.x, in.w_ih, in.w_hh, in.h0};
  if (lstm) list.push_back(in.c0);
  if (in.b_ih.defined()) list.insert(list.end(), {in.b_ih, in.b_hh});
  if (in.w_hr.defined()) list.push_back(in.w_hr);
  return list;
}
template <class T>
LayerInputs<T> named(const Variables<T>& v, const Layout& at) {
  LayerInputs<T> in{.x = v[kX], .h0 = v[kH], .w_ih = v[kWih], .w_hh = v[kWhh]};
  if (at.lstm()) in.c0 = v[kC];
  if (at.has_bias) {
    in.b_ih = v[at.bias()];
    in.b_hh = v[at.bias() + 1];
  }
  if (at.projected) in.w_hr = v[at.projection()];
  return in;
}

template <class T>
kernels::Sequence sequence(const LayerSettings& s, const Array<T>& x, const Array<T>& w_hh) {
  const Shape& shape = x.shape();
  return {s.cell,
          shape[0],
          shape[1],
          shape[2],
          w_hh.shape()[0] / kernels::gate_count(s.cell),
          s.reverse,
          s.lengths == nullptr ? nullptr : s.lengths->data(),
          s.projected ? w_hh.shape()[1] : 0};
}

/// Arrays of the trace, in this order; those that a cell does not need are left out.
template <class T>
struct Trace {
  Array<T> gates, cells, extra, inner, states;
  Trace(const kernels::Sequence& s, bool states_apart) {
    if (s.cell == Cell::lstm || s.cell == Cell::gru) {
      gates = empty_array<T>({s.steps, s.batch, s.width()});
      extra = empty_array<T>({s.steps, s.batch, s.hidden});
    }
    if (s.cell == Cell::lstm) cells = empty_array<T>({s.steps, s.batch, s.hidden});
    if (s.projected > 0) inner = empty_array<T>({s.steps, s.batch, s.hidden});
    if (states_apart) states = empty_array<T>({s.steps, s.batch, s.states()});
  }
  kernels::RecurrentTrace<T> pointers(T* y) {
    const auto of = [](Array<T>& a) { return a.dimension() == 0 ? nullptr : a.data(); };
    return {of(gates), of(cells), of(extra), states.dimension() == 0 ? y : states.data(),
            of(inner)};
  }
  void save(Context<T>& ctx) {
    for (Array<T>* a : {&gates, &extra, &cells, &inner, &states})
      if (a->dimension() != 0) ctx.save_constant(std::move(*a));
  }
};
/// The same from what was saved. Kernels only read it.
template <class T>
kernels::RecurrentTrace<T> trace_of(Context<T>& ctx, const LayerSettings& s) {
  std::size_t next = 0;
  const auto constant = [&] { return const_cast<T*>(ctx.saved_constant_value(next++).data()); };
  kernels::RecurrentTrace<T> trace{};
  if (s.cell == Cell::lstm || s.cell == Cell::gru) {
    trace.gates = constant();
    trace.extra = constant();
  }
  if (s.cell == Cell::lstm) trace.cells = constant();
  if (s.projected) trace.inner = constant();
  trace.states =
      s.lengths != nullptr ? constant() : const_cast<T*>(ctx.saved_output_value(0).data());
  return trace;
}

template <class T>
kernels::RecurrentWeights<T> weights(const Layout& at, const ArrayRefs<T>& in) {
  const auto given = [&](bool there, std::size_t i) {
    return there ? in[i].get().data() : nullptr;
  };
  return {in[kWih].get().data(), in[kWhh].get().data(), given(at.has_bias, at.bias()),
          given(at.has_bias, at.bias() + 1), given(at.projected, at.projection())};
}
template <class T>
const T* first_cells(const Layout& at, const ArrayRefs<T>& in) {
  return at.lstm() ? in[kC].get().data() : nullptr;
}

template <class T>
Arrays<T> run(Context<T>& ctx, const ArrayRefs<T>& in, const LayerSettings& s) {
  const Layout at(s);
  const Array<T>&x = in[kX], &w_hh = in[kWhh], &h0 = in[kH];
  const kernels::Sequence q = sequence(s, x, w_hh);
  Arrays<T> out{empty_array<T>({q.steps, q.batch, q.states()}), empty_array<T>(h0.shape())};
  if (at.lstm()) out.push_back(empty_array<T>(in[kC].get().shape()));
  Trace<T> trace(q, s.lengths != nullptr);
  kernels::recurrent_forward(q, weights(at, in), x.data(), h0.data(), first_cells(at, in),
                             trace.pointers(out[0].data()), out[0].data(), out[1].data(),
                             at.lstm() ? out[2].data() : nullptr);
  if (!ctx.recording()) return out;
  ctx.materialize_gradients(false);
  for (const Array<T>& array : in) ctx.save(array);
  if (s.lengths == nullptr) ctx.save_output(0);
  trace.save(ctx);
  return out;
}

/// To be differentiated again, the layer is run once more, from elementary operations.
template <class T>
Variables<T> gradients_of_unrolled(Context<T>& ctx, const Variables<T>& gy,
                                   const LayerSettings& s) {
  const Layout at(s);
  Variables<T> in, wanted, reached, upstream;
  for (std::size_t i = 0; i < at.count(); ++i) {
    in.push_back(ctx.needs(i) ? Alias::apply(ctx.saved(i)) : ctx.saved(i).detach());
    if (ctx.needs(i)) wanted.push_back(in.back());
  }
  const Variables<T> out = unrolled_layer(named(in, at), s);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!gy[i].defined()) continue;
    reached.push_back(out[i]);
    upstream.push_back(gy[i]);
  }
  const auto found = grad(reached, wanted, {.grad_outputs = upstream, .create_graph = true});
  Variables<T> result(in.size());
  for (std::size_t i = 0, next = 0; i < in.size(); ++i)
    if (ctx.needs(i)) result[i] = found[next++];
  return result;
}

/// Forward mode of the same elementary operations.
template <class T>
Variables<T> tangents_of_unrolled(Context<T>& ctx, const Variables<T>& t, const LayerSettings& s) {
  const Layout at(s);
  Variables<T> in;
  for (std::size_t i = 0; i < at.count(); ++i) in.push_back(ctx.saved(i));
  const auto layer = [&](const Variables<T>& v) { return unrolled_layer(named(v, at), s); };
  return xg::jvp(layer, in, t, {.create_graph = grad_enabled()}).second;
}

template <class T>
void gradients_by_kernel(Context<T>& ctx, Gradients<T>& out, const LayerSettings& s) {
  const Layout at(s);
  ArrayRefs<T> in;
  for (std::size_t i = 0; i < at.count(); ++i) in.emplace_back(ctx.saved_value(i));
  const auto given = [&](std::size_t i) {
    return out.has_gy(i) ? out.gy(i).data() : static_cast<const T*>(nullptr);
  };
  const auto asked = [&](std::size_t i) {
    return ctx.needs(i) ? out.make(i, in[i].get().shape()).data() : static_cast<T*>(nullptr);
  };
  const kernels::RecurrentGradients<T> g{given(0),
                                         given(1),
                                         at.lstm() ? given(2) : nullptr,
                                         asked(kX),
                                         asked(kH),
                                         at.lstm() ? asked(kC) : nullptr,
                                         asked(kWih),
                                         asked(kWhh),
                                         at.has_bias ? asked(at.bias()) : nullptr,
                                         at.has_bias ? asked(at.bias() + 1) : nullptr,
                                         at.projected ? asked(at.projection()) : nullptr};
  kernels::recurrent_backward(sequence(s, in[kX].get(), in[kWhh].get()), weights(at, in),
                              in[kX].get().data(), in[kH].get().data(), first_cells(at, in),
                              trace_of(ctx, s), g);
}

template <Cell cell>
struct RecurrentLayer : Function<RecurrentLayer<cell>> {
  static constexpr auto name = cell == Cell::lstm ? "lstm" : cell == Cell::gru ? "gru" : "rnn";

  template <class T>
  static Arrays<T> forward(Context<T>& ctx, const ArrayRefs<T>& in, const LayerSettings& s) {
    return run(ctx, in, s);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variables<T>& gy, const LayerSettings& s) {
    return gradients_of_unrolled(ctx, gy, s);
  }
  template <class T>
  static Variables<T> jvp(Context<T>& ctx, const Variables<T>& t, const LayerSettings& s) {
    return tangents_of_unrolled(ctx, t, s);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const LayerSettings& s) {
    gradients_by_kernel(ctx, out, s);
  }
};

}  // namespace

template <class T>
Variables<T> recurrent_layer(const LayerInputs<T>& in, LayerSettings settings) {
  settings.bias = in.b_ih.defined();
  settings.projected = in.w_hr.defined();
  const Variables<T> list = listed(in, settings.cell == Cell::lstm);
  switch (settings.cell) {
    case Cell::rnn_tanh:
      return RecurrentLayer<Cell::rnn_tanh>::apply(list, settings);
    case Cell::rnn_relu:
      return RecurrentLayer<Cell::rnn_relu>::apply(list, settings);
    case Cell::gru:
      return RecurrentLayer<Cell::gru>::apply(list, settings);
    case Cell::lstm:
      break;
  }
  return RecurrentLayer<Cell::lstm>::apply(list, settings);
}

template Variables<float> recurrent_layer(const LayerInputs<float>&, LayerSettings);
template Variables<double> recurrent_layer(const LayerInputs<double>&, LayerSettings);

}  // namespace xg::detail
