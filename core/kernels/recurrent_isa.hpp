#pragma once
#include <cstddef>

/// The functions of recurrent_isa.inl, one set for each instruction set: what happens between two
/// GEMMs of a step, for `rows` of the batch whose arrays are contiguous. Private to core/kernels.
namespace xg::kernels {

template <class T>
struct RecurrentIsa {
  /// In place; n elements.
  void (*tanh_forward)(T* h, std::size_t n);
  void (*relu_forward)(T* h, std::size_t n);
  /// ga = (gy + gh) times the derivative at h; gy may be null for 0.
  void (*tanh_backward)(const T* h, const T* gy, const T* gh, std::size_t n, T* ga);
  void (*relu_backward)(const T* h, const T* gy, const T* gh, std::size_t n, T* ga);

  /// gates [rows, 4 hidden] in place: sums in, values out.
  void (*lstm_forward)(std::size_t rows, std::size_t hidden, T* gates, const T* c_before, T* c,
                       T* tanh_c, T* h);
  /// gc in: of c, out: of c_before. ga [rows, 4 hidden]: of the sums.
  void (*lstm_backward)(std::size_t rows, std::size_t hidden, const T* gates, const T* c_before,
                        const T* tanh_c, const T* gy, const T* gh, T* gc, T* ga);

  /// gates [rows, 3 hidden] in place: W x + b in, values out. product [rows, 3 hidden]: W h + b.
  void (*gru_forward)(std::size_t rows, std::size_t hidden, T* gates, const T* product,
                      const T* before, T* product_n, T* h);
  /// gh in: of h, out: of h_before but for the GEMM's part. ga: of W x + b, gp: of W h + b.
  void (*gru_backward)(std::size_t rows, std::size_t hidden, const T* gates, const T* product_n,
                       const T* before, const T* gy, T* gh, T* ga, T* gp);
};
struct RecurrentIsaSet {
  RecurrentIsa<float> f32;
  RecurrentIsa<double> f64;
};

namespace baseline {
extern const RecurrentIsaSet recurrent_isa;
}
namespace avx2 {
extern const RecurrentIsaSet recurrent_isa;
}
namespace avx512 {
extern const RecurrentIsaSet recurrent_isa;
}

}  // namespace xg::kernels
