#include <algorithm>
#include <utility>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/conv_backend.hpp>
#include <xgrad/core/kernels/conv_narrow_isa.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const NarrowIsa<T>& functions() {
  static const NarrowIsaSet& set = XG_CHOOSE(narrow_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

/// Input extents and padding, stored beside the shape that the kernels see.
struct Narrow : NarrowShape {
  std::size_t in[2], padding[2];
  Narrow(const Convolution& c, std::size_t lanes) {
    channels = c.in_channels;
    outputs = c.out_channels;
    for (std::size_t i = 0; i < 2; ++i) {
      kernel[i] = c.kernel[i];
      out[i] = c.out[i];
      in[i] = c.in[i];
      padding[i] = c.padding[i];
    }
    height = out[0] + kernel[0] - 1;
    width = (out[1] + lanes - 1) / lanes * lanes + kernel[1] - 1;
    first = std::min(padding[0], height);
    last = std::min(padding[0] + in[0], height);
  }
  std::size_t padded_size() const { return channels * height * width; }
  std::size_t in_size() const { return channels * in[0] * in[1]; }
  std::size_t out_size() const { return out[0] * out[1]; }
};

/// The convolution of gy that gives the gradient by x: with the kernel turned round.
Convolution turned(const Convolution& c) {
  Convolution t = c;
  std::swap(t.in_channels, t.out_channels);
  for (std::size_t i = 0; i < 2; ++i) {
    t.in[i] = c.out[i];
    t.out[i] = c.in[i];
    t.padding[i] = c.kernel[i] - 1 - c.padding[i];
  }
  return t;
}

/// Copies images to where zeros surround them.
template <class T>
class Padded {
 public:
  explicit Padded(const Narrow& s) : s_(s), room_(s.padded_size()) {
    std::fill_n(room_.data(), s.padded_size(), T(0));
  }
  const T* operator()(const T* x) const {
    const std::size_t count = std::min(s_.in[1], s_.width - std::min(s_.padding[1], s_.width));
    for (std::size_t c = 0; c < s_.channels; ++c)
      for (std::size_t i = s_.first; i < s_.last; ++i)
        std::copy_n(x + (c * s_.in[0] + i - s_.padding[0]) * s_.in[1], count,
                    room_.data() + (c * s_.height + i) * s_.width + s_.padding[1]);
    return room_.data();
  }

 private:
  const Narrow& s_;
  Scratch<T> room_;
};

/// w(o, tap) as parts of narrow_outputs of them: [part, taps, narrow_outputs].
template <class T, class W>
void pack(const Narrow& s, W w, T* to) {
  const std::size_t taps = s.taps();
  for (std::size_t o = 0; o < s.outputs; ++o)
    for (std::size_t t = 0; t < taps; ++t)
      to[(o / narrow_outputs * taps + t) * narrow_outputs + o % narrow_outputs] = w(o, t);
}

template <class T, class W>
void correlate(const Convolution& c, const T* x, W w, const T* b, T* y) {
  const NarrowIsa<T>& isa = functions<T>();
  const Narrow s(c, isa.lanes);
  const std::size_t parts = (s.outputs + narrow_outputs - 1) / narrow_outputs;
  const Scratch<T> packed(parts * s.taps() * narrow_outputs);
  pack(s, w, packed.data());
  const auto block = static_cast<std::size_t>(1e6 / std::max(c.flops(), 1.0)) + 1;
  parallel_for(c.batch, block, [&](std::size_t begin, std::size_t end) {
    const Padded<T> padded(s);
    for (std::size_t n = begin; n < end; ++n) {
      const T* const image = padded(x + n * s.in_size());
      for (std::size_t o = 0; o < s.outputs; o += narrow_outputs)
        isa.forward(s, image, packed.data() + o * s.taps(), b == nullptr ? b : b + o,
                    std::min(narrow_outputs, s.outputs - o),
                    y + (n * s.outputs + o) * s.out_size());
    }
  });
}

bool has_lines(const Convolution& c) {
  bool has = c.rank == 2 && c.groups == 1;
  for (std::size_t i = 0; i < 2; ++i)
    has = has && c.stride[i] == 1 && c.dilation[i] == 1 && c.kernel[i] > 1;
  return has && c.out[1] >= 8;
}

}  // namespace

bool suits_narrow(const Convolution& c) {
  return has_lines(c) && c.in_channels <= 4 && c.out_channels < 16;
}

bool suits_narrow_data(const Convolution& c) {
  return has_lines(c) && c.in_channels <= narrow_outputs && c.out_channels <= 16 &&
         c.padding[0] < c.kernel[0] && c.padding[1] < c.kernel[1];
}

template <class T>
void narrow_forward(const Convolution& c, const T* x, const T* w, const T* b, T* y) {
  const std::size_t taps = c.in_channels * c.kernel_size();
  correlate(
      c, x, [=](std::size_t o, std::size_t tap) { return w[o * taps + tap]; }, b, y);
}

template <class T>
void narrow_backward_data(const Convolution& c, const T* gy, const T* w, const T* b, T* gx) {
  const std::size_t size = c.kernel_size(), channels = c.in_channels;
  const auto back = [=](std::size_t channel, std::size_t tap) {
    return w[(tap / size * channels + channel) * size + size - 1 - tap % size];
  };
  correlate(turned(c), gy, back, b, gx);
}

template <class T>
void narrow_backward_weights(const Convolution& c, const T* x, const T* gy, T* gw, T* gb) {
  const NarrowIsa<T>& isa = functions<T>();
  const Narrow s(c, isa.lanes);
  const std::size_t images = images_per_block(c, gradient_blocks(c));
  const std::size_t blocks = (c.batch + images - 1) / images, size = c.weights();
  const Scratch<T> partial(blocks * size);
  parallel_for(c.batch, images, [&](std::size_t begin, std::size_t end) {
    const Padded<T> padded(s);
    const Scratch<T> sums(size * isa.lanes);
    std::fill_n(sums.data(), size * isa.lanes, T(0));
    for (std::size_t n = begin; n < end; ++n)
      isa.weights(s, padded(x + n * s.in_size()), gy + n * s.outputs * s.out_size(), sums.data());
    isa.finish(s, sums.data(), partial.data() + begin / images * size);
  });
  sum_parts(partial.data(), blocks, size, gw);
  if (gb != nullptr) sum_channels(gy, c.batch, c.out_channels, s.out_size(), gb);
}

#define XG_INSTANTIATE(T)                                                                      \
  template void narrow_forward<T>(const Convolution&, const T*, const T*, const T*, T*);       \
  template void narrow_backward_data<T>(const Convolution&, const T*, const T*, const T*, T*); \
  template void narrow_backward_weights<T>(const Convolution&, const T*, const T*, T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
