#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/regularization.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/adam.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

struct Net : nn::Layer<float> {
  nn::Linear<float>& fc1 = add("fc1", nn::Linear<float>(2, 8));
  nn::Linear<float>& fc2 = add("fc2", nn::Linear<float>(8, 2));
  Variable<float> forward(const Variable<float>& x) override { return fc2(tanh(fc1(x))); }
};

template <class T>
struct Checked : nn::Layer<T> {
  nn::Linear<T>& fc1 = this->add("fc1", nn::Linear<T>(3, 4));
  Variable<T>& scale = this->parameter("scale", Array<T>{0.5, 2});
  nn::Maxout<T>& fc2 = this->add("fc2", nn::Maxout<T>(4, 2));
  Variable<T> forward(const Variable<T>& x) override { return fc2(tanh(fc1(x))) * scale; }
};

Array<double> sample(const Shape& shape) {
  auto x = empty_array<double>(shape);
  for (std::size_t i = 0; i < x.size(); ++i)
    x.data()[i] = 0.37 * static_cast<double>((i * 7) % 11) - 1.7;
  return x;
}

}  // namespace

TEST_CASE("a custom model learns XOR", "[nn]") {
  manual_seed(1);
  Net net;
  optim::Adam<float> adam(net.parameters(), {.lr = 0.05});
  const Array<float> x{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const IndexArray labels{0, 1, 1, 0};
  float last = 0;
  for (int i = 0; i < 200; ++i) {
    auto loss = cross_entropy(net(x), labels);
    adam.zero_grad();
    loss.backward();
    adam.step();
    last = loss.item();
  }
  CHECK(last < 0.05F);
}

TEST_CASE("a model goes on working after it was moved", "[nn]") {
  Net net;
  const Array<float> x{{1, 2}};
  const Array<float> before = net(x).value();
  Net moved(std::move(net));
  CHECK((moved(x).value() == before));
  CHECK(moved.parameters().size() == 4);
  static_assert(!std::is_copy_constructible_v<Net>);
}

TEST_CASE("state has PyTorch's names and comes back, into double too", "[nn]") {
  Net net;
  std::vector<std::string> names;
  for (const auto& [name, value] : net.state_dict()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"});
  Net other;
  CHECK(other.load_state_dict(net.state_dict()).ok());
  CHECK((other.fc1.weight.value() == net.fc1.weight.value()));
  Checked<float> single;
  Checked<double> twice;
  twice.load_state_dict(single.state_dict());
  CHECK(twice.fc1.weight.value()(1, 2) == static_cast<double>(single.fc1.weight.value()(1, 2)));
}

TEST_CASE("a state that does not fit is reported and changes nothing", "[nn][errors]") {
  Net net;
  StateDict state = net.state_dict(), bad;
  for (const auto& [name, value] : state)
    if (name != "fc2.bias") bad.set(name, value);
  bad.set("fc1.bias", Array<float>{1, 2});
  bad.set("fc3.bias", Array<float>{1});
  CHECK_THROWS_WITH(net.load_state_dict(bad),
                    "load_state_dict: state must fit the module, got missing: fc2.bias. "
                    "unexpected: fc3.bias. unfit: fc1.bias: expected shape [8], got [2]; "
                    "strict = false leaves these out");
  const auto report = net.load_state_dict(bad, {.strict = false});
  CHECK(report.missing == std::vector<std::string>{"fc2.bias"});
  CHECK(report.unexpected == std::vector<std::string>{"fc3.bias"});
  CHECK(report.unfit.size() == 1);
}

TEST_CASE("names are checked, and errors carry the module's path", "[nn][errors]") {
  Net net;
  CHECK_THROWS_WITH(net.add("fc1", nn::ReLU<float>()),
                    "Module.add: name must be new in its module, not empty and without a dot, got "
                    "'fc1'");
  CHECK_THROWS_AS(net.add("a.b", nn::ReLU<float>()), ValueError);
  CHECK_THROWS_WITH(net(Array<float>{{1, 2, 3}}), test::contains("(in fc1)"));
}

TEST_CASE("hooks see and replace, and can be removed", "[nn]") {
  nn::Linear<double> fc(2, 1);
  const Variable<double> x(Array<double>{{1., 2.}}, true);
  const double plain = fc(x).item();
  int calls = 0;
  auto forward = fc.register_forward_hook(
      [&](nn::Module<double>&, const Variables<double>& in, const Variables<double>& out) {
        ++calls;
        CHECK(in[0].same_as(x));
        return Variables<double>{out[0] * 2.};
      });
  CHECK(fc(x).item() == 2 * plain);
  forward.remove();
  CHECK(fc(x).item() == plain);
  CHECK(calls == 1);
  auto backward = fc.register_backward_hook(
      [&](nn::Module<double>&, const Variables<double>& gx, const Variables<double>& gy) {
        CHECK(gy[0].item() == 1);
        return Variables<double>{gx[0] * 3.};
      });
  fc(x).backward({.gradient = full_array<double>(Shape{1, 1}, 1)});
  const Array<double> expected = 3. * fc.weight.value();
  CHECK((x.grad().value() == expected));
  backward.remove();
}

TEST_CASE("hooks before forward see and replace the inputs", "[nn]") {
  nn::Linear<double> fc(2, 1);
  const Variable<double> x(Array<double>{{1., 2.}}), doubled(Array<double>{{2., 4.}});
  const double expected = fc(doubled).item();
  std::string order;
  auto before =
      fc.register_forward_pre_hook([&](nn::Module<double>& m, const Variables<double>& in) {
        CHECK(&m == &fc);
        CHECK(in[0].same_as(x));
        order += "a";
        return Variables<double>{in[0] * 2.};
      });
  auto second = fc.register_forward_pre_hook(
      [&](nn::Module<double>&, const Variables<double>& in) -> Variables<double> {
        CHECK((in[0].value() == doubled.value()));  // what the first one made
        order += "b";
        return {};
      });
  auto after = fc.register_forward_hook([&](nn::Module<double>&, const Variables<double>& in,
                                            const Variables<double>&) -> Variables<double> {
    CHECK((in[0].value() == doubled.value()));
    order += "c";
    return {};
  });
  CHECK(fc(x).item() == expected);
  CHECK(order == "abc");
  before.remove(), second.remove(), after.remove();
  CHECK_FALSE(fc(x).item() == expected);
  CHECK(order == "abc");
}

TEST_CASE("Sequential names its layers, shares modes and clones", "[nn]") {
  nn::Sequential<float> net(nn::Linear<float>(2, 3), nn::BatchNorm1d<float>(3), nn::ReLU<float>(),
                            nn::Dropout<float>(0.5), nn::Linear<float>(3, 1));
  CHECK(net.named_parameters()[2].first == "1.weight");
  CHECK(net.state_dict().contains("1.num_batches_tracked"));
  const Array<float> x{{1, 2}, {3, 5}, {0, 1}};
  (void)net(x);
  CHECK(std::get<IndexArray>(net.state_dict().at("1.num_batches_tracked"))() == 1);
  net.eval();
  const auto state = default_generator().state();
  auto copy = nn::clone(net);
  CHECK(default_generator().state() == state);
  CHECK((copy(x).value() == net(x).value()));
  copy.parameters()[0].mutable_value().fill(0);
  CHECK_FALSE((copy(x).value() == net(x).value()));
  CHECK(net.parameter_count() == 9 + 6 + 4);
  CHECK_THAT(net.summary(), test::contains("Linear(2, 3)"));
}

TEST_CASE("a frozen module gets no gradients", "[nn]") {
  Net net;
  net.requires_grad_(false);
  CHECK_FALSE(net(Array<float>{{1, 2}}).requires_grad());
  net.fc2.requires_grad_(true);
  sum(net(Array<float>{{1, 2}})).backward();
  CHECK(net.fc2.weight.grad().defined());
}

TEST_CASE("a model in double passes gradcheck", "[nn][grad]") {
  manual_seed(3);
  Checked<double> net;
  const auto report = gradcheck([&](const Variable<double>& x) { return net(x); },
                                Variable<double>(sample({5, 3}), true));
  INFO(report.table);
  CHECK(report.passed);
}
