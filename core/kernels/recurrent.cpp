#include <xgrad/core/kernels/recurrent.hpp>

#include <algorithm>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/kernels/recurrent_isa.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/kernels/transpose.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const RecurrentIsa<T>& functions() {
  static const RecurrentIsaSet& set = XG_CHOOSE(recurrent_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

/// Sequences that one thread takes through all steps, which cost no word between threads: by shape
/// alone, and enough for a GEMM to run at full speed.
std::size_t rows_of_a_block(const Sequence& s) {
  constexpr double kStep = 1e6;  // floating-point operations of a step
  const double row = 2. * static_cast<double>(s.width() * s.states() + s.projected * s.hidden);
  const auto rows = static_cast<std::size_t>(std::min(kStep / std::max(row, 1.), 1e9));
  return std::max<std::size_t>((rows + 15) / 16 * 16, 16);
}

/// Consecutive sequences of the batch, and how their steps follow each other.
struct Block {
  const Sequence& s;
  std::size_t begin, rows, width;  // width: of all gates

  std::size_t step(std::size_t k) const { return s.reverse ? s.steps - 1 - k : k; }
  std::size_t row(std::size_t k) const { return step(k) * s.batch + begin; }
  /// [steps, batch, n] at step k.
  template <class P>
  P* at(P* array, std::size_t k, std::size_t n) const {
    return array == nullptr ? nullptr : array + row(k) * n;
  }
  template <class P>
  P* state(P* states, std::size_t k) const {
    return at(states, k, s.states());
  }
  template <class P>
  P* cell(P* cells, std::size_t k) const {
    return at(cells, k, s.hidden);
  }
  template <class P>
  P* gates(P* array, std::size_t k) const {
    return at(array, k, width);
  }
  /// [n] of the state that step k starts from.
  template <class T>
  const T* before(const T* first, const T* states, std::size_t k, std::size_t n) const {
    return k == 0 ? (first == nullptr ? nullptr : first + begin * n) : at(states, k - 1, n);
  }
  bool runs(std::size_t i, std::size_t k) const {
    return s.lengths == nullptr || static_cast<std::int64_t>(step(k)) < s.lengths[begin + i];
  }
};

template <class T>
void repeat_row(const T* row, std::size_t rows, std::size_t n, T* y) {
  for (std::size_t i = 0; i < rows; ++i) std::copy_n(row, n, y + i * n);
}

/// W_ih x + b_ih of all steps, and b_hh too where the cell does not need it apart.
template <class T>
void input_sums(const Sequence& s, const RecurrentWeights<T>& w, const T* x, T* sums) {
  const std::size_t rows = s.steps * s.batch, width = s.width();
  if (w.b_ih != nullptr) {
    const Scratch<T> bias(width);
    for (std::size_t j = 0; j < width; ++j)
      bias[j] = w.b_ih[j] + (s.cell == Cell::gru ? T(0) : w.b_hh[j]);
    repeat_row(bias.data(), rows, width, sums);
  }
  gemm(false, true, rows, width, s.inputs, T(1), x, w.w_ih, w.b_ih == nullptr ? T(0) : T(1), sums);
}

/// What a forward pass works on; across: W_hh^T [states, width], sums as the gates.
template <class T>
struct Advance {
  const Block& b;
  const RecurrentTrace<T>& trace;
  const RecurrentWeights<T>& w;
  const T *across, *h0, *c0;
  T* sums;

  const T* h_before(std::size_t k) const { return b.before<T>(h0, trace.states, k, b.s.states()); }

  /// From the sums to the state. product: W_hh h + b_hh of gru.
  void step(const T* product, std::size_t k) const {
    const RecurrentIsa<T>& f = functions<T>();
    const std::size_t hidden = b.s.hidden, states = b.s.states();
    T *const gates = b.gates(sums, k), *const h = b.state(trace.states, k),
             *const c = b.cell(trace.cells, k), *const extra = b.cell(trace.extra, k);
    T* const inner = w.w_hr == nullptr ? h : b.cell(trace.inner, k);
    const T* const c_before = b.before<T>(c0, trace.cells, k, hidden);
    switch (b.s.cell) {
      case Cell::rnn_tanh:
        f.tanh_forward(h, b.rows * hidden);
        break;
      case Cell::rnn_relu:
        f.relu_forward(h, b.rows * hidden);
        break;
      case Cell::lstm:
        f.lstm_forward(b.rows, hidden, gates, c_before, c, extra, inner);
        break;
      case Cell::gru:
        f.gru_forward(b.rows, hidden, gates, product, h_before(k), extra, h);
        break;
    }
    if (w.w_hr != nullptr)
      gemm<T>(false, true, b.rows, states, hidden, T(1), inner, w.w_hr, T(0), h);
    for (std::size_t i = 0; i < b.rows; ++i) {
      if (b.runs(i, k)) continue;
      std::copy_n(h_before(k) + i * states, states, h + i * states);
      if (c != nullptr) std::copy_n(c_before + i * hidden, hidden, c + i * hidden);
      if (w.w_hr != nullptr) std::fill_n(inner + i * hidden, hidden, T(0));
    }
  }

  void all() const {
    const bool apart = b.s.cell == Cell::gru;
    const Scratch<T> product(apart ? b.rows * b.width : 0);
    for (std::size_t k = 0; k < b.s.steps; ++k) {
      if (apart && w.b_hh != nullptr) repeat_row(w.b_hh, b.rows, b.width, product.data());
      gemm<T>(false, false, b.rows, b.width, b.s.states(), T(1), h_before(k), across,
              apart && w.b_hh == nullptr ? T(0) : T(1), apart ? product.data() : b.gates(sums, k));
      step(product.data(), k);
    }
  }
};

/// y = states, and 0 where the sequence has ended.
template <class T>
void put_results(const Sequence& s, const T* states, T* y) {
  if (y == states) return;
  const std::size_t n = s.states();
  for (std::size_t t = 0; t < s.steps; ++t)
    for (std::size_t i = 0; i < s.batch; ++i, y += n, states += n) {
      if (s.lengths == nullptr || static_cast<std::int64_t>(t) < s.lengths[i])
        std::copy_n(states, n, y);
      else
        std::fill_n(y, n, T(0));
    }
}

/// f for blocks of the batch, in parallel.
template <class F>
void each_block(const Sequence& s, const F& f) {
  parallel_for(s.batch, rows_of_a_block(s), [&](std::size_t begin, std::size_t end) {
    f(Block{s, begin, end - begin, s.width()});
  });
}

}  // namespace

template <class T>
void recurrent_forward(const Sequence& s, const RecurrentWeights<T>& w, const T* x, const T* h0,
                       const T* c0, const RecurrentTrace<T>& trace, T* y, T* h_last, T* c_last) {
  const std::size_t width = s.width(), size = s.batch * s.states(), cells = s.batch * s.hidden;
  T* const sums = trace.gates != nullptr ? trace.gates : trace.states;
  input_sums(s, w, x, sums);
  // Every step multiplies by W_hh^T: transposed once, it takes the faster GEMM.
  const Scratch<T> across(width * s.states());
  const std::size_t shape[] = {width, s.states()}, axes[] = {1, 0};
  permute(w.w_hh, shape, axes, 2, across.data());
  each_block(s,
             [&](const Block& b) { Advance<T>{b, trace, w, across.data(), h0, c0, sums}.all(); });
  const std::size_t last = s.reverse ? 0 : s.steps - 1;
  std::copy_n(trace.states + last * size, size, h_last);
  if (c_last != nullptr) std::copy_n(trace.cells + last * cells, cells, c_last);
  put_results(s, static_cast<const T*>(trace.states), y);
}

namespace {

/// Gradients of a step's sums, from those of its state, which become those of the state before
/// (for h without what passed W_hh).
template <class T>
struct Retreat {
  const Block& b;
  const RecurrentTrace<T>& trace;
  const RecurrentWeights<T>& w;
  const T *h0, *c0, *gy;
  T *gh, *gc;      // [batch, states], [batch, hidden]
  T *ga, *gp;      // [steps, batch, width]
  T *gr, *ginner;  // projected: [steps, batch, states] of h, [batch, hidden] before W_hr

  /// `rows` of the block from `i` on.
  void rows(std::size_t k, std::size_t i, std::size_t rows) const {
    const RecurrentIsa<T>& f = functions<T>();
    const std::size_t hidden = b.s.hidden, states = b.s.states();
    const auto of = [&](const T* p, std::size_t n) { return p == nullptr ? nullptr : p + i * n; };
    const T* const h = of(b.state(trace.states, k), states);
    const T* const g = of(b.state(gy, k), states);
    const T* const extra = of(b.cell(trace.extra, k), hidden);
    const T* const gates = of(b.gates(trace.gates, k), b.width);
    T* const gs = gh + (b.begin + i) * states;
    T* const sums = b.gates(ga, k) + i * b.width;
    switch (b.s.cell) {
      case Cell::rnn_tanh:
        f.tanh_backward(h, g, gs, rows * hidden, sums);
        break;
      case Cell::rnn_relu:
        f.relu_backward(h, g, gs, rows * hidden, sums);
        break;
      case Cell::lstm: {
        const T* const c_before = of(b.before<T>(c0, trace.cells, k, hidden), hidden);
        T* const gcs = gc + (b.begin + i) * hidden;
        if (w.w_hr == nullptr)
          f.lstm_backward(rows, hidden, gates, c_before, extra, g, gs, gcs, sums);
        else
          f.lstm_backward(rows, hidden, gates, c_before, extra, nullptr,
                          before_projection(g, gs, k, i, rows), gcs, sums);
        break;
      }
      case Cell::gru:
        f.gru_backward(rows, hidden, gates, extra,
                       of(b.before<T>(h0, trace.states, k, hidden), hidden), g, gs, sums,
                       b.gates(gp, k) + i * b.width);
        break;
    }
  }

  /// gh + gy, kept for W_hr's gradient, times W_hr.
  const T* before_projection(const T* g, const T* gs, std::size_t k, std::size_t i,
                             std::size_t rows) const {
    const std::size_t hidden = b.s.hidden, states = b.s.states();
    T* const total = b.state(gr, k) + i * states;
    T* const result = ginner + (b.begin + i) * hidden;
    for (std::size_t j = 0; j < rows * states; ++j) total[j] = g == nullptr ? gs[j] : gs[j] + g[j];
    gemm<T>(false, false, rows, hidden, states, T(1), total, w.w_hr, T(0), result);
    return result;
  }

  /// Row by row: a sequence that has ended passes its gradients on as they are.
  void masked(std::size_t k) const {
    const std::size_t states = b.s.states();
    for (std::size_t i = 0; i < b.rows; ++i) {
      if (b.runs(i, k)) {
        rows(k, i, 1);
        if (b.s.cell != Cell::gru) std::fill_n(gh + (b.begin + i) * states, states, T(0));
        continue;
      }
      std::fill_n(b.gates(ga, k) + i * b.width, b.width, T(0));
      if (gp != ga) std::fill_n(b.gates(gp, k) + i * b.width, b.width, T(0));
      if (w.w_hr != nullptr) std::fill_n(b.state(gr, k) + i * states, states, T(0));
    }
  }

  void all(bool first_too) const {
    const bool masks = b.s.lengths != nullptr, adds = masks || b.s.cell == Cell::gru;
    const std::size_t states = b.s.states();
    for (std::size_t k = b.s.steps; k-- > 0;) {
      masks ? masked(k) : rows(k, 0, b.rows);
      if (k > 0 || first_too)
        gemm<T>(false, false, b.rows, states, b.width, T(1), b.gates(gp, k), w.w_hh,
                adds ? T(1) : T(0), gh + b.begin * states);
    }
  }
};

template <class T>
void start_gradient(const T* given, std::size_t n, T* g) {
  if (given != nullptr)
    std::copy_n(given, n, g);
  else
    std::fill_n(g, n, T(0));
}

/// gW = sum over steps of gp^T (state before): the states shifted by a step, and the first one.
template <class T>
void hidden_weight_gradient(const Sequence& s, const T* h0, const T* states, const T* gp, T* gw) {
  const std::size_t width = s.width(), n = s.states(), rows = (s.steps - 1) * s.batch;
  const std::size_t first = s.reverse ? rows : 0;  // of the step that started from h0
  gemm(true, false, width, n, s.batch, T(1), gp + first * width, h0, T(0), gw);
  const T* const later = gp + (s.reverse ? 0 : s.batch) * width;
  const T* const before = states + (s.reverse ? s.batch : 0) * n;
  gemm(true, false, width, n, rows, T(1), later, before, T(1), gw);
}

template <class T>
void sum_rows(const T* x, std::size_t rows, std::size_t n, T* y) {
  const std::size_t shape[] = {rows, n};
  const bool reduced[] = {true, false};
  reduce(Reduce::sum, x, shape, 2, reduced, y);
}

}  // namespace

template <class T>
void recurrent_backward(const Sequence& s, const RecurrentWeights<T>& w, const T* x, const T* h0,
                        const T* c0, const RecurrentTrace<T>& trace,
                        const RecurrentGradients<T>& g) {
  const std::size_t width = s.width(), size = s.batch * s.states(), cells = s.batch * s.hidden;
  const std::size_t rows = s.steps * s.batch;
  const bool gru = s.cell == Cell::gru, lstm = s.cell == Cell::lstm;
  const Scratch<T> ga(rows * width), apart(gru ? rows * width : 0);
  const Scratch<T> gh(size), gc(cells), ginner(cells), gr(rows * s.projected);
  T* const gp = gru ? apart.data() : ga.data();
  start_gradient(g.gh_last, size, gh.data());
  if (lstm) start_gradient(g.gc_last, cells, gc.data());
  each_block(s, [&](const Block& b) {
    Retreat<T>{b,         trace,     w,         h0, c0,        g.gy,
               gh.data(), gc.data(), ga.data(), gp, gr.data(), ginner.data()}
        .all(g.gh0 != nullptr);
  });
  if (g.gh0 != nullptr) std::copy_n(gh.data(), size, g.gh0);
  if (g.gc0 != nullptr) std::copy_n(gc.data(), cells, g.gc0);
  const T* const sums = ga.data();
  if (g.gx != nullptr) gemm(false, false, rows, s.inputs, width, T(1), sums, w.w_ih, T(0), g.gx);
  if (g.gw_ih != nullptr) gemm(true, false, width, s.inputs, rows, T(1), sums, x, T(0), g.gw_ih);
  if (g.gw_hh != nullptr)
    hidden_weight_gradient(s, h0, static_cast<const T*>(trace.states), static_cast<const T*>(gp),
                           g.gw_hh);
  if (g.gw_hr != nullptr)
    gemm<T>(true, false, s.projected, s.hidden, rows, T(1), gr.data(), trace.inner, T(0), g.gw_hr);
  if (g.gb_ih != nullptr) sum_rows(sums, rows, width, g.gb_ih);
  if (g.gb_hh != nullptr) sum_rows(static_cast<const T*>(gp), rows, width, g.gb_hh);
}

#define XG_INSTANTIATE(T)                                                                          \
  template void recurrent_forward(const Sequence&, const RecurrentWeights<T>&, const T*, const T*, \
                                  const T*, const RecurrentTrace<T>&, T*, T*, T*);                 \
  template void recurrent_backward(const Sequence&, const RecurrentWeights<T>&, const T*,          \
                                   const T*, const T*, const RecurrentTrace<T>&,                   \
                                   const RecurrentGradients<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
