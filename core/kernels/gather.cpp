#include <xgrad/core/kernels/gather.hpp>

#include <algorithm>

#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go

/// A line of the index: where the corresponding line of x begins (without the axis), and how far
/// the next place along the axis lies.
struct Line {
  std::ptrdiff_t base, along_axis;
};

Line line_at(const Places& p, std::size_t row) {
  Line line{0, 1};
  std::ptrdiff_t stride = 1;
  for (std::size_t a = p.rank; a-- > 0; stride *= static_cast<std::ptrdiff_t>(p.shape[a])) {
    if (a == p.axis) line.along_axis = stride;
    if (a + 1 == p.rank) continue;
    const std::size_t i = row % p.index_shape[a];
    row /= p.index_shape[a];
    if (a != p.axis) line.base += static_cast<std::ptrdiff_t>(i) * stride;
  }
  return line;
}

/// visit(place in x, place in the index), line by line. Parts are indices along axis 0, which write
/// to different places unless it is the axis.
template <class Visit>
void for_each(const Places& p, bool writes, const Visit& visit) {
  const std::size_t n = p.index_shape[p.rank - 1];
  std::size_t rows = 1;
  for (std::size_t a = 0; a + 1 < p.rank; ++a) rows *= p.index_shape[a];
  if (rows * n == 0) return;
  const std::size_t part = !writes ? 1 : p.axis == 0 ? rows : rows / p.index_shape[0];
  const std::size_t block = std::max<std::size_t>(1, kBlock / (part * n));
  parallel_for(rows / part, block, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin * part; row < end * part; ++row) {
      const Line line = line_at(p, row);
      const std::int64_t* const index = p.index + row * n;
      if (p.axis + 1 == p.rank) {
        for (std::size_t k = 0; k < n; ++k)
          visit(index[k] < 0 ? -1 : line.base + index[k], row * n + k);
      } else {
        for (std::size_t k = 0; k < n; ++k) {
          const std::ptrdiff_t column = line.base + static_cast<std::ptrdiff_t>(k);
          visit(index[k] < 0 ? -1 : column + index[k] * line.along_axis, row * n + k);
        }
      }
    }
  });
}

}  // namespace

template <class T>
void gather(const T* x, const Places& places, T* y) {
  for_each(places, false,
           [x, y](std::ptrdiff_t from, std::size_t to) { y[to] = from < 0 ? T(0) : x[from]; });
}

template <class T>
void scatter(const T* y, const Places& places, T* x) {
  for_each(places, true, [x, y](std::ptrdiff_t to, std::size_t from) {
    if (to >= 0) x[to] = y[from];
  });
}

template <class T>
void scatter_add(const T* y, const Places& places, T* x) {
  for_each(places, true, [x, y](std::ptrdiff_t to, std::size_t from) {
    if (to >= 0) x[to] += y[from];
  });
}

#define XG_INSTANTIATE(T)                                \
  template void gather<T>(const T*, const Places&, T*);  \
  template void scatter<T>(const T*, const Places&, T*); \
  template void scatter_add<T>(const T*, const Places&, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
XG_INSTANTIATE(std::int64_t)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
