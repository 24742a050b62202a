#pragma once

#include "xgrad/ops/loss_options.hpp"

namespace xg {

struct CtcOptions {
  std::int64_t blank = 0;      ///< the class that stands for no label
  bool zero_infinity = false;  ///< an impossible example counts as 0 and takes no gradient
  LossReduction reduction = LossReduction::mean;
};

/// Connectionist temporal classification: -log of the probability of all paths of classes that
/// become the target when repeats are merged and blanks dropped.
///
///   x               [T, N, C]: log-probabilities (of log_softmax), or [T, C] for one example
///   targets         [N, S], of which the first target_lengths[n] count, or all of them one after
///                   the other, [sum of target_lengths]; in [0, C)
///   input_lengths   N numbers <= T: how many steps of each example count
///   target_lengths  N numbers
///   result          a scalar; with LossReduction::none [N] ([] for one example)
///
/// The mean is that of losses divided by their target lengths (at least 1), as in PyTorch. A target
/// that no path of the length can become has an infinite loss, and NaN for a gradient, unless
/// options.zero_infinity.
///
/// @throws ShapeError if shapes or numbers do not fit; ValueError for a length, label or blank out
///         of range.
///
/// Gradient: minus the posterior probability of each class at each step, gy times; 0 beyond
/// input_lengths. Computed by the forward-backward recursion in logarithms, so no length
/// underflows; higher derivatives run through the recursion's own operations. Source: Graves,
/// Fernandez, Gomez, Schmidhuber, ICML 2006, sections 4.1 and 4.2.
template <Element T>
Variable<T> ctc_loss(const Variable<T>& x, const IndexArray& targets,
                     const IndexArray& input_lengths, const IndexArray& target_lengths,
                     const CtcOptions& options = {});

}  // namespace xg
