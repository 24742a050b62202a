// Softmax and its kin for the instruction set of the file that includes this one. Nothing of std::
// here but types.
#include <utility>

#include <xgrad/core/kernels/partial.hpp>
#include <xgrad/core/kernels/simd_math_exp.hpp>
#include <xgrad/core/kernels/simd_math_log.hpp>
#include <xgrad/core/kernels/softmax_isa.hpp>

namespace xg::kernels::XG_ISA {
namespace {

template <class T>
using Batch = xsimd::batch<T, xsimd::default_arch>;
template <class T>
constexpr std::size_t kWidth = Batch<T>::size;

constexpr std::size_t kChunk =
    4096;  // of a sum: its error grows with this and with n / kChunk, not with n

template <class T>
inline T infinity() {
  return static_cast<T>(__builtin_inf());
}

/// `count` elements, the other lanes `rest`.
template <class T>
inline Batch<T> take(const T* x, std::size_t count, T rest) {
  return count == kWidth<T> ? Batch<T>::load_unaligned(x) : load_partial(x, count, Batch<T>(rest));
}
template <class T>
inline void put(T* y, std::size_t count, Batch<T> value) {
  if (count == kWidth<T>) {
    value.store_unaligned(y);
  } else {
    store_partial(y, count, value);
  }
}

/// f(i, count) for the batches of [begin, end), the last perhaps partial.
template <class T, class F>
inline void each(std::size_t begin, std::size_t end, const F& f) {
  std::size_t i = begin;
  for (; i + kWidth<T> <= end; i += kWidth<T>) f(i, kWidth<T>);
  if (i < end) f(i, end - i);
}

/// Sum over lanes and batches of f(i, count), which gives 0 in lanes that are not there. Two sums
/// at a time, by chunks.
template <class T, class F>
inline Batch<T> sum(std::size_t n, const F& f) {
  Batch<T> total(T(0));
  for (std::size_t begin = 0; begin < n; begin += kChunk) {
    const std::size_t end = begin + kChunk < n ? begin + kChunk : n;
    Batch<T> even(T(0)), odd(T(0));
    std::size_t i = begin;
    for (; i + 2 * kWidth<T> <= end; i += 2 * kWidth<T>) {
      even = even + f(i, kWidth<T>);
      odd = odd + f(i + kWidth<T>, kWidth<T>);
    }
    each<T>(i, end, [&](std::size_t at, std::size_t count) { even = even + f(at, count); });
    total = total + (even + odd);
  }
  return total;
}

template <std::size_t by, class T, std::size_t... lane>
inline Batch<T> rotated(Batch<T> v, std::index_sequence<lane...>) {
  const typename Batch<T>::register_type r = v;
  return Batch<T>(
      __builtin_shufflevector(r, r, static_cast<int>((lane + by) % sizeof...(lane))...));
}
/// All lanes merged; every lane of the result holds the same.
template <class T, std::size_t half = kWidth<T> / 2, class Merge>
inline Batch<T> across(Batch<T> v, const Merge& merge) {
  if constexpr (half == 0) {
    return v;
  } else {
    v = merge(v, rotated<half, T>(v, std::make_index_sequence<kWidth<T>>()));
    return across<T, half / 2>(v, merge);
  }
}
template <class T>
inline Batch<T> add_lanes(Batch<T> v) {
  return across<T>(v, [](Batch<T> a, Batch<T> b) { return a + b; });
}

/// The largest element, in every lane, NaNs passed over: they show in the sum of exponentials
/// anyway.
template <class T>
inline Batch<T> largest_of(const T* x, std::size_t n) {
  const T low = -infinity<T>();
  Batch<T> m[4] = {Batch<T>(low), Batch<T>(low), Batch<T>(low), Batch<T>(low)};
  std::size_t i = 0;
  for (; i + 4 * kWidth<T> <= n; i += 4 * kWidth<T>) {
    for (std::size_t u = 0; u < 4; ++u)
      m[u] = xsimd::max(Batch<T>::load_unaligned(x + i + u * kWidth<T>), m[u]);
  }
  each<T>(i, n, [&](std::size_t at, std::size_t count) {
    m[0] = xsimd::max(take(x + at, count, low), m[0]);
  });
  const auto merge = [](Batch<T> a, Batch<T> b) { return xsimd::max(a, b); };
  return across<T>(merge(merge(m[0], m[1]), merge(m[2], m[3])), merge);
}

template <class T>
void softmax(const T* x, std::size_t n, T* y) {
  const Batch<T> largest = largest_of(x, n);
  const Batch<T> total = add_lanes<T>(sum<T>(n, [&](std::size_t i, std::size_t count) {
    const Batch<T> e = simd::exp(Batch<T>(take(x + i, count, -infinity<T>()) - largest));
    put(y + i, count, e);
    return e;
  }));
  const Batch<T> scale = Batch<T>(T(1)) / total;
  each<T>(0, n, [&](std::size_t i, std::size_t count) {
    put(y + i, count, Batch<T>(take(y + i, count, T(0)) * scale));
  });
}

template <class T>
inline Batch<T> log_sum_of(const T* x, std::size_t n, Batch<T> largest) {
  return simd::log(add_lanes<T>(sum<T>(n, [&](std::size_t i, std::size_t count) {
    return simd::exp(Batch<T>(take(x + i, count, -infinity<T>()) - largest));
  })));
}

template <class T>
void statistics(const T* x, std::size_t n, T* largest, T* log_sum) {
  const Batch<T> m = largest_of(x, n);
  *largest = m.get(0);
  *log_sum = log_sum_of(x, n, m).get(0);
}

template <class T>
void log_softmax(const T* x, std::size_t n, T* y) {
  const Batch<T> largest = largest_of(x, n), log_sum = log_sum_of(x, n, largest);
  each<T>(0, n, [&](std::size_t i, std::size_t count) {
    put(y + i, count, Batch<T>((take(x + i, count, T(0)) - largest) - log_sum));
  });
}

template <class T>
void softmax_backward(const T* y, const T* gy, std::size_t n, T* gx) {
  const Batch<T> dot = add_lanes<T>(sum<T>(n, [&](std::size_t i, std::size_t count) {
    return Batch<T>(take(y + i, count, T(0)) * take(gy + i, count, T(0)));
  }));
  each<T>(0, n, [&](std::size_t i, std::size_t count) {
    put(gx + i, count, Batch<T>(take(y + i, count, T(0)) * (take(gy + i, count, T(0)) - dot)));
  });
}

template <class T>
void log_softmax_backward(const T* y, const T* gy, std::size_t n, T* gx) {
  const Batch<T> total = add_lanes<T>(
      sum<T>(n, [&](std::size_t i, std::size_t count) { return take(gy + i, count, T(0)); }));
  each<T>(0, n, [&](std::size_t i, std::size_t count) {
    const Batch<T> p = simd::exp(take(y + i, count, T(0)));
    put(gx + i, count, Batch<T>(take(gy + i, count, T(0)) - p * total));
  });
}

template <class T>
void exp_scaled(const T* x, T largest, T log_sum, T scale, std::size_t n, T* y) {
  const Batch<T> m(largest), s(log_sum), factor(scale);
  each<T>(0, n, [&](std::size_t i, std::size_t count) {
    put(y + i, count, Batch<T>(simd::exp(Batch<T>((take(x + i, count, T(0)) - m) - s)) * factor));
  });
}

// The same for columns: one in each lane.

template <class T>
inline Batch<T> largest_of(const T* x, std::size_t n, std::size_t inner, std::size_t count) {
  Batch<T> m(-infinity<T>());
  for (std::size_t i = 0; i < n; ++i) m = xsimd::max(take(x + i * inner, count, T(0)), m);
  return m;
}

template <class T>
void softmax_columns(const T* x, std::size_t n, std::size_t inner, T* y) {
  each<T>(0, inner, [=](std::size_t j, std::size_t count) {
    const Batch<T> largest = largest_of(x + j, n, inner, count);
    Batch<T> total(T(0));
    for (std::size_t i = 0; i < n; ++i) {
      const Batch<T> e = simd::exp(Batch<T>(take(x + i * inner + j, count, T(0)) - largest));
      put(y + i * inner + j, count, e);
      total = total + e;
    }
    const Batch<T> scale = Batch<T>(T(1)) / total;
    for (std::size_t i = 0; i < n; ++i) {
      put(y + i * inner + j, count, Batch<T>(take(y + i * inner + j, count, T(0)) * scale));
    }
  });
}

template <class T>
inline Batch<T> log_sum_of(const T* x, std::size_t n, std::size_t inner, std::size_t count,
                           Batch<T> largest) {
  Batch<T> total(T(0));
  for (std::size_t i = 0; i < n; ++i) {
    total = total + simd::exp(Batch<T>(take(x + i * inner, count, T(0)) - largest));
  }
  return simd::log(total);
}

template <class T>
void statistics_columns(const T* x, std::size_t n, std::size_t inner, T* largest, T* log_sum) {
  each<T>(0, inner, [=](std::size_t j, std::size_t count) {
    const Batch<T> m = largest_of(x + j, n, inner, count);
    put(largest + j, count, m);
    put(log_sum + j, count, log_sum_of(x + j, n, inner, count, m));
  });
}

template <class T>
void log_softmax_columns(const T* x, std::size_t n, std::size_t inner, T* y) {
  each<T>(0, inner, [=](std::size_t j, std::size_t count) {
    const Batch<T> m = largest_of(x + j, n, inner, count),
                   s = log_sum_of(x + j, n, inner, count, m);
    for (std::size_t i = 0; i < n; ++i) {
      put(y + i * inner + j, count, Batch<T>((take(x + i * inner + j, count, T(0)) - m) - s));
    }
  });
}

template <class T>
void softmax_backward_columns(const T* y, const T* gy, std::size_t n, std::size_t inner, T* gx) {
  each<T>(0, inner, [=](std::size_t j, std::size_t count) {
    Batch<T> dot(T(0));
    for (std::size_t i = j; i < n * inner; i += inner)
      dot = dot + take(y + i, count, T(0)) * take(gy + i, count, T(0));
    for (std::size_t i = j; i < n * inner; i += inner) {
      put(gx + i, count, Batch<T>(take(y + i, count, T(0)) * (take(gy + i, count, T(0)) - dot)));
    }
  });
}

template <class T>
void log_softmax_backward_columns(const T* y, const T* gy, std::size_t n, std::size_t inner,
                                  T* gx) {
  each<T>(0, inner, [=](std::size_t j, std::size_t count) {
    Batch<T> total(T(0));
    for (std::size_t i = j; i < n * inner; i += inner) total = total + take(gy + i, count, T(0));
    for (std::size_t i = j; i < n * inner; i += inner) {
      const Batch<T> p = simd::exp(take(y + i, count, T(0)));
      put(gx + i, count, Batch<T>(take(gy + i, count, T(0)) - p * total));
    }
  });
}

template <class T>
constexpr SoftmaxIsa<T> kFunctions{softmax<T>,
                                   log_softmax<T>,
                                   statistics<T>,
                                   softmax_backward<T>,
                                   log_softmax_backward<T>,
                                   exp_scaled<T>,
                                   softmax_columns<T>,
                                   log_softmax_columns<T>,
                                   statistics_columns<T>,
                                   softmax_backward_columns<T>,
                                   log_softmax_backward_columns<T>};

}  // namespace

extern const SoftmaxIsaSet softmax_isa;
const SoftmaxIsaSet softmax_isa{kFunctions<float>, kFunctions<double>};

}  // namespace xg::kernels::XG_ISA
