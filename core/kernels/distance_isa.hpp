#pragma once
#include <cstddef>

/// The functions of distance_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

inline constexpr std::size_t distance_rows = 4;  // points done together

template <class T>
struct DistanceIsa {
  std::size_t width;  // lanes; two batches of points make a panel
  /// Distances of `rows` <= distance_rows points x [rows, n] to the first `count` points of a panel
  /// [n, 2 width], an aligned one: y[r stride + j]. False where squares may have been too large or
  /// too small.
  bool (*tile)(const T* x, std::size_t rows, const T* panel, std::size_t n, std::size_t count, T* y,
               std::size_t stride);
  /// c = gy / y, 0 where y = 0. False if one of them has lost digits, or all.
  bool (*quotients)(const T* gy, const T* y, std::size_t n, T* c);
  /// gx [rows, n] += sum over j < k of c[r row_step + j step] (x[r] - z[j]); the points z are
  /// `stride` apart, a multiple of width.
  void (*pull)(const T* x, std::size_t rows, const T* z, std::size_t k, std::size_t stride,
               std::size_t n, const T* c, std::size_t row_step, std::size_t step, T* gx);
};
struct DistanceIsaSet {
  DistanceIsa<float> f32;
  DistanceIsa<double> f64;
};

namespace baseline {
extern const DistanceIsaSet distance_isa;
}
namespace avx2 {
extern const DistanceIsaSet distance_isa;
}
namespace avx512 {
extern const DistanceIsaSet distance_isa;
}

}  // namespace xg::kernels
