#include <cstdlib>
#include <filesystem>
#include <xgrad/io/safetensors.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/fold_batch_norm.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/pool.hpp>
#include <xgrad/nn/profile.hpp>
#include <xgrad/nn/recurrent.hpp>
#include <xgrad/nn/regularization.hpp>
#include <xgrad/nn/reparametrization.hpp>
#include <xgrad/nn/transformer.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

/// A file of make_pytorch.py, taken apart.
struct Example {
  StateDict model;
  Array<float> input, output;

  explicit Example(const std::string& name) {
    const std::string path = std::string(XGRAD_IO_FILES) + "/pytorch_" + name + ".safetensors";
    const std::string prefix = "model.";
    const StateDict all = io::load_safetensors(path);
    for (const auto& [key, array] : all)
      if (key.starts_with(prefix)) model.set(key.substr(prefix.size()), array);
    input = std::get<Array<float>>(all.at("input"));
    output = std::get<Array<float>>(all.at("output"));
  }
};

void check_close(const Array<float>& actual, const Array<float>& expected) {
  REQUIRE((actual.shape() == expected.shape()));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    CAPTURE(i);
    CHECK(actual.data()[i] == Approx(expected.data()[i]).margin(1e-5).epsilon(1e-5));
  }
}

template <class T>
nn::Sequential<T> cnn() {
  return nn::Sequential<T>(
      nn::Conv2d<T>(3, 8, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d<T>(8), nn::ReLU<T>(),
      nn::MaxPool2d<T>(2),
      nn::Conv2d<T>(8, 12, {3, 1},
                    {.stride = {2, 1}, .padding = Padding::valid, .dilation = {1, 1}, .groups = 4}),
      nn::GroupNorm<T>(3, 12), nn::PReLU<T>(12),
      nn::ConvTranspose2d<T>(12, 6, 3,
                             {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2}),
      nn::LocalResponseNorm<T>(3, {.alpha = 0.5}), nn::InstanceNorm2d<T>(6, {.affine = true}),
      nn::AvgPool2d<T>(2, {.ceil_mode = true}), nn::PixelShuffle<T>(1),
      nn::Upsample<T>({.scale_factor = 2, .mode = UpsampleMode::linear}),
      nn::AdaptiveAvgPool2d<T>({2, 3}), nn::Flatten<T>(), nn::weight_norm(nn::Linear<T>(36, 10)),
      nn::BatchNorm1d<T>(10), nn::Linear<T>(10, 4));
}

}  // namespace

TEST_CASE("a convolutional network trained in PyTorch loads and gives the same", "[io][pytorch]") {
  const Example example("cnn");
  auto net = cnn<float>();
  CHECK(net.load_state_dict(example.model).ok());
  const StateDict back = net.state_dict();  // PyTorch finds what it wrote, bit for bit
  CHECK(back.size() == example.model.size());
  for (const auto& [name, value] : example.model) {
    CAPTURE(name);
    REQUIRE(back.contains(name));
    CHECK((back.at(name) == value));
  }
  CHECK(std::get<IndexArray>(net.state_dict().at("1.num_batches_tracked"))() == 3);
  net.eval();
  check_close(net(example.input).value(), example.output);
  auto twice = cnn<double>();  // and in double
  twice.load_state_dict(net.state_dict());
  twice.eval();
  const Array<double> input = xt::cast<double>(example.input);
  check_close(xt::cast<float>(twice(input).value()), example.output);
  auto copy = nn::clone(net);
  check_close(copy(example.input).value(), example.output);
  if (const char* path = std::getenv("XGRAD_WRITE_SAFETENSORS"))  // for a look from Python
    io::save_safetensors(path, net.state_dict());
}

TEST_CASE("recurrent and attention layers load from PyTorch", "[io][pytorch]") {
  const Example sequence("lstm");
  nn::LSTM<float> lstm(5, 4, {.num_layers = 2, .bidirectional = true});
  CHECK(lstm.load_state_dict(sequence.model).ok());
  check_close(lstm(sequence.input).y.value(), sequence.output);
  const Example attention("transformer");
  nn::TransformerEncoderLayer<float> block(8, 2, {.dim_feedforward = 12, .batch_first = true});
  CHECK(block.load_state_dict(attention.model).ok());
  block.eval();
  check_close(block(attention.input).value(), attention.output);
}

TEST_CASE("batch norms are folded into what is before them", "[nn][fold]") {
  const Example example("cnn");
  auto net = cnn<float>();
  net.load_state_dict(example.model);
  net.eval();
  CHECK(nn::fold_batch_norms(net) == 1);  // the other one follows a weight that is computed
  CHECK(net[1].description() == "Identity");
  CHECK(net.state_dict().contains("0.bias"));
  check_close(net(example.input).value(), example.output);
  nn::Linear<double> fc(3, 2);
  nn::BatchNorm1d<double> norm(2);
  const Variable<double> x(Array<double>{{1., 2., 3.}, {-1., 0.5, 2.}, {0., 4., 1.}});
  for (int i = 0; i < 3; ++i) (void)norm(fc(x));
  norm.eval();
  const Array<double> before = norm(fc(x)).value();
  nn::fold_batch_norm(fc, norm);
  CHECK(xt::allclose(fc(x).value(), before, 1e-12, 1e-12));
  CHECK_THROWS_WITH(nn::fold_batch_norm(fc, nn::BatchNorm1d<double>(3)),
                    "fold_batch_norm: layer.weight.shape[0] == norm.num_features failed: layer is "
                    "[2, 3], norm is [3]");
}

TEST_CASE("a profile counts shapes, parameters, multiply-adds and bytes", "[nn][profile]") {
  nn::Sequential<float> net(nn::Conv2d<float>(3, 8, 3, {.stride = 2, .padding = 1}),
                            nn::BatchNorm2d<float>(8), nn::Flatten<float>(),
                            nn::Linear<float>(8 * 4 * 4, 10));
  const nn::Profile result = nn::profile(net, {2, 3, 8, 8});
  REQUIRE(result.rows.size() == 4);
  CHECK(result.rows[0].path == "0");
  CHECK((result.rows[0].output == Shape{2, 8, 4, 4}));
  CHECK(result.rows[0].parameters == 8 * 27 + 8);
  CHECK(result.rows[0].multiply_adds == 2. * 4 * 4 * 8 * 27);
  CHECK(result.rows[0].bytes == 2 * 8 * 4 * 4 * 4);
  CHECK(result.rows[3].multiply_adds == 2. * 128 * 10);
  CHECK(result.parameters == 224 + 16 + 1290);
  CHECK_THAT(result.text(), test::contains("Conv2d(3, 8, kernel 3, stride 2, padding 1)"));
  CHECK(net.training());
  CHECK(net[1].training());
  CHECK(std::get<IndexArray>(net.state_dict().at("1.num_batches_tracked"))() == 0);
}

TEST_CASE("a profile counts recurrent, attention and bilinear layers, and any call",
          "[nn][profile]") {
  const auto zeros = [](const Shape& shape) {
    return Variable<float>(full_array<float>(shape, 0));
  };
  nn::LSTM<float> lstm(5, 4, {.num_layers = 2, .bidirectional = true, .proj_size = 3});
  const nn::Profile sequence = nn::profile<float>(lstm, [&] { lstm(zeros({7, 2, 5})); });
  REQUIRE(sequence.rows.size() == 1);
  CHECK((sequence.rows[0].output == Shape{7, 2, 6}));
  // a step: 4 gates of 4 from 5 (then 6) inputs and 3 states, projected to 3; twice for directions
  CHECK(sequence.multiply_adds == 14. * 2 * (16 * (5 + 3) + 3 * 4 + 16 * (6 + 3) + 3 * 4));
  CHECK(sequence.bytes == 4 * (7 * 2 * 6 + 4 * 2 * 3 + 4 * 2 * 4));
  nn::GRUCell<float> cell(5, 4);
  CHECK(nn::profile<float>(cell, [&] { cell(zeros({3, 5})); }).multiply_adds == 3. * 12 * (5 + 4));
  nn::MultiheadAttention<float> attention(8, 2);
  const auto attend = [&] {
    const auto x = zeros({6, 3, 8});
    attention(x, x, x);
  };
  // projections of 18 places, then 6 scores and 6 summands of the mean for each
  CHECK(nn::profile<float>(attention, attend).multiply_adds == 18. * (4 * 64 + 2 * 6 * 8));
  nn::Bilinear<float> form(4, 5, 3);
  const auto both = [&] { form(zeros({2, 4}), zeros({2, 5})); };
  CHECK(nn::profile<float>(form, both).multiply_adds == 2. * 3 * (4 * 5 + 5));
  nn::Sequential<float> block(nn::TransformerEncoderLayer<float>(8, 2, {.dim_feedforward = 12}));
  CHECK(nn::profile(block, {6, 3, 8}).multiply_adds == 18. * (4 * 64 + 2 * 6 * 8 + 2 * 8 * 12));
}
