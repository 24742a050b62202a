// Rows of windows, for the instruction set of the file that includes this one. Sums are plain loops
// that the compiler vectorises.
#include <utility>

#include <xgrad/core/kernels/partial.hpp>
#include <xgrad/core/kernels/pool_isa.hpp>

namespace xg::kernels::XG_ISA {
namespace {

template <class T>
using Batch = xsimd::batch<T, xsimd::default_arch>;

template <class T, std::size_t... lane>
inline Batch<T> even_lanes(const T* x, std::index_sequence<lane...>) {
  // The second half begins one element early, so that nothing beyond the last one is read.
  constexpr std::size_t width = sizeof...(lane), half = width / 2;
  const typename Batch<T>::register_type a = Batch<T>::load_unaligned(x);
  const typename Batch<T>::register_type b = Batch<T>::load_unaligned(x + width - 1);
  return Batch<T>(__builtin_shufflevector(
      a, b, static_cast<int>(lane < half ? 2 * lane : width + 2 * (lane - half) + 1)...));
}

/// x[0], x[stride], ...
template <class T>
inline Batch<T> load_strided(const T* x, std::size_t stride) {
  constexpr std::size_t width = Batch<T>::size;
  if (stride == 1) return Batch<T>::load_unaligned(x);
  if (stride == 2) return even_lanes(x, std::make_index_sequence<width>());
  T lane[width];
  for (std::size_t i = 0; i < width; ++i) lane[i] = x[i * stride];
  return Batch<T>::load_unaligned(lane);
}

/// Windows begin .. begin + width of the lines.
template <class T>
inline void max_batch(const T* const* lines, std::size_t begin, std::size_t count,
                      std::size_t kernel, std::size_t step, std::size_t stride, T* y, T* tap) {
  Batch<T> best(-static_cast<T>(__builtin_inf())), at(T(0));
  T number = 0;
  for (std::size_t l = 0; l < count; ++l)
    for (std::size_t k = 0; k < kernel; ++k, number += T(1)) {
      const Batch<T> v = load_strided(lines[l] + begin + k * step, stride);
      const auto wins = (v > best) | !(v == v);  // nothing is larger than a NaN
      best = xsimd::select(wins, v, best);
      at = xsimd::select(wins, Batch<T>(number), at);
    }
  best.store_unaligned(y);
  at.store_unaligned(tap);
}

template <class T>
void max_windows(const T* const* lines, std::size_t count, std::size_t kernel, std::size_t step,
                 std::size_t stride, std::size_t n, T* y, T* tap) {
  constexpr std::size_t width = Batch<T>::size, room = 4 * width;
  std::size_t i = 0;
  for (; i + width <= n; i += width)
    max_batch(lines, i * stride, count, kernel, step, stride, y + i, tap + i);
  if (i == n) return;
  const std::size_t seen = (n - i - 1) * stride + (kernel - 1) * step + 1;
  constexpr std::size_t most_lines = 8;
  if (count <= most_lines && (width - 1) * stride + (kernel - 1) * step < room) {
    T copy[most_lines][room] = {}, best[width], at[width];
    const T* copies[most_lines];
    for (std::size_t l = 0; l < count; ++l) {
      __builtin_memcpy(copy[l], lines[l] + i * stride, seen * sizeof(T));
      copies[l] = copy[l];
    }
    max_batch(copies, 0, count, kernel, step, stride, best, at);
    __builtin_memcpy(y + i, best, (n - i) * sizeof(T));
    __builtin_memcpy(tap + i, at, (n - i) * sizeof(T));
    return;
  }
  for (; i < n; ++i) {
    T number = 0;
    y[i] = -static_cast<T>(__builtin_inf());
    tap[i] = 0;
    for (std::size_t l = 0; l < count; ++l)
      for (std::size_t k = 0; k < kernel; ++k, number += T(1)) {
        const T v = lines[l][i * stride + k * step];
        if (!(v > y[i]) && v == v) continue;
        y[i] = v;
        tap[i] = number;
      }
  }
}

template <class T, std::size_t... lane>
inline Batch<T> every_second(Batch<T> a, Batch<T> b, std::index_sequence<lane...>, bool odd) {
  const typename Batch<T>::register_type low = a, high = b;
  return odd ? Batch<T>(__builtin_shufflevector(low, high, static_cast<int>(2 * lane + 1)...))
             : Batch<T>(__builtin_shufflevector(low, high, static_cast<int>(2 * lane)...));
}

/// to[i] = base + 2 i + offset[i], i < n
template <class T>
inline void store_places(std::int64_t* to, std::size_t n, std::int64_t base, Batch<T> offset) {
#if defined(__AVX512DQ__)
  const auto store = [=](std::size_t first, __m512i whole) {
    const __m512i step = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const auto start = _mm512_set1_epi64(base + 2 * static_cast<std::int64_t>(first));
    const auto mask = static_cast<__mmask8>(n - first >= 8 ? 255 : (1u << (n - first)) - 1);
    const __m512i place = _mm512_add_epi64(whole, _mm512_add_epi64(start, step));
    _mm512_mask_storeu_epi64(to + first, mask, place);
  };
  if constexpr (sizeof(T) == 8) {
    store(0, _mm512_cvttpd_epi64(offset));
  } else {
    store(0, _mm512_cvttps_epi64(_mm512_castps512_ps256(offset)));
    if (n > 8) store(8, _mm512_cvttps_epi64(_mm512_extractf32x8_ps(offset, 1)));
  }
#else
  T lane[Batch<T>::size];
  offset.store_unaligned(lane);
  for (std::size_t i = 0; i < n; ++i)
    to[i] = base + 2 * static_cast<std::int64_t>(i) + static_cast<std::int64_t>(lane[i]);
#endif
}

template <class T>
void max_plane_2x2(const T* x, std::size_t width, std::size_t rows, std::size_t columns, T* y,
                   std::int64_t* index) {
  constexpr std::size_t lanes = Batch<T>::size;
  constexpr auto all = std::make_index_sequence<lanes>();
  const Batch<T> zero(T(0));
  const auto load = [zero](const T* from, std::size_t n) {
    if (n >= lanes) return Batch<T>::load_unaligned(from);
    return n == 0 ? zero : load_partial(from, n, zero);
  };
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < columns; i += lanes) {
      const std::size_t n = columns - i < lanes ? columns - i : lanes;
      const std::size_t at = 2 * r * width + 2 * i, rest = 2 * n > lanes ? 2 * n - lanes : 0;
      Batch<T> best = zero, offset = zero;
      const auto add = [&](Batch<T> v, std::size_t ahead) {
        const auto wins = (v > best) | !(v == v);  // nothing is larger than a NaN
        best = xsimd::select(wins, v, best);
        offset = xsimd::select(wins, Batch<T>(static_cast<T>(ahead)), offset);
      };
      const Batch<T> up = load(x + at, 2 * n), up_end = load(x + at + lanes, rest);
      const T* const below = x + at + width;
      const Batch<T> down = load(below, 2 * n), down_end = load(below + lanes, rest);
      best = every_second<T>(up, up_end, all, false);
      add(every_second<T>(up, up_end, all, true), 1);
      add(every_second<T>(down, down_end, all, false), width);
      add(every_second<T>(down, down_end, all, true), width + 1);
      const std::size_t to = r * columns + i;
      if (n == lanes)
        best.store_unaligned(y + to);
      else
        store_partial(y + to, n, best);
      store_places<T>(index + to, n, static_cast<std::int64_t>(at), offset);
    }
}

/// f(stride) with a stride that the compiler knows, for those that are common.
template <class F>
inline void with_stride(std::size_t stride, F f) {
  if (stride == 1) return f(std::integral_constant<std::size_t, 1>());
  if (stride == 2) return f(std::integral_constant<std::size_t, 2>());
  if (stride == 3) return f(std::integral_constant<std::size_t, 3>());
  f(stride);
}

template <class T>
void add_tap(const T* __restrict x, std::size_t any_stride, std::size_t n, T* __restrict y) {
  with_stride(any_stride, [=](auto stride) {
    for (std::size_t i = 0; i < n; ++i) y[i] += x[i * stride];
  });
}

template <class T>
void spread_tap(const T* __restrict y, std::size_t any_stride, std::size_t n, T* __restrict x) {
  with_stride(any_stride, [=](auto stride) {
    for (std::size_t i = 0; i < n; ++i) x[i * stride] += y[i];
  });
}

template <class T>
constexpr PoolIsa<T> functions{max_windows<T>, max_plane_2x2<T>, add_tap<T>, spread_tap<T>};

}  // namespace

extern const PoolIsaSet pool_isa;
const PoolIsaSet pool_isa{functions<float>, functions<double>};

}  // namespace xg::kernels::XG_ISA
