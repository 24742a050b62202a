#pragma once

#include <functional>

namespace xg::detail {

/// The derivative of a function of one number at 0, from its values alone.
struct NumericDerivative {
  double value = 0;
  double error = 0;            // of value: truncation and rounding
  bool found = false;          // false: NaN, infinity or no convergence at any step
  bool kink = false;           // the one-sided slopes differ
  double left = 0, right = 0;  // those slopes, when kink
};

/// @param phi    the function; it may return NaN or infinity at some steps.
/// @param scale  size of the variable that moves: the first step is 0.05 max(scale, 1).
/// @param noise  rounding error of one value of phi, absolute.
NumericDerivative differentiate(const std::function<double(double)>& phi, double scale,
                                double noise);

}  // namespace xg::detail
