// Convolutions to few channels for the instruction set of the file that includes this one. A vector
// holds neighbours along the last axis. Nothing of std:: here but types.
#include <utility>

#include <xgrad/core/kernels/conv_narrow_isa.hpp>
#include <xgrad/core/kernels/partial.hpp>
#include <xgrad/core/kernels/simd_math_base.hpp>

namespace xg::kernels::XG_ISA {
namespace {

template <class T>
using Batch = xsimd::batch<T, xsimd::default_arch>;
template <class T>
constexpr std::size_t lanes_of = Batch<T>::size;

template <class T>
inline void store(T* y, std::size_t n, Batch<T> v) {
  if (n >= lanes_of<T>)
    v.store_unaligned(y);
  else if (n > 0)
    store_partial(y, n, v);
}

/// f(0), ..., f(n - 1) as constants: sums then live in registers.
template <std::size_t n, class F>
inline __attribute__((always_inline)) void unroll(const F& f) {
  const auto all = [&]<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
    (f(std::integral_constant<std::size_t, i>()), ...);
  };
  all(std::make_index_sequence<n>());
}
#define XG_EACH(i) [&](auto i) __attribute__((always_inline))

/// `count` outputs at the positions j .. j + vectors of row i.
template <std::size_t count, std::size_t vectors, class T>
inline void forward_tile(const NarrowShape& s, const T* x, const T* w, const T* b, std::size_t i,
                         std::size_t j, T* y) {
  constexpr std::size_t lanes = lanes_of<T>;
  Batch<T> sum[count][vectors], value[vectors];
  unroll<count>(XG_EACH(o) {
    unroll<vectors>(XG_EACH(v) { sum[o][v] = Batch<T>(b == nullptr ? T(0) : b[o]); });
  });
  const std::size_t begin = s.first > i ? s.first - i : 0;
  const std::size_t end = s.last < i + s.kernel[0] ? (s.last > i ? s.last - i : 0) : s.kernel[0];
  for (std::size_t c = 0; c < s.channels; ++c)
    for (std::size_t k = begin; k < end; ++k) {
      const T* from = x + (c * s.height + i + k) * s.width + j;
      const T* weights = w + (c * s.kernel[0] + k) * s.kernel[1] * narrow_outputs;
      for (std::size_t l = 0; l < s.kernel[1]; ++l, ++from, weights += narrow_outputs) {
        unroll<vectors>(XG_EACH(v) { value[v] = Batch<T>::load_unaligned(from + v * lanes); });
        unroll<count>(XG_EACH(o) {
          const Batch<T> weight(weights[o]);
          unroll<vectors>(XG_EACH(v) { sum[o][v] = simd::fma(value[v], weight, sum[o][v]); });
        });
      }
    }
  unroll<count>(XG_EACH(o) {
    unroll<vectors>(XG_EACH(v) {
      const std::size_t at = j + v * lanes;
      T* const line = y + (o * s.out[0] + i) * s.out[1];
      store<T>(line + at, at < s.out[1] ? s.out[1] - at : 0, sum[o][v]);
    });
  });
}

template <std::size_t count, class T>
void forward_outputs(const NarrowShape& s, const T* x, const T* w, const T* b, T* y) {
  constexpr std::size_t lanes = lanes_of<T>;
  for (std::size_t i = 0; i < s.out[0]; ++i)
    for (std::size_t j = 0; j < s.out[1]; j += 2 * lanes) {
      if (j + lanes < s.out[1])
        forward_tile<count, 2>(s, x, w, b, i, j, y);
      else
        forward_tile<count, 1>(s, x, w, b, i, j, y);
    }
}

template <class T>
void forward(const NarrowShape& s, const T* x, const T* w, const T* b, std::size_t count, T* y) {
  static_assert(narrow_outputs == 6);
  switch (count) {
    case 1:
      return forward_outputs<1>(s, x, w, b, y);
    case 2:
      return forward_outputs<2>(s, x, w, b, y);
    case 3:
      return forward_outputs<3>(s, x, w, b, y);
    case 4:
      return forward_outputs<4>(s, x, w, b, y);
    case 5:
      return forward_outputs<5>(s, x, w, b, y);
    default:
      return forward_outputs<6>(s, x, w, b, y);
  }
}

/// The weights (o .. o + outputs, c, k, l .. l + taps): products over all positions.
template <std::size_t outputs, std::size_t taps, class T>
inline void weights_tile(const NarrowShape& s, const T* x, const T* gy, std::size_t stride,
                         T* sums) {
  constexpr std::size_t lanes = lanes_of<T>;
  Batch<T> sum[outputs][taps], value[taps];
  unroll<outputs>(XG_EACH(o) {
    unroll<taps>(
        XG_EACH(l) { sum[o][l] = Batch<T>::load_unaligned(sums + o * stride + l * lanes); });
  });
  const Batch<T> none(T(0));
  const std::size_t plane = s.out[0] * s.out[1];
  for (std::size_t i = 0; i < s.out[0]; ++i)
    for (std::size_t j = 0; j < s.out[1]; j += lanes) {
      const T* const from = x + i * s.width + j;
      const T* const line = gy + i * s.out[1] + j;
      const std::size_t rest = s.out[1] - j;
      unroll<taps>(XG_EACH(l) { value[l] = Batch<T>::load_unaligned(from + l); });
      unroll<outputs>(XG_EACH(o) {
        const T* const at = line + o * plane;
        const Batch<T> g =
            rest >= lanes ? Batch<T>::load_unaligned(at) : load_partial(at, rest, none);
        unroll<taps>(XG_EACH(l) { sum[o][l] = simd::fma(g, value[l], sum[o][l]); });
      });
    }
  unroll<outputs>(XG_EACH(o) {
    unroll<taps>(XG_EACH(l) { sum[o][l].store_unaligned(sums + o * stride + l * lanes); });
  });
}
#undef XG_EACH

template <std::size_t outputs, class T>
void weights_outputs(const NarrowShape& s, const T* x, const T* gy, T* sums) {
  constexpr std::size_t lanes = lanes_of<T>;
  const std::size_t stride = s.taps() * lanes;
  for (std::size_t c = 0; c < s.channels; ++c)
    for (std::size_t k = 0; k < s.kernel[0]; ++k) {
      const T* const from = x + (c * s.height + k) * s.width;
      T* const to = sums + (c * s.kernel[0] + k) * s.kernel[1] * lanes;
      std::size_t l = 0;
      for (; l + 5 <= s.kernel[1]; l += 5)
        weights_tile<outputs, 5>(s, from + l, gy, stride, to + l * lanes);
      for (; l + 3 <= s.kernel[1]; l += 3)
        weights_tile<outputs, 3>(s, from + l, gy, stride, to + l * lanes);
      for (; l < s.kernel[1]; ++l)
        weights_tile<outputs, 1>(s, from + l, gy, stride, to + l * lanes);
    }
}

template <class T>
void weights(const NarrowShape& s, const T* x, const T* gy, T* sums) {
  const std::size_t plane = s.out[0] * s.out[1], row = s.taps() * lanes_of<T>;
  std::size_t o = 0;
  for (; o + 3 <= s.outputs; o += 3) weights_outputs<3>(s, x, gy + o * plane, sums + o * row);
  for (; o < s.outputs; ++o) weights_outputs<1>(s, x, gy + o * plane, sums + o * row);
}

template <class T>
void finish(const NarrowShape& s, const T* sums, T* gw) {
  constexpr std::size_t lanes = lanes_of<T>;
  for (std::size_t i = 0; i < s.outputs * s.taps(); ++i) {
    T lane[lanes];
    for (std::size_t l = 0; l < lanes; ++l) lane[l] = sums[i * lanes + l];
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
      for (std::size_t l = 0; l < half; ++l) lane[l] += lane[l + half];
    gw[i] = lane[0];
  }
}

template <class T>
constexpr NarrowIsa<T> functions{lanes_of<T>, forward<T>, weights<T>, finish<T>};

}  // namespace

extern const NarrowIsaSet narrow_isa;
const NarrowIsaSet narrow_isa{functions<float>, functions<double>};

}  // namespace xg::kernels::XG_ISA
