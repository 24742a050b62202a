#pragma once

#include <string>

#include "tensor_file.hpp"

namespace golden {

struct Tolerance {
  double rtol = 0, atol = 0;
};

/// What is wrong between two tensors, in words, or nothing: type, shape, then elements.
/// |actual - expected| <= atol + rtol |expected|; infinities are equal to themselves, NaN to NaN.
std::string difference(const Tensor& actual, const Tensor& expected, const Tolerance& tolerance);

/// Runs a case of a manifest; what differs, in words, or nothing.
std::string check(const json& item, const TensorFile& file, const Tolerance& tolerance);

}  // namespace golden
