#pragma once

#include <string_view>

#include "xgrad/ops/elementary.hpp"

namespace xg {

// Activations, elementwise; the result has the shape of x. Arguments and defaults are PyTorch's.
// tanh stands in elementary.hpp.

/// max(x, 0). Gradient: gy where x > 0 or NaN, else 0 (at the kink x = 0 too).
template <Element T>
Variable<T> relu(const Variable<T>& x);

/// 1 / (1 + exp(-x)), without overflow. Gradient: gy y (1 - y).
template <Element T>
Variable<T> sigmoid(const Variable<T>& x);

/// log(sigmoid(x)), without overflow. Gradient: gy sigmoid(-x).
template <Element T>
Variable<T> logsigmoid(const Variable<T>& x);

/// x where x > 0, else negative_slope * x. At 0 the gradient is negative_slope gy.
template <Element T>
Variable<T> leaky_relu(const Variable<T>& x, double negative_slope = 0.01);

/// x where x > 0, else weight * x, with a slope that is learned (He et al., arXiv:1502.01852).
///
/// @param weight  one element, or [channels] with the channels on axis 1 of x (axis 0 of a vector).
/// @throws ShapeError for any other weight.
///
/// Gradients: gy or weight gy; sum of gy x over x <= 0. At 0 the right one counts as x <= 0.
template <Element T>
Variable<T> prelu(const Variable<T>& x, const Variable<T>& weight);

/// Exponential linear unit: x where x > 0, else alpha * (exp(x) - 1).
///
/// @param alpha  limit of -y as x -> -inf, alpha > 0.
/// @throws ValueError if alpha <= 0.
///
/// Gradient: 1 where x > 0 or NaN, else y + alpha; at the kink x = 0 alpha, the left one.
/// Source: Clevert, Unterthiner, Hochreiter, arXiv:1511.07289, section 3.
template <Element T>
Variable<T> elu(const Variable<T>& x, double alpha = 1);

/// max(0, x) + min(0, alpha * (exp(x / alpha) - 1)): an elu whose slope is continuous for every
/// alpha > 0 (Barron, arXiv:1704.07483). @throws ValueError if alpha <= 0.
template <Element T>
Variable<T> celu(const Variable<T>& x, double alpha = 1);

/// Scaled elu: scale * elu(x, alpha) with the constants of Klambauer et al., arXiv:1706.02515, that
/// keep mean 0 and variance 1.
template <Element T>
Variable<T> selu(const Variable<T>& x);

/// x Phi(x), Phi the normal distribution function (Hendrycks, Gimpel, arXiv:1606.08415).
///
/// @param approximate  "none", or "tanh" for x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
/// @throws ValueError for anything else.
template <Element T>
Variable<T> gelu(const Variable<T>& x, std::string_view approximate = "none");

/// x sigmoid(x), also called swish.
template <Element T>
Variable<T> silu(const Variable<T>& x);

/// x tanh(softplus(x)) (Misra, arXiv:1908.08681).
template <Element T>
Variable<T> mish(const Variable<T>& x);

/// log(1 + exp(beta x)) / beta, and x itself where beta x > threshold.
/// @throws ValueError if beta <= 0.
template <Element T>
Variable<T> softplus(const Variable<T>& x, double beta = 1, double threshold = 20);

/// x / (1 + |x|).
template <Element T>
Variable<T> softsign(const Variable<T>& x);

/// x - tanh(x).
template <Element T>
Variable<T> tanhshrink(const Variable<T>& x);

/// Gated linear unit: x is cut in two halves a, b along an axis; the result is a sigmoid(b).
/// @throws ValueError if the axis is out of range; ShapeError if its extent is odd.
/// Source: Dauphin, Fan, Auli, Grangier, arXiv:1612.08083.
template <Element T>
Variable<T> glu(const Variable<T>& x, std::ptrdiff_t axis = -1);

// Piecewise linear: the gradient at a kink is that of the flat piece. NaN stays NaN; its gradient
// is gy, but 0 in hardsigmoid (as PyTorch).

/// x limited to [0, 6].
template <Element T>
Variable<T> relu6(const Variable<T>& x);
/// x limited to [low, high]. @throws ValueError unless low < high.
template <Element T>
Variable<T> hardtanh(const Variable<T>& x, double low = -1, double high = 1);
/// x / 6 + 1/2 limited to [0, 1].
template <Element T>
Variable<T> hardsigmoid(const Variable<T>& x);
/// x hardsigmoid(x).
template <Element T>
Variable<T> hardswish(const Variable<T>& x);
/// x where |x| > lambda, else 0. @throws ValueError if lambda < 0.
template <Element T>
Variable<T> hardshrink(const Variable<T>& x, double lambda = 0.5);
/// x - lambda above lambda, x + lambda below -lambda, else 0. @throws ValueError if lambda < 0.
template <Element T>
Variable<T> softshrink(const Variable<T>& x, double lambda = 0.5);
/// x where x > limit, else value.
template <Element T>
Variable<T> threshold(const Variable<T>& x, double limit, double value);

}  // namespace xg
