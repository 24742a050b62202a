#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// What the checker concludes of one derivative.
enum class Verdict {
  agrees,       ///< analytic and numeric derivative agree within the numeric one's own error
  subgradient,  ///< not differentiable here; the analytic value lies between the one-sided slopes
  wrong,        ///< they differ by more than the error of the numeric one explains
  unreliable    ///< no numeric derivative could be had here (NaN, infinity, or no convergence)
};
const char* to_string(Verdict verdict);

/// One derivative of L = sum_k <u_k, f_k(x)>, u random, by one element of one input (in fast mode:
/// along one random direction through all inputs).
struct GradcheckEntry {
  std::size_t input = 0;
  std::size_t index = 0;  ///< flat, row-major
  double analytic = 0;
  double numeric = 0;
  double numeric_error = 0;    ///< estimate of the numeric derivative's own error
  double left = 0, right = 0;  ///< one-sided slopes, where not differentiable
  Verdict verdict = Verdict::agrees;
  /// |a - n| / max(|a|, |n|), as CS231n defines it; 0 when both are 0.
  double relative_error() const;
};

struct GradcheckOptions {
  bool fast = false;        ///< a few random directions instead of every element: whole models
  int directions = 3;       ///< how many, in fast mode
  std::uint64_t seed = 0;   ///< of the output gradients and directions
  double tolerance = 1e-7;  ///< relative error always accepted: rounding of the analytic gradient
  std::size_t rows = 10;    ///< worst entries listed in the table
  bool accept_subgradients = true;
  bool shrink = true;  ///< on failure look for the smallest input shapes that still fail
};

struct GradcheckReport {
  bool passed = false;
  std::string reason;  ///< one sentence; empty when passed
  std::string table;   ///< the worst entries, and the shrunken failure if there is one
  std::vector<GradcheckEntry> entries;  ///< all, worst first
  std::size_t kinks = 0;                ///< entries where f is not differentiable
  std::vector<Shape> smallest_failure;  ///< input shapes, after shrinking
  explicit operator bool() const noexcept { return passed; }
};

using CheckedFunction = std::function<Variables<double>(const Variables<double>&)>;

/// Compares the gradients of f with numeric ones, in double, under random output gradients.
///
/// The numeric derivative is a central difference over a falling series of steps, extrapolated
/// (Richardson) with an estimate of its truncation and rounding error (Ridders, Adv. Eng. Software
/// 4, 1982), so the tolerance follows from the function: |analytic - numeric| <= 8 error +
/// tolerance max(|a|, |n|). Where one-sided slopes do not meet, f has a kink: any value between
/// them is right. Also checked: f gives the same bits twice, so do its gradients, and f changes
/// none of its inputs.
///
/// @param inputs  every one is checked; whether it requires a gradient does not matter.
GradcheckReport gradcheck(const CheckedFunction& f, const Variables<double>& inputs,
                          const GradcheckOptions& options = {});

/// The same for the gradients of f as functions of the inputs and of the output gradients.
GradcheckReport gradgradcheck(const CheckedFunction& f, const Variables<double>& inputs,
                              const GradcheckOptions& options = {});

namespace detail {

/// f of one or more Variables with one Variable or several as its result.
template <class F, std::size_t... i>
CheckedFunction as_checked(F f, std::index_sequence<i...>) {
  return [f = std::move(f)](const Variables<double>& in) -> Variables<double> {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(f(in[i]...))>, Variables<double>>)
      return f(in[i]...);
    else
      return {f(in[i]...)};
  };
}

}  // namespace detail

/// For functions that take their Variables one by one: gradcheck(f, {x, w}) also with f(x, w).
template <class F>
requires std::is_invocable_v < F, const Variable<double>
& > GradcheckReport gradcheck(F f, const Variable<double>& x,
                              const GradcheckOptions& options = {}) {
  return gradcheck(detail::as_checked(std::move(f), std::index_sequence<0>()), Variables<double>{x},
                   options);
}
template <class F>
requires std::is_invocable_v < F, const Variable<double>
&, const Variable<double>& > GradcheckReport gradcheck(F f, const Variable<double>& a,
                                                       const Variable<double>& b,
                                                       const GradcheckOptions& options = {}) {
  return gradcheck(detail::as_checked(std::move(f), std::index_sequence<0, 1>()),
                   Variables<double>{a, b}, options);
}
template <class F>
requires std::is_invocable_v < F, const Variable<double>
& > GradcheckReport gradgradcheck(F f, const Variable<double>& x,
                                  const GradcheckOptions& options = {}) {
  return gradgradcheck(detail::as_checked(std::move(f), std::index_sequence<0>()),
                       Variables<double>{x}, options);
}
template <class F>
requires std::is_invocable_v < F, const Variable<double>
&, const Variable<double>& > GradcheckReport gradgradcheck(F f, const Variable<double>& a,
                                                           const Variable<double>& b,
                                                           const GradcheckOptions& options = {}) {
  return gradgradcheck(detail::as_checked(std::move(f), std::index_sequence<0, 1>()),
                       Variables<double>{a, b}, options);
}

}  // namespace xg
