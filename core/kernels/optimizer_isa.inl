// Plain loops that the compiler vectorises; included once an instruction set, XG_ISA its namespace.

#include "xgrad/core/kernels/optimizer_isa.hpp"

namespace xg::kernels::XG_ISA {
namespace {

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }
inline float magnitude(float x) { return __builtin_fabsf(x); }
inline double magnitude(double x) { return __builtin_fabs(x); }

/// The gradient with weight decay.
template <class T>
struct Decayed {
  T scale, decay;
  template <class C>
  explicit Decayed(const C& c) : scale(T(c.scale)), decay(T(c.weight_decay)) {}
  T operator()(T g, T p) const { return scale * g + decay * p; }
};

template <class T, bool nesterov>
void momentum(const SGDStep& c, T* __restrict p, const T* __restrict g, T* __restrict v,
              std::size_t n) {
  const Decayed<T> decayed(c);
  const T lr = T(c.lr), mu = T(c.momentum), old = T(c.first ? 0 : c.momentum),
          fresh = T(c.first ? 1 : 1 - c.dampening);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = decayed(g[i], p[i]);
    v[i] = old * v[i] + fresh * d;
    p[i] -= lr * (nesterov ? d + mu * v[i] : v[i]);
  }
}

template <class T>
void sgd(const SGDStep& c, T* __restrict p, const T* __restrict g, T* v, std::size_t n) {
  if (v != nullptr)
    return c.nesterov ? momentum<T, true>(c, p, g, v, n) : momentum<T, false>(c, p, g, v, n);
  const Decayed<T> decayed(c);
  const T lr = T(c.lr);
  for (std::size_t i = 0; i < n; ++i) p[i] -= lr * decayed(g[i], p[i]);
}

template <class T, bool amsgrad>
void adam_loop(const AdamStep& c, T* __restrict p, const T* __restrict g, T* __restrict m,
               T* __restrict v, T* __restrict largest, std::size_t n) {
  const Decayed<T> decayed(c);
  const T shrink = T(c.shrink), a1 = T(1 - c.beta1), b2 = T(c.beta2), a2 = T(1 - c.beta2),
          lr1 = T(c.lr1), lr2 = T(c.lr2), scale = T(1 / c.root), eps = T(c.eps);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = decayed(g[i], p[i]);
    const T mi = m[i] + a1 * (d - m[i]);
    const T vi = b2 * v[i] + a2 * (d * d);
    T under = vi;
    if constexpr (amsgrad) under = largest[i] = largest[i] < vi ? vi : largest[i];
    m[i] = mi;
    v[i] = vi;
    p[i] = p[i] * shrink - (lr1 * d + lr2 * mi) / (root(under) * scale + eps);
  }
}
template <class T>
void adam(const AdamStep& c, T* p, const T* g, T* m, T* v, T* largest, std::size_t n) {
  if (largest != nullptr) return adam_loop<T, true>(c, p, g, m, v, largest, n);
  adam_loop<T, false>(c, p, g, m, v, nullptr, n);
}

template <class T>
void radam(const RAdamStep& c, T* __restrict p, const T* __restrict g, T* __restrict m,
           T* __restrict v, std::size_t n) {
  const Decayed<T> decayed(c);
  const T a1 = T(1 - c.beta1), b2 = T(c.beta2), a2 = T(1 - c.beta2), lr = T(c.lr), eps = T(c.eps);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = decayed(g[i], p[i]);
    m[i] += a1 * (d - m[i]);
    v[i] = b2 * v[i] + a2 * (d * d);
    const T step = lr * m[i];
    p[i] -= c.adaptive ? step / (root(v[i]) + eps) : step;
  }
}

template <class T>
void adamax(const AdamaxStep& c, T* __restrict p, const T* __restrict g, T* __restrict m,
            T* __restrict u, std::size_t n) {
  const Decayed<T> decayed(c);
  const T a1 = T(1 - c.beta1), b2 = T(c.beta2), lr = T(c.lr), eps = T(c.eps);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = decayed(g[i], p[i]);
    m[i] += a1 * (d - m[i]);
    const T faded = b2 * u[i], now = magnitude(d) + eps;
    u[i] = faded > now ? faded : now;
    p[i] -= lr * m[i] / u[i];
  }
}

template <class T>
void adagrad(const AdagradStep& c, T* __restrict p, const T* __restrict g, T* __restrict s,
             std::size_t n) {
  const Decayed<T> decayed(c);
  const T lr = T(c.lr), eps = T(c.eps);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = decayed(g[i], p[i]);
    s[i] += d * d;
    p[i] -= lr * d / (root(s[i]) + eps);
  }
}

template <class T, bool centered, bool momentum>
void rmsprop_loop(const RMSpropStep& c, T* __restrict p, const T* __restrict g, T* __restrict s,
                  T* __restrict mean, T* __restrict buffer, std::size_t n) {
  const Decayed<T> decayed(c);
  const T lr = T(c.lr), a = T(c.alpha), b = T(1 - c.alpha), eps = T(c.eps), mu = T(c.momentum);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = decayed(g[i], p[i]);
    T under = s[i] = a * s[i] + b * (d * d);
    if constexpr (centered) {
      mean[i] += b * (d - mean[i]);
      under -= mean[i] * mean[i];
    }
    T step = d / (root(under) + eps);
    if constexpr (momentum) step = buffer[i] = mu * buffer[i] + step;
    p[i] -= lr * step;
  }
}
template <class T>
void rmsprop(const RMSpropStep& c, T* p, const T* g, T* s, T* mean, T* buffer, std::size_t n) {
  if (mean != nullptr && buffer != nullptr)
    return rmsprop_loop<T, true, true>(c, p, g, s, mean, buffer, n);
  if (mean != nullptr) return rmsprop_loop<T, true, false>(c, p, g, s, mean, buffer, n);
  if (buffer != nullptr) return rmsprop_loop<T, false, true>(c, p, g, s, mean, buffer, n);
  rmsprop_loop<T, false, false>(c, p, g, s, mean, buffer, n);
}

template <class T>
void adadelta(const AdadeltaStep& c, T* __restrict p, const T* __restrict g, T* __restrict s,
              T* __restrict a, std::size_t n) {
  const Decayed<T> decayed(c);
  const T lr = T(c.lr), rho = T(c.rho), rest = T(1 - c.rho), eps = T(c.eps);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = decayed(g[i], p[i]);
    s[i] = rho * s[i] + rest * (d * d);
    const T x = root(a[i] + eps) / root(s[i] + eps) * d;
    a[i] = rho * a[i] + rest * (x * x);
    p[i] -= lr * x;
  }
}

template <class T>
constexpr OptimizerIsa<T> functions{sgd<T>,     adam<T>,    radam<T>,   adamax<T>,
                                    adagrad<T>, rmsprop<T>, adadelta<T>};

}  // namespace

extern const OptimizerIsaSet optimizer_isa;
const OptimizerIsaSet optimizer_isa{functions<float>, functions<double>};

}  // namespace xg::kernels::XG_ISA
