#pragma once
#include <cstddef>
#include <cstdint>

/// The functions of reduce_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

/// What becomes of elements x. Partial results of the sums are combined by `sum`, others by
/// themselves.
enum class Fold : std::uint8_t {
  sum,
  prod,
  max,
  min,
  square,     ///< sum of x * x
  abs,        ///< sum of |x|
  product,    ///< sum of x * other
  deviation,  ///< sum of (x - other)^2
};
inline constexpr std::size_t fold_count = 8;

constexpr Fold combine_of(Fold fold) { return fold > Fold::min ? Fold::sum : fold; }

template <class T>
struct ReduceIsa {
  /// One number from x[0 .. n). other: an array like x for product, one number for deviation.
  T (*row[fold_count])(const T* x, const T* other, std::size_t n);
  /// y[j] from x[i * stride + j], i < rows, j < n. other: an array like x for product, other[j] for
  /// deviation.
  void (*columns[fold_count])(const T* x, const T* other, std::size_t rows, std::size_t n,
                              std::size_t stride, T* y);
  /// First index of `value` in x, of a NaN if value is NaN; n if there is none.
  std::size_t (*find)(const T* x, std::size_t n, T value);
  /// y[j] = the largest (smallest) x[i * n + j], i < rows, and index[j] its i: the first of equals;
  /// the first NaN if there is one.
  void (*max_columns)(const T* x, std::size_t rows, std::size_t n, T* y, std::int64_t* index);
  void (*min_columns)(const T* x, std::size_t rows, std::size_t n, T* y, std::int64_t* index);
  /// gx[j] = gy shared by those of x[0 .. n) equal to y, or NaN if y is.
  void (*share)(const T* x, T y, T gy, std::size_t n, T* gx);
  /// The same for each column j < n of x [rows, n]: gy[j] shared by those equal to y[j].
  void (*share_columns)(const T* x, const T* y, const T* gy, std::size_t rows, std::size_t n,
                        T* gx);
  /// gx [rows, n] = gy[j] in row index[j], else 0.
  void (*place_columns)(const std::int64_t* index, const T* gy, std::size_t rows, std::size_t n,
                        T* gx);
};
struct ReduceIsaSet {
  ReduceIsa<float> f32;
  ReduceIsa<double> f64;
};

namespace baseline {
extern const ReduceIsaSet reduce_isa;
}
namespace avx2 {
extern const ReduceIsaSet reduce_isa;
}
namespace avx512 {
extern const ReduceIsaSet reduce_isa;
}

}  // namespace xg::kernels
