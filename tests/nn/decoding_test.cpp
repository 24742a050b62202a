#include <xgrad/nn/models/captioner.hpp>
#include <xgrad/nn/models/char_rnn.hpp>
#include <xgrad/nn/models/decoding.hpp>
#include <xgrad/nn/models/transformer_models.hpp>
#include <xgrad/optim/adam.hpp>

#include <algorithm>
#include <cmath>

#include "support/catch.hpp"

using namespace xg;
namespace models = nn::models;

namespace {

/// log P of the next of four tokens after a prefix, an arbitrary function of the whole prefix.
std::vector<double> toy(const std::vector<std::int64_t>& prefix) {
  std::vector<double> weight(4);
  double total = 0;
  for (std::size_t w = 0; w < 4; ++w) {
    double x = 1 + static_cast<double>(w);
    for (const std::int64_t t : prefix) x = std::fmod(x * 7.3 + static_cast<double>(t) * 2.9, 5);
    total += weight[w] = 0.1 + x;
  }
  for (double& x : weight) x = std::log(x / total);
  return weight;
}

Array<double> toy_scores(const IndexArray& tokens) {
  const std::size_t rows = tokens.shape()[0], columns = tokens.shape()[1];
  Array<double> scores(Shape{rows, 4});
  for (std::size_t i = 0; i < rows; ++i) {
    const auto* row = tokens.data() + i * columns;
    const auto p = toy(std::vector<std::int64_t>(row, row + columns));
    std::copy(p.begin(), p.end(), scores.data() + 4 * i);
  }
  return scores;
}

/// Every sequence of at most `left` more tokens after a prefix.
void enumerate(std::vector<std::int64_t> prefix, double log_p, std::size_t left,
               std::vector<models::Hypothesis>& all) {
  if (left == 0) {
    all.push_back({{prefix.begin() + 1, prefix.end()}, log_p, false});
    return;
  }
  const auto p = toy(prefix);
  for (std::int64_t w = 0; w < 4; ++w) {
    const double sum = log_p + p[static_cast<std::size_t>(w)];
    if (w == 2) {
      all.push_back({{prefix.begin() + 1, prefix.end()}, sum, true});
      continue;
    }
    auto longer = prefix;
    longer.push_back(w);
    enumerate(std::move(longer), sum, left - 1, all);
  }
}

}  // namespace

TEST_CASE("a wide beam finds what enumerating all sequences finds", "[nn][models][decoding]") {
  for (const double penalty : {0., 1.}) {
    std::vector<models::Hypothesis> all;
    enumerate({1}, 0, 4, all);
    const auto rank = [&](const models::Hypothesis& h) {
      const double n = static_cast<double>(h.tokens.size() + (h.ended ? 1 : 0));
      return penalty == 0 ? h.log_probability : h.log_probability / n;
    };
    std::stable_sort(all.begin(), all.end(),
                     [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
    const auto found = models::beam_search(
        [](const IndexArray& tokens, const IndexArray&) { return toy_scores(tokens); },
        {.width = 200, .max_length = 4, .start = 1, .end = 2, .length_penalty = penalty});
    REQUIRE(found.size() == all.size());
    for (std::size_t i = 0; i < 5; ++i) {
      CAPTURE(penalty, i);
      CHECK(found[i].tokens == all[i].tokens);
      CHECK(found[i].ended == all[i].ended);
      CHECK(found[i].log_probability == Approx(all[i].log_probability).epsilon(1e-12));
    }
  }
}

TEST_CASE("a beam of one takes the likeliest token each time", "[nn][models][decoding]") {
  std::vector<std::int64_t> greedy{1};
  for (int i = 0; i < 6; ++i) {
    const auto p = toy(greedy);
    const auto best = std::max_element(p.begin(), p.end()) - p.begin();
    if (best == 2) break;
    greedy.push_back(best);
  }
  const auto found = models::beam_search(
      [](const IndexArray& tokens, const IndexArray& parents) {
        CHECK(parents.size() == 1);
        return toy_scores(tokens);
      },
      {.width = 1, .max_length = 6});
  REQUIRE(found.size() == 1);
  CHECK(found[0].tokens == std::vector<std::int64_t>(greedy.begin() + 1, greedy.end()));
}

TEST_CASE("parents say which state each beam goes on from", "[nn][models][decoding]") {
  std::vector<std::vector<std::int64_t>> states{{}};  // the prefixes, kept as a model keeps states
  const auto next = [&](const IndexArray& tokens, const IndexArray& parents) {
    const std::size_t rows = tokens.shape()[0], columns = tokens.shape()[1];
    std::vector<std::vector<std::int64_t>> after;
    for (std::size_t i = 0; i < rows; ++i) {
      after.push_back(states[static_cast<std::size_t>(parents.data()[i])]);
      after[i].push_back(tokens.data()[i * columns + columns - 1]);
      const auto* row = tokens.data() + i * columns;
      CHECK(after[i] == std::vector<std::int64_t>(row, row + columns));
    }
    states = std::move(after);
    return toy_scores(tokens);
  };
  CHECK(models::beam_search(next, {.width = 3, .max_length = 6}).size() == 3);
}

TEST_CASE("tokens are drawn with the probabilities of the softmax", "[nn][models][decoding]") {
  const std::size_t n = 20000;
  Array<float> logits(Shape{n, 3});
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t w = 0; w < 3; ++w)
      logits.data()[3 * i + w] = std::log(static_cast<float>(w + 1));  // 1/6, 2/6, 3/6
  const auto shares = [&](const models::SampleOptions& options) {
    Generator generator(4);
    std::vector<double> share(3);
    for (const std::int64_t t : models::sample_tokens(logits, options, generator))
      share[static_cast<std::size_t>(t)] += 1. / n;
    return share;
  };
  const auto close = [](double p) { return Approx(p).margin(0.015); };  // four deviations
  const auto plain = shares({});
  CHECK(plain[0] == close(1. / 6));
  CHECK(plain[1] == close(2. / 6));
  const auto cold = shares({.temperature = 0.5});  // 1 : 4 : 9
  CHECK(cold[0] == close(1. / 14));
  CHECK(cold[1] == close(4. / 14));
  const auto two = shares({.top_k = 2});
  CHECK(two[0] == 0);
  CHECK(two[1] == close(2. / 5));
  CHECK(shares({.temperature = 0})[2] == Approx(1));
  CHECK_THROWS_WITH(shares({.temperature = -1}), "sample_tokens: temperature must be >= 0, got -1");
}

TEST_CASE("the loss of tokens leaves padding out", "[nn][models][decoding]") {
  const Variable<double> logits(Array<double>{{{1., 2., 0.5}, {0.3, -1., 2.}}});
  // torch: F.cross_entropy(logits.reshape(-1, 3), targets, ignore_index=0)
  CHECK(models::token_loss(logits, IndexArray{{1, 2}}).item() ==
        Approx(0.3366947753265026).epsilon(1e-12));
  CHECK(models::token_loss(logits, IndexArray{{1, 0}}, 0).item() ==
        Approx(0.46436878410794491).epsilon(1e-12));
  CHECK_THROWS_WITH(models::token_loss(logits, IndexArray{1, 2}),
                    "token_loss: targets must have the shape of logits [1, 2, 3] without its last "
                    "axis, got [2]");
}

TEST_CASE("a model that learned a word writes it", "[nn][models][decoding]") {
  manual_seed(1);
  const IndexArray word{0, 1, 2, 2, 3, 4};  // "hello."
  const auto learn = [&](auto& model, auto&& loss) {
    optim::Adam<float> adam(model.parameters(), {.lr = 0.02});
    for (int i = 0; i < 150; ++i) {
      adam.zero_grad();
      loss().backward();
      adam.step();
    }
  };
  IndexArray in = xt::view(word, xt::range(0, 5)), out = xt::view(word, xt::range(1, 6));
  const models::GenerateOptions greedy{.length = 5, .temperature = 0};
  models::CharRNN<float> rnn(5, {.hidden = 16});
  in.reshape({5, 1}), out.reshape({5, 1});
  learn(rnn, [&] { return models::token_loss(rnn(in).logits, out); });
  out.reshape({5});
  CHECK((rnn.generate(IndexArray{0}, greedy) == out));
  CHECK(rnn.training());
  Generator a(3), b(3);
  CHECK((rnn.generate(IndexArray{0}, {.temperature = 2}, a) ==
         rnn.generate(IndexArray{0}, {.temperature = 2}, b)));
  models::TransformerLM<float> lm(5, {.d_model = 16, .heads = 2, .layers = 1, .max_len = 5});
  in.reshape({1, 5}), out.reshape({1, 5});
  learn(lm, [&] { return models::token_loss(lm(in), out); });
  out.reshape({5});
  CHECK((lm.generate(IndexArray{0}, greedy) == out));
  CHECK(lm.generate(IndexArray{0}, {.length = 9}).size() == 9);  // the window moves on
}

TEST_CASE("captioners describe images, translators translate", "[nn][models][decoding]") {
  manual_seed(2);
  const IndexArray in{{1, 3, 4}, {1, 5, 3}}, out{{3, 4, 2}, {5, 3, 2}};  // start 1, end 2
  const auto learn = [&](auto& model, auto&& logits) {
    optim::Adam<float> adam(model.parameters(), {.lr = 0.02});
    for (int i = 0; i < 150; ++i) {
      adam.zero_grad();
      models::token_loss(logits(), out).backward();
      adam.step();
    }
  };
  const auto row = [](const Array<float>& all, std::size_t i) {
    return Variable<float>(Array<float>(xt::view(all, i)));
  };
  const auto check = [](const std::vector<models::Hypothesis>& found,
                        const std::vector<std::int64_t>& expected) {
    REQUIRE(found.size() >= 1);
    CHECK(found[0].tokens == expected);
    CHECK(found[0].ended);
    CHECK(found[0].log_probability > std::log(0.5));
  };
  const Array<float> flat{{1, 0, 0}, {0, 1, 0}};
  models::Captioner<float> plain(3, 6, {.embedding = 8, .hidden = 12});
  learn(plain, [&] { return plain(flat, in); });
  Array<float> maps = full_array<float>({2, 3, 2, 2}, 0.5F);
  maps(0, 0, 1, 1) = 3;
  models::AttentionCaptioner<float> attentive(
      3, 6, {.embedding = 8, .hidden = 12, .attention = 8, .dropout = 0});
  learn(attentive, [&] { return attentive(maps, in).logits; });
  const IndexArray sources{{3, 3, 0}, {4, 5, 3}};
  models::Translator<float> translator(6, {.d_model = 16,
                                           .heads = 2,
                                           .encoder_layers = 1,
                                           .decoder_layers = 1,
                                           .dim_feedforward = 32,
                                           .dropout = 0});
  learn(translator, [&] { return translator(sources, in); });
  for (std::size_t i = 0; i < 2; ++i) {
    const std::vector<std::int64_t> expected =
        i == 0 ? std::vector<std::int64_t>{3, 4} : std::vector<std::int64_t>{5, 3};
    for (const std::size_t width : {1, 3}) {
      check(plain.describe(row(flat, i), {.width = width}), expected);
      check(attentive.describe(row(maps, i), {.width = width}), expected);
      check(translator.translate(IndexArray(xt::view(sources, i)), {.width = width}), expected);
    }
  }
}
