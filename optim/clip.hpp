#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg::optim {

/// Scales all gradients together so that their common norm is at most max_norm: the factor is
/// min(1, max_norm / (norm + 1e-6)). Undefined gradients count for nothing.
///
/// @param max_norm   > 0.
/// @param norm_type  p >= 1 of the norm (sum |g|^p)^(1/p); infinity: max |g|.
/// @return           the norm before.
/// @throws ValueError outside these ranges, or if `error_if_nonfinite` and the norm is not finite;
///                    nothing has changed then.
template <class T>
double clip_grad_norm_(const Variables<T>& parameters, double max_norm, double norm_type = 2,
                       bool error_if_nonfinite = false);

/// Clamps every element of every gradient to [-clip_value, clip_value], clip_value >= 0.
template <class T>
void clip_grad_value_(const Variables<T>& parameters, double clip_value);

}  // namespace xg::optim
