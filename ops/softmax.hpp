#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// Softmax along one axis: y_i = exp(x_i) / sum_j exp(x_j). The maximum is subtracted first, so
/// that nothing overflows.
///
/// @throws ValueError if the axis is out of range; a scalar has the one axis 0 (or -1).
/// Gradient: y (gy - sum_j gy_j y_j).
template <Element T>
Variable<T> softmax(const Variable<T>& x, std::ptrdiff_t axis = -1);

/// softmax(-x, axis).
template <Element T>
Variable<T> softmin(const Variable<T>& x, std::ptrdiff_t axis = -1);

/// y_i = x_i - log(sum_j exp(x_j)) along one axis, without overflow.
/// Errors as for softmax. Gradient: gy - exp(y) sum_j gy_j.
template <Element T>
Variable<T> log_softmax(const Variable<T>& x, std::ptrdiff_t axis = -1);

/// y = log(sum_i exp(x_i)) over axes ({}: all), without overflow; -infinity over nothing or where
/// all x_i are -infinity.
/// Errors and shapes as for sum. Gradient: gy exp(x - y); 0 where y is -infinity; where it is
/// infinity NaN at the infinite x, else 0.
template <Element T>
Variable<T> logsumexp(const Variable<T>& x, const Axes& axes, ReduceOptions options = {});

}  // namespace xg
