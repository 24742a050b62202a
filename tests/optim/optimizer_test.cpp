#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>

#include "support/catch.hpp"

using namespace xg;

TEST_CASE("a step raises the version and skips parameters without a gradient", "[optim]") {
  Variable<float> a(Array<float>{1, 2}, true), b(Array<float>{3}, true);
  optim::SGD<float> sgd({a, b}, {.lr = 0.5});
  a.set_grad(Array<float>{1, 1});
  const auto version = a.version();
  sgd.step();
  CHECK((a.value() == Array<float>{0.5F, 1.5F}));
  CHECK((b.value() == Array<float>{3}));
  CHECK(a.version() > version);
  sgd.zero_grad();
  CHECK_FALSE(a.grad().defined());
}

TEST_CASE("groups have options of their own", "[optim]") {
  Variable<double> a(Array<double>{1.}, true), b(Array<double>{1.}, true);
  const optim::SGDOptions base{.lr = 0.5};
  auto slow = base;
  slow.lr = 0.25;
  optim::SGD<double> sgd({{{a}, base}, {{b}, slow}});
  a.set_grad(Array<double>{1.});
  b.set_grad(Array<double>{1.});
  sgd.step();
  CHECK(a.item() == 0.5);
  CHECK(b.item() == 0.75);
}

TEST_CASE("large parameters get the same bits on any number of threads", "[optim]") {
  const std::size_t n = 100000;
  auto g = empty_array<float>({n});
  for (std::size_t i = 0; i < n; ++i) g.data()[i] = 0.001F * static_cast<float>(i % 777) - 0.3F;
  const auto run = [&](int threads) {
    set_num_threads(threads);
    Variable<float> p(full_array<float>({n}, 1), true);
    p.set_grad(g);
    optim::Adam<float> adam({p}, {.lr = 0.1});
    for (int i = 0; i < 3; ++i) adam.step();
    return p.value();
  };
  const int before = get_num_threads();
  CHECK((run(1) == run(2)));
  set_num_threads(before);
}

TEST_CASE("optimisers refuse what they cannot work with", "[optim][errors]") {
  Variable<double> p(Array<double>{1., 2.}, true), fixed(Array<double>{1.});
  using optim::SGD;
  CHECK_THROWS_WITH(SGD<double>({p}, {.lr = -1}), "SGD: lr must be >= 0, got -1");
  CHECK_THROWS_WITH(SGD<double>({p}, {.lr = 1, .nesterov = true}),
                    "SGD: nesterov must come with momentum > 0 and dampening 0, got momentum 0, "
                    "dampening 0");
  CHECK_THROWS_WITH(SGD<double>({fixed}, {}),
                    "SGD: parameter must be a leaf that requires gradients, got one of shape [1]");
  CHECK_THROWS_WITH(SGD<double>({p, p}, {}),
                    "SGD: parameter must be given once, got one twice, of shape [2]");
  CHECK_THROWS_WITH(optim::Adam<double>({p}, {.beta2 = 1}), "Adam: beta2 must be in [0, 1), got 1");
  Variable<double> q(Array<double>{1.}, true);
  optim::Adam<double> big({p}), small({q});
  p.set_grad(Array<double>{1., 1.});
  big.step();
  CHECK_THROWS_WITH(small.load_state_dict(big.state_dict()),
                    "load: state.0.buffer0 must have shape [1], got [2]");
  CHECK_THROWS_AS(small.load_state_dict({}), ValueError);
}
