#include "xgrad/core/kernels/ctc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "xgrad/core/parallel.hpp"

namespace xg::kernels {

namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  if (a == nothing) return b;
  if (b == nothing) return a;
  return std::max(a, b) + std::log1p(std::exp(-std::fabs(a - b)));
}

/// Log-probabilities of one example, by step and state.
template <class T>
struct Emission {
  const T* x;
  std::size_t stride;  // between steps
  const CtcExample& example;
  double operator()(std::size_t step, std::size_t state) const {
    return static_cast<double>(x[step * stride + static_cast<std::size_t>(example.states[state])]);
  }
};

using Table = std::vector<std::vector<double>>;  // by step and state

/// Log-probability of all beginnings of paths that end in a state at a step, that step included.
template <class T>
Table forward_table(const Emission<T>& emit) {
  const CtcExample& e = emit.example;
  const std::size_t states = e.states.size();
  Table alpha(e.steps, std::vector<double>(states, nothing));
  for (std::size_t s = 0; s < std::min<std::size_t>(states, 2); ++s) alpha[0][s] = emit(0, s);
  for (std::size_t t = 1; t < e.steps; ++t)
    for (std::size_t s = 0; s < states; ++s) {
      double sum = alpha[t - 1][s];
      if (s >= 1) sum = log_add(sum, alpha[t - 1][s - 1]);
      if (e.may_skip(s)) sum = log_add(sum, alpha[t - 1][s - 2]);
      alpha[t][s] = sum + emit(t, s);
    }
  return alpha;
}

/// Log-probability of all ends of paths from a state, after that step.
template <class T>
Table backward_table(const Emission<T>& emit) {
  const CtcExample& e = emit.example;
  const std::size_t states = e.states.size();
  Table beta(e.steps, std::vector<double>(states, nothing));
  for (std::size_t s = states < 2 ? 0 : states - 2; s < states; ++s) beta[e.steps - 1][s] = 0;
  for (std::size_t t = e.steps - 1; t-- > 0;)
    for (std::size_t s = 0; s < states; ++s) {
      const auto on = [&](std::size_t next) { return beta[t + 1][next] + emit(t + 1, next); };
      double sum = on(s);
      if (s + 1 < states) sum = log_add(sum, on(s + 1));
      if (s + 2 < states && e.may_skip(s + 2)) sum = log_add(sum, on(s + 2));
      beta[t][s] = sum;
    }
  return beta;
}

double log_probability(const CtcExample& e, const Table& alpha) {
  const std::size_t states = e.states.size();
  if (e.steps == 0) return states == 1 ? 0 : nothing;
  const std::vector<double>& last = alpha.back();
  return states == 1 ? last[0] : log_add(last[states - 1], last[states - 2]);
}

}  // namespace

template <class T>
void ctc_loss(const T* x, std::size_t classes, const std::vector<CtcExample>& examples, T* loss) {
  parallel_for(examples.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      const Emission<T> emit{x + n * classes, examples.size() * classes, examples[n]};
      const Table alpha = examples[n].steps == 0 ? Table() : forward_table(emit);
      loss[n] = static_cast<T>(-log_probability(examples[n], alpha));
    }
  });
}

template <class T>
void ctc_backward(const T* x, std::size_t steps, std::size_t classes,
                  const std::vector<CtcExample>& examples, bool zero_infinity, const T* gy, T* gx) {
  const std::size_t stride = examples.size() * classes;
  std::fill_n(gx, steps * stride, T(0));
  parallel_for(examples.size(), 1, [&](std::size_t begin, std::size_t end) {
    std::vector<double> posterior(classes);
    for (std::size_t n = begin; n < end; ++n) {
      const CtcExample& e = examples[n];
      if (e.steps == 0) continue;
      const Emission<T> emit{x + n * classes, stride, e};
      const Table alpha = forward_table(emit), beta = backward_table(emit);
      const double total = log_probability(e, alpha);
      if (total == nothing && zero_infinity) continue;
      for (std::size_t t = 0; t < e.steps; ++t) {
        std::fill(posterior.begin(), posterior.end(), 0.);
        for (std::size_t s = 0; s < e.states.size(); ++s)
          posterior[static_cast<std::size_t>(e.states[s])] +=
              std::exp(alpha[t][s] + beta[t][s] - total);
        for (std::size_t c = 0; c < classes; ++c)
          gx[t * stride + n * classes + c] =
              static_cast<T>(-static_cast<double>(gy[n]) * posterior[c]);
      }
    }
  });
}

#define XG_INSTANTIATE(T)                                                                        \
  template void ctc_loss(const T*, std::size_t, const std::vector<CtcExample>&, T*);             \
  template void ctc_backward(const T*, std::size_t, std::size_t, const std::vector<CtcExample>&, \
                             bool, const T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
