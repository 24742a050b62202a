#include <algorithm>

#include <xgrad/core/kernels/conv_backend.hpp>
#include <xgrad/core/kernels/gemm_backend.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t unfolded_bytes = 1 << 19;  // of the patches at hand: they stay in the cache

/// A convolution seen with three axes, missing ones in front, of one group.
struct Patches {
  std::size_t channels, outputs, taps;  // of a group; taps: channels times kernel size
  std::size_t in[3], out[3], kernel[3], stride[3], dilation[3], padding[3];
  std::size_t in_size, out_size;
  std::size_t rows, chunk;  // rows of the output (lines along its last axis), and those at hand
  bool copies;              // a patch is one element: unfolding would copy the input

  Patches(const Convolution& c, std::size_t element)
      : channels(c.in_channels / c.groups),
        outputs(c.out_channels / c.groups),
        taps(channels * c.kernel_size()),
        in_size(c.in_size()),
        out_size(c.out_size()) {
    copies = c.kernel_size() == 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const bool present = axis + c.rank >= 3;
      const std::size_t from = present ? axis + c.rank - 3 : 0;
      in[axis] = present ? c.in[from] : 1;
      out[axis] = present ? c.out[from] : 1;
      kernel[axis] = present ? c.kernel[from] : 1;
      stride[axis] = present ? c.stride[from] : 1;
      dilation[axis] = present ? c.dilation[from] : 1;
      padding[axis] = present ? c.padding[from] : 0;
      copies &= stride[axis] == 1 && padding[axis] == 0 && in[axis] == out[axis];
    }
    rows = out[0] * out[1];
    const std::size_t fit = unfolded_bytes / (taps * out[2] * element + 1);
    chunk = std::clamp<std::size_t>(fit, 1, rows);
  }

  std::size_t columns(std::size_t row) const { return std::min(chunk, rows - row) * out[2]; }
  std::size_t buffer() const { return copies ? 0 : taps * chunk * out[2]; }
};

/// The outputs of an axis for which tap k reads inside the input: [first, last).
struct Inside {
  std::size_t first, last;
  Inside(const Patches& p, std::size_t axis, std::size_t k) {
    const std::size_t ahead = k * p.dilation[axis], pad = p.padding[axis], s = p.stride[axis];
    first = ahead >= pad ? 0 : (pad - ahead + s - 1) / s;
    const std::size_t end = p.in[axis] + pad;  // one past the last position, from -padding
    last = end > ahead ? (end - ahead + s - 1) / s : 0;
    last = std::min(last, p.out[axis]);
    first = std::min(first, last);
  }
  bool has(std::size_t i) const { return i >= first && i < last; }
};

/// Calls f(tap, line, x, range) for every line of `columns` that the rows [row, row + chunk) of
/// output need, x the element that output 0 of the line would read (null: all outside), range the
/// outputs that read inside.
template <class T, class F>
void for_each_line(const Patches& p, std::size_t row, T* x, F f) {
  const std::size_t end = std::min(row + p.chunk, p.rows);
  std::size_t tap = 0;
  for (std::size_t c = 0; c < p.channels; ++c)
    for (std::size_t a = 0; a < p.kernel[0]; ++a)
      for (std::size_t b = 0; b < p.kernel[1]; ++b)
        for (std::size_t d = 0; d < p.kernel[2]; ++d, ++tap) {
          const Inside planes(p, 0, a), lines(p, 1, b), range(p, 2, d);
          for (std::size_t r = row; r < end; ++r) {
            const std::size_t i = r / p.out[1], j = r % p.out[1];
            T* from = nullptr;
            if (planes.has(i) && lines.has(j) && range.first < range.last) {
              const std::size_t u = i * p.stride[0] + a * p.dilation[0] - p.padding[0];
              const std::size_t v = j * p.stride[1] + b * p.dilation[1] - p.padding[1];
              from = x + c * p.in_size + (u * p.in[1] + v) * p.in[2] + d * p.dilation[2] +
                     range.first * p.stride[2] - p.padding[2];
            }
            f(tap, r - row, from, range);
          }
        }
}

/// columns [taps, columns(row)] = what the outputs of these rows read.
template <class T>
void unfold(const Patches& p, std::size_t row, const T* x, T* columns) {
  const std::size_t width = p.out[2], n = p.columns(row), step = p.stride[2];
  for_each_line(p, row, x, [=](std::size_t tap, std::size_t line, const T* from, Inside range) {
    T* const to = columns + tap * n + line * width;
    if (from == nullptr) return static_cast<void>(std::fill_n(to, width, T(0)));
    std::fill_n(to, range.first, T(0));
    std::fill(to + range.last, to + width, T(0));
    const std::size_t count = range.last - range.first;
    T* const inside = to + range.first;
    if (step == 1) return static_cast<void>(std::copy_n(from, count, inside));
    for (std::size_t i = 0; i < count; ++i) inside[i] = from[i * step];
  });
}

/// x += the columns, each to where it was read.
template <class T>
void fold_add(const Patches& p, std::size_t row, const T* columns, T* x) {
  const std::size_t width = p.out[2], n = p.columns(row), step = p.stride[2];
  for_each_line(p, row, x, [=](std::size_t tap, std::size_t line, T* to, Inside range) {
    if (to == nullptr) return;
    const T* const from = columns + tap * n + line * width + range.first;
    for (std::size_t i = 0; i < range.last - range.first; ++i) to[i * step] += from[i];
  });
}

template <class T>
Product<T> product(std::size_t m, std::size_t n, std::size_t k, const T* a, std::size_t lda,
                   const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
  return {false, false, m, n, k, T(1), a, lda, b, ldb, beta, c, ldc};
}

/// One group of one image: y_g = w_g patches.
template <class T>
void forward_group(const Patches& p, const T* x, const T* w, bool add, T* columns, T* y) {
  for (std::size_t row = 0; row < p.rows; row += p.chunk) {
    const std::size_t n = p.columns(row), at = row * p.out[2];
    if (!p.copies) unfold(p, row, x, columns);
    blas_gemm(product<T>(p.outputs, n, p.taps, w, p.taps, p.copies ? x + at : columns,
                         p.copies ? p.in_size : n, add ? T(1) : T(0), y + at, p.out_size));
  }
}

/// gx_g += patches back from w_g^T gy_g.
template <class T>
void data_group(const Patches& p, const T* gy, const T* w, T* columns, T* gx) {
  for (std::size_t row = 0; row < p.rows; row += p.chunk) {
    const std::size_t n = p.columns(row), at = row * p.out[2];
    auto back = product<T>(p.taps, n, p.outputs, w, p.taps, gy + at, p.out_size, T(0), columns, n);
    back.transpose_a = true;
    if (p.copies) {
      back.beta = T(1);
      back.c = gx + at;
      back.ldc = p.in_size;
    }
    blas_gemm(back);
    if (!p.copies) fold_add(p, row, columns, gx);
  }
}

/// gw_g += gy_g patches^T.
template <class T>
void weights_group(const Patches& p, const T* x, const T* gy, T* columns, T* gw) {
  for (std::size_t row = 0; row < p.rows; row += p.chunk) {
    const std::size_t n = p.columns(row), at = row * p.out[2];
    if (!p.copies) unfold(p, row, x, columns);
    auto part = product<T>(p.outputs, p.taps, n, gy + at, p.out_size, p.copies ? x + at : columns,
                           p.copies ? p.in_size : n, T(1), gw, p.taps);
    part.transpose_b = true;
    blas_gemm(part);
  }
}

/// Image and group by group, in parallel: f(image, group, columns).
template <class T, class F>
void for_each_group(const Convolution& c, const Patches& p, F f) {
  const double work = c.flops() / static_cast<double>(c.groups);
  const auto block = static_cast<std::size_t>(1e6 / std::max(work, 1.0)) + 1;
  parallel_for(c.batch * c.groups, block, [&](std::size_t begin, std::size_t end) {
    const Scratch<T> columns(p.buffer());
    for (std::size_t i = begin; i < end; ++i) f(i / c.groups, i % c.groups, columns.data());
  });
}

/// Every channel filled with its bias, or 0.
template <class T>
void fill_channels(const T* b, std::size_t channels, std::size_t size, T* y) {
  for (std::size_t i = 0; i < channels; ++i)
    std::fill_n(y + i * size, size, b == nullptr ? T(0) : b[i]);
}

}  // namespace

template <class T>
void im2col_forward(const Convolution& c, const T* x, const T* w, const T* b, T* y) {
  const Patches p(c, sizeof(T));
  for_each_group<T>(c, p, [&](std::size_t n, std::size_t g, T* columns) {
    T* const to = y + (n * c.out_channels + g * p.outputs) * p.out_size;
    if (b != nullptr) fill_channels(b + g * p.outputs, p.outputs, p.out_size, to);
    forward_group(p, x + (n * c.in_channels + g * p.channels) * p.in_size,
                  w + g * p.outputs * p.taps, b != nullptr, columns, to);
  });
}

template <class T>
void im2col_backward_data(const Convolution& c, const T* gy, const T* w, const T* b, T* gx) {
  const Patches p(c, sizeof(T));
  for_each_group<T>(c, p, [&](std::size_t n, std::size_t g, T* columns) {
    T* const to = gx + (n * c.in_channels + g * p.channels) * p.in_size;
    fill_channels(b == nullptr ? nullptr : b + g * p.channels, p.channels, p.in_size, to);
    data_group(p, gy + (n * c.out_channels + g * p.outputs) * p.out_size,
               w + g * p.outputs * p.taps, columns, to);
  });
}

template <class T>
void im2col_backward_weights(const Convolution& c, const T* x, const T* gy, T* gw, T* gb) {
  const Patches p(c, sizeof(T));
  const std::size_t images = images_per_block(c, gradient_blocks(c));
  const std::size_t blocks = (c.batch + images - 1) / images, size = c.weights();
  const Scratch<T> partial(blocks == 1 ? 0 : blocks * size);
  const double work = c.flops() / static_cast<double>(c.groups) * static_cast<double>(images);
  const auto tasks = static_cast<std::size_t>(1e6 / std::max(work, 1.0)) + 1;
  parallel_for(blocks * c.groups, tasks, [&](std::size_t begin, std::size_t end) {
    const Scratch<T> columns(p.buffer());
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t block = i / c.groups, g = i % c.groups;
      T* const to = (blocks == 1 ? gw : partial.data() + block * size) + g * p.outputs * p.taps;
      std::fill_n(to, p.outputs * p.taps, T(0));
      const std::size_t last = std::min((block + 1) * images, c.batch);
      for (std::size_t n = block * images; n < last; ++n)
        weights_group(p, x + (n * c.in_channels + g * p.channels) * p.in_size,
                      gy + (n * c.out_channels + g * p.outputs) * p.out_size, columns.data(), to);
    }
  });
  if (blocks > 1) sum_parts(partial.data(), blocks, size, gw);
  if (gb != nullptr) sum_channels(gy, c.batch, c.out_channels, p.out_size, gb);
}

#define XG_INSTANTIATE(T)                                                                      \
  template void im2col_forward<T>(const Convolution&, const T*, const T*, const T*, T*);       \
  template void im2col_backward_data<T>(const Convolution&, const T*, const T*, const T*, T*); \
  template void im2col_backward_weights<T>(const Convolution&, const T*, const T*, T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
