#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/random.hpp"

namespace xg {

/// Inverted dropout: each element becomes 0 with probability p, else x / (1 - p), so that the mean
/// stays and nothing has to be done when the network is used. (p is the probability of dropping, as
/// in PyTorch; the CS231n lectures' p is that of keeping: theirs is 1 - p.)
///
/// @param p          in [0, 1]; 1 gives zeros.
/// @param generator  where the mask is drawn from.
/// @throws ValueError if p is outside [0, 1].
///
/// Gradient: gy under the same mask, which is drawn again rather than stored.
/// Source: Srivastava et al., JMLR 15, 2014.
template <Element T>
Variable<T> dropout(const Variable<T>& x, double p, Generator& generator);
/// The same with the default generator.
template <Element T>
Variable<T> dropout(const Variable<T>& x, double p = 0.5) {
  return dropout(x, p, default_generator());
}

struct VanillaDropoutOptions {
  double keep = 0.5;     ///< probability of keeping an element, in [0, 1]: the lectures' p
  bool training = true;  ///< else the mean is taken: keep x
};

/// Dropout as the CS231n lectures first show it: in training each element is kept with probability
/// `keep`, else 0, and nothing is scaled; at test time everything is scaled by `keep` instead.
/// @throws ValueError if keep is outside [0, 1].
/// Gradient: gy under the same mask; keep gy.
template <Element T>
Variable<T> vanilla_dropout(const Variable<T>& x, const VanillaDropoutOptions& options,
                            Generator& generator);
template <Element T>
Variable<T> vanilla_dropout(const Variable<T>& x, const VanillaDropoutOptions& options = {}) {
  return vanilla_dropout(x, options, default_generator());
}

}  // namespace xg
