#include <xgrad/core/kernels/conv.hpp>

#include <algorithm>
#include <atomic>
#include <type_traits>

#include <xgrad/core/kernels/conv_backend.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg {

namespace {
std::atomic<bool> winograd{true};
}

void set_winograd(bool enabled) noexcept { winograd.store(enabled, std::memory_order_relaxed); }
bool get_winograd() noexcept { return winograd.load(std::memory_order_relaxed); }

}  // namespace xg

namespace xg::kernels {

template <class T>
void sum_parts(const T* partial, std::size_t parts, std::size_t size, T* gw) {
  parallel_for(size, 16384, [=](std::size_t begin, std::size_t end) {
    std::copy(partial + begin, partial + end, gw + begin);
    for (std::size_t part = 1; part < parts; ++part) {
      const T* const from = partial + part * size;
      for (std::size_t i = begin; i < end; ++i) gw[i] += from[i];
    }
  });
}

template <class T>
void sum_channels(const T* gy, std::size_t images, std::size_t channels, std::size_t size, T* gb) {
  const std::size_t shape[] = {images, channels, size};
  const bool reduced[] = {true, false, true};
  reduce(Reduce::sum, gy, shape, 3, reduced, gb);
}

template <class T>
void conv_forward(const Convolution& c, const T* x, const T* w, const T* b, T* y) {
  if (c.batch == 0) return;
  if (suits_narrow(c)) return narrow_forward(c, x, w, b, y);
  if constexpr (std::is_same_v<T, float>)
    if (onednn_conv_forward(c, x, w, b, y)) return;
  im2col_forward(c, x, w, b, y);
}

template <class T>
void conv_backward_data(const Convolution& c, const T* gy, const T* w, const T* b, T* gx) {
  if (c.batch == 0) return;
  if (suits_narrow_data(c)) return narrow_backward_data(c, gy, w, b, gx);
  if constexpr (std::is_same_v<T, float>)
    if (onednn_conv_backward_data(c, gy, w, b, gx)) return;
  im2col_backward_data(c, gy, w, b, gx);
}

template <class T>
void conv_backward_weights(const Convolution& c, const T* x, const T* gy, T* gw, T* gb) {
  if (c.batch == 0) {
    std::fill_n(gw, c.weights(), T(0));
    if (gb != nullptr) std::fill_n(gb, c.out_channels, T(0));
    return;
  }
  if (suits_narrow(c)) return narrow_backward_weights(c, x, gy, gw, gb);
  if constexpr (std::is_same_v<T, float>)
    if (onednn_conv_backward_weights(c, x, gy, gw, gb)) return;
  im2col_backward_weights(c, x, gy, gw, gb);
}

#define XG_INSTANTIATE(T)                                                                    \
  template void sum_parts<T>(const T*, std::size_t, std::size_t, T*);                        \
  template void sum_channels<T>(const T*, std::size_t, std::size_t, std::size_t, T*);        \
  template void conv_forward<T>(const Convolution&, const T*, const T*, const T*, T*);       \
  template void conv_backward_data<T>(const Convolution&, const T*, const T*, const T*, T*); \
  template void conv_backward_weights<T>(const Convolution&, const T*, const T*, T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
