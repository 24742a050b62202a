#include <xgrad/core/kernels/norm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/norm_isa.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/reduce_isa.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const NormIsa<T>& functions() {
  static const NormIsaSet& set = XG_CHOOSE(norm_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}
template <class T>
const ReduceIsa<T>& folds() {
  static const ReduceIsaSet& set = XG_CHOOSE(reduce_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

constexpr std::size_t block_rows = 128;  // whose sums are taken one after the other

/// f(i) for i < units, in parallel; each stands for `elements` elements.
template <class F>
void each(std::size_t units, std::size_t elements, F f) {
  parallel_for(units, 16384 / (elements + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) f(i);
  });
}

/// y[j] = sum of x [parts, n] over the parts: each half, then their sum.
template <class T>
void sum_rows(T* x, std::size_t parts, std::size_t n, T* y) {
  for (std::size_t step = 1; step < parts; step *= 2)
    for (std::size_t i = 0; i + step < parts; i += 2 * step)
      for (std::size_t j = 0; j < n; ++j) x[i * n + j] += x[(i + step) * n + j];
  std::copy_n(x, n, y);
}

/// f(first row, rows, a place for n sums, another) for blocks of rows; the sums are added up.
template <class T, class F>
void sum_in_blocks(std::size_t rows, std::size_t n, F f, T* first, T* second) {
  if (rows == 0) {
    for (T* const sums : {first, second})
      if (sums != nullptr) std::fill_n(sums, n, T(0));
    return;
  }
  const std::size_t parts = (rows + block_rows - 1) / block_rows;
  const Scratch<T> partial(2 * parts * n);
  T* const one = partial.data();
  T* const two = one + parts * n;
  each(parts, block_rows * n, [&](std::size_t p) {
    f(p * block_rows, std::min(block_rows, rows - p * block_rows), one + p * n, two + p * n);
  });
  if (first != nullptr) sum_rows(one, parts, n, first);
  if (second != nullptr) sum_rows(two, parts, n, second);
}

/// For each channel two sums of what row(first element of a row, channel, sums[2]) gives, in
/// double: there may be many short rows. Some images at a time, as the loops before and after have
/// them.
template <class Row, class Take>
void sum_channel_rows(const Channels& s, Row row, Take take) {
  const std::size_t images = (s.outer + 15) / 16;
  const std::size_t parts = images == 0 ? 0 : (s.outer + images - 1) / images;
  const Scratch<double> partial(2 * parts * s.channels);
  each(parts * s.channels, images * s.inner, [&, to = partial.data()](std::size_t unit) {
    const std::size_t c = unit % s.channels, first = unit / s.channels * images;
    double one = 0, two = 0;
    for (std::size_t i = first; i < std::min(first + images, s.outer); ++i) {
      const auto sums = row((i * s.channels + c) * s.inner, c);
      one += static_cast<double>(sums[0]);
      two += static_cast<double>(sums[1]);
    }
    to[2 * unit] = one;
    to[2 * unit + 1] = two;
  });
  for (std::size_t c = 0; c < s.channels; ++c) {
    double one = 0, two = 0;
    for (std::size_t part = 0; part < parts; ++part) {
      one += partial[2 * (part * s.channels + c)];
      two += partial[2 * (part * s.channels + c) + 1];
    }
    take(c, one, two);
  }
}

/// From the sums of x - mean and of its square.
template <class T>
void moments_of(T sum, T square, T count, T* offset, T* variance) {
  *offset = sum / count;
  *variance = std::max(square / count - *offset * *offset, T(0));
}

/// 1 / sqrt(variance + eps) where the squares overflow T: in the widest type there is.
template <class T>
T wide_inverse(bool centred, const T* x, std::size_t n, T eps, T mean) {
  long double sum = 0, square = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const long double deviation = static_cast<long double>(x[k]) - mean;
    sum += deviation;
    square += deviation * deviation;
  }
  const auto count = static_cast<long double>(n);
  const long double offset = centred ? sum / count : 0;
  return static_cast<T>(1 / std::sqrt(square / count - offset * offset + eps));
}

/// gx = (g - mean_g - h mean_gh) s, g = gy w and h = (x - mean - offset) s, where s * s is less
/// than T can say. The offset is what the mean lost to rounding.
template <class T>
void wide_row_gradient(const T* gy, const T* x, const T* w, T mean, T offset, T s, T mean_g,
                       T mean_gh, std::size_t n, T* gx) {
  for (std::size_t k = 0; k < n; ++k) {
    const T g = w == nullptr ? gy[k] : gy[k] * w[k];
    gx[k] = (g - mean_g - (x[k] - mean - offset) * s * mean_gh) * s;
  }
}

/// Those of row i.
template <class T>
void row_moments(bool centred, const T* x, std::size_t n, T eps, const RowMoments<T>& m,
                 std::size_t i) {
  const T count = static_cast<T>(n), zero = 0;
  m.mean[i] =
      centred ? folds<T>().row[static_cast<std::size_t>(Fold::sum)](x, &zero, n) / count : zero;
  T sums[2], variance;
  functions<T>().row_deviations(x, m.mean[i], n, sums);
  moments_of(centred ? sums[0] : zero, sums[1], count, m.offset + i, &variance);
  const bool overflow = !std::isfinite(sums[1]) && std::isfinite(m.mean[i]);
  m.inverse[i] =
      overflow ? wide_inverse(centred, x, n, eps, m.mean[i]) : T(1) / std::sqrt(variance + eps);
}

}  // namespace

template <class T>
void channel_moments(const Channels& s, const T* x, T* mean, T* offset, T* var) {
  const NormIsa<T>& isa = functions<T>();
  const T count = static_cast<T>(s.outer * s.inner);
  if (s.inner == 1) {
    const std::size_t shape[] = {s.outer, s.channels};
    const bool reduced[] = {true, false};
    reduce(Reduce::mean, x, shape, 2, reduced, mean);
    sum_in_blocks<T>(
        s.outer, s.channels,
        [=, &isa](std::size_t first, std::size_t rows, T* one, T* two) {
          isa.column_deviations(x + first * s.channels, mean, rows, s.channels, s.channels, one,
                                two);
        },
        offset, var);
    for (std::size_t c = 0; c < s.channels; ++c)
      moments_of(offset[c], var[c], count, offset + c, var + c);
    return;
  }
  const auto sum = folds<T>().row[static_cast<std::size_t>(Fold::sum)];
  const auto plain = [=](std::size_t at, std::size_t) {
    const T zero = 0;
    return std::array<T, 2>{sum(x + at, &zero, s.inner), zero};
  };
  sum_channel_rows(s, plain, [=](std::size_t c, double total, double) {
    mean[c] = static_cast<T>(total / static_cast<double>(s.outer * s.inner));
  });
  const auto deviations = [=, &isa](std::size_t at, std::size_t c) {
    std::array<T, 2> sums;
    isa.row_deviations(x + at, mean[c], s.inner, sums.data());
    return sums;
  };
  sum_channel_rows(s, deviations, [=](std::size_t c, double one, double two) {
    moments_of(static_cast<T>(one), static_cast<T>(two), count, offset + c, var + c);
  });
}

template <class T>
void normalize_channels(const Channels& s, const T* x, const T* mean, const T* scale,
                        const T* shift, T* y) {
  const NormIsa<T>& isa = functions<T>();
  if (s.inner == 1) {
    const Scratch<T> zeros(shift == nullptr ? s.channels : 0);
    if (shift == nullptr) std::fill_n(zeros.data(), s.channels, T(0));
    const T* const add = shift == nullptr ? zeros.data() : shift;
    return each(s.outer, s.channels, [=, &isa](std::size_t i) {
      isa.columns(x + i * s.channels, mean, scale, add, s.channels, y + i * s.channels);
    });
  }
  each(s.outer * s.channels, s.inner, [=, &isa](std::size_t i) {
    const std::size_t c = i % s.channels;
    isa.row(x + i * s.inner, mean[c], scale[c], shift == nullptr ? T(0) : shift[c], s.inner,
            y + i * s.inner);
  });
}

template <class T>
void channel_gradient_sums(const Channels& s, const T* gy, const T* x, const T* mean, T* sum_gy,
                           T* sum_gyx) {
  const NormIsa<T>& isa = functions<T>();
  if (s.inner == 1)
    return sum_in_blocks<T>(
        s.outer, s.channels,
        [=, &isa](std::size_t first, std::size_t rows, T* one, T* two) {
          isa.column_sums(gy + first * s.channels, x + first * s.channels, mean, rows, s.channels,
                          s.channels, one, two);
        },
        sum_gy, sum_gyx);
  const auto sums_of = [=, &isa](std::size_t at, std::size_t c) {
    std::array<T, 2> sums;
    isa.row_sums(gy + at, x + at, nullptr, mean[c], s.inner, sums.data());
    return sums;
  };
  sum_channel_rows(s, sums_of, [=](std::size_t c, double one, double two) {
    sum_gy[c] = static_cast<T>(one);
    sum_gyx[c] = static_cast<T>(two);
  });
}

template <class T>
void channel_gradient(const Channels& s, const T* gy, const T* x, const T* mean, const T* a,
                      const T* b, const T* d, T* gx) {
  const NormIsa<T>& isa = functions<T>();
  if (s.inner == 1)
    return each(s.outer, s.channels, [=, &isa](std::size_t i) {
      const std::size_t at = i * s.channels;
      isa.column_gradient(gy + at, x + at, mean, a, b, d, s.channels, gx + at);
    });
  each(s.outer * s.channels, s.inner, [=, &isa](std::size_t i) {
    const std::size_t c = i % s.channels, at = i * s.inner;
    isa.row_gradient(gy + at, x + at, nullptr, mean[c], a[c], b[c], d[c], s.inner, gx + at);
  });
}

template <class T>
void normalize_rows(bool centred, std::size_t rows, std::size_t n, const T* x, const T* w,
                    const T* b, T eps, T* y, const RowMoments<T>& m) {
  const NormIsa<T>& isa = functions<T>();
  each(rows, n, [=, &isa](std::size_t i) {
    row_moments(centred, x + i * n, n, eps, m, i);
    isa.weighted(x + i * n, m.mean[i], m.offset[i], m.inverse[i], w, b, n, y + i * n);
  });
}

template <class T>
void normalize_rows_backward(bool centred, std::size_t rows, std::size_t n, const T* gy, const T* x,
                             const T* w, const RowMoments<T>& m, T* gx, T* gw, T* gb) {
  const NormIsa<T>& isa = functions<T>();
  const T part = T(1) / static_cast<T>(n);
  if (gx != nullptr)
    each(rows, n, [=, &isa](std::size_t i) {  // dx = (g - mean g - h mean(g h)) / s, g = gy w
      T sums[2];
      isa.row_sums(gy + i * n, x + i * n, w, m.mean[i], n, sums);
      const T s = m.inverse[i], gh = s * (sums[1] - m.offset[i] * sums[0]);
      if (s * s < std::numeric_limits<T>::min())
        return wide_row_gradient(gy + i * n, x + i * n, w, m.mean[i], m.offset[i], s,
                                 centred ? sums[0] * part : T(0), gh * part, n, gx + i * n);
      const T b = -s * s * gh * part, d = centred ? -s * sums[0] * part : T(0);
      isa.row_gradient(gy + i * n, x + i * n, w, m.mean[i], s, b, d - m.offset[i] * b, n,
                       gx + i * n);
    });
  if (gw == nullptr && gb == nullptr) return;
  sum_in_blocks<T>(
      rows, n,
      [=, &isa](std::size_t first, std::size_t count, T* one, T* two) {
        std::fill_n(one, n, T(0));
        std::fill_n(two, n, T(0));
        for (std::size_t i = first; i < first + count; ++i)
          isa.add_weighted(gy + i * n, x + i * n, m.mean[i], m.offset[i], m.inverse[i], n, one,
                           two);
      },
      gw, gb);
}

#define XG_INSTANTIATE(T)                                                                          \
  template void normalize_channels<T>(const Channels&, const T*, const T*, const T*, const T*,     \
                                      T*);                                                         \
  template void channel_gradient_sums<T>(const Channels&, const T*, const T*, const T*, T*, T*);   \
  template void channel_gradient<T>(const Channels&, const T*, const T*, const T*, const T*,       \
                                    const T*, const T*, T*);                                       \
  template void channel_moments<T>(const Channels&, const T*, T*, T*, T*);                         \
  template void normalize_rows<T>(bool, std::size_t, std::size_t, const T*, const T*, const T*, T, \
                                  T*, const RowMoments<T>&);                                       \
  template void normalize_rows_backward<T>(bool, std::size_t, std::size_t, const T*, const T*,     \
                                           const T*, const RowMoments<T>&, T*, T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
