#include "xgrad/optim/clip.hpp"

#include <algorithm>
#include <cmath>

#include "xgrad/core/error.hpp"

namespace xg::optim {
namespace {

/// f(gradient) for the gradients there are.
template <class T, class F>
void for_each_gradient(const Variables<T>& parameters, const F& f) {
  for (const Variable<T>& p : parameters)
    if (Variable<T> gradient = p.grad(); gradient.defined()) f(gradient);
}

/// Norm of one gradient, in double: a float's square may overflow.
template <class T>
double norm_of(const Array<T>& g, double p) {
  double total = 0;
  for (std::size_t i = 0; i < g.size(); ++i) {
    const double x = std::fabs(static_cast<double>(g.data()[i]));
    if (std::isinf(p))
      total = x > total || std::isnan(x) ? x : total;
    else
      total += p == 2 ? x * x : p == 1 ? x : std::pow(x, p);
  }
  return total;
}

}  // namespace

template <class T>
double clip_grad_norm_(const Variables<T>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  require<ValueError>(max_norm > 0, "clip_grad_norm_", "max_norm", "be > 0", max_norm);
  require<ValueError>(norm_type >= 1, "clip_grad_norm_", "norm_type", "be >= 1", norm_type);
  double total = 0;
  for_each_gradient(parameters, [&](const Variable<T>& g) {
    const double part = norm_of(g.value(), norm_type);
    total =
        std::isinf(norm_type) ? (part > total || std::isnan(part) ? part : total) : total + part;
  });
  const double norm = std::isinf(norm_type) ? total : std::pow(total, 1 / norm_type);
  require<ValueError>(!error_if_nonfinite || std::isfinite(norm), "clip_grad_norm_", "norm",
                      "be finite", norm);
  const double scale = max_norm / (norm + 1e-6);
  if (scale >= 1) return norm;
  for_each_gradient(parameters, [&](Variable<T>& g) {
    Array<T>& value = g.mutable_value("clip_grad_norm_");
    for (T& x : value) x *= static_cast<T>(scale);
  });
  return norm;
}

template <class T>
void clip_grad_value_(const Variables<T>& parameters, double clip_value) {
  require<ValueError>(clip_value >= 0, "clip_grad_value_", "clip_value", "be >= 0", clip_value);
  const T limit = static_cast<T>(clip_value);
  for_each_gradient(parameters, [&](Variable<T>& g) {
    for (T& x : g.mutable_value("clip_grad_value_")) x = std::clamp(x, -limit, limit);
  });
}

#define XG_INSTANTIATE(T)                                                        \
  template double clip_grad_norm_<T>(const Variables<T>&, double, double, bool); \
  template void clip_grad_value_<T>(const Variables<T>&, double);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::optim
