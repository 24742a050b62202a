#include <xgrad/core/kernels/distance.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/distance_isa.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const DistanceIsa<T>& functions() {
  static const DistanceIsaSet& set = XG_CHOOSE(distance_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

constexpr std::size_t kWork = 200'000;   // differences that one thread forms in one go
constexpr std::size_t kCached = 32'768;  // elements of points that stay in the cache meanwhile
// Points that pull in one go where their factors lie rows apart: those of the next tiles lie beside
// them and are in the cache then.
constexpr std::size_t kApart = 32;

/// Points that pull in one go.
std::size_t pulling(std::size_t step, std::size_t stride) {
  return step == 1 ? 1 + kCached / (1 + 4 * stride) : kApart;
}

std::size_t round_up(std::size_t n, std::size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

/// Rows a thread does in one go: whole tiles.
std::size_t block_of(std::size_t work_of_row) {
  return round_up(std::max<std::size_t>(1, kWork / std::max<std::size_t>(1, work_of_row)),
                  distance_rows);
}

/// m sqrt(sum ((x - z) / m)^2), m the largest |x - z|.
template <class T>
T scaled_distance(const T* x, const T* z, std::size_t n) {
  T most(0), sum(0);
  for (std::size_t i = 0; i < n; ++i) {
    const T d = std::abs(x[i] - z[i]);
    if (std::isnan(d)) return d;
    most = std::max(most, d);
  }
  if (most == 0 || std::isinf(most)) return most;
  for (std::size_t i = 0; i < n; ++i) {
    const T d = (x[i] - z[i]) / most;
    sum += d * d;
  }
  return most * std::sqrt(sum);
}

/// Those distances of a tile again whose squares are out of range.
template <class T>
void mend(const T* x, std::size_t rows, const T* z, std::size_t count, std::size_t n, T* y,
          std::size_t stride) {
  const T low = std::sqrt(std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < count; ++j) {
      T& d = y[r * stride + j];
      if (!(d > 2 * low && d <= std::numeric_limits<T>::max()))
        d = scaled_distance(x + r * n, z + j * n, n);
    }
}

/// Points z as panels [n, lanes], one point a lane; those missing from the last are 0.
template <class T>
void make_panels(const T* z, std::size_t k, std::size_t n, std::size_t lanes, T* panels) {
  const std::size_t count = round_up(k, lanes) / lanes;
  parallel_for(count, 1 + kWork / (1 + n * lanes), [=](std::size_t begin, std::size_t end) {
    for (std::size_t p = begin; p < end; ++p) {
      T* const panel = panels + p * n * lanes;
      for (std::size_t l = 0; l < lanes; ++l)
        for (std::size_t i = 0, j = p * lanes + l; i < n; ++i)
          panel[i * lanes + l] = j < k ? z[j * n + i] : T(0);
    }
  });
}

/// Points `stride` apart, filled with 0.
template <class T>
void pad_points(const T* z, std::size_t k, std::size_t n, std::size_t stride, T* padded) {
  std::fill_n(padded, k * stride, T(0));
  for (std::size_t j = 0; j < k; ++j) std::copy_n(z + j * n, n, padded + j * stride);
}

/// gx[i] = sum over j of c[i row_step + j step] (x[i] - z[j]).
template <class T>
void pull(const T* x, std::size_t m, const T* z, std::size_t k, std::size_t n, const T* c,
          std::size_t row_step, std::size_t step, T* gx) {
  const DistanceIsa<T>& f = functions<T>();
  const std::size_t stride = round_up(n, f.width);
  const Scratch<T> padded(stride == n ? 0 : k * stride);
  if (stride != n) pad_points(z, k, n, stride, padded.data());
  const T* const to = stride == n ? z : padded.data();
  const std::size_t others = pulling(step, stride);
  parallel_for(m, block_of(k * n), [=, &f](std::size_t begin, std::size_t end) {
    std::fill(gx + begin * n, gx + end * n, T(0));
    for (std::size_t j = 0; j < k; j += others)
      for (std::size_t i = begin; i < end; i += distance_rows)
        f.pull(x + i * n, std::min(distance_rows, end - i), to + j * stride,
               std::min(others, k - j), stride, n, c + i * row_step + j * step, row_step, step,
               gx + i * n);
  });
}

/// The same where gy / y has lost digits.
template <class T>
void pull_exactly(const T* x, std::size_t m, const T* z, std::size_t k, std::size_t n, const T* y,
                  const T* gy, std::size_t row_step, std::size_t step, T* gx) {
  std::fill_n(gx, m * n, T(0));
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < k; ++j) {
      const std::size_t at = i * row_step + j * step;
      if (y[at] == T(0)) continue;
      for (std::size_t l = 0; l < n; ++l)
        gx[i * n + l] += gy[at] * ((x[i * n + l] - z[j * n + l]) / y[at]);
    }
}

}  // namespace

template <class T>
void euclidean(const T* x, std::size_t m, const T* z, std::size_t k, std::size_t n, T* y) {
  const DistanceIsa<T>& f = functions<T>();
  const std::size_t lanes = 2 * f.width;
  const Scratch<T> panels(round_up(k, lanes) * n);
  make_panels(z, k, n, lanes, panels.data());
  const std::size_t group_size = round_up(1 + kCached / (1 + n), lanes);
  parallel_for(m, block_of(k * n), [=, &f, &panels](std::size_t begin, std::size_t end) {
    for (std::size_t group = 0; group < k; group += group_size)
      for (std::size_t i = begin; i < end; i += distance_rows)
        for (std::size_t j = group; j < std::min(k, group + group_size); j += lanes) {
          const std::size_t rows = std::min(distance_rows, end - i), count = std::min(lanes, k - j);
          T* const corner = y + i * k + j;
          if (!f.tile(x + i * n, rows, panels.data() + j * n, n, count, corner, k))
            mend(x + i * n, rows, z + j * n, count, n, corner, k);
        }
  });
}

template <class T>
void euclidean_backward(const T* x, std::size_t m, const T* z, std::size_t k, std::size_t n,
                        const T* y, const T* gy, T* gx, T* gz) {
  const Scratch<T> c(m * k);
  const bool exact = functions<T>().quotients(gy, y, m * k, c.data());
  const auto side = [&](const T* a, std::size_t rows, const T* b, std::size_t others,
                        std::size_t row_step, std::size_t step, T* g) {
    if (g == nullptr) return;
    exact ? pull(a, rows, b, others, n, c.data(), row_step, step, g)
          : pull_exactly(a, rows, b, others, n, y, gy, row_step, step, g);
  };
  side(x, m, z, k, k, 1, gx);
  side(z, k, x, m, 1, k, gz);
}

#define XG_INSTANTIATE(T)                                                                        \
  template void euclidean<T>(const T*, std::size_t, const T*, std::size_t, std::size_t, T*);     \
  template void euclidean_backward<T>(const T*, std::size_t, const T*, std::size_t, std::size_t, \
                                      const T*, const T*, T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
