#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// Connectionist temporal classification by the forward-backward recursion in logarithms.
namespace xg::kernels {

/// One example: the labels of its target with blanks between and around them, 2 S + 1 states, and
/// how many steps of x count.
struct CtcExample {
  std::vector<std::int64_t> states;
  std::size_t steps = 0;
  bool may_skip(
      std::size_t state) const {  // from two states before: over a blank, to another label
    return state >= 2 && state % 2 == 1 && states[state] != states[state - 2];
  }
};

/// loss[n] = -log of the probability of example n; infinite if no path leads there.
/// x [steps, examples.size(), classes] holds log-probabilities.
template <class T>
void ctc_loss(const T* x, std::size_t classes, const std::vector<CtcExample>& examples, T* loss);

/// gx = -gy[n] times the posterior probability of each class at each of `steps` steps; 0 beyond the
/// example's. NaN where the loss is infinite, unless zero_infinity.
template <class T>
void ctc_backward(const T* x, std::size_t steps, std::size_t classes,
                  const std::vector<CtcExample>& examples, bool zero_infinity, const T* gy, T* gx);

}  // namespace xg::kernels
