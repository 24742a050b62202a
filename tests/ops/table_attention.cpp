#include <xgrad/ops/attention.hpp>

#include "ops/recurrent_samples.hpp"

// References: torch 2.15, double.
namespace xg::test {

namespace {

Call attention(const AttentionOptions& o) {
  return call([=](const auto& x) { return scaled_dot_product_attention(x[0], x[1], x[2], {}, o); });
}
Call attention_under(const Array<bool>& mask, const AttentionOptions& o = {}) {
  return call(
      [=](const auto& x) { return scaled_dot_product_attention(x[0], x[1], x[2], mask, o); });
}

Entry attention_entry() {
  const Call biased =
      call([](const auto& x) { return scaled_dot_product_attention(x[0], x[1], x[2], x[3]); });
  const Call itself =
      call([](const auto& x) { return scaled_dot_product_attention(x[0], x[0], x[0]); });
  const Array<bool> mask{{true, false, true}, {true, true, false}};
  const Array<bool> blind{{true, false, true}, {false, false, false}};
  Entry e{.name = "scaled_dot_product_attention"};
  e.samples = {
      {"[2, 3] [4, 3] [4, 2]", attention({}), {{{2, 3}}, {{4, 3}}, {{4, 2}}}},
      {"[2, 1, 2, 3] [3, 4, 3] [4, 2], broadcast",
       attention({.scale = 0.5}),
       {{{2, 1, 2, 3}}, {{3, 4, 3}}, {{4, 2}}}},
      {"[2, 3, 2], causal", attention({.causal = true}), {{{2, 3, 2}}, {{2, 3, 2}}, {{2, 3, 2}}}},
      {"[2, 3], mask", attention_under(mask), {{{2, 3}}, {{3, 3}}, {{3, 2}}}},
      {"[2, 3], a row sees nothing", attention_under(blind), {{{2, 3}}, {{3, 3}}, {{3, 2}}}},
      {"[2, 2, 3], float mask", biased, {{{2, 2, 3}}, {{2, 3, 3}}, {{2, 3, 2}}, {{2, 3}}}},
      {"[3, 2], of itself", itself, {{{3, 2}}}},
      {"[1, 1]", attention({}), {{{1, 1}}, {{1, 1}}, {{1, 1}}}},
      {"[0, 2, 3]", attention({}), {{{0, 2, 3}}, {{0, 4, 3}}, {{0, 4, 2}}}}};
  const std::vector<Literal> x{counted({2, 2, 3}, 5), counted({2, 3, 3}, 3), counted({2, 3, 2}, 9)};
  e.references = {
      {"plain",
       attention({}),
       x,
       {{{2, 2, 2},
         {-0.50376817661514561, -0.17931549836265009, 0.10542968147785969, 0.6142438056348769,
          -0.25695940811451007, 0.1850958481758346, 0.46620277911179242, -0.14828836768678635}}}},
      {"mask",
       attention_under(mask, {.scale = 0.7}),
       x,
       {{{2, 2, 2},
         {-0.95905618707196794, -0.059056187071967803, -0.087196326176338268, -0.48133435383990608,
          0.11735100530414558, 0.27896076515065726, -0.5657291957781585, 0.33427080422184152}}}},
      {"causal",
       attention({.causal = true}),
       x,
       {{{2, 2, 2},
         {-1.1000000000000001, -0.20000000000000001, -0.1068045188090771, -0.47588763366414527,
          -0.29999999999999999, 0.59999999999999998, -0.5629787023266819, 0.33702129767331818}}}},
      {"a row sees nothing",
       attention_under(blind),
       x,
       {{{2, 2, 2},
         {-0.90553365199937652, -0.005533651999376471, 0, 0, 0.15537698183938811,
          0.24971001396970144, 0, 0}}}}};
  e.refusals = {
      {[] {
         (void)scaled_dot_product_attention(ones({3}), ones({2, 3}), ones({2, 3}));
       },
       "scaled_dot_product_attention: q must have rank >= 2, got [3]"},
      {[] {
         (void)scaled_dot_product_attention(ones({2, 3}), ones({2, 4}), ones({2, 3}));
       },
       "scaled_dot_product_attention: q.shape[-1] == k.shape[-1] failed: q is [2, 3], k is [2, 4]"},
      {[] {
         (void)scaled_dot_product_attention(ones({2, 3}), ones({2, 3}), ones({3, 3}));
       },
       "scaled_dot_product_attention: k.shape[-2] == v.shape[-2] failed: k is [2, 3], v is [3, 3]"},
      {[] {
         (void)scaled_dot_product_attention(ones({2, 3}), ones({2, 3}), ones({2, 3}), ones({3, 2}));
       },
       "scaled_dot_product_attention: mask must broadcast to [2, 2], got [3, 2]"},
      {[] {
         (void)scaled_dot_product_attention(ones({2, 3}), ones({2, 3}), ones({2, 3}), {},
                                            {.dropout = -1});
       },
       "scaled_dot_product_attention: dropout must be in [0, 1], got -1"}};
  return e;
}

/// Inputs: q, k (v is k), in, in_bias, out, out_bias and, if they are there, k_extra, v_extra.
struct Heads {
  MultiHeadOptions options;
  bool mask = false;  // input 6 is a float mask
  template <class T>
  Variables<T> operator()(const std::vector<Variable<T>>& x) const {
    MultiHeadWeights<T> w{.in = x[2], .in_bias = x[3], .out = x[4], .out_bias = x[5]};
    if (x.size() == 8) {
      w.k_extra = x[6];
      w.v_extra = x[7];
    }
    AttentionMask<T> added;
    if (mask) added = x[6];
    return multi_head_attention(x[0], x[1], x[1], w, added, options);
  }
};

std::vector<Input> of_heads(const Shape& q, const Shape& k, std::size_t width,
                            std::vector<Shape> more = {}) {
  std::vector<Input> inputs{{q}, {k}};
  for (const Shape& shape :
       {Shape{3 * width, width}, Shape{3 * width}, Shape{width, width}, Shape{width}})
    inputs.push_back({shape, -1, 1});
  for (const Shape& shape : more) inputs.push_back({shape, -1, 1});
  return inputs;
}

Sample sample(std::string label, Call f, std::vector<Input> inputs) {
  return {std::move(label), std::move(f), std::move(inputs), false, false, 1e-3};
}

Entry heads_entry() {
  const Array<bool> padding{{false, false, true}, {false, true, true}};
  const Call itself = call([]<class T>(const std::vector<Variable<T>>& x) {
    const MultiHeadWeights<T> w{.in = x[1], .in_bias = x[2], .out = x[3]};
    return multi_head_attention(x[0], x[0], x[0], w, {}, {.heads = 2, .causal = true});
  });
  const Call apart = call([]<class T>(const std::vector<Variable<T>>& x) {
    const MultiHeadWeights<T> w{.q = x[3], .k = x[4], .v = x[5], .out = x[6]};
    return multi_head_attention(x[0], x[1], x[2], w, {}, {.need_weights = false})[0];
  });
  const MultiHeadOptions extra{
      .heads = 2, .add_zero = true, .average_weights = false, .padding = padding};
  Entry e{.name = "multi_head_attention"};
  e.samples = {
      sample("[1, 2, 4] [1, 3, 4]", call(Heads{{.heads = 2}}), of_heads({1, 2, 4}, {1, 3, 4}, 4)),
      sample("[2, 2, 2], mask", call(Heads{{}, true}), of_heads({2, 2, 2}, {2, 3, 2}, 2, {{2, 3}})),
      sample("[1, 2, 2], mask of each head", call(Heads{{.heads = 2}, true}),
             of_heads({1, 2, 2}, {1, 2, 2}, 2, {{2, 2, 2}})),
      sample("[2, 2, 4], padding and extra keys", call(Heads{extra}),
             of_heads({2, 2, 4}, {2, 3, 4}, 4, {{4}, {4}})),
      sample("[2, 3, 2], of itself, causal", itself, {{{2, 3, 2}}, {{6, 2}}, {{6}}, {{2, 2}}}),
      sample("[1, 2, 2] [1, 3, 1] [1, 3, 3], weights apart", apart,
             {{{1, 2, 2}}, {{1, 3, 1}}, {{1, 3, 3}}, {{2, 2}}, {{2, 1}}, {{2, 3}}, {{2, 2}}}),
      sample("[0, 2, 2]", call(Heads{}), of_heads({0, 2, 2}, {0, 2, 2}, 2))};
  const std::vector<Literal> x{counted({2, 2, 4}, 5), counted({2, 3, 4}, 3), counted({12, 4}, 5),
                               counted({12}, 3),      counted({4, 4}, 9),    counted({4}, 13)};
  std::vector<Literal> masked = x, more = x;
  masked.push_back(counted({2, 3}, 13));
  more.push_back(counted({4}, 3));
  more.push_back(counted({4}, 7));
  e.references = {
      {"mask",
       call(Heads{{.heads = 2}, true}),
       masked,
       {{{2, 2, 4},
         {0.18175391515310224, -1.4752123947718541, -0.74605991812097583, 0.34827268472800244,
          0.13609388900701047, -0.62709239812235751, -0.6847713082295106, -0.060271316377789819,
          0.2591356007436314, -0.9078392169684264, -0.60041884647071264, -0.054179841838347009,
          0.49407730858852483, -1.567014622849525, -0.45254636806264092, 0.035037673520751711}},
        {{2, 2, 3},
         {0.14741429170090403, 0.65324274084562606, 0.19934296745346985, 0.40634037222237485,
          0.079181103595747232, 0.51447852418187789, 0.15233711528779192, 0.84456334311693881,
          0.0030995415952691677, 0.61684926782178739, 0.36722809377917931, 0.015922638399033334}}}},
      {"padding and extra keys",
       call(Heads{extra}),
       more,
       {{{2, 2, 4},
         {-0.36795735250019779, -0.31415018992397864, -0.26221988341978286, 1.2241237566626699,
          -0.040930199932636357, -0.37133167412735951, -0.17699803264465452, 0.65454188269527203,
          0.41485810524749667, -0.96655981885961695, -0.2964414002557223, -0.69611685276158042,
          0.37608549590790763, -0.97066985303859821, -0.32333549109600274, -0.65314150037433949}},
        {{2, 2, 2, 5},
         {0.13174585689405466,
          0.31652565797864124,
          0,
          0.29844122789313321,
          0.25328725723417084,
          0.42929929876324141,
          0.11780108248513364,
          0,
          0.29068949286043683,
          0.162210125891188,
          0.014269757185628403,
          0.0098905352080624863,
          0,
          0.67413474410815333,
          0.30170496349815579,
          0.12535171301514017,
          0.1027776488980464,
          0,
          0.44082245148158344,
          0.33104818660523011,
          0.054691043764208934,
          0,
          0,
          0.8702236246241255,
          0.075085331611665584,
          0.080085420592421866,
          0,
          0,
          0.81707220289789961,
          0.10284237650967845,
          0.96467239438376295,
          0,
          0,
          0.010949097652380727,
          0.024378507963856322,
          0.95642545171486382,
          0,
          0,
          0.014145720168963552,
          0.029428828116172572}}}}};
  const auto apply = [](const Shape& q, const Shape& k, MultiHeadOptions o,
                        AttentionMask<double> mask = {}) {
    (void)multi_head_attention(ones(q), ones(k), ones(k),
                               {.in = ones({12, 4}), .out = ones({4, 4})}, mask, o);
  };
  e.refusals = {
      {[=] {
         apply({2, 4}, {2, 3, 4}, {});
       },
       "multi_head_attention: q must have rank 3, got [2, 4]"},
      {[=] {
         apply({2, 2, 4}, {1, 3, 4}, {});
       },
       "multi_head_attention: q.shape[0] == k.shape[0] failed: q is [2, 2, 4], k is [1, 3, 4]"},
      {[=] {
         apply({2, 2, 4}, {2, 3, 4}, {.heads = 3});
       },
       "multi_head_attention: heads must be >= 1 and divide 4, got 3"},
      {[=] {
         apply({2, 2, 4}, {2, 3, 4}, {.dropout = 2});
       },
       "multi_head_attention: dropout must be in [0, 1], got 2"},
      {[=] {
         apply({2, 2, 6}, {2, 3, 6}, {});
       },
       "multi_head_attention: weights.in must have shape [18, 6], got [12, 4]"},
      {[=] {
         apply({2, 2, 4}, {2, 3, 5}, {});
       },
       "multi_head_attention: k and v must be 4 wide unless weights are given apart, got 5 and 5"},
      {[=] {
         apply({2, 2, 4}, {2, 3, 4}, {}, ones({3, 2}));
       },
       "multi_head_attention: mask must have shape [2, 3] or [2, 2, 3], got [3, 2]"},
      {[=] {
         apply({2, 2, 4}, {2, 3, 4}, {.padding = Array<bool>{{true, false}}});
       },
       "multi_head_attention: padding must have shape [2, 3], got [1, 2]"},
      {[] {
         (void)multi_head_attention(ones({1, 1, 2}), ones({1, 1, 2}), ones({1, 1, 2}), {});
       },
       "multi_head_attention: weights must hold in, or q, k and v, got neither"}};
  return e;
}

}  // namespace

Entries attention_entries() { return {attention_entry(), heads_entry()}; }

}  // namespace xg::test
