#pragma once

#include <optional>

#include "xgrad/ops/arithmetic.hpp"

namespace xg {

// Special functions and the like, elementwise; the result has the shape of x. Nothing is refused
// but attributes: outside a domain the result is NaN.

/// Inverse of erf: x in [-1, 1], infinite at its ends. Gradient: gy sqrt(pi) / 2 exp(y^2).
template <Element T>
Variable<T> erfinv(const Variable<T>& x);

/// log |gamma(x)|. Gradient: gy digamma(x).
template <Element T>
Variable<T> lgamma(const Variable<T>& x);
/// Derivative of lgamma. Gradient: gy polygamma(1, x).
template <Element T>
Variable<T> digamma(const Variable<T>& x);
/// The order-th derivative of digamma; order 0 is digamma, 1 trigamma.
///
/// At the poles 0, -1, ...: +inf for odd orders, -inf for even ones from 2 on.
///
/// @throws ValueError if order < 0. Gradient: gy polygamma(order + 1, x).
template <Element T>
Variable<T> polygamma(std::ptrdiff_t order, const Variable<T>& x);

/// sin(pi x) / (pi x), 1 at 0, with all its derivatives right near 0 too.
template <Element T>
Variable<T> sinc(const Variable<T>& x);

/// log(x / (1 - x)): the inverse of sigmoid; infinite at 0 and 1, NaN outside [0, 1]. No digits are
/// lost near 1/2.
/// Gradient: gy / (x (1 - x)), NaN outside [0, 1].
template <Element T>
Variable<T> logit(const Variable<T>& x);
/// The same of x limited to [eps, 1 - eps]; the gradient is 0 outside.
/// @throws ValueError unless eps is in [0, 1/2].
template <Element T>
Variable<T> logit(const Variable<T>& x, double eps);

struct NanToNumOptions {
  double nan = 0;                     ///< in place of NaN
  std::optional<double> posinf = {};  ///< of +infinity; default the largest finite T
  std::optional<double> neginf = {};  ///< of -infinity; default the smallest finite T
};

/// x with NaN and infinities replaced by numbers. Gradient: gy, 0 where something was replaced.
template <Element T>
Variable<T> nan_to_num(const Variable<T>& x, const NanToNumOptions& options = {});

}  // namespace xg
