#pragma once

#include <string>

#include "ops/table.hpp"

namespace xg::test {

/// What the runner asks of every operation. Each returns the empty string, or what is wrong.
std::string check_reference(const Reference& reference);
std::string check_refusal(const Refusal& refusal);

/// First derivatives against numeric ones, in double, under random output gradients.
std::string check_gradient(const Sample& sample);
/// Second derivatives likewise.
std::string check_second_gradient(const Sample& sample);
/// Backward is linear in the output gradient.
std::string check_linear(const Sample& sample);
/// Run twice, values and gradients have the same bits; with an output gradient that only the tape
/// holds (and may overwrite) too.
std::string check_bits(const Sample& sample);
/// The raw kernels of backward against the differentiable path.
std::string check_paths(const Sample& sample);
/// A gradient is added to one that has already arrived: f(x) beside f(x) gives twice the gradient.
std::string check_adds(const Sample& sample);
/// Any subset of the inputs may require gradients, and gets the same ones.
std::string check_subsets(const Sample& sample);
/// float against double.
std::string check_float(const Sample& sample);
/// Inputs and incoming gradients keep their bits.
std::string check_unchanged(const Sample& sample);

struct SampleCheck {
  const char* name;
  std::string (*run)(const Sample&);
};
const std::vector<SampleCheck>& sample_checks();

}  // namespace xg::test
