#include <xgrad/core/parallel.hpp>
#include <xgrad/data/digits.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/xgrad.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

// Losses of the first 100 steps of a net like the demo's; wide enough that products are shared out.
std::vector<float> losses_of(int threads) {
  set_num_threads(threads);
  manual_seed(1);
  nn::Linear<float> fc1(64, 512), fc2(512, 10);
  Variables<float> parameters = fc1.parameters();
  for (const auto& p : fc2.parameters()) parameters.push_back(p);
  optim::Adam<float> adam(parameters, {.lr = 2e-3});
  data::DataLoader loader(data::digits(), {.batch_size = 256, .seed = 1, .drop_last = true});
  std::vector<float> losses;
  while (losses.size() < 100) {
    for (auto [images, labels] : loader) {
      const auto loss = cross_entropy(fc2(relu(fc1(flatten(Variable<float>(images), 1)))), labels);
      adam.zero_grad();
      loss.backward();
      adam.step();
      losses.push_back(loss.value()());
    }
  }
  return losses;
}

}  // namespace

TEST_CASE("training: 1, 2 and 5 threads give the same bits in 100 steps", "[train][threads]") {
  const int before = get_num_threads();
  const auto one = losses_of(1), two = losses_of(2), five = losses_of(5);
  set_num_threads(before);
  REQUIRE(one.front() > 2);
  REQUIRE(one.back() < 0.3f);
  REQUIRE(one == two);
  REQUIRE(one == five);
}
