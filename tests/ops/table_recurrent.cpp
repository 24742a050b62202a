#include <xgrad/ops/recurrent.hpp>

#include "ops/large_reference.hpp"
#include "ops/recurrent_samples.hpp"

// References: torch 2.15, double.
namespace xg::test {

namespace {

/// x, h0 (and c0) and weights of a layer, two directions of two layers if `two`.
std::vector<Literal> of_layers(std::size_t gates, bool two) {
  const std::size_t count = two ? 4 : 1;
  std::vector<Literal> all{counted({3, 2, 2}, 5), counted({count, 2, 2}, 3)};
  if (gates == 4) all.push_back(counted({count, 2, 2}, 9));
  std::size_t factor = 3;
  for (std::size_t i = 0; i < count; ++i)
    for (const Shape& shape : weights(gates, i < 2 ? 2 : 4, 2, true)) {
      all.push_back(counted(shape, factor));
      factor += 2;
    }
  return all;
}

/// Layers over the inputs x, h0, [c0], weights...; without states if `from_zero`.
template <std::size_t gates>
Call layers(const RecurrentOptions& o, bool from_zero = false) {
  return call([=]<class T>(const std::vector<Variable<T>>& x) {
    const std::size_t states = from_zero ? 0 : gates == 4 ? 2 : 1;
    const Variables<T> w(x.begin() + 1 + static_cast<std::ptrdiff_t>(states), x.end());
    const auto state = [&](std::size_t i) { return i < states ? x[1 + i] : Variable<T>(); };
    if constexpr (gates == 1) return rnn(x[0], state(0), w, o);
    if constexpr (gates == 3) return gru(x[0], state(0), w, o);
    if constexpr (gates == 4) return lstm(x[0], state(0), state(1), w, o);
  });
}

RecurrentOptions two_layers() {
  return {.layers = 2, .bidirectional = true, .lengths = IndexArray{3, 1}};
}

template <std::size_t gates>
std::vector<Sample> layer_samples() {
  const auto inputs = [](const Shape& x, std::size_t count, std::size_t batch, std::size_t hidden,
                         bool states, bool bias) {
    std::vector<Shape> shapes{x};
    for (std::size_t i = 0; states && i < (gates == 4 ? 2 : 1); ++i)
      shapes.push_back(batch == 99 ? Shape{count, hidden} : Shape{count, batch, hidden});
    for (std::size_t i = 0; i < count; ++i)
      for (const Shape& w : weights(gates, x.back(), hidden, bias)) shapes.push_back(w);
    return drawn(shapes);
  };
  RecurrentOptions both{.bidirectional = true};
  RecurrentOptions first{.bias = false, .batch_first = true};
  RecurrentOptions lengths{.bidirectional = true, .lengths = IndexArray{2, 0, 3}};
  // Two layers of one direction: the second's inputs are as wide as its states.
  std::vector<Input> stacked = inputs({2, 2, 2}, 2, 2, 2, true, true);
  return {
      {"[3, 2, 3]", layers<gates>({}), inputs({3, 2, 3}, 1, 2, 2, true, true), false, false, 1e-3},
      {"[2, 2, 2], two layers", layers<gates>({.layers = 2}), stacked, false, false, 1e-3},
      {"[3, 1, 2], both directions", layers<gates>(both, true),
       inputs({3, 1, 2}, 2, 1, 3, false, true), false, false, 1e-3},
      {"[2, 3, 1], batch first, no bias", layers<gates>(first),
       inputs({2, 3, 1}, 1, 2, 2, true, false), false, false, 1e-3},
      {"[3, 3, 2], lengths", layers<gates>(lengths), inputs({3, 3, 2}, 2, 3, 2, true, true), false,
       false, 1e-3},
      {"[1, 1, 1]", layers<gates>({}), inputs({1, 1, 1}, 1, 1, 1, true, true)},
      {"[2, 0, 3]", layers<gates>({}), inputs({2, 0, 3}, 1, 0, 2, true, true)},
      {"[3, 2], a single sequence", layers<gates>({}), inputs({3, 2}, 1, 99, 2, true, true), false,
       false, 1e-3}};
}

Entry rnn_entry() {
  Entry e{.name = "rnn"};
  e.samples = layer_samples<1>();
  e.samples.push_back({"[2, 2, 2], relu", layers<1>({.nonlinearity = Nonlinearity::relu}),
                       drawn({{2, 2, 2}, {1, 2, 3}, {3, 2}, {3, 3}, {3}, {3}}), false, false,
                       1e-3});
  e.samples.push_back({"[2, 2, 2], the last state alone",
                       call([]<class T>(const std::vector<Variable<T>>& x) {
                         return rnn(x[0], x[1], {x[2], x[3]}, {.bias = false})[1];
                       }),
                       drawn({{2, 2, 2}, {1, 2, 3}, {3, 2}, {3, 3}}), false, false, 1e-3});
  e.references = {
      large_reference(
          "a wide batch",
          []<class T>(const std::vector<Variable<T>>& x) {
            return rnn(x[0], x[1], {x[2], x[3]}, {.bias = false})[0];
          },
          {{2, 17, 1}, {1, 17, 180}, {180, 1}, {180, 180}},
          {0.005651827045627108, 0.6447839883715283, 1.3213367191396004, 0.004201865749928979,
           1.7027064252942479},
          0x1p-10),
      {"one layer",
       layers<1>({}),
       of_layers(1, false),
       {{{3, 2, 2},
         {0.82745161100816667, -0.13909244787845804, -0.94022664039272752, -0.57836341304450589,
          -0.99726521854390238, -0.76509202819098887, -0.42905072159973784, -0.50598828663435624,
          -0.9749619090028121, -0.86834464976686088, -0.45774216966785886, -0.35354575231661178}},
        {{1, 2, 2},
         {-0.9749619090028121, -0.86834464976686088, -0.45774216966785886, -0.35354575231661178}}}},
      {"relu",
       layers<1>({.nonlinearity = Nonlinearity::relu}),
       of_layers(1, false),
       {{{3, 2, 2}, {1.1800000000000002, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
        {{1, 2, 2}, {0, 0, 0, 0}}}},
      {"two layers, both directions, lengths",
       layers<1>(two_layers()),
       of_layers(1, true),
       {{{3, 2, 4},
         {-0.99133922229801463,
          -0.98888770689978933,
          -0.99694510479042009,
          -0.895281335643901,
          -0.93344902569459853,
          -0.97424318817468947,
          -0.94962776058095855,
          0.054522201924004011,
          -0.96376852411727687,
          -0.99152915695689925,
          0.63996572466365498,
          -0.94372187129976381,
          0,
          0,
          0,
          0,
          -0.97328622122549602,
          -0.99139992992523818,
          -0.53590507447227076,
          -0.69835411201409014,
          0,
          0,
          0,
          0}},
        {{4, 2, 2},
         {-0.9749619090028121, -0.86834464976686088, -0.94022664039272752, -0.57836341304450589,
          0.25647914486157025, 0.80562886808734346, -0.99026213751248271, 0.65840903595525102,
          -0.97328622122549602, -0.99139992992523818, -0.93344902569459853, -0.97424318817468947,
          -0.99694510479042009, -0.895281335643901, -0.94962776058095855, 0.054522201924004011}}}}};
  const auto w = [] { return Variables<double>{ones({2, 3}), ones({2, 2}), ones({2}), ones({2})}; };
  e.refusals = {{[=] { (void)rnn(ones({3}), {}, w()); }, "rnn: x must have rank 2 or 3, got [3]"},
                {[=] {
                   (void)rnn(ones({0, 2, 3}), {}, w());
                 },
                 "rnn: x must have at least one step, got [0, 2, 3]"},
                {[=] {
                   (void)rnn(ones({4, 2, 3}), {}, w(), {.layers = 2});
                 },
                 "rnn: number of weights must be 8 (4 a layer and direction), got 4"},
                {[=] {
                   (void)rnn(ones({4, 2, 3}), {}, w(), {.layers = 0});
                 },
                 "rnn: layers must be >= 1, got 0"},
                {[=] {
                   (void)rnn(ones({4, 2, 3}), {}, w(), {.dropout = 2});
                 },
                 "rnn: dropout must be in [0, 1], got 2"},
                {[=] {
                   (void)rnn(ones({4, 2, 3}), {}, w(), {.projected = true});
                 },
                 "rnn: projected must be false but for lstm, got true"},
                {[=] {
                   (void)rnn(ones({4, 2, 5}), {}, w());
                 },
                 "rnn: weight_ih_l0 must have shape [2, 5], got [2, 3]"},
                {[=] {
                   (void)rnn(ones({4, 2, 3}), ones({2, 2}), w());
                 },
                 "rnn: h0 must have shape [1, 2, 2], got [2, 2]"},
                {[=] {
                   (void)rnn(ones({4, 2, 3}), {}, w(), {.lengths = IndexArray{4, 5}});
                 },
                 "rnn: lengths must be in [0, 4], got 5"},
                {[=] {
                   (void)rnn(ones({4, 2, 3}), {}, w(), {.lengths = IndexArray{4, 4, 4}});
                 },
                 "rnn: lengths must have shape [2], got [3]"}};
  return e;
}

Entry lstm_entry() {
  Entry e{.name = "lstm"};
  e.samples = layer_samples<4>();
  const auto projections =
      drawn({{2, 2, 2}, {1, 2, 2}, {1, 2, 3}, {12, 2}, {12, 2}, {12}, {12}, {2, 3}});
  e.samples.push_back(
      {"[2, 2, 2], projected", layers<4>({.projected = true}), projections, false, false, 1e-3});
  e.samples.push_back({"[2, 2, 2], projected, lengths 2 and 1",
                       layers<4>({.projected = true, .lengths = IndexArray{2, 1}}), projections,
                       false, false, 1e-3});
  std::vector<Literal> projected{counted({3, 2, 2}, 5), counted({1, 2, 2}, 3),
                                 counted({1, 2, 3}, 9)};
  std::size_t factor = 3;
  for (const Shape& shape : {Shape{12, 2}, Shape{12, 2}, Shape{12}, Shape{12}, Shape{2, 3}}) {
    projected.push_back(counted(shape, factor));
    factor += 2;
  }
  e.references = {
      {"one layer",
       layers<4>({}),
       of_layers(4, false),
       {{{3, 2, 2},
         {-0.20125708583148186, 0.1651457300697548, 0.2120829242515303, -0.11535279491744564,
          -0.31696665858398865, 0.17537971280417747, 0.16962183157286992, 0.083157448286745914,
          -0.34913895830114566, 0.4576194726601307, 0.17652445195957067, 0.10535791621785914}},
        {{1, 2, 2},
         {-0.34913895830114566, 0.4576194726601307, 0.17652445195957067, 0.10535791621785914}},
        {{1, 2, 2},
         {-0.48810341459428874, 0.60362344660125389, 0.30683546901486253, 0.48732905692603112}}}},
      {"projected",
       layers<4>({.projected = true}),
       projected,
       {{{3, 2, 2},
         {0.70315335040332161, -0.056366896010399889, 0.33944571072655949, 0.16288569655489427,
          0.087704505364104762, -0.041919284426634715, 0.099116850435342435, -0.038595837080177581,
          0.040578114752640698, 0.17012748034986855, -0.05262844498573202, -0.15039570429668628}},
        {{1, 2, 2},
         {0.040578114752640698, 0.17012748034986855, -0.05262844498573202, -0.15039570429668628}},
        {{1, 2, 3},
         {-0.32126048335256013, 0.17013506629846509, -0.98536283388692958, -0.011518883261618096,
          -0.42032212803951008, -0.21239762217615157}}}},
      {"two layers, both directions, lengths",
       layers<4>(two_layers()),
       of_layers(4, true),
       {{{3, 2, 4},
         {-0.007825507426449177,
          0.0037273009930544991,
          0.10946951791435003,
          -0.012352137830327684,
          0.0089760401405283435,
          -0.023276407715878553,
          -0.0020874090869245241,
          0.44301611908430188,
          -0.026265985998582791,
          -0.081049483263747696,
          0.14928198991254552,
          -0.022748635436557901,
          0,
          0,
          0,
          0,
          -0.039688778540642226,
          -0.064674494971590585,
          0.13212401213960667,
          -0.0072820077955199902,
          0,
          0,
          0,
          0}},
        {{4, 2, 2},
         {-0.34913895830114566, 0.4576194726601307, 0.2120829242515303, -0.11535279491744564,
          0.069151091193034822, 0.12274529296066516, -0.08176632817690041, 0.047479202795459904,
          -0.039688778540642226, -0.064674494971590585, 0.0089760401405283435,
          -0.023276407715878553, 0.10946951791435003, -0.012352137830327684, -0.0020874090869245241,
          0.44301611908430188}},
        {{4, 2, 2},
         {-0.48810341459428874, 0.60362344660125389, 0.3752506967373479, -0.17094532702669812,
          0.11060038221256441, 0.33885473289927259, -0.1194403060908133, 0.10190111590915141,
          -0.18134514710553556, -0.12768980278796255, 0.046347710057251995, -0.12511389871366388,
          0.30974708391062694, -0.066460497592108286, -0.012004612938609369,
          0.81195505261113687}}}}};
  const auto w = [] { return Variables<double>{ones({8, 3}), ones({8, 2}), ones({8}), ones({8})}; };
  e.refusals = {{[=] {
                   (void)lstm(ones({4, 2, 3}), {}, ones({1, 2, 3}), w());
                 },
                 "lstm: c0 must have shape [1, 2, 2], got [1, 2, 3]"},
                {[=] {
                   Variables<double> short_of_one = w();
                   short_of_one[3] = {};
                   (void)lstm(ones({4, 2, 3}), {}, {}, short_of_one);
                 },
                 "lstm: bias_hh_l0 must be defined, got undefined"}};
  return e;
}

Entry gru_entry() {
  Entry e{.name = "gru"};
  e.samples = layer_samples<3>();
  e.references = {
      {"one layer",
       layers<3>({}),
       of_layers(3, false),
       {{{3, 2, 2},
         {-0.69575978457936938, 0.34826380860456119, -0.55256157042963472, 0.028610993060151801,
          -0.69279541109944731, 0.34209510720457814, -0.44980389067805193, 0.30582209259293297,
          -0.78989916941752636, 0.32510993624848405, -0.10487391171904237, 0.5677180181960011}},
        {{1, 2, 2},
         {-0.78989916941752636, 0.32510993624848405, -0.10487391171904237, 0.5677180181960011}}}},
      {"two layers, both directions, lengths",
       layers<3>(two_layers()),
       of_layers(3, true),
       {{{3, 2, 4},
         {-0.78250507982300199,
          -0.74865177478070088,
          -0.04823157665035574,
          0.63309757450121518,
          -0.17134646445533719,
          -0.87978181969314773,
          0.41195512366951281,
          0.78414121665467795,
          -0.36300151126277774,
          -0.9202675815745246,
          -0.021733113322876196,
          0.56714965659976457,
          0,
          0,
          0,
          0,
          -0.51161148174535365,
          -0.91744865228596661,
          0.06991370563241539,
          0.51909708941081512,
          0,
          0,
          0,
          0}},
        {{4, 2, 2},
         {-0.78989916941752636, 0.32510993624848405, -0.55256157042963472, 0.028610993060151801,
          -0.043561783456525449, -0.19284353265063603, 0.36854487453940138, 0.65056126637202671,
          -0.51161148174535365, -0.91744865228596661, -0.17134646445533719, -0.87978181969314773,
          -0.04823157665035574, 0.63309757450121518, 0.41195512366951281, 0.78414121665467795}}}}};
  e.refusals = {{[] {
                   (void)gru(ones({4, 2, 3}), {}, {ones({6, 3}), ones({6, 2})});
                 },
                 "gru: number of weights must be 4 (4 a layer and direction), got 2"}};
  return e;
}

}  // namespace

Entries recurrent_entries() {
  return {rnn_entry(),
          lstm_entry(),
          gru_entry(),
          {.name = "detach", .exempt = "calls Variable::detach of each of a list"}};
}

}  // namespace xg::test
