// Gates of recurrent cells for the instruction set of the file that includes this one. Nothing of
// std:: here but types.
#include <xgrad/core/kernels/partial.hpp>
#include <xgrad/core/kernels/recurrent_isa.hpp>
#include <xgrad/core/kernels/simd_math_exp.hpp>

namespace xg::kernels::XG_ISA {
namespace {

template <class T>
using Batch = xsimd::batch<T, xsimd::default_arch>;
template <class T>
constexpr std::size_t width = Batch<T>::size;

/// `count` elements, the other lanes 0.
template <class T>
inline Batch<T> take(const T* x, std::size_t count) {
  return count == width<T> ? Batch<T>::load_unaligned(x) : load_partial(x, count, Batch<T>(T(0)));
}
template <class T>
inline Batch<T> take_or_zero(const T* x, std::size_t at, std::size_t count) {
  return x == nullptr ? Batch<T>(T(0)) : take(x + at, count);
}
template <class T>
inline void put(T* y, std::size_t count, Batch<T> value) {
  if (count == width<T>) {
    value.store_unaligned(y);
  } else {
    store_partial(y, count, value);
  }
}

/// f(i, count) for the batches of [0, n), the last perhaps partial.
template <class T, class F>
inline void each(std::size_t n, const F& f) {
  std::size_t i = 0;
  for (; i + width<T> <= n; i += width<T>) f(i, width<T>);
  if (i < n) f(i, n - i);
}

template <class T>
void tanh_forward(T* h, std::size_t n) {
  each<T>(n, [=](std::size_t i, std::size_t count) {
    put(h + i, count, simd::tanh(take(h + i, count)));
  });
}
template <class T>
void relu_forward(T* h, std::size_t n) {
  const Batch<T> zero(T(0));
  each<T>(n, [=](std::size_t i, std::size_t count) {
    const Batch<T> a = take(h + i, count);
    put(h + i, count, Batch<T>(simd::select(a <= zero, zero, a)));  // NaN stays
  });
}
template <class T>
void tanh_backward(const T* h, const T* gy, const T* gh, std::size_t n, T* ga) {
  const Batch<T> one(T(1));
  each<T>(n, [=](std::size_t i, std::size_t count) {
    const Batch<T> y = take(h + i, count);
    const Batch<T> g = take_or_zero(gy, i, count) + take(gh + i, count);
    put(ga + i, count, Batch<T>(g * (one - y * y)));
  });
}
template <class T>
void relu_backward(const T* h, const T* gy, const T* gh, std::size_t n, T* ga) {
  const Batch<T> zero(T(0));
  each<T>(n, [=](std::size_t i, std::size_t count) {
    const Batch<T> g = take_or_zero(gy, i, count) + take(gh + i, count);
    put(ga + i, count, Batch<T>(simd::select(take(h + i, count) > zero, g, zero)));
  });
}

template <class T>
void lstm_forward(std::size_t rows, std::size_t hidden, T* gates, const T* c_before, T* c,
                  T* tanh_c, T* h) {
  for (std::size_t row = 0; row < rows; ++row, gates += 4 * hidden) {
    const std::size_t at = row * hidden;
    each<T>(hidden, [=](std::size_t j, std::size_t count) {
      T *const pi = gates + j, *const pf = pi + hidden, *const pg = pf + hidden,
               *const po = pg + hidden;
      const Batch<T> i = simd::sigmoid(take(pi, count)), f = simd::sigmoid(take(pf, count));
      const Batch<T> g = simd::tanh(take(pg, count)), o = simd::sigmoid(take(po, count));
      const Batch<T> cell = f * take(c_before + at + j, count) + i * g;
      const Batch<T> squashed = simd::tanh(cell);
      put(pi, count, i);
      put(pf, count, f);
      put(pg, count, g);
      put(po, count, o);
      put(c + at + j, count, cell);
      put(tanh_c + at + j, count, squashed);
      put(h + at + j, count, Batch<T>(o * squashed));
    });
  }
}

// gc += gh o (1 - tanh(c)^2); then, by c = f c_before + i g, of i: gc g, of f: gc c_before,
// of g: gc i, of c_before: gc f; of o: gh tanh(c); each times the derivative of its function
template <class T>
void lstm_backward(std::size_t rows, std::size_t hidden, const T* gates, const T* c_before,
                   const T* tanh_c, const T* gy, const T* gh, T* gc, T* ga) {
  const Batch<T> one(T(1));
  for (std::size_t row = 0; row < rows; ++row, gates += 4 * hidden, ga += 4 * hidden) {
    const std::size_t at = row * hidden;
    each<T>(hidden, [=](std::size_t j, std::size_t count) {
      const T* const p = gates + j;
      const Batch<T> i = take(p, count), f = take(p + hidden, count);
      const Batch<T> g = take(p + 2 * hidden, count), o = take(p + 3 * hidden, count);
      const Batch<T> squashed = take(tanh_c + at + j, count);
      const Batch<T> gh_all = take_or_zero(gy, at + j, count) + take(gh + at + j, count);
      const Batch<T> gc_all = take(gc + at + j, count) + gh_all * o * (one - squashed * squashed);
      T* const q = ga + j;
      put(q, count, Batch<T>(gc_all * g * (i * (one - i))));
      put(q + hidden, count, Batch<T>(gc_all * take(c_before + at + j, count) * (f * (one - f))));
      put(q + 2 * hidden, count, Batch<T>(gc_all * i * (one - g * g)));
      put(q + 3 * hidden, count, Batch<T>(gh_all * squashed * (o * (one - o))));
      put(gc + at + j, count, Batch<T>(gc_all * f));
    });
  }
}

template <class T>
void gru_forward(std::size_t rows, std::size_t hidden, T* gates, const T* product, const T* before,
                 T* product_n, T* h) {
  for (std::size_t row = 0; row < rows; ++row, gates += 3 * hidden, product += 3 * hidden) {
    const std::size_t at = row * hidden;
    each<T>(hidden, [=](std::size_t j, std::size_t count) {
      T *const pr = gates + j, *const pz = pr + hidden, *const pn = pz + hidden;
      const T* const p = product + j;
      const Batch<T> r = simd::sigmoid(Batch<T>(take(pr, count) + take(p, count)));
      const Batch<T> z = simd::sigmoid(Batch<T>(take(pz, count) + take(p + hidden, count)));
      const Batch<T> hn = take(p + 2 * hidden, count);
      const Batch<T> n = simd::tanh(Batch<T>(take(pn, count) + r * hn));
      put(pr, count, r);
      put(pz, count, z);
      put(pn, count, n);
      put(product_n + at + j, count, hn);
      put(h + at + j, count, Batch<T>(n + z * (take(before + at + j, count) - n)));
    });
  }
}

// h = n + z (before - n): of n: gh (1 - z), of z: gh (before - n), of before: gh z
template <class T>
void gru_backward(std::size_t rows, std::size_t hidden, const T* gates, const T* product_n,
                  const T* before, const T* gy, T* gh, T* ga, T* gp) {
  const Batch<T> one(T(1));
  for (std::size_t row = 0; row < rows; ++row, gates += 3 * hidden) {
    const std::size_t at = row * hidden;
    each<T>(hidden, [=](std::size_t j, std::size_t count) {
      const T* const p = gates + j;
      const Batch<T> r = take(p, count), z = take(p + hidden, count),
                     n = take(p + 2 * hidden, count);
      const Batch<T> g = take_or_zero(gy, at + j, count) + take(gh + at + j, count);
      const Batch<T> gn = g * (one - z) * (one - n * n);
      const Batch<T> gz = g * (take(before + at + j, count) - n) * (z * (one - z));
      const Batch<T> gr = gn * take(product_n + at + j, count) * (r * (one - r));
      T *const qa = ga + 3 * at + j, *const qp = gp + 3 * at + j;
      put(qa, count, gr);
      put(qp, count, gr);
      put(qa + hidden, count, gz);
      put(qp + hidden, count, gz);
      put(qa + 2 * hidden, count, gn);
      put(qp + 2 * hidden, count, Batch<T>(gn * r));
      put(gh + at + j, count, Batch<T>(g * z));
    });
  }
}

template <class T>
constexpr RecurrentIsa<T> functions{tanh_forward<T>,  relu_forward<T>, tanh_backward<T>,
                                    relu_backward<T>, lstm_forward<T>, lstm_backward<T>,
                                    gru_forward<T>,   gru_backward<T>};

}  // namespace

extern const RecurrentIsaSet recurrent_isa;
const RecurrentIsaSet recurrent_isa{functions<float>, functions<double>};

}  // namespace xg::kernels::XG_ISA
