#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace xg::train {

/// What a check before training found: whether all is well, and a sentence for the reader.
struct SanityReport {
  bool passed = false;
  std::string text;
};

/// A fresh classifier knows nothing, so that its mean cross-entropy is near ln(classes). Far off
/// means wrong initial weights, unscaled inputs or a wrong loss.
///
/// @param loss       mean cross-entropy before the first step.
/// @param tolerance  relative, > 0.
/// @throws ValueError if classes < 2 or tolerance <= 0.
SanityReport check_initial_loss(double loss, std::int64_t classes, double tolerance = 0.1);

/// A model that can learn at all can learn a handful of examples by heart: calls `step`, which
/// trains on one same tiny batch and returns the loss before, until that is at most `target`.
///
/// @throws ValueError if max_steps < 1.
SanityReport check_overfits(const std::function<double()>& step, double target = 0.01,
                            int max_steps = 500);

}  // namespace xg::train
