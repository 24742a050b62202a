// Attention and transformer layers against PyTorch's modules of the same
// name, given the same state. References: torch 2.15, double.

#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/transformer.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/reduce.hpp>

#include <cmath>

#include "nn/given_state.hpp"

using namespace test;

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
