#include "xgrad/train/sanity.hpp"

#include <cmath>

#include <fmt/format.h>

#include "xgrad/core/error.hpp"

namespace xg::train {

SanityReport check_initial_loss(double loss, std::int64_t classes, double tolerance) {
  require<ValueError>(classes >= 2, "check_initial_loss", "classes", "be >= 2", classes);
  require<ValueError>(tolerance > 0, "check_initial_loss", "tolerance", "be > 0", tolerance);
  const double expected = std::log(static_cast<double>(classes));
  const bool near = std::abs(loss - expected) <= tolerance * expected;  // false for NaN
  return {near, fmt::format("initial loss {:.4f}, {} ln {} = {:.4f}", loss,
                            near ? "near" : "far from", classes, expected)};
}

SanityReport check_overfits(const std::function<double()>& step, double target, int max_steps) {
  require<ValueError>(max_steps >= 1, "check_overfits", "max_steps", "be >= 1", max_steps);
  double loss = 0;
  for (int i = 0; i < max_steps; ++i) {
    loss = step();
    if (loss <= target) {
      return {true, fmt::format("learns a tiny batch by heart in {} steps (loss {:.2g})", i, loss)};
    }
    if (!std::isfinite(loss)) {
      return {false, fmt::format("the loss of a tiny batch is {} after {} steps", loss, i)};
    }
  }
  return {false, fmt::format("the loss of a tiny batch is still {:.4g} after {} steps, not {:.2g}",
                             loss, max_steps, target)};
}

}  // namespace xg::train
