#pragma once
#include <cstddef>

/// The functions of norm_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

template <class T>
struct NormIsa {
  /// y = (x - mean) scale + shift of a row, with one number each, or one a column.
  void (*row)(const T* x, T mean, T scale, T shift, std::size_t n, T* y);
  void (*columns)(const T* x, const T* mean, const T* scale, const T* shift, std::size_t n, T* y);
  /// y = (x - mean - offset) inverse w + b; w and b may be null for 1 and 0.
  void (*weighted)(const T* x, T mean, T offset, T inverse, const T* w, const T* b, std::size_t n,
                   T* y);

  /// The sums of x - mean and (x - mean)^2 over a row, and of each column of [rows, n].
  void (*row_deviations)(const T* x, T mean, std::size_t n, T* sums);
  void (*column_deviations)(const T* x, const T* mean, std::size_t rows, std::size_t n,
                            std::size_t stride, T* sums, T* squares);

  /// The sums of gy w and gy w (x - mean) over a row; w may be null for 1.
  void (*row_sums)(const T* gy, const T* x, const T* w, T mean, std::size_t n, T* sums);
  /// Of each column of [rows, n], rows `stride` apart: the sums of gy and gy (x - mean).
  void (*column_sums)(const T* gy, const T* x, const T* mean, std::size_t rows, std::size_t n,
                      std::size_t stride, T* sum_gy, T* sum_gyx);

  /// gx = gy a + (x - mean) b + d of a row, with one number each, or one a column; gy times w.
  void (*row_gradient)(const T* gy, const T* x, const T* w, T mean, T a, T b, T d, std::size_t n,
                       T* gx);
  void (*column_gradient)(const T* gy, const T* x, const T* mean, const T* a, const T* b,
                          const T* d, std::size_t n, T* gx);
  /// gw += gy (x - mean - offset) inverse, gb += gy
  void (*add_weighted)(const T* gy, const T* x, T mean, T offset, T inverse, std::size_t n, T* gw,
                       T* gb);
};
struct NormIsaSet {
  NormIsa<float> f32;
  NormIsa<double> f64;
};

namespace baseline {
extern const NormIsaSet norm_isa;
}
namespace avx2 {
extern const NormIsaSet norm_isa;
}
namespace avx512 {
extern const NormIsaSet norm_isa;
}

}  // namespace xg::kernels
