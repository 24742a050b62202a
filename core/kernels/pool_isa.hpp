#pragma once
#include <cstddef>
#include <cstdint>

/// The functions of pool_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

template <class T>
struct PoolIsa {
  /// Windows i < n that see `kernel` elements of each line, step apart, from i * stride on: y = the
  /// largest, tap = its number (line by line); the first of equals, the last NaN.
  void (*max_windows)(const T* const* lines, std::size_t count, std::size_t kernel,
                      std::size_t step, std::size_t stride, std::size_t n, T* y, T* tap);
  /// Windows 2x2 side by side of a plane of this width, rows x columns of them: y and the places in
  /// the plane as above. The width is small enough to be a T.
  void (*max_plane_2x2)(const T* x, std::size_t width, std::size_t rows, std::size_t columns, T* y,
                        std::int64_t* index);
  /// One tap of a row of windows, y[i] += x[i * stride]
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
