#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// Sum over axes: y = sum_i x_i; over nothing 0. `sum(x)` has shape [].
///
/// @param x     any shape.
/// @param axes  the axes that go; {} means all.
/// @return      x's shape without these axes (with extent 1 if keepdims).
/// @throws ValueError if an axis is out of range or given twice.
///
/// Gradient: gy, repeated along the reduced axes.
template <Element T>
Variable<T> sum(const Variable<T>& x, const Axes& axes = {}, ReduceOptions options = {});

/// Arithmetic mean over axes: sum / n, n the elements behind each result; over nothing NaN.
/// Arguments, shapes and errors as for sum. Gradient: gy / n, repeated along the reduced axes.
template <Element T>
Variable<T> mean(const Variable<T>& x, const Axes& axes = {}, ReduceOptions options = {});

struct VarOptions {
  double correction = 1;  ///< what is taken from n: 1 unbiased (default), 0 of the population
  bool keepdims = false;  ///< keep reduced axes, with extent 1
};

/// Variance over axes: y = sum_i (x_i - mean)^2 / max(0, n - correction).
///
/// Axes, shapes and errors as for sum. With n <= correction the result is 0 / 0 = NaN, or infinite.
/// Computed in two passes: no digits are lost where the mean is large.
///
/// Gradient: gy 2 (x - mean) / (n - correction); with axes = {} and n <= correction NaN
/// where x = mean, else infinite (as in PyTorch).
template <Element T>
Variable<T> var(const Variable<T>& x, const Axes& axes = {}, VarOptions options = {});

/// Standard deviation, sqrt(var(x, axes, options)): PyTorch's `std`.
/// Gradient: that of var times 1 / (2 y); 0 where y = 0 (PyTorch's choice).
template <Element T>
Variable<T> stddev(const Variable<T>& x, const Axes& axes = {}, VarOptions options = {});

}  // namespace xg
