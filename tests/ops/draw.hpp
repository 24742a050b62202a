#pragma once

// Inputs and output gradients for the checks: the same numbers on every machine.

#include <cstdint>

#include "ops/table.hpp"

namespace xg::test {

/// A small generator (splitmix64) of our own, so that the proof does not lean on what is proven.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  double uniform(double low, double high);

 private:
  std::uint64_t next();
  std::uint64_t state_;
};

/// The inputs of a sample, within its ranges.
std::vector<Array<double>> draw_inputs(const Sample& sample, std::uint64_t seed);

/// Uniform in [-1, 1] without the middle tenth: weights of outputs that never vanish.
Array<double> draw_weights(const Shape& shape, Draw& draw);

}  // namespace xg::test
