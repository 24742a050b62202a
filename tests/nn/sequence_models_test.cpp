// Models of sequences: language, sentiment, captions, questions about images, translation.

#include <cmath>
#include <functional>
#include <memory>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/models/captioner.hpp>
#include <xgrad/nn/models/char_rnn.hpp>
#include <xgrad/nn/models/sentiment.hpp>
#include <xgrad/nn/models/transformer_models.hpp>
#include <xgrad/nn/models/vqa.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/adam.hpp>

#include "support/catch.hpp"

using namespace xg;
namespace models = nn::models;
using models::Recurrence;

namespace {

Variable<double> noise(const Shape& shape, std::uint64_t seed) {
  Variable<double> x(empty_array<double>(shape), true);
  Generator generator(seed);
  nn::init::normal_(x, 0, 1, generator);
  return x;
}

const IndexArray sentences{{1, 3, 4, 2, 5}, {1, 4, 4, 5, 2}, {1, 5, 3, 3, 4}};  // [3, 5]
const IndexArray nexts{{3, 4, 2, 5, 1}, {4, 4, 5, 2, 2}, {5, 3, 3, 4, 1}};
const IndexArray classes{0, 2, 1};

/// A narrow model without dropout, its loss on a tiny batch, and inputs to check by.
struct Subject {
  std::shared_ptr<nn::Module<double>> model;
  std::function<Variable<double>()> loss;
  Variables<double> inputs = {};
};

template <class M, class F>
Subject subject(M model, F loss, Variables<double> inputs = {}) {
  auto shared = std::make_shared<M>(std::move(model));
  return {shared, [shared, loss, inputs] { return loss(*shared, inputs); }, inputs};
}

Subject char_rnn(const models::CharRNNOptions& options) {
  return subject(models::CharRNN<double>(6, options), [](auto& model, const auto&) {
    return models::token_loss(model(sentences).logits, nexts);
  });
}
Subject sentiment() {
  return subject(
      models::SentimentClassifier<double>(
          6, {.embedding = 4, .hidden = 5, .bidirectional = true, .classes = 3, .dropout = 0}),
      [](auto& model, const auto&) {
        return cross_entropy(model(sentences, nn::Lengths{5, 2, 3}), classes);
      });
}
Subject captioner(Recurrence kind) {
  return subject(models::Captioner<double>(4, 6, {.kind = kind, .embedding = 5, .hidden = 6}),
                 [](auto& model, const auto& in) {
                   return models::token_loss(model(in[0], sentences), nexts);
                 },
                 {noise({3, 4}, 5)});
}
Subject attention_captioner() {
  return subject(models::AttentionCaptioner<double>(
                     4, 6, {.embedding = 5, .hidden = 6, .attention = 3, .dropout = 0}),
                 [](auto& model, const auto& in) {
                   const auto [logits, weights] = model(in[0], sentences);
                   return models::token_loss(logits, nexts) +
                          0.001 * mean(square(1 - sum(weights, {1})));
                 },
                 {noise({3, 4, 2, 3}, 6)});
}
Subject vqa(std::size_t layers) {
  return subject(
      models::VQA<double>(
          4, 6, 3,
          {.embedding = 5, .hidden = 6, .attention = 4, .attention_layers = layers, .dropout = 0}),
      [](auto& model, const auto& in) {
        return cross_entropy(model(in[0], sentences, nn::Lengths{5, 4, 2}).logits, classes);
      },
      {noise({3, 4, 2, 3}, 7)});
}
/// Tokens by which the next one is known, since no two rows begin alike.
Subject transformer_lm(models::TransformerLMOptions o) {
  o.d_model = 8, o.heads = 2, o.layers = 2, o.dim_feedforward = 12, o.max_len = 5, o.dropout = 0;
  return subject(models::TransformerLM<double>(6, o), [](auto& model, const auto&) {
    const IndexArray rows{{0, 3, 4, 2, 5}, {2, 4, 4, 5, 2}, {1, 5, 3, 3, 4}};
    return models::token_loss(model(rows), nexts);
  });
}
Subject translator() {
  return subject(models::Translator<double>(6, {.d_model = 8,
                                                .heads = 2,
                                                .encoder_layers = 2,
                                                .decoder_layers = 2,
                                                .dim_feedforward = 12,
                                                .max_len = 6,
                                                .dropout = 0}),
                 [](auto& model, const auto&) {
                   const IndexArray source{{5, 4, 3, 0}, {2, 1, 0, 0}, {1, 2, 3, 4}};
                   return models::token_loss(model(source, sentences), nexts);
                 });
}

struct Named {
  const char* name;
  std::function<Subject()> build;
};
const Named subjects[] = {
    {"char rnn", [] { return char_rnn({.kind = Recurrence::rnn, .hidden = 8}); }},
    {"char lstm", [] { return char_rnn({.hidden = 8, .layers = 2}); }},
    {"char gru", [] { return char_rnn({.kind = Recurrence::gru, .hidden = 8, .embedding = 4}); }},
    {"sentiment", sentiment},
    {"captioner", [] { return captioner(Recurrence::lstm); }},
    {"captioner of gru", [] { return captioner(Recurrence::gru); }},
    {"attention captioner", attention_captioner},
    {"vqa", [] { return vqa(2); }},
    {"vqa by concatenation", [] { return vqa(0); }},
    {"transformer lm", [] { return transformer_lm({}); }},
    {"transformer lm of 2017",
     [] {
       return transformer_lm({.positions = models::Positions::sinusoidal,
                              .activation = nn::TransformerActivation::relu,
                              .norm_first = false,
                              .tied = false});
     }},
    {"translator", translator},
};

double inner(const Variables<double>& a, const Variables<double>& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].defined()) total += sum(a[i].detach() * b[i]).item();
  return total;
}

void shift(const Variables<double>& points, const Variables<double>& along, double by) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    Variable<double> point = points[i];
    double* x = point.mutable_value().data();
    for (std::size_t k = 0; k < point.size(); ++k) x[k] += by * along[i].value().data()[k];
  }
}

/// (f(points + h along) - f(points - h along)) / 2 h.
double difference(const std::function<double()>& f, const Variables<double>& points,
                  const Variables<double>& along) {
  const double h = 1e-5;
  shift(points, along, h);
  const double right = f();
  shift(points, along, -2 * h);
  const double left = f();
  shift(points, along, h);
  return (right - left) / (2 * h);
}

/// By all parameters and inputs at once, in random directions: <g, u> against differences of the
/// loss, and <H u, w>, which a second backward gives, against differences of <g, w>.
void check_both_orders(const Subject& s) {
  Variables<double> points = s.model->parameters();
  points.insert(points.end(), s.inputs.begin(), s.inputs.end());
  Variables<double> u, w;
  for (std::size_t i = 0; i < points.size(); ++i) {
    u.push_back(noise(points[i].shape(), 100 + i).detach());
    w.push_back(noise(points[i].shape(), 200 + i).detach());
  }
  const auto gradients = [&](bool twice) {
    return grad(Variables<double>{s.loss()}, points, {.create_graph = twice});
  };
  CHECK(inner(gradients(false), u) ==
        Approx(difference([&] { return s.loss().item(); }, points, u)).epsilon(1e-6).margin(1e-8));
  const auto g = gradients(true);
  Variable<double> along = sum(g[0] * w[0]);
  for (std::size_t i = 1; i < g.size(); ++i) along = along + sum(g[i] * w[i]);
  const auto second = grad(Variables<double>{along}, points, {.allow_unused = true});
  const auto slope = [&] { return inner(gradients(false), w); };
  CHECK(inner(second, u) == Approx(difference(slope, points, u)).epsilon(1e-6).margin(1e-8));
}

/// Adam until the loss is near zero.
double trained_loss(const Subject& s) {
  optim::Adam<double> adam(s.model->parameters(), {.lr = 0.02});
  double loss = 1;
  for (int step = 0; step < 600 && loss > 0.02; ++step) {
    const auto value = s.loss();
    adam.zero_grad();
    value.backward();
    adam.step();
    loss = value.item();
  }
  return loss;
}

}  // namespace

TEST_CASE("models of sequences have right gradients of both orders and learn",
          "[nn][models][sequences][grad]") {
  for (const Named& named : subjects) {
    CAPTURE(named.name);
    manual_seed(3);
    const Subject s = named.build();
    const StateDict initial = s.model->state_dict();
    for (const auto& value : s.model->parameters())  // far from where layers are at their steepest
      shift({value}, {noise(value.shape(), value.size())}, 0.4);
    check_both_orders(s);
    s.model->load_state_dict(initial);
    const double before = s.loss().item();
    s.loss().backward();
    for (const auto& [name, value] : s.model->named_parameters()) {
      CAPTURE(name);
      REQUIRE(value.grad().defined());
      shift({value}, {value.grad()}, -0.01);
    }
    CHECK(s.loss().item() < before);  // one step downhill
    CHECK(trained_loss(s) < 0.02);
  }
}

TEST_CASE("models of sequences have as many parameters as in PyTorch", "[nn][models][sequences]") {
  // Figures: the sum over modules of torch 2.15 of the same sizes. 124,439,808 is GPT-2's.
  using namespace models;
  CHECK(CharRNN<float>(65).parameter_count() == 108225);
  CHECK(CharRNN<float>(65, {.kind = Recurrence::rnn, .hidden = 100}).parameter_count() == 23265);
  CHECK(CharRNN<float>(65, {.kind = Recurrence::gru, .hidden = 512, .layers = 2, .embedding = 16})
            .parameter_count() == 2424401);
  CHECK(SentimentClassifier<float>(20000, {.bidirectional = true}).parameter_count() == 2236034);
  CHECK(Captioner<float>(4096, 10000).parameter_count() == 11364624);
  CHECK(AttentionCaptioner<float>(512, 10000).parameter_count() == 15237904);
  CHECK(VQA<float>(512, 12000, 1000).parameter_count() == 15900008);
  CHECK(VQA<float>(512, 12000, 1000, {.attention_layers = 0}).parameter_count() == 14824808);
  CHECK(TransformerLM<float>(
            50257,
            {.d_model = 768, .heads = 12, .layers = 12, .dim_feedforward = 3072, .max_len = 1024})
            .parameter_count() == 124439808);
  CHECK(TransformerLM<float>(
            65, {.positions = Positions::sinusoidal, .norm_first = false, .tied = false})
            .parameter_count() == 809793);
  CHECK(Translator<float>(37000).parameter_count() == 63082496);
}

TEST_CASE("models of sequences have the shapes they promise", "[nn][models][sequences]") {
  manual_seed(5);
  models::CharRNN<float> lstm(6, {.hidden = 7, .layers = 2, .dropout = 0.5});
  const auto [logits, state] = lstm(sentences);
  CHECK((logits.shape() == Shape{3, 5, 6}));
  REQUIRE(state.size() == 2);
  CHECK((state[1].shape() == Shape{2, 5, 7}));
  models::SentimentClassifier<float> sentiment_model(6, {.bidirectional = true});
  CHECK((sentiment_model(sentences).shape() == Shape{3, 2}));
  models::AttentionCaptioner<float> attentive(4, 6, {});
  const auto caption = attentive(Variable<float>(full_array<float>({3, 4, 2, 3}, 1)), sentences);
  CHECK((caption.logits.shape() == Shape{3, 5, 6}));
  CHECK((caption.weights.shape() == Shape{3, 5, 2, 3}));
  CHECK(xt::allclose(sum(caption.weights, {2, 3}).value(), full_array<float>({3, 5}, 1)));
  models::VQA<float> vqa_model(4, 6, 9, {});
  const auto answer = vqa_model(Variable<float>(full_array<float>({3, 4, 2, 3}, 1)), sentences);
  CHECK((answer.logits.shape() == Shape{3, 9}));
  REQUIRE(answer.weights.size() == 2);
  CHECK((answer.weights[1].shape() == Shape{3, 2, 3}));
}

TEST_CASE("models of sequences can be cloned and moved", "[nn][models][sequences]") {
  models::CharRNN<double> model(6, {.kind = Recurrence::gru, .embedding = 3});
  auto copy = nn::clone(model);
  const auto expected = model(sentences).logits;
  CHECK((copy(sentences).logits.value() == expected.value()));
  models::CharRNN<double> moved(std::move(model));
  CHECK((moved(sentences).logits.value() == expected.value()));
  models::TransformerLM<double> lm(6, {.d_model = 8, .heads = 2, .dropout = 0});
  auto other = nn::clone(lm);
  models::TransformerLM<double> lm_moved(std::move(lm));
  CHECK((other(sentences).value() == lm_moved(sentences).value()));
}

TEST_CASE("what stands beyond a sentence does not matter", "[nn][models][sequences]") {
  models::SentimentClassifier<double> model(9, {.bidirectional = true});
  model.eval();
  const nn::Lengths lengths{3, 1};
  const IndexArray padded{{4, 5, 6, 0, 0}, {7, 0, 0, 0, 0}},
      other{{4, 5, 6, 8, 1}, {7, 2, 3, 4, 5}};
  CHECK((model(padded, lengths).value() == model(other, lengths).value()));
  models::Translator<double> translator(6, {.d_model = 8, .heads = 2, .dropout = 0});
  const IndexArray target{{1, 3, 4}};
  const auto shorter = translator(IndexArray{{3, 4}}, target);
  const auto longer = translator(IndexArray{{3, 4, 0, 0}}, target);
  CHECK(xt::allclose(shorter.value(), longer.value(), 1e-12, 1e-12));
}

TEST_CASE("no place of a language model sees a later one", "[nn][models][sequences]") {
  models::TransformerLM<double> model(6, {.d_model = 8, .heads = 2});
  model.eval();
  const auto a = model(IndexArray{{1, 2, 3, 4}}), b = model(IndexArray{{1, 2, 5, 0}});
  CHECK((xt::view(a.value(), 0, xt::range(0, 2)) == xt::view(b.value(), 0, xt::range(0, 2))));
  CHECK((xt::view(a.value(), 0, 2) != xt::view(b.value(), 0, 2)));
}

TEST_CASE("a carried state goes on where a sequence was cut", "[nn][models][sequences]") {
  for (const Recurrence kind : {Recurrence::rnn, Recurrence::lstm, Recurrence::gru}) {
    models::CharRNN<double> model(6, {.kind = kind, .hidden = 4, .layers = 2});
    const auto whole = model(sentences);
    const IndexArray first = xt::view(sentences, xt::range(0, 2)),
                     last = xt::view(sentences, xt::range(2, 3));
    const auto a = model(first);
    const auto b = model(last, detach(a.state));
    CHECK(xt::allclose(xt::view(whole.logits.value(), 2), xt::view(b.logits.value(), 0)));
    CHECK(xt::allclose(whole.state[0].value(), b.state[0].value()));
  }
}

TEST_CASE("models of sequences refuse what does not fit", "[nn][models][sequences][errors]") {
  models::CharRNN<float> model(6);
  CHECK_THROWS_WITH(model(IndexArray{{1, 6}}), "CharRNN: tokens must be in [0, 6), got 6");
  CHECK_THROWS_WITH(model(IndexArray{1, 2}), "CharRNN: tokens must have rank 2, got [2]");
  CHECK_THROWS_WITH(model.generate(IndexArray(Shape{0})),
                    "CharRNN.generate: prompt must hold a token or more, got [0]");
  CHECK_THROWS_WITH((models::CharRNN<float>(6, {.dropout = 2})),
                    "CharRNN: dropout must be in [0, 1], got 2");
  models::TransformerLM<float> lm(6, {.max_len = 4});
  CHECK_THROWS_WITH(lm(sentences), "TransformerLM: number of tokens must be <= max_len 4, got 5");
}
