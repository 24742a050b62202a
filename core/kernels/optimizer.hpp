#pragma once
#include <cstddef>

/// Steps of optimisers: every array is read and written once. T float or double; the gradient is
/// g = scale * g' + weight_decay * p, g' as given. Arithmetic is in T, coefficients are rounded
/// once.
namespace xg::kernels {

/// v = first ? g : momentum * v + (1 - dampening) * g;  p -= lr * (nesterov ? g + momentum v : v).
/// Without momentum v may be null.
struct SGDStep {
  double lr, scale, weight_decay, momentum, dampening;
  bool nesterov, first;
};
template <class T>
void sgd_step(const SGDStep& c, T* p, const T* g, T* v, std::size_t n);

/// p *= shrink; m += (1 - beta1) (g - m);  v = beta2 v + (1 - beta2) g^2;
/// p -= lr1 * g / d + lr2 * m / d,  d = sqrt(v) / root + eps. With `largest` v's running maximum
/// takes its place in d. Adam: lr1 = 0; NAdam: both.
struct AdamStep {
  double scale, weight_decay, shrink, beta1, beta2, lr1, lr2, root, eps;
};
template <class T>
void adam_step(const AdamStep& c, T* p, const T* g, T* m, T* v, T* largest, std::size_t n);

/// The same moments; p -= adaptive ? lr * m / (sqrt(v) + eps) : lr * m.
struct RAdamStep {
  double lr, scale, weight_decay, beta1, beta2, eps;
  bool adaptive;
};
template <class T>
void radam_step(const RAdamStep& c, T* p, const T* g, T* m, T* v, std::size_t n);

/// m as above; u = max(beta2 u, |g| + eps);  p -= lr * m / u.
struct AdamaxStep {
  double lr, scale, weight_decay, beta1, beta2, eps;
};
template <class T>
void adamax_step(const AdamaxStep& c, T* p, const T* g, T* m, T* u, std::size_t n);

/// s += g^2;  p -= lr * g / (sqrt(s) + eps).
struct AdagradStep {
  double lr, scale, weight_decay, eps;
};
template <class T>
void adagrad_step(const AdagradStep& c, T* p, const T* g, T* s, std::size_t n);

/// s = alpha s + (1 - alpha) g^2;  d = sqrt(s) + eps, or sqrt(s - a^2) + eps with the mean a of g
/// when `mean` is given;  p -= lr * g / d, or p -= lr * b with b = momentum b + g / d when `buffer`
/// is.
struct RMSpropStep {
  double lr, scale, weight_decay, alpha, eps, momentum;
};
template <class T>
void rmsprop_step(const RMSpropStep& c, T* p, const T* g, T* s, T* mean, T* buffer, std::size_t n);

/// s = rho s + (1 - rho) g^2;  x = sqrt(a + eps) / sqrt(s + eps) * g;  a = rho a + (1 - rho) x^2;
/// p -= lr * x.
struct AdadeltaStep {
  double lr, scale, weight_decay, rho, eps;
};
template <class T>
void adadelta_step(const AdadeltaStep& c, T* p, const T* g, T* s, T* a, std::size_t n);

}  // namespace xg::kernels
