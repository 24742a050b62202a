// The fused recurrent layer against the same from elementary operations, and what only sequences
// can show: lengths, dropout between layers, truncation, threads.

#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/recurrent_layer.hpp>
#include <xgrad/ops/reduce.hpp>

#include <cstring>
#include <limits>

#include "support/catch.hpp"

using namespace xg;
using detail::Cell;
using detail::LayerInputs;
using detail::LayerSettings;

namespace {

template <class T>
Variable<T> drawn(Generator& generator, const Shape& shape, double size = 1) {
  Array<T> x(shape);
  kernels::fill_normal(generator, x.data(), x.size(), T(0), static_cast<T>(size));
  return Variable<T>(std::move(x), true);
}

struct Kind {
  Cell cell;
  bool projected = false;
};
constexpr Kind kinds[] = {
    {Cell::rnn_tanh}, {Cell::rnn_relu}, {Cell::lstm}, {Cell::lstm, true}, {Cell::gru}};

struct Sizes {
  std::size_t steps, batch, inputs, hidden;
};

template <class T>
LayerInputs<T> drawn_inputs(Kind kind, Sizes s, bool bias = true) {
  Generator generator(11);
  const std::size_t width = kernels::gate_count(kind.cell) * s.hidden;
  const std::size_t states = kind.projected ? s.hidden / 2 + 1 : s.hidden;
  LayerInputs<T> in{.x = drawn<T>(generator, {s.steps, s.batch, s.inputs}),
                    .h0 = drawn<T>(generator, {s.batch, states}),
                    .w_ih = drawn<T>(generator, {width, s.inputs}, 0.3),
                    .w_hh = drawn<T>(generator, {width, states}, 0.3)};
  if (kind.cell == Cell::lstm) in.c0 = drawn<T>(generator, {s.batch, s.hidden});
  if (bias) in.b_ih = drawn<T>(generator, {width});
  if (bias) in.b_hh = drawn<T>(generator, {width});
  if (kind.projected) in.w_hr = drawn<T>(generator, {states, s.hidden}, 0.3);
  return in;
}
template <class T>
Variables<T> leaves(const LayerInputs<T>& in) {
  Variables<T> all;
  for (const auto* x : {&in.x, &in.h0, &in.c0, &in.w_ih, &in.w_hh, &in.b_ih, &in.b_hh, &in.w_hr})
    if (x->defined()) all.push_back(*x);
  return all;
}

/// Results, gradients, and gradients of the sum of squared gradients.
template <class T>
struct Orders {
  Variables<T> y, first, second;
  Orders(Variables<T> results, const LayerInputs<T>& in, bool twice = true)
      : y(std::move(results)) {
    Generator generator(5);
    Variables<T> upstream;
    for (const auto& v : y) upstream.push_back(drawn<T>(generator, v.shape()).detach());
    const auto x = leaves(in);
    first = grad<T>(y, x, {.grad_outputs = upstream, .retain_graph = true});
    if (!twice) return;
    const auto recorded = grad<T>(y, x, {.grad_outputs = upstream, .create_graph = true});
    Variable<T> total;
    for (const auto& g : recorded) total = total.defined() ? total + sum(g * g) : sum(g * g);
    second = grad<T>({total}, x);
  }
};

template <class T>
double distance(const Variables<T>& a, const Variables<T>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(a[i].shape() == b[i].shape());
    for (std::size_t j = 0; j < a[i].size(); ++j) {
      const double x = double{a[i].value().data()[j]}, y = double{b[i].value().data()[j]};
      const double d = std::abs(x - y) / std::max(1., std::abs(y));
      largest = d <= largest ? largest : std::isnan(d) ? 1e300 : d;
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("recurrent layers: fused and elementary agree to second order", "[ops][recurrent]") {
  for (const Kind kind : kinds)
    for (const bool reverse : {false, true})
      for (const bool lengths : {false, true})
        for (const bool bias : {false, true}) {
          CAPTURE(static_cast<int>(kind.cell), kind.projected, reverse, lengths, bias);
          LayerSettings settings{kind.cell, reverse};
          if (lengths)
            settings.lengths = std::make_shared<const std::vector<std::int64_t>>(
                std::vector<std::int64_t>{4, 0, 2});
          const auto in = drawn_inputs<double>(kind, {4, 3, 2, 5}, bias);
          const Orders<double> fused(recurrent_layer(in, settings), in);
          const Orders<double> slow(unrolled_layer(in, settings), in);
          CHECK(distance(fused.y, slow.y) < 1e-14);
          CHECK(distance(fused.first, slow.first) < 1e-13);
          CHECK(distance(fused.second, slow.second) < 1e-12);
        }
}

TEST_CASE("recurrent layers: wide ones agree too, in float", "[ops][recurrent]") {
  for (const Kind kind : kinds) {
    CAPTURE(static_cast<int>(kind.cell), kind.projected);
    const Sizes sizes{6, 37, 19, 53};  // no whole vectors, several blocks of the batch
    const auto in = drawn_inputs<float>(kind, sizes);
    const Orders<float> fused(recurrent_layer(in, {kind.cell}), in, false);
    const Orders<float> slow(unrolled_layer(in, {kind.cell}), in, false);
    CHECK(distance(fused.y, slow.y) < 1e-4);
    CHECK(distance(fused.first, slow.first) < 1e-4);
  }
}

TEST_CASE("recurrent layers: gradients are asked for and arrive one by one", "[ops][recurrent]") {
  for (const bool projected : {false, true}) {
    const auto in = drawn_inputs<double>({Cell::lstm, projected}, {3, 2, 2, 3});
    const auto out = recurrent_layer(in, {Cell::lstm});
    const auto slow = unrolled_layer(in, {Cell::lstm});
    for (std::size_t k = 0; k < out.size(); ++k)
      for (const Variable<double>& x : leaves(in)) {
        const auto g = grad(sum(out[k] * out[k]), x, {.retain_graph = true});
        const auto expected = grad(sum(slow[k] * slow[k]), x, {.retain_graph = true});
        CHECK(distance<double>({g}, {expected}) < 1e-13);
      }
  }
}

TEST_CASE("recurrent layers: one and three threads give the same bits", "[ops][recurrent]") {
  const int threads = get_num_threads();
  for (const Kind kind : kinds) {
    const auto in = drawn_inputs<float>(kind, {5, 96, 40, 64});
    set_num_threads(1);
    const Orders<float> one(recurrent_layer(in, {kind.cell}), in, false);
    set_num_threads(3);
    const Orders<float> three(recurrent_layer(in, {kind.cell}), in, false);
    set_num_threads(threads);
    for (std::size_t i = 0; i < one.first.size(); ++i)
      CHECK(std::memcmp(one.first[i].value().data(), three.first[i].value().data(),
                        one.first[i].size() * sizeof(float)) == 0);
    CHECK(std::memcmp(one.y[0].value().data(), three.y[0].value().data(),
                      one.y[0].size() * sizeof(float)) == 0);
  }
}

TEST_CASE("lstm: what lies beyond a sequence's length does not count", "[ops][recurrent]") {
  Generator generator(2);
  const Variables<double> w{drawn<double>(generator, {8, 3}), drawn<double>(generator, {8, 2}),
                            drawn<double>(generator, {8}), drawn<double>(generator, {8})};
  const auto x = drawn<double>(generator, {4, 2, 3});
  const RecurrentOptions options{.lengths = IndexArray{4, 2}};
  const auto out = lstm(x, {}, {}, w, options);
  // The second sequence by itself, without padding.
  const auto alone = lstm(slice(x, xt::range(0, 2), 1), {}, {}, w);
  CHECK(distance<double>({select(out[1], 1, 1)}, {alone[1]}) < 1e-15);
  CHECK(distance<double>({slice(out[0], xt::range(0, 2), 1)}, {alone[0]}) < 1e-15);
  CHECK((slice(out[0], xt::range(2, 4), 1).value() == full_array<double>({2, 2}, 0)));
  Array<double> spoilt = x.value();
  for (std::size_t t = 2; t < 4; ++t)
    for (std::size_t i = 0; i < 3; ++i) spoilt(t, 1, i) = std::numeric_limits<double>::quiet_NaN();
  const auto other = lstm(Variable<double>(spoilt), {}, {}, w, options);
  CHECK((other[0].value() == out[0].value()));
  CHECK(distance(grad<double>({sum(other[0])}, w), grad<double>({sum(out[0])}, w)) == 0);
}

TEST_CASE("rnn: dropout between layers draws in training alone", "[ops][recurrent]") {
  Generator generator(2);
  Variables<double> w;
  for (int layer = 0; layer < 2; ++layer) {
    w.push_back(drawn<double>(generator, {4, 4}));
    w.push_back(drawn<double>(generator, {4, 4}));
  }
  const auto x = drawn<double>(generator, {5, 8, 4});
  RecurrentOptions o{.layers = 2, .bias = false, .dropout = 0.5};
  const auto plain = rnn(x, {}, w, {.layers = 2, .bias = false});
  CHECK((rnn(x, {}, w, o)[0].value() == plain[0].value()));
  o.training = true;
  const auto dropped = rnn(x, {}, w, o);
  CHECK_FALSE((dropped[0].value() == plain[0].value()));
  // The last layer's own results are not dropped, nor is the first layer's state.
  CHECK((select(dropped[1], 0, 0).value() == select(plain[1], 0, 0).value()));
  o.dropout = 1;  // the second layer sees zeros
  const auto blind = rnn(x, {}, w, o);
  CHECK((select(blind[0], 0, 0).value() == full_array<double>({8, 4}, 0)));
}

TEST_CASE("detach ends back-propagation through time at the border", "[ops][recurrent]") {
  Generator generator(3);
  const Variables<double> w{drawn<double>(generator, {2, 3}), drawn<double>(generator, {2, 2}),
                            drawn<double>(generator, {2}), drawn<double>(generator, {2})};
  const auto x = drawn<double>(generator, {6, 2, 3});
  const auto early = slice(x, xt::range(0, 3)), late = slice(x, xt::range(3, 6));
  const auto first = rnn(early, {}, w);
  const auto whole = sum(rnn(late, first[1], w)[0]);
  const auto truncated = sum(rnn(late, detach(first)[1], w)[0]);
  CHECK(whole.item() == truncated.item());
  const auto far = [&](const Variable<double>& loss) {
    const auto g = slice(grad(loss, x, {.retain_graph = true}), xt::range(0, 3));
    return sum(g * g).item();
  };
  CHECK(far(whole) > 0);
  CHECK(far(truncated) == 0);
}

TEST_CASE("rnn: an input that feeds the first state too counts once for each", "[ops][recurrent]") {
  // x feeds h0 as well: the recorded backward must not count the path through h0 twice.
  Generator generator(3);
  const Variables<double> w{drawn<double>(generator, {2, 2}), drawn<double>(generator, {2, 2})};
  const auto x = drawn<double>(generator, {3, 2, 2});
  const auto f = [&](bool graph) {
    const auto h0 = slice(x, xt::range(0, 1)) * 2.;
    const auto y = rnn(x, h0, w, {.bias = false})[0];
    return grad(sum(y * y), x, {.create_graph = graph});
  };
  CHECK(distance<double>({f(true)}, {f(false)}) < 1e-14);
}
