// Reductions for the instruction set of the file that includes this one. Nothing of std:: here but
// types: an inline function compiled for AVX-512 must not replace another file's.
#include <utility>

#include <xgrad/core/kernels/partial.hpp>
#include <xgrad/core/kernels/reduce_isa.hpp>

namespace xg::kernels::XG_ISA {
namespace {

template <class T>
using Batch = xsimd::batch<T, xsimd::default_arch>;

template <Fold fold, class T>
inline Batch<T> merge(Batch<T> a, Batch<T> b) {
  if constexpr (fold == Fold::prod) {
    return a * b;
  } else if constexpr (fold == Fold::max) {
    // The machine's max gives b where either is NaN: that keeps b's NaN, and the choice keeps a's.
    return xsimd::select(a == a, xsimd::max(a, b), a);
  } else if constexpr (fold == Fold::min) {
    return xsimd::select(a == a, xsimd::min(a, b), a);
  } else {
    return a + b;
  }
}
template <Fold fold, class T>
inline T merge_one(T a, T b) {
  if constexpr (fold == Fold::prod) return a * b;
  if constexpr (fold == Fold::max) return a > b || a != a ? a : b;
  if constexpr (fold == Fold::min) return a < b || a != a ? a : b;
  return a + b;
}

/// What changes nothing when merged.
template <Fold fold, class T>
inline T neutral() {
  if constexpr (fold == Fold::prod) return T(1);
  if constexpr (fold == Fold::max) return -static_cast<T>(__builtin_inf());
  if constexpr (fold == Fold::min) return static_cast<T>(__builtin_inf());
  return T(0);
}

template <Fold fold, class T>
inline Batch<T> mapped(Batch<T> x, Batch<T> other) {
  if constexpr (fold == Fold::square) return x * x;
  if constexpr (fold == Fold::abs) return xsimd::abs(x);
  if constexpr (fold == Fold::product) return x * other;
  if constexpr (fold == Fold::deviation) return (x - other) * (x - other);
  return x;
}
template <Fold fold, class T>
inline T mapped_one(T x, T other) {
  if constexpr (fold == Fold::square) return x * x;
  if constexpr (fold == Fold::abs) return x < T(0) ? -x : x;
  if constexpr (fold == Fold::product) return x * other;
  if constexpr (fold == Fold::deviation) return (x - other) * (x - other);
  return x;
}

template <std::size_t by, class T, std::size_t... lane>
inline Batch<T> rotated(Batch<T> v, std::index_sequence<lane...>) {
  const typename Batch<T>::register_type r = v;
  return Batch<T>(
      __builtin_shufflevector(r, r, static_cast<int>((lane + by) % sizeof...(lane))...));
}
/// The lanes of a batch: the upper half onto the lower half until one is left.
template <Fold fold, class T, std::size_t half = Batch<T>::size / 2>
inline T across(Batch<T> v) {
  if constexpr (half == 0) {
    return v.get(0);
  } else {
    v = merge<fold, T>(v, rotated<half, T>(v, std::make_index_sequence<Batch<T>::size>()));
    return across<fold, T, half / 2>(v);
  }
}

template <Fold fold, class T>
T row(const T* x, const T* other, std::size_t n) {
  constexpr std::size_t width = Batch<T>::size, unroll = 8;
  const Batch<T> none(neutral<fold, T>());
  const Batch<T> shift(fold == Fold::deviation ? *other : T(0));
  const auto load = [=](std::size_t i) {
    const Batch<T> v = Batch<T>::load_unaligned(x + i);
    return mapped<fold, T>(v, fold == Fold::product ? Batch<T>::load_unaligned(other + i) : shift);
  };
  Batch<T> sum[unroll];
  for (std::size_t u = 0; u < unroll; ++u) sum[u] = none;
  std::size_t i = 0;
  for (; i + unroll * width <= n; i += unroll * width) {
    for (std::size_t u = 0; u < unroll; ++u) sum[u] = merge<fold, T>(sum[u], load(i + u * width));
  }
  if (i + 4 * width <= n) {
    for (std::size_t u = 0; u < 4; ++u) sum[u] = merge<fold, T>(sum[u], load(i + u * width));
    i += 4 * width;
  }
  for (; i + width <= n; i += width) sum[4] = merge<fold, T>(sum[4], load(i));
  if (i < n) {  // padded with what maps to the neutral element
    const Batch<T> v = load_partial(x + i, n - i, fold == Fold::deviation ? shift : none);
    const Batch<T> w = fold == Fold::product ? load_partial(other + i, n - i, none) : shift;
    sum[5] = merge<fold, T>(sum[5], mapped<fold, T>(v, w));
  }
  for (std::size_t half = unroll / 2; half > 0; half /= 2) {
    for (std::size_t u = 0; u < half; ++u) sum[u] = merge<fold, T>(sum[u], sum[u + half]);
  }
  return across<fold, T>(sum[0]);
}

/// `strip` batches of columns side by side, their results in registers.
template <Fold fold, std::size_t strip, class T>
inline void columns_strip(const T* x, const T* other, std::size_t rows, std::size_t stride, T* y) {
  constexpr std::size_t width = Batch<T>::size;
  Batch<T> sum[strip], shift[strip];
  for (std::size_t u = 0; u < strip; ++u) {
    sum[u] = Batch<T>(neutral<fold, T>());
    shift[u] = fold == Fold::deviation ? Batch<T>::load_unaligned(other + u * width) : sum[u];
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t u = 0; u < strip; ++u) {
      const Batch<T> v = Batch<T>::load_unaligned(x + i * stride + u * width);
      const Batch<T> w = fold == Fold::product
                             ? Batch<T>::load_unaligned(other + i * stride + u * width)
                             : shift[u];
      sum[u] = merge<fold, T>(sum[u], mapped<fold, T>(v, w));
    }
  }
  for (std::size_t u = 0; u < strip; ++u) sum[u].store_unaligned(y + u * width);
}

template <Fold fold, class T>
void columns(const T* x, const T* other, std::size_t rows, std::size_t n, std::size_t stride,
             T* y) {
  constexpr std::size_t width = Batch<T>::size, strip = 8;
  const bool paired = fold == Fold::product || fold == Fold::deviation;
  std::size_t j = 0;
  for (; j + strip * width <= n; j += strip * width) {
    columns_strip<fold, strip>(x + j, paired ? other + j : other, rows, stride, y + j);
  }
  for (; j + width <= n; j += width)
    columns_strip<fold, 1>(x + j, paired ? other + j : other, rows, stride, y + j);
  if (j == n) return;
  if (n >= width) {  // the last batch overlaps the one before: the same sums once more
    j = n - width;
    return columns_strip<fold, 1>(x + j, paired ? other + j : other, rows, stride, y + j);
  }
  for (; j < n; ++j) {
    T sum = neutral<fold, T>();
    for (std::size_t i = 0; i < rows; ++i) {
      const T w = fold == Fold::product     ? other[i * stride + j]
                  : fold == Fold::deviation ? other[j]
                                            : sum;
      sum = merge_one<fold>(sum, mapped_one<fold>(x[i * stride + j], w));
    }
    y[j] = sum;
  }
}

template <class T>
inline bool same(T x, T value) {
  return x == value || (x != x && value != value);
}

template <class T>
std::size_t find(const T* x, std::size_t n, T value) {
  constexpr std::size_t block = 4 * Batch<T>::size;
  const Batch<T> wanted(value);
  std::size_t i = 0;
  for (; i + block <= n; i += block) {
    auto hit = Batch<T>::load_unaligned(x + i) == wanted;
    for (std::size_t u = 1; u < 4; ++u)
      hit = hit | (Batch<T>::load_unaligned(x + i + u * Batch<T>::size) == wanted);
    if (value != value) {  // not v != v, which in xsimd 8 is false for NaN
      for (std::size_t u = 0; u < 4; ++u) {
        const Batch<T> v = Batch<T>::load_unaligned(x + i + u * Batch<T>::size);
        hit = hit | !(v == v);
      }
    }
    if (xsimd::any(hit)) break;
  }
  for (; i < n; ++i) {
    if (same(x[i], value)) return i;
  }
  return n;
}

constexpr std::size_t strip = 64;  // columns that are done together

template <bool largest, class T>
void extreme_columns(const T* x, std::size_t rows, std::size_t n, T* y, std::int64_t* index) {
  using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  for (std::size_t begin = 0; begin < n; begin += strip) {
    const std::size_t width = n - begin < strip ? n - begin : strip;
    T best[strip];
    Integer at[strip] = {};
    for (std::size_t j = 0; j < width; ++j) best[j] = x[begin + j];
    for (std::size_t i = 1; i < rows; ++i) {
      const T* const line = x + i * n + begin;
      for (std::size_t j = 0; j < width; ++j) {
        const T v = line[j], b = best[j];
        const bool wins = (largest ? v > b : v < b) | ((v != v) & (b == b));
        best[j] = wins ? v : b;
        at[j] = wins ? static_cast<Integer>(i) : at[j];
      }
    }
    for (std::size_t j = 0; j < width; ++j) y[begin + j] = best[j];
    for (std::size_t j = 0; j < width; ++j) index[begin + j] = at[j];
  }
}

template <class T>
void share(const T* x, T y, T gy, std::size_t n, T* gx) {
  T count = 0;
  if (y == y) {
    for (std::size_t i = 0; i < n; ++i) count += x[i] == y ? T(1) : T(0);
    const T part = gy / count;
    for (std::size_t i = 0; i < n; ++i) gx[i] = x[i] == y ? part : T(0);
  } else {
    for (std::size_t i = 0; i < n; ++i) count += x[i] != x[i] ? T(1) : T(0);
    const T part = gy / count;
    for (std::size_t i = 0; i < n; ++i) gx[i] = x[i] != x[i] ? part : T(0);
  }
}

template <class T>
void share_columns(const T* x, const T* y, const T* gy, std::size_t rows, std::size_t n, T* gx) {
  for (std::size_t begin = 0; begin < n; begin += strip) {
    const std::size_t width = n - begin < strip ? n - begin : strip;
    T part[strip] = {};
    for (std::size_t i = 0; i < rows; ++i) {
      const T* const line = x + i * n + begin;
      for (std::size_t j = 0; j < width; ++j) part[j] += same(line[j], y[begin + j]) ? T(1) : T(0);
    }
    for (std::size_t j = 0; j < width; ++j) part[j] = gy[begin + j] / part[j];
    for (std::size_t i = 0; i < rows; ++i) {
      const T* const line = x + i * n + begin;
      T* const to = gx + i * n + begin;
      for (std::size_t j = 0; j < width; ++j) to[j] = same(line[j], y[begin + j]) ? part[j] : T(0);
    }
  }
}

template <class T>
void place_columns(const std::int64_t* __restrict index, const T* __restrict gy, std::size_t rows,
                   std::size_t n, T* __restrict gx) {
  for (std::size_t i = 0; i < rows; ++i) {
    const auto here = static_cast<std::int64_t>(i);
    for (std::size_t j = 0; j < n; ++j) gx[i * n + j] = index[j] == here ? gy[j] : T(0);
  }
}

template <class T, Fold... folds>
constexpr ReduceIsa<T> functions() {
  return {{row<folds, T>...},       {columns<folds, T>...},    find<T>,
          extreme_columns<true, T>, extreme_columns<false, T>, share<T>,
          share_columns<T>,         place_columns<T>};
}
template <class T>
constexpr ReduceIsa<T> kFunctions =
    functions<T, Fold::sum, Fold::prod, Fold::max, Fold::min, Fold::square, Fold::abs,
              Fold::product, Fold::deviation>();

}  // namespace

extern const ReduceIsaSet reduce_isa;
const ReduceIsaSet reduce_isa{kFunctions<float>, kFunctions<double>};

}  // namespace xg::kernels::XG_ISA
