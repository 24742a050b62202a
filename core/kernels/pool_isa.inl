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
constexpr PoolIsa<T> functions{max_windows<T>, add_tap<T>, spread_tap<T>};

}  // namespace

extern const PoolIsaSet pool_isa;
const PoolIsaSet pool_isa{functions<float>, functions<double>};

}  // namespace xg::kernels::XG_ISA
