// Plain loops that the compiler vectorises; included once an instruction set, XG_ISA its namespace.

#include "xgrad/core/kernels/pool_isa.hpp"

namespace xg::kernels::XG_ISA {
namespace {

/// f(stride) with a stride that the compiler knows, for those that are common.
template <class F>
inline void with_stride(std::size_t stride, F f) {
  if (stride == 1) return f(std::integral_constant<std::size_t, 1>());
  if (stride == 2) return f(std::integral_constant<std::size_t, 2>());
  if (stride == 3) return f(std::integral_constant<std::size_t, 3>());
  f(stride);
}

template <class T>
void max_tap(const T* __restrict x, std::size_t any_stride, std::size_t n, PoolIndex<T> place,
             T* __restrict best, PoolIndex<T>* __restrict at) {
  with_stride(any_stride, [=](auto stride) {
    for (std::size_t i = 0; i < n; ++i) {
      const T v = x[i * stride];
      const bool taken = !(v <= best[i]);  // NaN too
      const bool wins = taken & ((best[i] == best[i]) | (v != v));
      best[i] = wins ? v : best[i];
      at[i] = wins ? place + static_cast<PoolIndex<T>>(i * stride) : at[i];
    }
  });
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
constexpr PoolIsa<T> functions{max_tap<T>, add_tap<T>, spread_tap<T>};

}  // namespace

extern const PoolIsaSet pool_isa;
const PoolIsaSet pool_isa{functions<float>, functions<double>};

}  // namespace xg::kernels::XG_ISA
