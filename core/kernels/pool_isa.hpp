#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

/// The functions of pool_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

/// Places within a plane, as wide as the elements.
template <class T>
using PoolIndex = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

/// One tap of a row of windows: element i * stride for window i.
template <class T>
struct PoolIsa {
  /// best[i] = x if it is larger or NaN; at[i] = place + i * stride then.
  void (*max_tap)(const T* x, std::size_t stride, std::size_t n, PoolIndex<T> place, T* best,
                  PoolIndex<T>* at);
  /// y[i] += x[i * stride]
  void (*add_tap)(const T* x, std::size_t stride, std::size_t n, T* y);
  /// x[i * stride] += y[i]
  void (*spread_tap)(const T* y, std::size_t stride, std::size_t n, T* x);
};
struct PoolIsaSet {
  PoolIsa<float> f32;
  PoolIsa<double> f64;
};

namespace baseline {
extern const PoolIsaSet pool_isa;
}
namespace avx2 {
extern const PoolIsaSet pool_isa;
}
namespace avx512 {
extern const PoolIsaSet pool_isa;
}

}  // namespace xg::kernels
