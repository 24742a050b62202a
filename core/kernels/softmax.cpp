#include <xgrad/core/kernels/softmax.hpp>

#include <algorithm>
#include <cmath>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/kernels/softmax_isa.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const SoftmaxIsa<T>& functions() {
  static const SoftmaxIsaSet& set = XG_CHOOSE(softmax_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

constexpr std::size_t kBlock = 8192;  // elements that one thread does in one go

/// f(i) for i < outer, in parallel; each stands for `elements` elements.
template <class F>
void each_outer(std::size_t outer, std::size_t elements, const F& f) {
  if (elements == 0) return;
  parallel_for(outer, std::max<std::size_t>(1, kBlock / elements),
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t i = begin; i < end; ++i) f(i);
               });
}

/// From the maximum and the logarithm of the sum, which is NaN where the maximum is infinite.
template <class T>
T joined(const T* x, std::size_t n, std::size_t stride, T largest, T log_sum) {
  if (std::isfinite(largest)) return largest + log_sum;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(x[i * stride])) return x[i * stride];
  }
  return largest;
}

}  // namespace

template <class T>
void softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y) {
  const SoftmaxIsa<T>& f = functions<T>();
  each_outer(outer, n * inner, [=, &f](std::size_t i) {
    const std::size_t at = i * n * inner;
    inner == 1 ? f.softmax(x + at, n, y + at) : f.softmax_columns(x + at, n, inner, y + at);
  });
}

template <class T>
void log_softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y) {
  const SoftmaxIsa<T>& f = functions<T>();
  each_outer(outer, n * inner, [=, &f](std::size_t i) {
    const std::size_t at = i * n * inner;
    inner == 1 ? f.log_softmax(x + at, n, y + at) : f.log_softmax_columns(x + at, n, inner, y + at);
  });
}

template <class T>
void logsumexp(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y) {
  const SoftmaxIsa<T>& f = functions<T>();
  each_outer(outer, n * inner, [=, &f](std::size_t i) {
    const T* const from = x + i * n * inner;
    T* const to = y + i * inner;
    const Scratch<T> log_sum(inner);
    if (inner == 1) {
      f.statistics(from, n, to, log_sum.data());
    } else {
      f.statistics_columns(from, n, inner, to, log_sum.data());
    }
    for (std::size_t j = 0; j < inner; ++j) to[j] = joined(from + j, n, inner, to[j], log_sum[j]);
  });
}

template <class T>
void softmax_backward(const T* y, const T* gy, std::size_t outer, std::size_t n, std::size_t inner,
                      T* gx) {
  const SoftmaxIsa<T>& f = functions<T>();
  each_outer(outer, n * inner, [=, &f](std::size_t i) {
    const std::size_t at = i * n * inner;
    inner == 1 ? f.softmax_backward(y + at, gy + at, n, gx + at)
               : f.softmax_backward_columns(y + at, gy + at, n, inner, gx + at);
  });
}

template <class T>
void log_softmax_backward(const T* y, const T* gy, std::size_t outer, std::size_t n,
                          std::size_t inner, T* gx) {
  const SoftmaxIsa<T>& f = functions<T>();
  each_outer(outer, n * inner, [=, &f](std::size_t i) {
    const std::size_t at = i * n * inner;
    inner == 1 ? f.log_softmax_backward(y + at, gy + at, n, gx + at)
               : f.log_softmax_backward_columns(y + at, gy + at, n, inner, gx + at);
  });
}

template <class T>
void cross_entropy(const T* x, const std::int64_t* labels, std::int64_t ignored, std::size_t rows,
                   std::size_t n, T* loss, T* largest, T* log_sum) {
  const SoftmaxIsa<T>& f = functions<T>();
  each_outer(rows, n, [=, &f](std::size_t i) {
    f.statistics(x + i * n, n, largest + i, log_sum + i);
    const bool counts = labels[i] != ignored;
    loss[i] =
        counts ? (largest[i] - x[i * n + static_cast<std::size_t>(labels[i])]) + log_sum[i] : T(0);
  });
}

template <class T>
void cross_entropy_backward(const T* x, const std::int64_t* labels, std::int64_t ignored,
                            const T* largest, const T* log_sum, const T* gloss,
                            std::size_t gloss_stride, std::size_t rows, std::size_t n, T* gx) {
  const SoftmaxIsa<T>& f = functions<T>();
  each_outer(rows, n, [=, &f](std::size_t i) {
    if (labels[i] == ignored) return static_cast<void>(std::fill_n(gx + i * n, n, T(0)));
    const T scale = gloss[i * gloss_stride];
    f.exp_scaled(x + i * n, largest[i], log_sum[i], scale, n, gx + i * n);
    gx[i * n + static_cast<std::size_t>(labels[i])] -= scale;
  });
}

#define XG_INSTANTIATE(T)                                                                          \
  template void softmax<T>(const T*, std::size_t, std::size_t, std::size_t, T*);                   \
  template void log_softmax<T>(const T*, std::size_t, std::size_t, std::size_t, T*);               \
  template void logsumexp<T>(const T*, std::size_t, std::size_t, std::size_t, T*);                 \
  template void softmax_backward<T>(const T*, const T*, std::size_t, std::size_t, std::size_t,     \
                                    T*);                                                           \
  template void log_softmax_backward<T>(const T*, const T*, std::size_t, std::size_t, std::size_t, \
                                        T*);                                                       \
  template void cross_entropy<T>(const T*, const std::int64_t*, std::int64_t, std::size_t,         \
                                 std::size_t, T*, T*, T*);                                         \
  template void cross_entropy_backward<T>(const T*, const std::int64_t*, std::int64_t, const T*,   \
                                          const T*, const T*, std::size_t, std::size_t,            \
                                          std::size_t, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
