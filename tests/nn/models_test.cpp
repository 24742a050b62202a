#include <functional>
#include <xgrad/autograd/grad_mode.hpp>
#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/models/classic.hpp>
#include <xgrad/nn/models/dense.hpp>
#include <xgrad/nn/models/googlenet.hpp>
#include <xgrad/nn/models/resnet.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/optim/adam.hpp>

#include "support/catch.hpp"

using namespace xg;
namespace models = nn::models;

namespace {

/// A model with a figure from elsewhere: torchvision's for 224x224, the papers' code for the rest.
struct Figure {
  const char* name;
  std::function<nn::Sequential<float>()> build;
  std::size_t parameters;
};
const Figure figures[] = {
    {"mlp",
     [] {
       return models::mlp<float>({784, 100, 10});
     },
     79510},
    {"mlp of three",
     [] {
       return models::mlp<float>({784, 256, 128, 10});
     },
     235146},
    {"lenet5", [] { return models::lenet5<float>(); }, 61706},
    {"alexnet", [] { return models::alexnet<float>(); }, 61100840},
    {"zfnet", [] { return models::zfnet<float>(); }, 62357608},
    {"vgg11", [] { return models::vgg<float>({.depth = 11}); }, 132863336},
    {"vgg13 bn", [] { return models::vgg<float>({.depth = 13, .batch_norm = true}); }, 133053736},
    {"vgg16", [] { return models::vgg<float>(); }, 138357544},
    {"vgg19 bn", [] { return models::vgg<float>({.depth = 19, .batch_norm = true}); }, 143678248},
    {"nin", [] { return models::network_in_network<float>(); }, 966986},
    {"resnet18", [] { return models::resnet<float>(); }, 11689512},
    {"resnet34", [] { return models::resnet<float>({.depth = 34}); }, 21797672},
    {"resnet50", [] { return models::resnet<float>({.depth = 50}); }, 25557032},
    {"resnet101", [] { return models::resnet<float>({.depth = 101}); }, 44549160},
    {"resnet152", [] { return models::resnet<float>({.depth = 152}); }, 60192808},
    {"wide resnet50", [] { return models::resnet<float>({.depth = 50, .inner_width = 2}); },
     68883240},
    // pytorchcv: preresnet18, preresnet50, preresnet20_cifar10, preresnet110_cifar10
    {"preresnet18", [] { return models::resnet<float>({.preactivation = true}); }, 11687848},
    {"preresnet50", [] { return models::resnet<float>({.depth = 50, .preactivation = true}); },
     25549480},
    {"preresnet20",
     [] {
       return models::cifar_resnet<float>(
           {.preactivation = true, .shortcut = models::Shortcut::projection});
     },
     272282},
    {"preresnet110",
     [] {
       return models::cifar_resnet<float>(
           {.depth = 110, .preactivation = true, .shortcut = models::Shortcut::projection});
     },
     1730522},
    {"resnet20", [] { return models::cifar_resnet<float>(); }, 269722},
    {"resnet32", [] { return models::cifar_resnet<float>({.depth = 32}); }, 464154},
    {"resnet44", [] { return models::cifar_resnet<float>({.depth = 44}); }, 658586},
    {"resnet56", [] { return models::cifar_resnet<float>({.depth = 56}); }, 853018},
    {"resnet110", [] { return models::cifar_resnet<float>({.depth = 110}); }, 1727962},
    {"densenet121", [] { return models::densenet<float>(); }, 7978856},
    {"densenet161",
     [] {
       return models::densenet<float>({.blocks = {6, 12, 36, 24}, .growth = 48, .stem = 96});
     },
     28681000},
    {"densenet201",
     [] {
       return models::densenet<float>({.blocks = {6, 12, 48, 32}});
     },
     20013928},
    {"densenet-bc 100-12",
     [] {
       return models::densenet<float>(
           {.blocks = {16, 16, 16}, .growth = 12, .stem = 24, .classes = 10, .small_images = true});
     },
     769162},
    // 3 units of a block from its input, 4 further: 9 (3 in out + 4 out^2) + 14 out; then 5130.
    // pytorchcv's fractalnet_cifar10 has as many; the paper writes 38.6 million.
    {"fractalnet", [] { return models::fractalnet<float>(); }, 33724618},
    {"googlenet",
     [] { return nn::Sequential<float>(models::GoogLeNet<float>({.auxiliary = false})); }, 6998552},
    {"wrn 16-10", [] { return models::wide_resnet<float>({.depth = 16}); }, 17116634},
    {"wrn 40-8", [] { return models::wide_resnet<float>({.depth = 40, .widen = 8}); }, 35748314},
    {"wrn 28-10", [] { return models::wide_resnet<float>(); }, 36479194},
};

/// A narrow version for small images [N, 3, size, size] and 3 classes.
struct Narrow {
  const char* name;
  std::function<nn::Sequential<double>()> build;
  std::size_t size;
};
/// VGG as for 28x28 and 32x32; pre-activation or not, ResNets of these depths.
nn::Sequential<double> narrow_vgg(std::size_t depth, bool batch_norm) {
  return models::vgg<double>({.depth = depth,
                              .batch_norm = batch_norm,
                              .classes = 3,
                              .pooled = 1,
                              .hidden = 16,
                              .width = 0.05,
                              .dropout = 0});
}
nn::Sequential<double> narrow_resnet(std::size_t depth, bool preactivation = false) {
  return models::resnet<double>({.depth = depth,
                                 .classes = 3,
                                 .small_images = true,
                                 .width = 0.04,
                                 .preactivation = preactivation});
}
nn::Sequential<double> narrow_mlp(std::vector<std::size_t> sizes) {
  return nn::Sequential<double>(nn::Flatten<double>(), models::mlp<double>(sizes));
}

const Narrow narrow[] = {
    {"two-layer net",
     [] {
       return narrow_mlp({3 * 64, 10, 3});
     },
     8},
    {"three-layer net",
     [] {
       return narrow_mlp({3 * 64, 10, 8, 3});
     },
     8},
    {"lenet5",
     [] { return models::lenet5<double>({.in_channels = 3, .classes = 3, .width = 0.5}); }, 28},
    {"lenet5 of 32",
     [] {
       return models::lenet5<double>({.in_channels = 3, .classes = 3, .image = 32, .width = 0.5});
     },
     32},
    {"alexnet",
     [] {
       return models::alexnet<double>(
           {.classes = 3, .small_images = true, .width = 0.03, .dropout = 0});
     },
     28},
    {"alexnet 224",
     [] { return models::alexnet<double>({.classes = 3, .width = 0.03, .dropout = 0}); }, 224},
    {"zfnet",
     [] {
       return models::zfnet<double>(
           {.classes = 3, .small_images = true, .width = 0.03, .dropout = 0});
     },
     32},
    {"zfnet 224", [] { return models::zfnet<double>({.classes = 3, .width = 0.03, .dropout = 0}); },
     64},
    {"vgg11", [] { return narrow_vgg(11, false); }, 32},
    {"vgg11 with norms", [] { return narrow_vgg(11, true); }, 28},
    {"vgg13", [] { return narrow_vgg(13, false); }, 28},
    {"vgg16 with norms", [] { return narrow_vgg(16, true); }, 32},
    {"vgg19", [] { return narrow_vgg(19, false); }, 32},
    {"nin",
     [] {
       return models::network_in_network<double>(
           {.classes = 3, .width = 0.1, .dropout = 0, .last_relu = false});
     },
     32},
    {"resnet18",
     [] { return models::resnet<double>({.classes = 3, .small_images = true, .width = 0.06}); },
     28},
    {"resnet18 of pre-activation", [] { return narrow_resnet(18, true); }, 16},
    {"resnet34", [] { return narrow_resnet(34); }, 16},
    {"resnet50 of pre-activation", [] { return narrow_resnet(50, true); }, 8},
    {"resnet101", [] { return narrow_resnet(101); }, 8},
    {"resnet152", [] { return narrow_resnet(152); }, 8},
    {"resnet50 224",
     [] { return models::resnet<double>({.depth = 50, .classes = 3, .width = 0.03}); }, 64},
    {"densenet",
     [] {
       return models::densenet<double>(
           {.blocks = {2, 2}, .growth = 3, .stem = 4, .classes = 3, .small_images = true});
     },
     16},
    {"densenet 224",
     [] {
       return models::densenet<double>({.blocks = {2, 3, 2}, .growth = 3, .stem = 4, .classes = 3});
     },
     64},
    {"fractalnet",
     [] {
       return models::fractalnet<double>(
           {.columns = 3, .channels = {4, 6}, .classes = 3, .drop_path = 0.1});
     },
     16},
    {"googlenet",
     [] {
       return nn::Sequential<double>(models::GoogLeNet<double>(
           {.classes = 3, .auxiliary = false, .small_images = true, .width = 0.06, .dropout = 0}));
     },
     32},
    {"googlenet 224",
     [] {
       return nn::Sequential<double>(models::GoogLeNet<double>(
           {.classes = 3, .auxiliary = false, .width = 0.06, .dropout = 0}));
     },
     64},
    {"resnet20", [] { return models::cifar_resnet<double>({.classes = 3, .width = 0.2}); }, 16},
    {"resnet110",
     [] { return models::cifar_resnet<double>({.depth = 110, .classes = 3, .width = 0.1}); }, 8},
    {"resnet8 with stochastic depth",
     [] {
       return models::cifar_resnet<double>(
           {.depth = 8, .classes = 3, .width = 0.3, .drop_path = 0.2});
     },
     16},
    {"resnet8 of pre-activation",
     [] {
       return models::cifar_resnet<double>({.depth = 8,
                                            .classes = 3,
                                            .preactivation = true,
                                            .shortcut = models::Shortcut::projection,
                                            .width = 0.3});
     },
     16},
    {"wrn 10",
     [] {
       return models::wide_resnet<double>(
           {.depth = 10, .widen = 2, .classes = 3, .dropout = 0.1, .width = 0.2});
     },
     16},
};

Variable<double> images(std::size_t n, std::size_t size) {
  Variable<double> x(empty_array<double>({n, 3, size, size}), true);
  Generator generator(11);
  nn::init::normal_(x, 0, 1, generator);
  return x;
}

}  // namespace

TEST_CASE("models have as many parameters as elsewhere", "[nn][models]") {
  for (const Figure& figure : figures) {
    CAPTURE(figure.name);
    CHECK(figure.build().parameter_count() == figure.parameters);
  }
}

TEST_CASE("narrow models have the right shapes, gradients of both orders, and learn",
          "[nn][models][grad]") {
  for (const Narrow& model : narrow) {
    CAPTURE(model.name);
    manual_seed(2);
    auto net = model.build();
    const Variable<double> x = images(3, model.size);
    const IndexArray labels{0, 2, 1};
    CHECK((net(x).shape() == Shape{3, 3}));
    auto copy = nn::clone(net);
    net.eval(), copy.eval();
    CHECK((net(x).value() == copy(x).value()));
    if (model.size <= 64) {
      const auto f = [&](const Variable<double>& v) { return net(v); };
      const auto first = gradcheck(f, x, {.fast = true, .directions = 1, .shrink = false});
      INFO(first.reason + first.table);
      CHECK(first.passed);
      const auto second = gradgradcheck(f, x, {.fast = true, .directions = 1, .shrink = false});
      INFO(second.reason + second.table);
      CHECK(second.passed);
    }
    net.train();
    optim::Adam<double> adam(net.parameters(), {.lr = 0.003});
    const Variable<double> constant = x.detach();
    double last = 1;
    for (int i = 0; i < 300 && last > 0.05; ++i) {
      const auto loss = cross_entropy(net(constant), labels);
      adam.zero_grad();
      loss.backward();
      adam.step();
      last = loss.item();
    }
    for (const auto& [name, value] : net.named_parameters()) {
      CAPTURE(name);
      CHECK(value.grad().defined());
    }
    CHECK(last < 0.05);
  }
}

TEST_CASE("models take the images of their papers", "[nn][models]") {
  using Net = nn::Sequential<float>;
  struct Taken {
    const char* name;
    std::function<Net(bool small)> build;
  };
  const Taken all[] = {
      {"alexnet",
       [](bool small) {
         return models::alexnet<float>({.classes = 7, .small_images = small, .width = 0.05});
       }},
      {"zfnet",
       [](bool small) {
         return models::zfnet<float>({.classes = 7, .small_images = small, .width = 0.05});
       }},
      {"vgg16",
       [](bool small) {
         return models::vgg<float>(
             {.classes = 7, .pooled = small ? 1U : 7U, .hidden = 20, .width = 0.05});
       }},
      {"googlenet",
       [](bool small) {
         return Net(models::GoogLeNet<float>({.classes = 7, .small_images = small, .width = 0.05}));
       }},
      {"resnet18",
       [](bool small) {
         return models::resnet<float>({.classes = 7, .small_images = small, .width = 0.05});
       }},
      {"resnet50 of pre-activation",
       [](bool small) {
         return models::resnet<float>({.depth = 50,
                                       .classes = 7,
                                       .small_images = small,
                                       .width = 0.05,
                                       .preactivation = true});
       }},
      {"densenet",
       [](bool small) {
         return models::densenet<float>(
             {.growth = 2, .stem = 4, .classes = 7, .small_images = small});
       }},
      {"network in network",
       [](bool) { return models::network_in_network<float>({.classes = 7, .width = 0.1}); }},
      {"resnet20", [](bool) { return models::cifar_resnet<float>({.classes = 7, .width = 0.3}); }},
      {"wrn 10",
       [](bool) { return models::wide_resnet<float>({.depth = 10, .widen = 1, .classes = 7}); }},
      {"fractalnet",
       [](bool) {
         return models::fractalnet<float>({.channels = {2, 4, 4, 4, 4}, .classes = 7});
       }},
  };
  for (const Taken& model : all)
    for (const std::size_t size : {28, 32, 224}) {
      CAPTURE(model.name, size);
      const NoGrad guard;
      auto net = model.build(size < 100);
      net.eval();
      const Variable<float> x(full_array<float>({2, 3, size, size}, 0.5));
      CHECK((net(x).shape() == Shape{2, 7}));
    }
}

TEST_CASE("GoogLeNet's auxiliary heads have gradients of both orders, and learn",
          "[nn][models][grad]") {
  manual_seed(4);
  models::GoogLeNet<double> net({.classes = 3, .small_images = true, .width = 0.06, .dropout = 0});
  const Variable<double> x = images(2, 32);
  const IndexArray labels{0, 1};
  net.eval();
  REQUIRE(net.with_heads(x).size() == 3);
  for (const auto& head : net.with_heads(x)) CHECK((head.shape() == Shape{2, 3}));
  CHECK((net.with_heads(x)[0].value() == net(x).value()));

  const auto f = [&](const Variable<double>& v) { return concat(net.with_heads(v), 1); };
  const auto first = gradcheck(f, x, {.fast = true, .directions = 1, .shrink = false});
  INFO(first.reason + first.table);
  CHECK(first.passed);
  const auto second = gradgradcheck(f, x, {.fast = true, .directions = 1, .shrink = false});
  INFO(second.reason + second.table);
  CHECK(second.passed);

  // With the weights of the paper; the auxiliary heads drop 0.7 of their features in training.
  optim::Adam<double> adam(net.parameters(), {.lr = 0.003});
  const Variable<double> constant = x.detach();
  const auto loss = [&] {
    const auto heads = net.with_heads(constant);
    return cross_entropy(heads[0], labels) +
           0.3 * (cross_entropy(heads[1], labels) + cross_entropy(heads[2], labels));
  };
  double last = 1;
  for (int i = 0; i < 300 && last > 0.05; ++i) {
    net.train();
    adam.zero_grad();
    loss().backward();
    adam.step();
    net.eval();
    const NoGrad guard;
    last = loss().item();
  }
  CHECK(last < 0.05);
  for (const auto& [name, value] : net.named_parameters()) {
    CAPTURE(name);
    CHECK(value.grad().defined());
  }
}

TEST_CASE("models refuse depths that no paper has", "[nn][models][errors]") {
  CHECK_THROWS_WITH(models::vgg<float>({.depth = 12}),
                    "vgg: depth must be 11, 13, 16 or 19, got 12");
  CHECK_THROWS_WITH(models::cifar_resnet<float>({.depth = 21}),
                    "cifar_resnet: depth must be 6 n + 2, got 21");
}
