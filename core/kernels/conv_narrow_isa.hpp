#pragma once
#include <cstddef>

/// The functions of conv_narrow_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

/// Two-dimensional convolutions of stride 1 seen on padded images: planes [channels, height, width]
/// in which every output sees its whole patch, and lines can be read a vector too far.
struct NarrowShape {
  std::size_t channels, outputs, kernel[2], out[2];
  std::size_t height, width;  ///< padded
  std::size_t first, last;    ///< lines [first, last) are not all padding
  std::size_t taps() const { return channels * kernel[0] * kernel[1]; }
};

template <class T>
struct NarrowIsa {
  std::size_t lanes;
  /// Outputs [first, first + count) of one image, count <= narrow_outputs: y [outputs, out...] from
  /// w [taps, narrow_outputs] and b (null: zeros).
  void (*forward)(const NarrowShape& s, const T* x, const T* w, const T* b, std::size_t count,
                  T* y);
  /// sums [weights_sums(s)] += the products of one image, a vector of lanes for each weight.
  void (*weights)(const NarrowShape& s, const T* x, const T* gy, T* sums);
  /// gw [outputs, taps] = sums over the lanes.
  void (*finish)(const NarrowShape& s, const T* sums, T* gw);
};
inline constexpr std::size_t narrow_outputs = 6;

struct NarrowIsaSet {
  NarrowIsa<float> f32;
  NarrowIsa<double> f64;
};

namespace baseline {
extern const NarrowIsaSet narrow_isa;
}
namespace avx2 {
extern const NarrowIsaSet narrow_isa;
}
namespace avx512 {
extern const NarrowIsaSet narrow_isa;
}

}  // namespace xg::kernels
