#pragma once
#include <cstddef>

/// The functions of softmax_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

template <class T>
struct SoftmaxIsa {
  // Of one row of n.
  void (*softmax)(const T* x, std::size_t n, T* y);
  void (*log_softmax)(const T* x, std::size_t n, T* y);
  void (*statistics)(const T* x, std::size_t n, T* largest,
                     T* log_sum);  // max x, log(sum exp(x - max))
  void (*softmax_backward)(const T* y, const T* gy, std::size_t n, T* gx);
  void (*log_softmax_backward)(const T* y, const T* gy, std::size_t n, T* gx);
  void (*exp_scaled)(const T* x, T largest, T log_sum, T scale, std::size_t n,
                     T* y);  // softmax from them, * scale
  // Of `inner` columns of n elements, `inner` apart.
  void (*softmax_columns)(const T* x, std::size_t n, std::size_t inner, T* y);
  void (*log_softmax_columns)(const T* x, std::size_t n, std::size_t inner, T* y);
  void (*statistics_columns)(const T* x, std::size_t n, std::size_t inner, T* largest, T* log_sum);
  void (*softmax_backward_columns)(const T* y, const T* gy, std::size_t n, std::size_t inner,
                                   T* gx);
  void (*log_softmax_backward_columns)(const T* y, const T* gy, std::size_t n, std::size_t inner,
                                       T* gx);
};
struct SoftmaxIsaSet {
  SoftmaxIsa<float> f32;
  SoftmaxIsa<double> f64;
};

namespace baseline {
extern const SoftmaxIsaSet softmax_isa;
}
namespace avx2 {
extern const SoftmaxIsaSet softmax_isa;
}
namespace avx512 {
extern const SoftmaxIsaSet softmax_isa;
}

}  // namespace xg::kernels
