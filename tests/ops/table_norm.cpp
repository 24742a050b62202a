#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/embedding.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/normalization_layer.hpp>
#include <xgrad/ops/normalization_local.hpp>

#include "ops/entry_helpers.hpp"
#include "ops/large_reference.hpp"

// References: torch 2.15, double.
namespace xg::test {
namespace {

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }

std::vector<double> counted(std::size_t n) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>((i * 7) % 23) - 11;
  return values;
}

template <class T>
Variable<T> at(const std::vector<Variable<T>>& x, std::size_t i) {
  return i < x.size() ? x[i] : Variable<T>();
}

// Float: variances of a few numbers are sums of squares that partly cancel.
Sample sample(std::string label, Call f, std::vector<Input> inputs) {
  return {std::move(label), std::move(f), std::move(inputs), false, false, 1e-3};
}

/// A mean between two numbers: (0, 2, 2) + 2^53 under the output gradient (1, 2, 4). mpmath.
template <class F>
Reference rounded_mean(const Shape& shape, F f) {
  return {"rule: a mean that rounds",
          call([f]<class T>(const std::vector<Variable<T>>& x) {
            const Variable<T> leaf(x[0].value(), true);
            return grad(f(leaf), leaf, {.grad_outputs = {x[1]}});
          }),
          {{shape, {0x1p53, 0x1p53 + 2, 0x1p53 + 2}}, {shape, {1, 2, 4}}},
          {{shape, {-1.5909634100866782e-5, -1.060646250799644, 1.0606621604337449}}},
          1e-12};
}

/// The gradient of rows whose squares overflow, times 1e200; they have three elements. mpmath.
template <class F>
Reference wide_rows(F f, std::vector<double> x, std::vector<double> gy,
                    std::vector<double> gradient) {
  const Shape shape{x.size() / 3, 3};
  return {"rule: rows whose squares overflow",
          call([f]<class T>(const std::vector<Variable<T>>& in) {
            const Variable<T> leaf(in[0].value(), true);
            return 1e200 * grad(f(leaf, in[1]), leaf, {.grad_outputs = {in[2]}});
          }),
          {{shape, std::move(x)}, {{3}, {.5, -.5, 1}}, {shape, std::move(gy)}},
          {{shape, std::move(gradient)}},
          1e-12};
}

Entry batch_norm_entry() {
  const Call train = call([]<class T>(const std::vector<Variable<T>>& x) {
    return batch_norm(x[0], at(x, 1), at(x, 2), nullptr);
  });
  const Call bias_alone = call([]<class T>(const std::vector<Variable<T>>& x) {
    return batch_norm(x[0], Variable<T>(), x[1], nullptr);
  });
  const Call eval = call([]<class T>(const std::vector<Variable<T>>& x) {
    RunningStatistics<T> running{Array<T>{0, 1}, Array<T>{1, 4}};
    return batch_norm(x[0] * x[0], at(x, 1), at(x, 2), &running, {.training = false});
  });
  Entry e{.name = "batch_norm"};
  e.samples = {sample("[4, 2]", train, {{{4, 2}}, {{2}}, {{2}}}),
               sample("[5, 3], plain", train, {{{5, 3}}}),
               sample("[3, 2, 2]", train, {{{3, 2, 2}}, {{2}}, {{2}}}),
               sample("[3, 2, 4]", train, {{{3, 2, 4}}, {{2}}, {{2}}}),
               sample("[1, 2, 2, 3]", train, {{{1, 2, 2, 3}}, {{2}}}),
               sample("[2, 1, 1, 2, 2], bias alone", bias_alone, {{{2, 1, 1, 2, 2}}, {{1}}}),
               sample("[3, 2], running", eval, {{{3, 2}}, {{2}}, {{2}}}),
               sample("[2, 2, 3], running, plain", eval, {{{2, 2, 3}}}),
               sample("[0, 2, 3], running", eval, {{{0, 2, 3}}, {{2}}, {{2}}})};
  e.references = {
      {"[3, 2]",
       train,
       {{{3, 2}, {1, 2, 4, -2, 0, 3}}, {{2}, {.5, -.5}}, {{2}, {2, .25}}},
       {{{3, 2},
         {1.8038842042927072, 0.01854522304399031, 2.686405284975525, 0.9443643308680291,
          1.5097105107317679, -0.21290955391201938}}}},
      {"[2, 2, 3]",
       train,
       {{{2, 2, 3}, counted(12)}, {{2}, {.5, -.5}}, {{2}, {2, .25}}},
       {{{2, 2, 3},
         {1.3113979807488059, 1.857082599778054, 2.4027672188073024, -0.50452811398326014,
          0.66377348186178786, 0.15264153367957933, 2.7925419466853367, 1.5452628174756264,
          2.0909474365048748, -0.21245271502199817, 0.95584888082304986, 0.44471693264084133}}}},
      {"[1, 2, 2], running",
       eval,
       {{{1, 2, 2}, {1, 2, 3, -1}}, {{2}, {.5, -.5}}, {{2}, {2, .25}}},
       {{{1, 2, 2}, {2.49999750001875, 3.9999900000749995, -1.7499975000046875, 0.25}}}}};
  e.references.push_back(large_reference(
      "many rows", [](const auto& x) { return batch_norm(x[0], x[1], x[2], nullptr); },
      {{300, 2}, {2}, {2}}, {-3.407188357144058, -145.23626882656794, 10.351468119486398, -11},
      0.125));
  e.references.push_back(
      rounded_mean({3, 1}, [](const auto& x) { return batch_norm(x, {}, {}, nullptr); }));
  e.refusals = {
      {[] {
         (void)batch_norm(ones({2, 3}), {}, {}, nullptr, {.training = false});
       },
       "batch_norm: running must be given when training is false, got null"},
      {[] {
         (void)batch_norm(ones({2, 3}), {}, {}, nullptr, {.eps = 0});
       },
       "batch_norm: eps must be > 0, got 0"},
      {[] {
         (void)batch_norm(ones({2, 3}), {}, {}, nullptr, {.momentum = 2});
       },
       "batch_norm: momentum must be in [0, 1], got 2"},
      {[] { (void)batch_norm(ones({3}), {}, {}, nullptr); },
       "batch_norm: x must have a batch and a channel axis, got [3]"},
      {[] {
         (void)batch_norm(ones({1, 3, 1}), {}, {}, nullptr);
       },
       "batch_norm: x must have at least two values a channel in training, got [1, 3, 1]"},
      {[] {
         (void)batch_norm(ones({2, 3}), ones({2}), {}, nullptr);
       },
       "batch_norm: weight must have shape [3], got [2]"},
      {[] {
         (void)batch_norm(ones({2, 3}), {}, ones({3, 1}), nullptr);
       },
       "batch_norm: bias must have shape [3], got [3, 1]"},
      {[] {
         RunningStatistics<double> running{Array<double>{0, 1}, Array<double>{1, 4}};
         (void)batch_norm(ones({2, 3}), {}, {}, &running);
       },
       "batch_norm: running.mean must have shape [3], got [2]"}};
  return e;
}

Entry layer_norm_entry() {
  const auto over = [](Shape shape, double eps) {
    return call(
        [=](const auto& x) { return layer_norm(x[0], shape, at(x, 1), at(x, 2), {.eps = eps}); });
  };
  const Call bias_alone = call([]<class T>(const std::vector<Variable<T>>& x) {
    return layer_norm(x[0], {3}, Variable<T>(), x[1]);
  });
  Entry e{.name = "layer_norm"};
  e.samples = {
      sample("[4, 3]", over({3}, 1e-5), {{{4, 3}}, {{3}}, {{3}}}),
      sample("[2, 3, 4] over two axes", over({3, 4}, 1e-5), {{{2, 3, 4}}, {{3, 4}}, {{3, 4}}}),
      sample("[5], plain", over({5}, 0.1), {{{5}}}),
      sample("[2, 3], bias alone", bias_alone, {{{2, 3}}, {{3}}}),
      sample("[2, 3], weight alone", over({3}, 1e-5), {{{2, 3}}, {{3}}}),
      sample("[0, 3]", over({3}, 1e-5), {{{0, 3}}, {{3}}, {{3}}})};
  e.references = {{"[2, 3]",
                   over({3}, 0.01),
                   {{{2, 3}, {1, 2, 4, -2, 0, 3}}, {{3}, {.5, -.5, 1}}, {{3}, {2, .25, 0}}},
                   {{{2, 3},
                     {1.467187384552918, 0.38320315386177051, 1.3320315386177046,
                      1.4328961991626867, 0.3310148286910447, 1.2962372590567159}}}}};
  e.references.push_back(rounded_mean({3}, [](const auto& x) { return layer_norm(x, {3}); }));
  // The last row's mean lies between two numbers.
  e.references.push_back(wide_rows(
      [](const auto& x, const auto& w) { return layer_norm(x, {3}, w); },
      {1e200, 2e200, 4e200, -2e200, 0, 3e200, 0x1p718, 0x1p718 + 0x1p666, 0x1p718 + 0x3p666},
      {1, -2, 3, .5, .25, -1, 1, 2, 4},
      {0.11454053224818188, -0.1718107983722728, 0.05727026612409094, -0.024013039312119455,
       0.040021732186865756, -0.016008692874746305, 0.2992761247419876, -0.4489141871129814,
       0.1496380623709938}));
  e.refusals = {{[] {
                   (void)layer_norm(ones({2, 3}), {2});
                 },
                 "layer_norm: shape must be that of the last axes of x [2, 3], got [2]"},
                {[] {
                   (void)layer_norm(ones({2, 3}), Shape{});
                 },
                 "layer_norm: shape must be that of the last axes of x [2, 3], got []"},
                {[] {
                   (void)layer_norm(ones({2, 3}), {3}, ones({2}));
                 },
                 "layer_norm: weight must have shape [3], got [2]"},
                {[] {
                   (void)layer_norm(ones({2, 3}), {3}, {}, {}, {.eps = -1});
                 },
                 "layer_norm: eps must be >= 0, got -1"}};
  return e;
}

Entry rms_norm_entry() {
  const auto over = [](Shape shape, RmsNormOptions o) {
    return call([=](const auto& x) { return rms_norm(x[0], shape, at(x, 1), o); });
  };
  Entry e{.name = "rms_norm"};
  e.samples = {sample("[4, 3]", over({3}, {.eps = 1e-5}), {{{4, 3}}, {{3}}}),
               sample("[2, 2, 3], plain", over({2, 3}, {}), {{{2, 2, 3}}})};
  e.references = {{"[2, 3]",
                   over({3}, {.eps = 0.01}),
                   {{{2, 3}, {1, 2, 4, -2, 0, 3}}, {{3}, {.5, -.5, 1}}},
                   {{{2, 3},
                     {0.18884739365012448, -0.37769478730024897, 1.5107791492009959,
                      -0.47983112915857523, -0, 1.4394933874757256}}}},
                  wide_rows([](const auto& x, const auto& w) { return rms_norm(x, {3}, w); },
                            {1e200, 2e200, 4e200, -2e200, 0, 3e200}, {1, -2, 3, .5, .25, -1},
                            {-0.07199323295413845, -0.1439864659082769, 0.08999154119267327,
                             -0.13857244079286385, -0.06004805767690768, -0.09238162719524262})};
  e.refusals = {{[] {
                   (void)rms_norm(ones({2, 3}), {2, 2, 3});
                 },
                 "rms_norm: shape must be that of the last axes of x [2, 3], got [2, 2, 3]"}};
  return e;
}

Entry group_norm_entry() {
  const auto by = [](std::ptrdiff_t groups) {
    return call([=](const auto& x) { return group_norm(x[0], groups, at(x, 1), at(x, 2)); });
  };
  Entry e{.name = "group_norm"};
  e.samples = {sample("[2, 4, 3] in 2", by(2), {{{2, 4, 3}}, {{4}}, {{4}}}),
               sample("[2, 6] in 3", by(3), {{{2, 6}}, {{6}}, {{6}}}),
               sample("[1, 2, 2, 2] in 1, plain", by(1), {{{1, 2, 2, 2}}})};
  e.references = {
      {"[1, 4, 2] in 2",
       by(2),
       {{{1, 4, 2}, counted(8)}, {{4}, {1, 2, 3, 4}}, {{4}, {.5, -.5, 1, 0}}},
       {{{1, 4, 2},
         {-0.84164067697819034, 0.052786441007269924, 0.39442711798546021, 2.1832813539563807,
          -1.2619757169044525, 2.071462181691583, 5.8732001070501587, -4.2858487267663312}}}}};
  e.refusals = {{[] {
                   (void)group_norm(ones({2, 3, 2}), 2);
                 },
                 "group_norm: groups must be >= 1 and divide the channels 3, got 2"},
                {[] { (void)group_norm(ones({2}), 1); },
                 "group_norm: x must have a batch and a channel axis, got [2]"}};
  return e;
}

Entry instance_norm_entry() {
  const Call f = call([](const auto& x) { return instance_norm(x[0], at(x, 1), at(x, 2)); });
  Entry e{.name = "instance_norm"};
  e.samples = {sample("[2, 3, 4]", f, {{{2, 3, 4}}, {{3}}, {{3}}}),
               sample("[1, 2, 2, 3], plain", f, {{{1, 2, 2, 3}}})};
  e.references = {{"[1, 2, 3]",
                   f,
                   {{{1, 2, 3}, counted(6)}, {{2}, {1, 2}}, {{2}, {.5, -.5}}},
                   {{{1, 2, 3},
                     {-0.72474468393068225, 0.50000000000000011, 1.7247446839306826,
                      2.0449326961074101, -2.8413380804188177, -0.70359461568859283}}}}};
  e.refusals = {{[] {
                   (void)instance_norm(ones({2, 3, 1}));
                 },
                 "instance_norm: x must have at least two values in a plane, got [2, 3, 1]"},
                {[] {
                   (void)instance_norm(ones({2, 3}));
                 },
                 "instance_norm: x must have a batch, a channel and further axes, got [2, 3]"}};
  return e;
}

Entry local_response_entry() {
  const auto with = [](std::ptrdiff_t size, LocalResponseNormOptions o) {
    return call([=](const auto& x) { return local_response_norm(x[0], size, o); });
  };
  const LocalResponseNormOptions strong{.alpha = 0.5, .beta = 0.75, .k = 2};
  Entry e{.name = "local_response_norm"};
  e.samples = {
      sample("[2, 5, 3], 3", with(3, strong), {{{2, 5, 3}}}),
      sample("[1, 3, 2, 2], 4: even, longer than the axis", with(4, strong), {{{1, 3, 2, 2}}}),
      sample("[1, 2, 0]", with(3, strong), {{{1, 2, 0}}})};
  e.references = {{"[1, 4, 2]",
                   with(2, strong),
                   {{{1, 4, 2}, counted(8)}},
                   {{{1, 4, 2},
                     {-0.81282189917929082, -1.0433897200488582, 0.21074483199713326,
                      0.76116485863566674, -0.86395145759450431, 0.083844604416125221,
                      0.67540949835697117, -0.90603053688005586}}}}};
  e.refusals = {
      {[] {
         (void)local_response_norm(ones({2, 3, 1}), 0);
       },
       "local_response_norm: size must be >= 1, got 0"},
      {[] {
         (void)local_response_norm(ones({2, 3}), 1);
       },
       "local_response_norm: x must have a batch, a channel and further axes, got [2, 3]"}};
  return e;
}

Entry normalize_entry() {
  const auto with = [](NormalizeOptions o) {
    return call([=](const auto& x) { return normalize(x[0], o); });
  };
  Entry e{.name = "normalize", .smoothness = Smoothness::kinks};
  const Input apart{{2, 3}, -2, 2, {0}, 0.2};
  e.samples = {sample("[2, 3]", with({}), {apart}),
               sample("[2, 3], axis 0, p 3", with({.p = 3, .axis = 0}), {apart}),
               sample("[2, 3], all axes", with({.axis = {}}), {apart}),
               sample("[2, 3, 2], axes 0 and -1, p 3", with({.p = 3, .axis = {0, -1}}),
                      {{{2, 3, 2}, -2, 2, {0}, 0.2}}),
               sample("[4], below eps", with({.axis = -1, .eps = 100}), {{{4}}}),
               sample("[0, 3]", with({}), {{{0, 3}}})};
  e.references = {
      {"p 1", with({.p = 1}), {{{2, 2}, {1, -3, 0, 0}}}, {{{2, 2}, {.25, -.75, 0, 0}}}}};
  e.references.push_back({"axes 0 and -1, p 1",
                          with({.p = 1, .axis = {0, -1}}),
                          {{{2, 2, 2}, {3, -4, 0, 12, 1, 2, -2, 4}}},
                          {{{2, 2, 2}, {.3, -.4, 0, 2. / 3, .1, .2, -1. / 9, 2. / 9}}}});
  e.refusals = {{[] {
                   (void)normalize(ones({2, 3}), {.axis = 2});
                 },
                 "norm: axes must be in [-2, 2), got 2"}};
  return e;
}

Entry embedding_entry() {
  const IndexArray index{{0, 2}, {2, 1}};
  const auto with = [index](EmbeddingOptions o) {
    return call([=](const auto& x) { return embedding(index, x[0] * x[0], o); });
  };
  const Call plain = call([index](const auto& x) { return embedding(index, x[0]); });
  const Call none = call([](const auto& x) {
    return embedding(IndexArray(Shape{0, 2}), x[0] * x[0]);
  });
  const Call scalar =
      call([](const auto& x) { return embedding(IndexArray(Shape{}, 1), x[0] * x[0]); });
  Entry e{.name = "embedding"};
  e.samples = {sample("[2, 2] of [4, 3]", with({}), {{{4, 3}}}),
               sample("scalar", scalar, {{{2, 3}}}), sample("empty", none, {{{2, 3}}})};
  e.references = {
      {"[2, 2]", plain, {{{3, 2}, {1, 2, 3, 4, 5, 6}}}, {{{2, 2, 2}, {1, 2, 5, 6, 5, 6, 3, 4}}}}};
  // The row of the padding takes no gradient: PyTorch's rule.
  const auto padded = [index](std::ptrdiff_t row) {
    return [=](const auto& x) { return embedding(index, x[0], {.padding_idx = row}); };
  };
  const Literal weight{{3, 2}, {1, 2, 3, 4, 5, 6}};
  e.references.push_back(rule("padding 0", padded(0), weight, {{3, 2}, {0, 0, 1, 1, 2, 2}},
                              {{2, 2, 2}, {0, 0, 1, 1, 1, 1, 1, 1}}));
  e.references.push_back(rule("padding -1", padded(-1), weight, {{3, 2}, {1, 1, 1, 1, 0, 0}},
                              {{2, 2, 2}, {1, 1, 0, 0, 0, 0, 1, 1}}));
  e.refusals = {{[] {
                   (void)embedding(IndexArray{0, 3}, ones({3, 2}));
                 },
                 "embedding: index must be in [0, 3), got 3"},
                {[] {
                   (void)embedding(IndexArray{0, -1}, ones({3, 2}));
                 },
                 "embedding: index must be in [0, 3), got -1"},
                {[] {
                   (void)embedding(IndexArray{0, 1}, ones({3, 2}), {.padding_idx = 3});
                 },
                 "embedding: padding_idx must be in [-3, 3), got 3"},
                {[] {
                   (void)embedding(IndexArray{0, 1}, ones({3}));
                 },
                 "embedding: weight must have rank 2, got [3]"}};
  return e;
}

Entry embedding_bag_entry() {
  const IndexArray matrix{{0, 2, 2}, {1, 3, 0}}, vector{0, 2, 2, 1, 3};
  const auto with = [](IndexArray index, EmbeddingBagOptions o, bool square = true) {
    return call(
        [=](const auto& x) { return embedding_bag(index, square ? x[0] * x[0] : x[0], o); });
  };
  const EmbeddingBagOptions offsets{
      .mode = BagMode::max, .padding_idx = 2, .offsets = IndexArray{0, 2, 2, 3}};
  const Literal weight{{4, 2}, {1, -2, 3, 4, 5, -6, 7, 8}};
  Entry e{.name = "embedding_bag", .smoothness = Smoothness::kinks};
  for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max}) {
    const std::string label = mode == BagMode::sum ? "sum" : mode == BagMode::mean ? "mean" : "max";
    e.samples.push_back({label, with(matrix, {.mode = mode}), {{{4, 3}, 0.5, 3}}, true});
    e.samples.push_back(
        {label + ", offsets, padding, empty bags",
         with(vector, {.mode = mode, .padding_idx = -2, .offsets = IndexArray{0, 2, 2, 3}}),
         {{{4, 2}, 0.5, 3}},
         true});
  }
  const auto factors = [](IndexArray index, EmbeddingBagOptions o) {
    o.mode = BagMode::sum;
    return call([=](const auto& x) { return embedding_bag(index, x[0], o, x[1]); });
  };
  e.samples.push_back({"factors", factors(matrix, {}), {Input{{4, 3}}, Input{{2, 3}}}, true});
  e.samples.push_back({"factors, offsets, padding",
                       factors(vector, {.padding_idx = 2, .offsets = IndexArray{0, 2, 2, 3}}),
                       {Input{{4, 2}}, Input{{5}}},
                       true});
  e.references = {
      // torch: F.embedding_bag(index, weight, mode="sum", per_sample_weights=..., padding_idx=2)
      {"factors, padding",
       factors(matrix, {.padding_idx = 2}),
       {weight, {{2, 3}, {0.5, 3, -1, 2, 0.25, -3}}},
       {{{2, 2}, {0.5, -1, 4.75, 16}}}},
      {"sum", with(matrix, {.mode = BagMode::sum}, false), {weight}, {{{2, 2}, {11, -14, 11, 10}}}},
      {"mean, padding",
       with(matrix, {.mode = BagMode::mean, .padding_idx = 2}, false),
       {weight},
       {{{2, 2}, {1, -2, 3.6666666666666665, 3.3333333333333335}}}},
      {"max, offsets",
       with(vector, offsets, false),
       {weight},
       {{{4, 2}, {1, -2, 0, 0, 0, 0, 7, 8}}}},
      {"nothing", with(IndexArray(Shape{2, 0}), {}, false), {weight}, {{{2, 2}, {0, 0, 0, 0}}}}};
  e.refusals = {
      {[] {
         (void)embedding_bag(IndexArray{{0, 3}}, ones({3, 2}));
       },
       "embedding_bag: index must be in [0, 3), got 3"},
      {[] {
         (void)embedding_bag(IndexArray{0, 1}, ones({3, 2}), {.offsets = IndexArray{0, 3}});
       },
       "embedding_bag: offsets must ascend from 0 to at most the entries of index, got 3"},
      {[] {
         (void)embedding_bag(IndexArray(Shape{1, 1, 1}, 0), ones({3, 2}));
       },
       "embedding_bag: index must have rank 1 or 2, got [1, 1, 1]"},
      {[] {
         (void)embedding_bag(IndexArray{{0, 1}}, ones({3, 2}), {}, ones({1, 2}));
       },
       "embedding_bag: mode must be the sum where there are per_sample_weights, got mean"},
      {[] {
         (void)embedding_bag(IndexArray{{0, 1}}, ones({3, 2}), {.mode = BagMode::sum}, ones({2}));
       },
       "embedding_bag: per_sample_weights must have the shape of index [1, 2], got [2]"}};
  return e;
}

}  // namespace
Entries norm_entries() {
  return {batch_norm_entry(), layer_norm_entry(),    rms_norm_entry(),
          group_norm_entry(), instance_norm_entry(), local_response_entry(),
          normalize_entry(),  embedding_entry(),     embedding_bag_entry()};
}

}  // namespace xg::test
