#pragma once

#include <optional>

#include "xgrad/autograd/variable.hpp"

namespace xg {

struct NormOptions {
  double eps = 1e-5;  ///< >= 0, added to the variance
};

/// Layer normalisation: h = (x - mean) / sqrt(var + eps), y = h weight + bias; mean and biased
/// variance over the last axes, for each example by itself.
///
///   x             [*, shape...]
///   shape         of the axes that are normalised together
///   weight, bias  of that shape, or undefined for 1 and 0
///   y             the shape of x
///
/// @throws ShapeError if x does not end in `shape`, or weight or bias have another one;
///         ValueError if eps < 0.
///
/// Gradient (s = sqrt(var + eps), g = gy weight, means over the same axes):
///   dx = (g - mean(g) - h mean(g h)) / s; dweight = sum gy h, dbias = sum gy over the examples.
/// Source: Ba, Kiros, Hinton, arXiv:1607.06450, equation 3.
template <Element T>
Variable<T> layer_norm(const Variable<T>& x, const Shape& shape, const Variable<T>& weight = {},
                       const Variable<T>& bias = {}, const NormOptions& options = {});

struct RmsNormOptions {
  std::optional<double> eps = {};  ///< >= 0; by default the machine epsilon of T
};

/// Normalisation by the root mean square: h = x / sqrt(mean(x^2) + eps), y = h weight. Arguments
/// and errors as layer_norm. Gradient: dx = (g - h mean(g h)) / s. Source: Zhang, Sennrich,
/// arXiv:1910.07467, equation 4.
template <Element T>
Variable<T> rms_norm(const Variable<T>& x, const Shape& shape, const Variable<T>& weight = {},
                     const RmsNormOptions& options = {});

/// Group normalisation: the channels (axis 1) in `groups` of equal size, each normalised over its
/// channels and all positions for each example by itself; then scaled and shifted by channel.
///
///   x             [N, C] or [N, C, d...]; groups divides C
///   weight, bias  [C] each, or undefined for 1 and 0
///
/// @throws ShapeError, ValueError as layer_norm, and if groups does not divide C.
/// Source: Wu, He, arXiv:1803.08494.
template <Element T>
Variable<T> group_norm(const Variable<T>& x, std::ptrdiff_t groups, const Variable<T>& weight = {},
                       const Variable<T>& bias = {}, const NormOptions& options = {});

/// Instance normalisation: each plane (n, c) of x by itself, over its positions.
///
///   x             [N, C, d...], at least two positions
///   weight, bias  [C] each, or undefined for 1 and 0
///
/// @throws ShapeError, ValueError as layer_norm.
/// Source: Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022.
template <Element T>
Variable<T> instance_norm(const Variable<T>& x, const Variable<T>& weight = {},
                          const Variable<T>& bias = {}, const NormOptions& options = {});

}  // namespace xg
