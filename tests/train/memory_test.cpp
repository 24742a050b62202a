#include <unistd.h>

#include <fstream>
#include <xgrad/data/digits.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/xgrad.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

[[maybe_unused]] std::size_t resident_bytes() {
  std::size_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

#if !defined(XGRAD_ASAN) && !defined(__SANITIZE_THREAD__)  // they keep what is freed, or a history
TEST_CASE("training: memory stays flat over 10,000 prefetched steps", "[train][memory]") {
  manual_seed(1);
  nn::Linear<float> linear(64, 10);
  optim::SGD<float> sgd(linear.parameters(), {.lr = 0.01, .momentum = 0.9});
  data::DataLoader loader(data::digits(), {.batch_size = 16, .seed = 1, .prefetch = 4});
  std::size_t step = 0, after_hundred = 0;
  while (step < 10000) {
    for (auto [images, labels] : loader) {
      const auto loss = cross_entropy(linear(flatten(Variable<float>(images), 1)), labels);
      sgd.zero_grad();
      loss.backward();
      sgd.step();
      if (++step == 100) after_hundred = resident_bytes();
    }
  }
  // Slack for stacks of threads and the pool's lists; 400 bytes left behind a step would be 4 MB.
  REQUIRE(resident_bytes() < after_hundred + (2U << 20));
}
#endif
