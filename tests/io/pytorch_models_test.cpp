// Models of nn/models/ with the state of the same models in PyTorch (make_pytorch_models.py).

#include <xgrad/io/safetensors.hpp>
#include <xgrad/nn/models/captioner.hpp>
#include <xgrad/nn/models/char_rnn.hpp>
#include <xgrad/nn/models/classic.hpp>
#include <xgrad/nn/models/resnet.hpp>
#include <xgrad/nn/models/sentiment.hpp>
#include <xgrad/nn/models/transformer_models.hpp>
#include <xgrad/nn/models/vqa.hpp>

#include "support/catch.hpp"

using namespace xg;
namespace models = nn::models;

namespace {

struct Example {
  StateDict all, model;

  explicit Example(const std::string& name)
      : all(io::load_safetensors(std::string(XGRAD_IO_FILES) + "/pytorch_model_" + name +
                                 ".safetensors")) {
    const std::string prefix = "model.";
    for (const auto& [key, array] : all)
      if (key.starts_with(prefix)) model.set(key.substr(prefix.size()), array);
  }
  Array<float> numbers(const char* name) const { return std::get<Array<float>>(all.at(name)); }
  IndexArray tokens(const char* name) const { return std::get<IndexArray>(all.at(name)); }

  /// Loads the state, strictly, and compares what `run` then gives.
  template <class Run>
  void check(nn::Module<float>& loaded, const Run& run) const {
    CHECK(loaded.load_state_dict(model).ok());
    loaded.eval();
    const Variable<float> actual = run();
    const Array<float> expected = numbers("output");
    REQUIRE((actual.shape() == expected.shape()));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      CHECK(actual.value().data()[i] == Approx(expected.data()[i]).margin(1e-5).epsilon(1e-5));
    }
  }
};

}  // namespace

TEST_CASE("image networks give what PyTorch's give", "[io][pytorch][models]") {
  const auto check = [](const char* name, nn::Sequential<float> net) {
    CAPTURE(name);
    const Example example(name);
    example.check(net, [&] { return net(example.numbers("input0")); });
  };
  check("lenet5", models::lenet5<float>({.width = 0.5}));
  check("resnet20", models::cifar_resnet<float>({.width = 5. / 16}));
  check("vgg11", models::vgg<float>({.depth = 11,
                                     .batch_norm = true,
                                     .classes = 10,
                                     .pooled = 1,
                                     .hidden = 16,
                                     .width = 0.05}));
}

TEST_CASE("models of sequences give what PyTorch's give", "[io][pytorch][models]") {
  {
    const Example example("char_rnn");
    models::CharRNN<float> model(7, {.hidden = 8, .layers = 2});
    example.check(model, [&] { return model(example.tokens("input0")).logits; });
  }
  {
    const Example example("sentiment");
    models::SentimentClassifier<float> model(9, {.kind = models::Recurrence::gru,
                                                 .embedding = 5,
                                                 .hidden = 6,
                                                 .bidirectional = true,
                                                 .classes = 3});
    example.check(model, [&] { return model(example.tokens("input0"), example.tokens("input1")); });
  }
  {
    const Example example("transformer_lm");
    models::TransformerLM<float> model(
        9, {.d_model = 8, .heads = 2, .layers = 2, .dim_feedforward = 12, .max_len = 6});
    example.check(model, [&] { return model(example.tokens("input0")); });
  }
  {
    const Example example("translator");
    models::Translator<float> model(9, {.d_model = 8,
                                        .heads = 2,
                                        .encoder_layers = 2,
                                        .decoder_layers = 2,
                                        .dim_feedforward = 12});
    example.check(model, [&] { return model(example.tokens("input0"), example.tokens("input1")); });
  }
}

TEST_CASE("models of images and words give what PyTorch's give", "[io][pytorch][models]") {
  {
    const Example example("captioner");
    models::Captioner<float> model(4, 7, {.embedding = 5, .hidden = 6});
    example.check(model,
                  [&] { return model(example.numbers("input0"), example.tokens("input1")); });
  }
  {
    const Example example("attention_captioner");
    models::AttentionCaptioner<float> model(4, 7, {.embedding = 5, .hidden = 6, .attention = 3});
    example.check(
        model, [&] { return model(example.numbers("input0"), example.tokens("input1")).logits; });
  }
  {
    const Example example("vqa");
    models::VQA<float> model(4, 9, 3, {.embedding = 5, .hidden = 6, .attention = 4});
    example.check(
        model, [&] { return model(example.numbers("input0"), example.tokens("input1")).logits; });
  }
}
