// Recurrent layers, attention, transformers and embeddings against PyTorch's modules of the same
// name, given the same state. References: torch 2.15, double.

#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/recurrent.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/nn/transformer.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/reduce.hpp>

#include <algorithm>
#include <cmath>

#include "support/catch.hpp"

using namespace xg;

namespace {

/// ((factor i) mod 23 - 11) / divisor.
Array<double> counted(const Shape& shape, std::size_t factor, double divisor) {
  Array<double> x(shape);
  for (std::size_t i = 0; i < x.size(); ++i)
    x.data()[i] = (static_cast<double>(i * factor % 23) - 11) / divisor;
  return x;
}
Variable<double> input(const Shape& shape, std::size_t factor) {
  return Variable<double>(counted(shape, factor, 4));
}

/// Gives every parameter values that its name's place among all decides.
std::vector<std::string> fill(nn::Module<double>& module) {
  auto parameters = module.named_parameters();
  std::sort(parameters.begin(), parameters.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [name, value] : parameters) {
    value.copy_(counted(value.shape(), 3 + 2 * names.size(), 40));
    names.push_back(name);
  }
  module.eval();
  return names;
}

struct Expected {
  Shape shape;
  std::vector<double> values;
};
void check(const Variables<double>& actual, const std::vector<Expected>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t k = 0; k < actual.size(); ++k) {
    REQUIRE(actual[k].shape() == expected[k].shape);
    for (std::size_t i = 0; i < actual[k].size(); ++i) {
      CAPTURE(k, i);
      CHECK(actual[k].value().data()[i] ==
            Approx(expected[k].values[i]).epsilon(1e-11).margin(1e-13));
    }
  }
}

using Names = std::vector<std::string>;

}  // namespace

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
                    "gru: weight_ih_l0 must have shape [12, 5], got [12, 3]  (in words)");
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

TEST_CASE("MultiheadAttention has PyTorch's names and values", "[nn][attention]") {
  nn::MultiheadAttention<double> one(4, 2);
  CHECK(fill(one) == Names{"in_proj_bias", "in_proj_weight", "out_proj.bias", "out_proj.weight"});
  const auto x = input({3, 2, 4}, 5);
  const Array<bool> later{{false, true, true}, {false, false, true}, {false, false, false}};
  const auto masked = one(x, x, x, {.attn_mask = later});
  check(
      {masked.y, masked.weights},
      {{{3, 2, 4},
        {-0.13765624999999992, -0.23312500000000003, 0.037968750000000093, 0.12578124999999996,
         -0.57468750000000002, 0.21093750000000003,  -0.11031249999999999, 0.12187499999999998,
         -0.17434461344205465, -0.22013096890878725, 0.03641643308580144,  0.17979537480409136,
         -0.41685805927191055, 0.089677948403763252, 0.045046315380076168, 0.2757379090295124,
         -0.12212460518671076, -0.21215426257854089, 0.1873445501673181,   0.3165697419770106,
         -0.3721636763446578,  0.044443525174347437, 0.067075768666236352, 0.28880198790625544}},
       {{2, 3, 3},
        {1, 0, 0, 0.75087911420918496, 0.24912088579081501, 0, 0.38922072723464751,
         0.38170262325365012, 0.22907664951170223, 1, 0, 0, 0.6133024252958148, 0.38669757470418514,
         0, 0.42100263393664161, 0.35265780639948219, 0.22633955966387609}}});
  const auto causal = one(x, x, x, {.is_causal = true, .need_weights = false});
  CHECK((causal.y.value() == masked.y.value()));
  CHECK_FALSE(causal.weights.defined());

  nn::MultiheadAttention<double> two(
      4, 2,
      {.add_bias_kv = true, .add_zero_attn = true, .kdim = 3, .vdim = 2, .batch_first = true});
  CHECK(fill(two) == Names{"bias_k", "bias_v", "in_proj_bias", "k_proj_weight", "out_proj.bias",
                           "out_proj.weight", "q_proj_weight", "v_proj_weight"});
  const auto wide = two(input({2, 3, 4}, 5), input({2, 5, 3}, 7), input({2, 5, 2}, 9),
                        {.average_attn_weights = false});
  check(
      {wide.y, wide.weights},
      {{{2, 3, 4},
        {-0.27336499498549327, -0.020676125760491854,  0.25490704165080857, -0.067404089124190075,
         -0.25554913166100723, -0.0098921590618743938, 0.25506024776158487, -0.074282779639282343,
         -0.23445534996882067, -0.0058860119714483766, 0.24624885111109143, -0.1001818108915363,
         -0.19063785952461104, 0.045832015796925266,   0.23997329548234569, -0.098556829196118079,
         -0.19532762969110365, 0.038815103369758464,   0.23564128906992193, -0.10521597786921599,
         -0.18760842569135161, 0.042269944859395663,   0.23412203023544798, -0.11099959921380484}},
       {{2, 2, 3, 7},
        {0.21131783198500287,  0.11926885352745432,  0.12419065028788259,  0.12931555190456226,
         0.11531668895892007,  0.14247282536618872,  0.15811759796998923,  0.069802796139328979,
         0.1761765764129283,   0.16652395876281118,  0.1574002027207263,   0.18464647978418047,
         0.13305978262712168,  0.1123902035529032,   0.062441280116741514, 0.17080120111242506,
         0.17463671220746141,  0.17855835352444202,  0.16766936979090613,  0.13429735204813181,
         0.11159573119989198,  0.14501125790916092,  0.14576220692711736,  0.14623806772008821,
         0.14671548202613396,  0.13381534776444262,  0.14161110921461617,  0.14084652843844075,
         0.1077192018551613,   0.13913431287744318,  0.12647385077191134,  0.11496542152880357,
         0.16365210270307678,  0.17756492968501211,  0.17049018057859183,  0.11306145928919058,
         0.1021677852112388,   0.099384389718297828, 0.096676823318197685, 0.29359294192084229,
         0.14209927349805831,  0.15301732704417437,  0.19818286549336267,  0.20465823243469225,
         0.2113451735548515,   0.055794407532619883, 0.057617417110912103, 0.15056355244833564,
         0.12183835142522606,  0.18621933663134202,  0.17456396375566005,  0.16363809469697491,
         0.10537929161060339,  0.09878365573671806,  0.14564584858890106,  0.12576980897980056,
         0.19380306642406875,  0.18348854341607676,  0.17372297655643382,  0.091621724588569431,
         0.086745463321202101, 0.14700044089230618,  0.12361778480134294,  0.20406611638442854,
         0.20062335296624714,  0.19723867180181553,  0.092565893861761547, 0.091004231010501216,
         0.10326529301014259,  0.11123644096510363,  0.15303408277657046,  0.16431051749611666,
         0.17641786502722162,  0.12938313509646165,  0.13891683144863695,  0.11618926675930409,
         0.12174830139568862,  0.14974467153477369,  0.1624931151905987,   0.17632689172658567,
         0.13169548639321546,  0.1429073209834065,   0.11563003456698896,  0.12120247960443103}}});
  const auto single = two(select(input({2, 3, 4}, 5), 0, 1), select(input({2, 5, 3}, 7), 0, 1),
                          select(input({2, 5, 2}, 9), 0, 1));
  CHECK(xt::allclose(single.y.value(), select(wide.y, 0, 1).value(), 1e-13, 1e-14));
  CHECK(single.weights.shape() == Shape{3, 7});
  CHECK_THROWS_WITH(nn::MultiheadAttention<double>(4, 3),
                    "MultiheadAttention: num_heads must be >= 1 and divide embed_dim 4, got 3");
}

TEST_CASE("transformer layers have PyTorch's names and values", "[nn][attention]") {
  const auto x = input({3, 2, 4}, 5), memory = input({4, 2, 4}, 7);
  const Array<bool> padding{{false, false, false}, {false, false, true}};
  for (const bool first : {false, true}) {
    const nn::TransformerOptions options{
        .dim_feedforward = 6,
        .activation = first ? nn::TransformerActivation::gelu : nn::TransformerActivation::relu,
        .norm_first = first};
    nn::TransformerEncoder<double> encoder(nn::TransformerEncoderLayer<double>(4, 2, options), 2,
                                           {.norm = first});
    const Names names = fill(encoder);
    CHECK(names == (first ? Names{"layers.0.linear1.bias",
                                  "layers.0.linear1.weight",
                                  "layers.0.linear2.bias",
                                  "layers.0.linear2.weight",
                                  "layers.0.norm1.bias",
                                  "layers.0.norm1.weight",
                                  "layers.0.norm2.bias",
                                  "layers.0.norm2.weight",
                                  "layers.0.self_attn.in_proj_bias",
                                  "layers.0.self_attn.in_proj_weight",
                                  "layers.0.self_attn.out_proj.bias",
                                  "layers.0.self_attn.out_proj.weight",
                                  "layers.1.linear1.bias",
                                  "layers.1.linear1.weight",
                                  "layers.1.linear2.bias",
                                  "layers.1.linear2.weight",
                                  "layers.1.norm1.bias",
                                  "layers.1.norm1.weight",
                                  "layers.1.norm2.bias",
                                  "layers.1.norm2.weight",
                                  "layers.1.self_attn.in_proj_bias",
                                  "layers.1.self_attn.in_proj_weight",
                                  "layers.1.self_attn.out_proj.bias",
                                  "layers.1.self_attn.out_proj.weight",
                                  "norm.bias",
                                  "norm.weight"}
                          : Names{"layers.0.linear1.bias",
                                  "layers.0.linear1.weight",
                                  "layers.0.linear2.bias",
                                  "layers.0.linear2.weight",
                                  "layers.0.norm1.bias",
                                  "layers.0.norm1.weight",
                                  "layers.0.norm2.bias",
                                  "layers.0.norm2.weight",
                                  "layers.0.self_attn.in_proj_bias",
                                  "layers.0.self_attn.in_proj_weight",
                                  "layers.0.self_attn.out_proj.bias",
                                  "layers.0.self_attn.out_proj.weight",
                                  "layers.1.linear1.bias",
                                  "layers.1.linear1.weight",
                                  "layers.1.linear2.bias",
                                  "layers.1.linear2.weight",
                                  "layers.1.norm1.bias",
                                  "layers.1.norm1.weight",
                                  "layers.1.norm2.bias",
                                  "layers.1.norm2.weight",
                                  "layers.1.self_attn.in_proj_bias",
                                  "layers.1.self_attn.in_proj_weight",
                                  "layers.1.self_attn.out_proj.bias",
                                  "layers.1.self_attn.out_proj.weight"}));
    const auto y = encoder(x, {.key_padding_mask = padding});
    first
        ? check({y},
                {{{3, 2, 4}, {0.11431648037743503,    -0.11658862933321341, 0.0090982252312232434,
                              0.42379174896661764,    -0.63628050723864893, -0.014925857202255508,
                              -0.059143357884287893,  0.22305972517957945,  -0.35862968981012244,
                              -0.2929101369779385,    -0.12195472499149075, -0.010119916543018762,
                              -0.35867092178201054,   -0.2925640362572261,  -0.12250642096138023,
                              -0.0074531617857467591, -0.11862919176627693, -0.20214480573556504,
                              0.07460928390909001,    -0.22023768049007045, -0.11792064036103796,
                              -0.20270008322232533,   0.074373661738929092, -0.22019632933197505}}})
        : check({y}, {{{3, 2, 4},
                       {0.19415972232927284,    0.18044521099659969,    -0.0099238415429662719,
                        -0.26907618057453953,   0.1899048776141965,     0.19752068229544897,
                        -0.0041677355577658228, -0.25196355027363976,   0.19240781374850463,
                        0.18999971096339019,    -0.0061794929596778181, -0.25888707875025335,
                        0.19242403706054356,    0.18962507386204,       -0.0062151750617793662,
                        -0.25910558520077415,   0.18834936889666135,    0.20260250257201767,
                        -0.003428680437182341,  -0.24825281496685542,   0.1882099914157897,
                        0.20262727660908661,    -0.0033484483639535769, -0.2480838373723164}}});
    CHECK((nn::clone(encoder, *encoder.layers[0], std::size_t{2},
                     nn::TransformerStackOptions{.norm = first})(x)
               .value() == encoder(x).value()));
  }
  for (const bool first : {false, true}) {
    nn::TransformerDecoder<double> decoder(
        nn::TransformerDecoderLayer<double>(4, 2, {.dim_feedforward = 6, .norm_first = first}), 2,
        {.norm = first});
    fill(decoder);
    const auto y = decoder(x, memory, {.is_causal = true});
    first
        ? check({y},
                {{{3, 2, 4}, {0.13677666734135954,   -0.11854106149778962,  0.061672130725064757,
                              -0.14752795841301986,  -0.5367738656308686,   -0.021648799417723102,
                              -0.041244840549489008, -0.064017441557293275, -0.23145212989675901,
                              -0.24109908273113026,  -0.13106103223606771,  0.21028590514383722,
                              -0.24683544597254142,  -0.23886832351771631,  -0.13649108147783229,
                              0.20597477541176079,   -0.000101878681749637, -0.18164175089878273,
                              0.17722022566148943,   0.41833890463566337,   -0.0081234196072050013,
                              -0.17403789229499253,  0.18677704413026688,   0.41939865615948313}}})
        : check({y}, {{{3, 2, 4},
                       {0.01452765330323696,   0.4699786502195481,    -0.057478240551653431,
                        -0.14999999999999999,  0.12857491127292114,   0.35028151941137836,
                        -0.037285758156554792, -0.14999999999999999,  -0.0020411252826921192,
                        0.47539325641279978,   -0.060510483851744207, -0.14999999999999999,
                        0.13042620928605481,   0.33776909597191218,   -0.03652125219723884,
                        -0.14999999999999999,  -0.010760536632279917, 0.47707568821158425,
                        -0.063222185027977523, -0.14999999999999999,  0.12843911690079002,
                        0.33612239130824972,   -0.03788112794821908,  -0.14999999999999999}}});
  }
  nn::TransformerEncoder<double> encoder(nn::TransformerEncoderLayer<double>(4, 2), 2);
  CHECK_FALSE((encoder(x).value() == encoder(x).value()));  // dropout
  CHECK_THROWS_WITH(encoder(input({3, 2, 5}, 3)), test::contains("(in layers.0.self_attn)"));
}

TEST_CASE("PositionalEncoding adds sines and cosines", "[nn][attention]") {
  nn::PositionalEncoding<double> encode(4, {.dropout = 0, .max_len = 3});
  const auto y = encode(Variable<double>(full_array<double>({3, 1, 4}, 0)));
  check({y}, {{{3, 1, 4},
               {0, 1, 0, 1, std::sin(1), std::cos(1), std::sin(0.01), std::cos(0.01), std::sin(2),
                std::cos(2), std::sin(0.02), std::cos(0.02)}}});
  CHECK(encode.state_dict().size() == 0);
  CHECK_THROWS_WITH(encode(input({4, 1, 4}, 3)),
                    "PositionalEncoding: number of steps must be <= max_len 3, got 4");
}

TEST_CASE("AdditiveAttention and SoftSpatialAttention take weighted means", "[nn][attention]") {
  nn::AdditiveAttention<double> look(2, 3, 4);
  CHECK(fill(look) ==
        Names{"annotation.bias", "annotation.weight", "query.weight", "score.weight"});
  const auto q = input({2, 2}, 3), a = input({2, 5, 3}, 7);
  const auto [context, w] = look(q, a);
  // By hand, for sequence 1.
  std::vector<double> e(5);
  double total = 0, expected = 0;
  for (std::size_t s = 0; s < 5; ++s) {
    double score = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      double u = look.annotation.bias.value()(k);
      for (std::size_t j = 0; j < 2; ++j) u += look.query.weight.value()(k, j) * q.value()(1, j);
      for (std::size_t j = 0; j < 3; ++j)
        u += look.annotation.weight.value()(k, j) * a.value()(1, s, j);
      score += look.score.weight.value()(0, k) * std::tanh(u);
    }
    e[s] = std::exp(score);
    total += e[s];
  }
  for (std::size_t s = 0; s < 5; ++s) {
    CHECK(w.value()(1, s) == Approx(e[s] / total).epsilon(1e-12));
    expected += e[s] / total * a.value()(1, s, 2);
  }
  CHECK(context.value()(1, 2) == Approx(expected).epsilon(1e-12));
  const Array<bool> hide{{false, true, true, true, true}, {false, false, false, false, true}};
  const auto hidden = look(q, a, hide);
  CHECK(hidden.weights.value()(0, 0) == 1);
  CHECK(hidden.weights.value()(1, 4) == 0);

  nn::SoftSpatialAttention<double> spatial(3, 2, 4);
  fill(spatial.attention);
  Array<double> image(Shape{2, 3, 1, 5});  // the annotations as positions of an image
  for (std::size_t n = 0; n < 2; ++n)
    for (std::size_t d = 0; d < 3; ++d)
      for (std::size_t s = 0; s < 5; ++s) image(n, d, 0, s) = a.value()(n, s, d);
  const auto seen = spatial(Variable<double>(image), q);
  CHECK((seen.y.value() == context.value()));
  CHECK(seen.weights.shape() == Shape{2, 1, 5});
  CHECK((spatial.rebuilt().named_parameters()[0].first == "attention.query.weight"));
}

TEST_CASE("Embedding looks rows up", "[nn][embedding]") {
  manual_seed(2);
  nn::Embedding<double> words(5, 3, {.padding_idx = -1});
  const IndexArray index{{1, 4}, {2, 1}};
  const auto y = words(index);
  CHECK(y.shape() == Shape{2, 2, 3});
  CHECK(y.value()(0, 1, 2) == 0);
  CHECK(y.value()(1, 1, 2) == words.weight.value()(1, 2));
  sum(y).backward();
  CHECK(words.weight.grad().value()(1, 0) == 2);
  CHECK(words.weight.grad().value()(4, 0) == 0);
  CHECK((nn::clone(words)(index).value() == y.value()));
  CHECK_THROWS_WITH(words(IndexArray{5}), "embedding: index must be in [0, 5), got 5");
  CHECK_THROWS_WITH(nn::Embedding<double>(0, 3), "Embedding: num_embeddings must be >= 1, got 0");

  nn::Embedding<double> bounded(2, 3, {.max_norm = 0.5});
  bounded.weight.copy_(Array<double>{{3, 4, 0}, {0, 0.25, 0}});
  const auto z = bounded(IndexArray{0, 1});
  CHECK(z.value()(0, 1) == Approx(0.4).epsilon(1e-6));
  CHECK(z.value()(1, 1) == 0.25);
}

TEST_CASE("EmbeddingBag and Bilinear call their operations", "[nn][embedding]") {
  nn::EmbeddingBag<double> bag(3, 2, {.mode = BagMode::sum});
  bag.weight.copy_(Array<double>{{1, 2}, {10, 20}, {100, 200}});
  CHECK((bag(IndexArray{{0, 1}, {2, 2}}).value() == Array<double>{{11, 22}, {200, 400}}));
  CHECK((bag(IndexArray{0, 1, 2}, IndexArray{0, 1}).value() == Array<double>{{1, 2}, {110, 220}}));
  nn::Bilinear<double> form(2, 3, 1);
  CHECK(fill(form) == Names{"bias", "weight"});
  form.weight.copy_(Array<double>{{{1, 0, 0}, {0, 2, 0}}});
  form.bias.copy_(Array<double>{0.5});
  CHECK(
      form(Variable<double>(Array<double>{{1., 2.}}), Variable<double>(Array<double>{{3., 4., 5.}}))
          .item() == 1 * 3 + 2 * 2 * 4 + 0.5);
  CHECK(form.description() == "Bilinear(2, 3, 1)");
}
