#include <cmath>
#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/container.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/pool.hpp>
#include <xgrad/nn/regularization.hpp>
#include <xgrad/nn/reparametrization.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

/// i * 0.37 mod 2 - 1, as in the script that made the reference values.
Array<double> pattern(const Shape& shape) {
  auto x = empty_array<double>(shape);
  for (std::size_t i = 0; i < x.size(); ++i)
    x.data()[i] = std::fmod(static_cast<double>(i) * 0.37, 2) - 1;
  return x;
}
Array<double> ramp(const Shape& shape) {
  auto x = empty_array<double>(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(i) * 0.1 - 0.9;
  return x;
}

void check_begins(const Array<double>& actual, const std::vector<double>& expected) {
  REQUIRE(actual.size() >= expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(actual.data()[i] == Approx(expected[i]).margin(2e-6));
  }
}

template <class T>
double largest(const Variable<T>& x) {
  double most = 0;
  for (const T v : x.value()) most = std::max(most, std::abs(static_cast<double>(v)));
  return most;
}

template <class M>
std::vector<std::string> names(const M& module) {
  std::vector<std::string> found;
  for (const auto& [name, value] : module.state_dict()) found.push_back(name);
  return found;
}

}  // namespace

TEST_CASE("convolutions draw from a range by kernel area times channels over groups",
          "[nn][conv]") {
  manual_seed(1);
  const nn::Conv2d<double> conv(32, 64, {3, 5}, {.groups = 4});
  CHECK((conv.weight.shape() == Shape{64, 8, 3, 5}));
  const double bound = 1 / std::sqrt(8. * 3 * 5);
  CHECK(largest(conv.weight) <= bound);
  CHECK(largest(conv.weight) > 0.99 * bound);
  CHECK(largest(conv.bias) <= bound);
  const nn::ConvTranspose2d<double> back(16, 32, 3, {.groups = 2});
  CHECK((back.weight.shape() == Shape{16, 16, 3, 3}));
  CHECK(largest(back.weight) > 0.99 / std::sqrt(16. * 9));
  CHECK(nn::init::fans(conv.weight.shape()) == std::pair<std::size_t, std::size_t>(120, 960));
}

TEST_CASE("convolution layers pad by other entries than zeros", "[nn][conv]") {
  nn::Conv1d<double> same(
      3, 2, 3, {.padding = Padding::same, .bias = false, .padding_mode = PadMode::circular});
  same.weight.copy_(ramp({2, 3, 3}));
  check_begins(same(pattern({2, 3, 4})).value(), {1.0619997, 1.0609999, 0.5959998, 1.3069998});
  nn::Conv1d<double> reflect(
      3, 2, 3, {.stride = 2, .padding = 1, .bias = false, .padding_mode = PadMode::reflect});
  reflect.weight.copy_(ramp({2, 3, 3}));
  const auto y = reflect(pattern({2, 3, 4}));
  CHECK((y.shape() == Shape{2, 2, 2}));
  check_begins(y.value(), {0.59399998, 0.59599984, 1.07999992, -0.32199988});
}

TEST_CASE("layers give the shapes that PyTorch gives", "[nn][conv][pool]") {
  const auto image = [](Shape shape) { return Variable<float>(full_array<float>(shape, 1)); };
  using C1 = nn::Conv1d<float>;
  CHECK((C1(4, 6, 3, {.stride = 2, .dilation = 2})(image({2, 4, 11})).shape() == Shape{2, 6, 4}));
  using C3 = nn::Conv3d<float>;
  CHECK((C3(1, 2, {1, 2, 3})(image({1, 1, 4, 5, 6})).shape() == Shape{1, 2, 4, 4, 4}));
  using T2 = nn::ConvTranspose2d<float>;
  CHECK(
      (T2(4, 2, 3, {.stride = 2, .padding = 1, .output_padding = 1})(image({1, 4, 5, 6})).shape() ==
       Shape{1, 2, 10, 12}));
  using Max = nn::MaxPool2d<float>;
  CHECK((Max(3, {.stride = 2, .padding = 1})(image({2, 3, 8, 9})).shape() == Shape{2, 3, 4, 5}));
  CHECK((Max(2, {.ceil_mode = true})(image({3, 5, 5})).shape() == Shape{3, 3, 3}));
  using Avg = nn::AvgPool3d<float>;
  CHECK((Avg({1, 2, 2})(image({1, 1, 3, 4, 4})).shape() == Shape{1, 1, 3, 2, 2}));
  using Adaptive = nn::AdaptiveAvgPool2d<float>;
  CHECK((Adaptive({3, -1})(image({2, 1, 7, 5})).shape() == Shape{2, 1, 3, 5}));
  CHECK((nn::AdaptiveMaxPool1d<float>(2)(image({2, 1, 7})).shape() == Shape{2, 1, 2}));
  CHECK((nn::LPPool2d<float>(2, 2)(image({2, 1, 6, 6})).shape() == Shape{2, 1, 3, 3}));
  using Fraction = nn::FractionalMaxPool2d<float>;
  CHECK((Fraction(2, {.output_ratio = 0.7})(image({1, 1, 10, 10})).shape() == Shape{1, 1, 7, 7}));
  nn::FractionalMaxPool3d<float> regions(
      {1, 2, 3},
      {.output_size = {2, 3, 2}, .generator = Generator(3), .regions = PoolRegions::random});
  CHECK((regions(image({1, 1, 4, 5, 6})).shape() == Shape{1, 1, 2, 3, 2}));
  CHECK(regions.description() == "FractionalMaxPool3d(1x2x3, to 2x3x2, random)");
  CHECK(
      (nn::LPPool3d<float>(2, {1, 2, 2})(image({2, 1, 3, 6, 6})).shape() == Shape{2, 1, 3, 3, 3}));
  CHECK(
      (nn::Upsample<float>({.scale_factor = 2})(image({1, 2, 3, 4})).shape() == Shape{1, 2, 6, 8}));
  CHECK((nn::PixelShuffle<float>(2)(image({1, 8, 3, 4})).shape() == Shape{1, 2, 6, 8}));
  CHECK((nn::Unflatten<float>(1, {2, -1, 3})(image({5, 24})).shape() == Shape{5, 2, 4, 3}));
  CHECK((nn::Flatten<float>({.start_axis = 0, .end_axis = 1})(image({5, 2, 4})).shape() ==
         Shape{10, 4}));
}

TEST_CASE("max unpooling puts elements back", "[nn][pool]") {
  nn::MaxPool2d<double> pool(2);
  nn::MaxUnpool2d<double> back(2);
  const Variable<double> x(pattern({1, 1, 4, 4}));
  const auto [values, indices] = pool.with_indices(x);
  const auto y = back(values, indices);
  CHECK((y.shape() == x.shape()));
  CHECK(sum(y).item() == Approx(sum(values).item()));
  CHECK((pool(y).value() == values.value()));
}

TEST_CASE("batch norm keeps PyTorch's running statistics", "[nn][norm]") {
  const Variable<double> x(pattern({2, 3, 4})), twice(pattern({2, 3, 4}) * 2.),
      moved(pattern({2, 3, 4}) * 2. + 1.);
  nn::BatchNorm1d<double> norm(3);
  norm(x), norm(twice);
  check_begins(norm.running_mean.value(), {-0.06524998, 0.00145001, -0.00434997});
  check_begins(norm.running_var.value(), {0.93293405, 1.03373396, 1.03373384});
  norm.eval();
  check_begins(norm(x).value(), {-0.96776009, -0.58469379, -0.20162748});
  nn::BatchNorm1d<double> average(3, {.momentum = {}});
  average(x), average(moved);
  check_begins(average.running_mean.value(), {0.1625001, 0.50750005, 0.47750014});
  check_begins(average.running_var.value(), {0.62721443, 1.1415, 1.14149964});
  CHECK_THROWS_WITH(nn::BatchNorm2d<double>(3)(x),
                    "BatchNorm2d: x must have rank 4, got [2, 3, 4]");
  nn::InstanceNorm1d<double> instance(3, {.track_running_stats = true});
  instance(x);
  check_begins(instance.running_mean.value(), {-0.02249999, 0.0005, -0.00149999});
  check_begins(instance.running_var.value(), {0.92281663, 0.95314997, 0.95314997});
  instance.eval();
  check_begins(instance(x).value(), {-1.01755226, -0.63239181, -0.24723135});
}

TEST_CASE("weight norm and spectral norm have PyTorch's names and differentiate", "[nn][grad]") {
  manual_seed(2);
  auto weight = nn::weight_norm(nn::Linear<double>(3, 2));
  CHECK(names(weight) == std::vector<std::string>{"bias", "weight_g", "weight_v"});
  auto spectral = nn::spectral_norm(nn::Conv2d<double>(2, 3, 2));
  CHECK(names(spectral) == std::vector<std::string>{"bias", "weight_orig", "weight_u", "weight_v"});
  const Variable<double> x(pattern({4, 3}));
  const auto report = gradcheck(
      [&](const Variable<double>& g, const Variable<double>& v) {
        return linear(x, nn::detail::weight_of(v, g, 0));
      },
      Variable<double>(pattern({2, 1}), true), Variable<double>(pattern({2, 3}), true));
  INFO(report.table);
  CHECK(report.passed);
  const auto before = nn::Linear<double>(3, 2);
  auto same = nn::clone(before);
  CHECK((nn::weight_norm(std::move(same))(x).value().shape() == Shape{4, 2}));
  nn::SpectralNorm<nn::Linear<double>> square(nn::Linear<double>(4, 4),
                                              {.n_power_iterations = 200});
  square(pattern({1, 4}));
  const Variable<double> gram = matmul(square.weight, transpose(square.weight));
  double trace = 0;  // of the gram matrix to a high power: its largest eigenvalue is 1
  Variable<double> power = gram;
  for (int i = 0; i < 12; ++i) power = matmul(power, power);
  for (std::size_t i = 0; i < 4; ++i) trace += power.value()(i, i);
  CHECK(trace == Approx(1).epsilon(1e-3));
  weight(x).backward({.gradient = full_array<double>(Shape{4, 2}, 1)});
  CHECK(weight.weight_g.grad().defined());
  CHECK(weight.weight_v.grad().defined());
}

TEST_CASE("noise layers draw in training only, with the moments they promise", "[nn][dropout]") {
  manual_seed(3);
  const Variable<double> x(full_array<double>(Shape{200, 50, 2}, 1));
  const auto moments = [&](nn::Layer<double>& layer) {
    const auto y = layer(x);
    return std::pair(mean(y).item(), var(y).item());
  };
  nn::Dropout1d<double> channels(0.25);
  CHECK(moments(channels).first == Approx(1).epsilon(0.03));
  const auto y = channels(x).value();
  CHECK((xt::view(y, xt::all(), xt::all(), 0) == xt::view(y, xt::all(), xt::all(), 1)));
  nn::DropPath<double> path(0.5);
  CHECK(moments(path).second == Approx(1).epsilon(0.2));
  const auto kept = path(x).value();
  CHECK(kept(0, 0, 0) == kept(0, 49, 1));
  nn::GaussianNoise<double> noise(0.3);
  CHECK(moments(noise).second == Approx(0.09).epsilon(0.05));
  nn::AlphaDropout<double> alpha(0.2);
  const auto normal = Variable<double>(empty_array<double>({400, 100}));
  nn::init::normal_(normal);
  CHECK(mean(alpha(normal)).item() == Approx(0).margin(0.02));
  CHECK(var(alpha(normal)).item() == Approx(1).epsilon(0.03));
  nn::VanillaDropout<double> vanilla(0.25);
  CHECK(moments(vanilla).first == Approx(0.25).epsilon(0.05));
  vanilla.eval();
  CHECK(moments(vanilla) == std::pair(0.25, 0.));
  for (nn::Layer<double>* layer :
       std::initializer_list<nn::Layer<double>*>{&channels, &path, &noise, &alpha}) {
    layer->eval();
    CHECK((*layer)(x).same_as(x));
  }
  nn::DropConnect<nn::Linear<double>> drop(nn::Linear<double>(50, 20), 0.5);
  const Variable<double> rows(full_array<double>(Shape{1, 50}, 1));
  CHECK_FALSE((drop(rows).value() == drop(rows).value()));
  drop.eval();
  CHECK((drop(rows).value() == drop(rows).value()));
}

TEST_CASE("RReLU draws slopes in training and takes their mean in evaluation", "[nn][activation]") {
  manual_seed(9);
  nn::RReLU<double> layer;
  CHECK(layer.description() == "RReLU(0.125, 0.3333333333333333)");
  const Variable<double> x(full_array<double>(Shape{400, 100}, -1), true);
  const auto y = layer(x);
  const double most = 1. / 3, least = 1. / 8, width = most - least;
  CHECK(mean(y).item() == Approx(-(least + most) / 2).epsilon(5e-3));
  CHECK(var(y).item() == Approx(width * width / 12).epsilon(0.03));
  CHECK(-xt::amax(y.value())() >= least);
  CHECK(-xt::amin(y.value())() < most);
  sum(y).backward();
  CHECK((x.grad().value() == -y.value()));  // the slopes drawn
  layer.eval();
  const Variable<double> row(Array<double>{-2, 0, 3}, true);
  const auto z = layer(row);  // torch 2.15
  CHECK(xt::allclose(z.value(), Array<double>{-0.4583333333333333, 0, 3}, 1e-15));
  CHECK(xt::allclose(grad(sum(z), row).value(),
                     Array<double>{0.22916666666666666, 0.22916666666666666, 1}, 1e-15));

  nn::RReLU<double> own(0.1, 0.2, Generator(3)), same(0.1, 0.2, Generator(3));
  CHECK((own(x).value() == same(x).value()));
  CHECK_FALSE((own(x).value() == own(x).value()));
  CHECK_THROWS_WITH(nn::RReLU<double>(0.5, 0.25), "RReLU: lower must be <= upper, got 0.5");
}

TEST_CASE("Monte Carlo prediction draws in evaluation mode and puts modes back", "[nn][dropout]") {
  manual_seed(4);
  nn::Sequential<float> net(nn::Linear<float>(3, 50), nn::BatchNorm1d<float>(50),
                            nn::Dropout<float>(0.5), nn::Linear<float>(50, 2));
  const Variable<float> x(Array<float>{{1, 2, 3}});
  net.eval();
  const Array<float> plain = net(x).value();
  const auto prediction = nn::monte_carlo_prediction(net, x, 400);
  CHECK((prediction.mean.shape() == Shape{1, 2}));
  CHECK(prediction.variance(0, 0) > 0);
  CHECK(prediction.mean(0, 0) ==
        Approx(plain(0, 0)).margin(5 * std::sqrt(prediction.variance(0, 0) / 400)));
  CHECK((net(x).value() == plain));
  net.train();
  (void)nn::monte_carlo_prediction(net, x, 2);
  CHECK(net[2].training());
  CHECK(std::get<IndexArray>(net.state_dict().at("1.num_batches_tracked"))() == 0);
}

TEST_CASE("containers: branches add, concatenate, are found by name and exchanged", "[nn]") {
  nn::Residual<double> around(nn::Linear<double>(3, 3));
  const Variable<double> x(pattern({2, 3}));
  auto copy = around.fresh();
  copy->load_state_dict(around.state_dict());
  CHECK(((*copy)(x).value() == around(x).value()));
  dynamic_cast<nn::Linear<double>&>(*around.children()[0]).weight.mutable_value().fill(0);
  CHECK_FALSE(((*copy)(x).value() == around(x).value()));
  CHECK_THROWS_WITH(nn::Residual<double>(nn::Linear<double>(3, 1))(x),
                    "Residual: branch(x) must have the shape of the shortcut [2, 3], got [2, 1]");
  nn::Parallel<double> both(nn::Linear<double>(3, 2), nn::Identity<double>());
  CHECK((both(x).shape() == Shape{2, 5}));
  CHECK(both(x).value()(1, 4) == x.value()(1, 2));

  nn::Sequential<double> net(nn::named("fc1", nn::Linear<double>(3, 4)),
                             nn::named("act", nn::ReLU<double>()),
                             nn::named("fc2", nn::Linear<double>(4, 2)));
  CHECK(names(net) == std::vector<std::string>{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"});
  net.replace("fc2", nn::Linear<double>(4, 7));
  CHECK((net(x).shape() == Shape{2, 7}));
  nn::Sequential<double> outer(nn::named("features", std::move(net)));
  nn::replace_layer(outer, "features.fc2", nn::Linear<double>(4, 5));
  CHECK((outer(x).shape() == Shape{2, 5}));
  CHECK_THROWS_WITH(nn::replace_layer(outer, "features.fc9", nn::Linear<double>(4, 5)),
                    "Sequential: name must be that of one of its layers, got 'fc9'");
  CHECK(outer.requires_grad_(false, "features.fc1.*") == 2);
  CHECK(outer.requires_grad_(false, "*.bias") == 2);
  std::vector<std::string> learned;
  for (const auto& [name, value] : outer.named_parameters())
    if (value.requires_grad()) learned.push_back(name);
  CHECK(learned == std::vector<std::string>{"features.fc2.weight"});

  nn::ModuleList<double> list;
  list.push_back(nn::Linear<double>(3, 3));
  list.push_back(nn::Linear<double>(3, 1));
  CHECK(names(list)[2] == "1.weight");
  CHECK((list[1](list[0](x)).shape() == Shape{2, 1}));
  nn::ModuleDict<double> dict;
  dict.add("head", nn::Linear<double>(3, 1));
  CHECK((dict["head"](x).shape() == Shape{2, 1}));
  CHECK_THROWS_WITH(dict["tail"],
                    "ModuleDict: name must be that of one of its modules, got 'tail'");
}

TEST_CASE("activations along an axis and between limits", "[nn]") {
  const Variable<double> x(Array<double>{{0, 1, 2, 4}, {-3, 0.5, 0, 1}});
  // torch.nn.Softmax(dim=1), LogSoftmax(dim=0), Softmin(dim=1), GLU(dim=1), Hardtanh(-1, 0.75),
  // Threshold(0.5, -2)
  check_begins(nn::Softmax<double>(1)(x).value(),
               {0.015219429, 0.041370697, 0.11245721, 0.83095266, 0.0091912492, 0.30437237,
                0.18461118, 0.5018252});
  check_begins(nn::LogSoftmax<double>(0)(x).value(),
               {-0.048587352, -0.47407698, -0.12692801, -0.048587352, -3.0485874, -0.97407698,
                -2.126928, -3.0485874});
  check_begins(nn::Softmin<double>()(x).value(),
               {0.65723302, 0.24178252, 0.088946817, 0.012037643, 0.91049797, 0.027494656,
                0.045331025, 0.016676352});
  check_begins(nn::GLU<double>()(x).value(), {0, 0.98201379, -1.5, 0.36552929});
  check_begins(nn::Hardtanh<double>(-1, 0.75)(x).value(), {0, 0.75, 0.75, 0.75, -1, 0.5, 0, 0.75});
  check_begins(nn::Threshold<double>(0.5, -2)(x).value(), {-2, 1, 2, 4, -2, -2, -2, 1});
  nn::Sequential<double> net(nn::Linear<double>(4, 4), nn::LogSoftmax<double>(),
                             nn::GLU<double>(0));
  CHECK(net[1].description() == "LogSoftmax(axis -1)");
  CHECK(nn::Hardtanh<double>().description() == "Hardtanh(-1, 1)");
  auto copy = nn::clone(net);
  CHECK((copy(x).value() == net(x).value()));
}

TEST_CASE("layers refuse numbers out of range", "[nn][errors]") {
  CHECK_THROWS_WITH(
      nn::Conv2d<float>(3, 4, 3, {.groups = 2}),
      "Conv2d: groups must be >= 1 and divide in_channels 3 and out_channels 4, got 2");
  CHECK_THROWS_WITH(nn::Conv2d<float>(3, 4, {3, 0}), "Conv2d: kernel_size must be >= 1, got 3x0");
  CHECK_THROWS_WITH(
      (nn::Conv2d<float>(
          3, 4, 3, {.stride = {1, 2}, .padding = Padding::same, .padding_mode = PadMode::reflect})),
      "Conv2d: stride must be 1 with Padding::same, got 2");
  CHECK_THROWS_WITH((nn::Conv1d<float>(3, 4, 3, {.stride = 0})),
                    "Conv1d: stride must be >= 1, got 0");
  CHECK_THROWS_WITH((nn::Conv1d<float>(3, 4, 3, {.padding = -1})),
                    "Conv1d: padding must be >= 0, got -1");
  CHECK_THROWS_WITH((nn::ConvTranspose2d<float>(3, 4, 3, {.dilation = {1, 0}})),
                    "ConvTranspose2d: dilation must be >= 1, got 1x0");
  CHECK_THROWS_WITH(nn::Dropout2d<float>(1.5), "Dropout2d: p must be in [0, 1], got 1.5");
  CHECK_THROWS_WITH(nn::GroupNorm<float>(4, 6),
                    "GroupNorm: num_groups must be >= 1 and divide num_channels 6, got 4");
  CHECK_THROWS_WITH(nn::Upsample<float>({}),
                    "Upsample: options must have a size or a scale_factor > 0, got neither");
  CHECK_THROWS_WITH(nn::init::calculate_gain("gelu"),
                    "init.calculate_gain: nonlinearity must be one of those listed, got 'gelu'");
}

TEST_CASE("structured initialisers", "[nn][init]") {
  manual_seed(5);
  Variable<double> w(empty_array<double>({6, 2, 5}));
  nn::init::orthogonal_(w, 2);
  const auto rows = reshape(w, {6, 10});
  const Array<double> gram = matmul(rows, transpose(rows)).value();
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 6; ++j) CHECK(gram(i, j) == Approx(i == j ? 4 : 0).margin(1e-12));
  Variable<double> k(empty_array<double>({4, 2, 3}));
  nn::init::dirac_(k, 2);
  CHECK(k.value()(2, 0, 1) == 1);
  CHECK(k.value()(3, 1, 1) == 1);
  CHECK(sum(k).item() == 4);
  Variable<double> s(empty_array<double>({10, 20}));
  nn::init::sparse_(s, 0.25);
  for (std::size_t c = 0; c < 20; ++c) {
    int zeros = 0;
    for (std::size_t r = 0; r < 10; ++r) zeros += s.value()(r, c) == 0;
    CHECK(zeros == 3);
  }
  Variable<double> t(empty_array<double>({20000}));
  nn::init::trunc_normal_(t, 0, 1, -1, 2);
  CHECK(xt::amin(t.value())() >= -1);
  CHECK(xt::amax(t.value())() <= 2);
  CHECK(mean(t).item() == Approx(0.22965).margin(0.02));  // scipy.stats.truncnorm(-1, 2).mean()
  nn::init::eye_(s);
  CHECK(sum(s).item() == 10);
  nn::init::recipe_(w, nn::init::Recipe::he);
  CHECK(nn::init::calculate_gain("leaky_relu", 1) == Approx(1));
}
