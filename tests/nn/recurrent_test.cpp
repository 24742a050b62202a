// Recurrent layers against PyTorch's modules of the same
// name, given the same state. References: torch 2.15, double.

#include <xgrad/nn/recurrent.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/reduce.hpp>

#include "nn/given_state.hpp"

using namespace test;

TEST_CASE("LSTM has PyTorch's names and values", "[nn][recurrent]") {
  nn::LSTM<double> lstm(4, 3, {.num_layers = 2, .bidirectional = true});
  CHECK(fill(lstm) == Names{"bias_hh_l0", "bias_hh_l0_reverse", "bias_hh_l1", "bias_hh_l1_reverse",
                            "bias_ih_l0", "bias_ih_l0_reverse", "bias_ih_l1", "bias_ih_l1_reverse",
                            "weight_hh_l0", "weight_hh_l0_reverse", "weight_hh_l1",
                            "weight_hh_l1_reverse", "weight_ih_l0", "weight_ih_l0_reverse",
                            "weight_ih_l1", "weight_ih_l1_reverse"});
  const auto [y, h, c] = lstm(input({3, 2, 4}, 5));
  check({y, h, c},
        {{{3, 2, 6}, {0.09323312274204959,    -0.03322793328566407,   -0.035186327659437584,
                      -0.02496319784178325,   -0.040465482256794229,  0.033744244185941109,
                      0.099196723632313799,   -0.011603773667558237,  -0.050298333643052008,
                      -0.051202550111716212,  -0.0041693650846035893, 0.0096300824425915119,
                      0.14642696815364048,    -0.049333749231598181,  -0.057903151076375073,
                      -0.021022609554307081,  -0.031973535544236396,  0.014041673689543548,
                      0.15538775977682312,    -0.027117754370053423,  -0.077114106212109526,
                      -0.032379654524174024,  -0.017605342695813053,  0.0014836663321511837,
                      0.17965417115038504,    -0.077199979976269956,  -0.071540455345694767,
                      -0.0064730749118579135, -0.037672704408953685,  0.011550975874603249,
                      0.18847603396619805,    -0.059297446058515571,  -0.086009669212964102,
                      -0.010298625335978506,  -0.030545063926074083,  0.0055236367207292161}},
         {{4, 2, 3}, {0.033726868907486107,  -0.049365350409783529,  0.14547376546804253,
                      0.028028738381762296,  0.071195238307072042,   0.11296058645036715,
                      -0.052271918575911479, 0.08197077988057476,    0.037617659413037678,
                      -0.068055581927837866, -0.024371792178824798,  -0.03533560029698906,
                      0.17965417115038504,   -0.077199979976269956,  -0.071540455345694767,
                      0.18847603396619805,   -0.059297446058515571,  -0.086009669212964102,
                      -0.02496319784178325,  -0.040465482256794229,  0.033744244185941109,
                      -0.051202550111716212, -0.0041693650846035893, 0.0096300824425915119}},
         {{4, 2, 3}, {0.089850844813839675,  -0.12456080712013126,   0.35039951044382084,
                      0.080475816190030136,  0.17757670249757107,    0.25766191936890565,
                      -0.11656725261173041,  0.211208178909703,      0.097773518536550919,
                      -0.19179827601774013,  -0.075919804104699395,  -0.082042680325012926,
                      0.31376002912819334,   -0.17321054943551695,   -0.16707346058546077,
                      0.33372614998313177,   -0.13378418190825583,   -0.20478732902560692,
                      -0.047233779418280303, -0.076408651497133051,  0.077967707326356189,
                      -0.093518670722977232, -0.0076844151196911181, 0.023465408303856339}}});
  const auto first = lstm.state_dict();
  CHECK(first.begin()->first == "weight_ih_l0");
}

TEST_CASE("recurrent layers carry states, lengths, hooks, paths and clones", "[nn][recurrent]") {
  manual_seed(4);
  nn::LSTM<double> lstm(3, 4, {.batch_first = true});
  nn::GRU<double> gru(3, 4, {.num_layers = 2, .dropout = 0.5});
  nn::RNN<double> rnn(3, 4, {.nonlinearity = Nonlinearity::relu, .bias = false});
  const auto x = input({2, 6, 3}, 7);
  const auto all = lstm(x);
  const auto early = lstm(slice(x, xt::all(), xt::range(0, 2)));
  const auto late = lstm(slice(x, xt::all(), xt::range(2, 6)), {early.h, early.c});
  CHECK(xt::allclose(late.c.value(), all.c.value(), 1e-14, 1e-15));
  CHECK((nn::clone(lstm)(x).y.value() == all.y.value()));
  CHECK((lstm(x, {}, IndexArray{6, 6}).y.value() == all.y.value()));
  CHECK(lstm(x, {}, IndexArray{6, 3}).y.value()(1, 3, 0) == 0);

  CHECK_FALSE((gru(x).y.value() == gru(x).y.value()));
  gru.eval();
  CHECK((gru(x).y.value() == gru(x).y.value()));
  CHECK((nn::clone(gru)(x).h.value() == gru(x).h.value()));
  CHECK((nn::clone(rnn)(x).h.value() == rnn(x).h.value()));
  CHECK(gru(x).h.shape() == Shape{2, 6, 4});

  int seen = 0;
  lstm.register_forward_hook(
      [&](nn::Module<double>&, const Variables<double>& in, const Variables<double>& out) {
        seen = static_cast<int>(10 * in.size() + out.size());
        return Variables<double>{};
      });
  (void)lstm(x);
  CHECK(seen == 13);
  (void)lstm(x, {early.h, early.c});
  CHECK(seen == 33);
  int backward = 0;
  lstm.register_backward_hook(
      [&](nn::Module<double>&, const Variables<double>&, const Variables<double>&) {
        ++backward;
        return Variables<double>{};
      });
  sum(lstm(Variable<double>(x.value(), true)).y).backward();
  CHECK(backward == 1);

  struct Net : nn::Module<double> {
    nn::GRU<double>& words = add("words", nn::GRU<double>(3, 4));
  } net;
  CHECK_THROWS_WITH(net.words(input({2, 6, 5}, 7)),
                    "GRU: x must be 3 wide, got [2, 6, 5]  (in words)");
  CHECK_THROWS_WITH(nn::LSTM<double>(0, 3), "LSTM: input_size must be >= 1, got 0");
  CHECK_THROWS_WITH(nn::LSTM<double>(3, 3, {.proj_size = 3}),
                    "LSTM: proj_size must be < hidden_size, got 3");
  CHECK_THROWS_WITH(lstm(x, {early.h, {}}), "LSTM: state must hold h and c or neither, got h");
  CHECK(lstm.description() == "LSTM(3, 4)");
  for (const auto& [name, value] : lstm.named_parameters())
    for (const double v : value.value()) CHECK(std::abs(v) <= 0.5);  // 1 / sqrt(4)
}

TEST_CASE("cells take the steps of the layers", "[nn][recurrent]") {
  manual_seed(4);
  const auto x = input({3, 2, 3}, 7);
  const auto copied = [](nn::Module<double>& cell, const nn::Module<double>& layer) {
    StateDict state;
    for (const auto& [name, value] : layer.state_dict())
      state.set(name.substr(0, name.size() - 3), value);
    CHECK(cell.load_state_dict(state).ok());
  };
  nn::LSTM<double> lstm(3, 4);
  nn::LSTMCell<double> lstm_cell(3, 4);
  copied(lstm_cell, lstm);
  nn::GRU<double> gru(3, 4);
  nn::GRUCell<double> gru_cell(3, 4);
  copied(gru_cell, gru);
  nn::RNN<double> rnn(3, 4);
  nn::RNNCell<double> rnn_cell(3, 4);
  copied(rnn_cell, rnn);
  nn::LSTMState<double> state;
  Variable<double> g, r;
  for (std::size_t t = 0; t < 3; ++t) {
    const auto step = select(x, 0, static_cast<std::ptrdiff_t>(t));
    state = lstm_cell(step, state);
    g = gru_cell(step, g);
    r = rnn_cell(step, r);
  }
  const auto same = [](const Variable<double>& a, const Variable<double>& b) {
    return xt::allclose(a.value(), select(b, 0, 0).value(), 1e-13, 1e-14);
  };
  CHECK(same(state.h, lstm(x).h));
  CHECK(same(state.c, lstm(x).c));
  CHECK(same(g, gru(x).h));
  CHECK(same(r, rnn(x).h));
  CHECK_FALSE(state.detach().h.requires_grad());
  CHECK(nn::LSTMCell<double>(3, 4, {.bias = false}).parameters().size() == 2);
}

TEST_CASE("recurrent layers and cells say that the input is too wide", "[nn][recurrent][errors]") {
  const Variable<double> x(full_array<double>({5, 2, 4}, 1)), row(full_array<double>({2, 4}, 1));
  CHECK_THROWS_WITH(nn::RNN<double>(3, 2)(x), "RNN: x must be 3 wide, got [5, 2, 4]");
  CHECK_THROWS_WITH(nn::LSTM<double>(3, 2)(x), "LSTM: x must be 3 wide, got [5, 2, 4]");
  CHECK_THROWS_WITH(nn::GRU<double>(3, 2)(row), "GRU: x must be 3 wide, got [2, 4]");
  CHECK_THROWS_WITH(nn::RNNCell<double>(3, 2)(row), "RNNCell: x must be 3 wide, got [2, 4]");
  CHECK_THROWS_WITH(nn::LSTMCell<double>(3, 2)(row), "LSTMCell: x must be 3 wide, got [2, 4]");
  CHECK_THROWS_WITH(nn::GRUCell<double>(3, 2)(row), "GRUCell: x must be 3 wide, got [2, 4]");
}
