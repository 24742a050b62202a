#include <xgrad/core/kernels/transpose.hpp>

#include <algorithm>
#include <cstdint>

#include <xgrad/core/kernels/strided.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go
constexpr std::size_t kTile = 32;      // of a transposition: both sides stay in the first cache

std::size_t units_per_block(std::size_t elements) {
  return std::max<std::size_t>(1, kBlock / std::max<std::size_t>(elements, 1));
}

// Vectors of 16 bytes, which every machine has.
template <class T>
struct Vector {
  typedef T type __attribute__((vector_size(16)));
};
template <class T>
typename Vector<T>::type load(const T* x) {
  typename Vector<T>::type v;
  __builtin_memcpy(&v, x, sizeof v);
  return v;
}
template <class V, class T>
void store(T* y, V v) {
  __builtin_memcpy(y, &v, sizeof v);
}

/// A square of 16 bytes a side, in registers.
inline void square(const float* x, std::ptrdiff_t x_stride, float* y, std::ptrdiff_t y_stride) {
  const auto a = load(x), b = load(x + x_stride), c = load(x + 2 * x_stride),
             d = load(x + 3 * x_stride);
  const auto ac_low = __builtin_shufflevector(a, c, 0, 4, 1, 5),
             ac_high = __builtin_shufflevector(a, c, 2, 6, 3, 7);
  const auto bd_low = __builtin_shufflevector(b, d, 0, 4, 1, 5),
             bd_high = __builtin_shufflevector(b, d, 2, 6, 3, 7);
  store(y, __builtin_shufflevector(ac_low, bd_low, 0, 4, 1, 5));
  store(y + y_stride, __builtin_shufflevector(ac_low, bd_low, 2, 6, 3, 7));
  store(y + 2 * y_stride, __builtin_shufflevector(ac_high, bd_high, 0, 4, 1, 5));
  store(y + 3 * y_stride, __builtin_shufflevector(ac_high, bd_high, 2, 6, 3, 7));
}
template <class T>
void square(const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t y_stride) {
  const auto a = load(x), b = load(x + x_stride);
  store(y, __builtin_shufflevector(a, b, 0, 2));
  store(y + y_stride, __builtin_shufflevector(a, b, 1, 3));
}

/// y[i * y_stride + j] = x[i + j * x_stride] for i < rows, j < columns.
template <class T>
void transpose_tile(const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t y_stride,
                    std::ptrdiff_t rows, std::ptrdiff_t columns) {
  constexpr std::ptrdiff_t side = 16 / sizeof(T);
  const std::ptrdiff_t whole_rows = rows / side * side, whole_columns = columns / side * side;
  for (std::ptrdiff_t i = 0; i < whole_rows; i += side) {
    for (std::ptrdiff_t j = 0; j < whole_columns; j += side) {
      square(x + i + j * x_stride, x_stride, y + i * y_stride + j, y_stride);
    }
    for (std::ptrdiff_t j = whole_columns; j < columns; ++j) {
      for (std::ptrdiff_t l = i; l < i + side; ++l) y[l * y_stride + j] = x[l + j * x_stride];
    }
  }
  for (std::ptrdiff_t i = whole_rows; i < rows; ++i) {
    for (std::ptrdiff_t j = 0; j < columns; ++j) y[i * y_stride + j] = x[i + j * x_stride];
  }
}

/// x runs along `axis` where y runs along the last: tile by tile.
template <class T>
void copy_transposed(const T* x, T* y, ViewPair views, std::size_t axis) {
  const std::size_t last = views.rank() - 1;
  const std::size_t rows = views.extent[axis], columns = views.extent[last];
  const std::ptrdiff_t x_stride = views.x[last], y_stride = views.y[axis];
  // The tiles of the two axes count as two axes more, innermost.
  views.remove(last);
  views.remove(axis);
  const auto tile = static_cast<std::ptrdiff_t>(kTile);
  const std::size_t down = (rows + kTile - 1) / kTile, across = (columns + kTile - 1) / kTile;
  const std::size_t outer_axes = views.rank();
  std::size_t tiles = down * across;
  for (std::size_t a = 0; a < outer_axes; ++a) tiles *= views.extent[a];
  parallel_for(tiles, units_per_block(std::min(rows, kTile) * std::min(columns, kTile)),
               [&](std::size_t begin, std::size_t end) {
                 Place place(views, begin / (down * across));
                 for (std::size_t t = begin; t < end; ++t) {
                   const auto i = static_cast<std::ptrdiff_t>(t / across % down) * tile;
                   const auto j = static_cast<std::ptrdiff_t>(t % across) * tile;
                   transpose_tile(x + place.x + i + j * x_stride, x_stride,
                                  y + place.y + i * y_stride + j, y_stride,
                                  std::min(tile, static_cast<std::ptrdiff_t>(rows) - i),
                                  std::min(tile, static_cast<std::ptrdiff_t>(columns) - j));
                   if ((t + 1) % (down * across) == 0) place.next();
                 }
               });
}

/// run(x + offset, y + offset, n) for every line along the last axis.
template <class T, class U, class Run>
void by_lines(const T* x, U* y, ViewPair views, const Run& run) {
  if (views.rank() == 0) views.add(2, 1, 1), views.extent.back() = 1;  // a single element
  const std::size_t n = views.extent.back();
  views.remove(views.rank() - 1);
  std::size_t lines = 1;
  for (std::size_t a = 0; a < views.rank(); ++a) lines *= views.extent[a];
  parallel_for(lines, units_per_block(n), [&](std::size_t begin, std::size_t end) {
    Place place(views, begin);
    for (std::size_t i = begin; i < end; ++i, place.next()) run(x + place.x, y + place.y, n);
  });
}

bool is_empty(const std::size_t* shape, std::size_t rank) {
  return std::find(shape, shape + rank, 0u) != shape + rank;
}

/// One view strided, the other contiguous; strided_is_x says which.
ViewPair views_of(const std::size_t* shape, const std::ptrdiff_t* strides, std::size_t rank,
                  bool strided_is_x) {
  SmallVector<std::ptrdiff_t> contiguous(rank, 1);
  for (std::size_t a = rank; a-- > 1;)
    contiguous[a - 1] = contiguous[a] * static_cast<std::ptrdiff_t>(shape[a]);
  ViewPair views;
  for (std::size_t a = 0; a < rank; ++a) {
    views.add(shape[a], strided_is_x ? strides[a] : contiguous[a],
              strided_is_x ? contiguous[a] : strides[a]);
  }
  return views;
}

template <class T>
void copy(const T* x, T* y, const ViewPair& views) {
  const std::ptrdiff_t step = views.rank() == 0 ? 1 : views.x.back();
  if (step == 1) {
    if (views.rank() == 1 && views.extent[0] > kBlock) {  // one long line
      return parallel_for(views.extent[0], kBlock, [&](std::size_t begin, std::size_t end) {
        std::copy(x + begin, x + end, y + begin);
      });
    }
    return by_lines(x, y, views,
                    [](const T* from, T* to, std::size_t n) { std::copy_n(from, n, to); });
  }
  if (step == 0) {
    return by_lines(x, y, views,
                    [](const T* from, T* to, std::size_t n) { std::fill_n(to, n, *from); });
  }
  for (std::size_t a = 0; a + 1 < views.rank(); ++a) {
    if (views.x[a] == 1) return copy_transposed(x, y, views, a);
  }
  by_lines(x, y, views, [step](const T* from, T* to, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) to[i] = from[static_cast<std::ptrdiff_t>(i) * step];
  });
}

template <class T, class Put>
void write(const T* x, const std::size_t* shape, std::size_t rank, T* y,
           const std::ptrdiff_t* strides, const Put& put) {
  if (is_empty(shape, rank)) return;
  const ViewPair views = views_of(shape, strides, rank, false);
  const std::ptrdiff_t step = views.rank() == 0 ? 1 : views.y.back();
  by_lines(x, y, views, [&put, step](const T* from, T* to, std::size_t n) {
    if (step == 1) {
      for (std::size_t i = 0; i < n; ++i) put(to[i], from[i]);
    } else {
      for (std::size_t i = 0; i < n; ++i) put(to[static_cast<std::ptrdiff_t>(i) * step], from[i]);
    }
  });
}

}  // namespace

template <class T>
void strided_copy(const T* x, const std::ptrdiff_t* strides, const std::size_t* shape,
                  std::size_t rank, T* y) {
  if (is_empty(shape, rank)) return;
  copy(x, y, views_of(shape, strides, rank, true));
}

template <class T>
void permute(const T* x, const std::size_t* shape, const std::size_t* axes, std::size_t rank,
             T* y) {
  SmallVector<std::ptrdiff_t> x_strides(rank, 1), strides(rank);
  SmallVector<std::size_t> y_shape(rank);
  for (std::size_t a = rank; a-- > 1;)
    x_strides[a - 1] = x_strides[a] * static_cast<std::ptrdiff_t>(shape[a]);
  for (std::size_t a = 0; a < rank; ++a) {
    strides[a] = x_strides[axes[a]];
    y_shape[a] = shape[axes[a]];
  }
  strided_copy(x, strides.data(), y_shape.data(), rank, y);
}

template <class T>
void broadcast_copy(const T* x, const std::size_t* x_shape, std::size_t x_rank,
                    const std::size_t* shape, std::size_t rank, T* y) {
  SmallVector<std::ptrdiff_t> strides(rank);
  std::ptrdiff_t stride = 1;
  for (std::size_t a = x_rank; a-- > 0; stride *= static_cast<std::ptrdiff_t>(x_shape[a])) {
    if (x_shape[a] != 1) strides[a + rank - x_rank] = stride;
  }
  strided_copy(x, strides.data(), shape, rank, y);
}

template <class T>
void strided_assign(const T* x, const std::size_t* shape, std::size_t rank, T* y,
                    const std::ptrdiff_t* strides) {
  write(x, shape, rank, y, strides, [](T& to, T from) { to = from; });
}

template <class T>
void strided_add(const T* x, const std::size_t* shape, std::size_t rank, T* y,
                 const std::ptrdiff_t* strides) {
  write(x, shape, rank, y, strides, [](T& to, T from) { to += from; });
}

#define XG_INSTANTIATE(T)                                                                         \
  template void permute<T>(const T*, const std::size_t*, const std::size_t*, std::size_t, T*);    \
  template void strided_copy<T>(const T*, const std::ptrdiff_t*, const std::size_t*, std::size_t, \
                                T*);                                                              \
  template void strided_assign<T>(const T*, const std::size_t*, std::size_t, T*,                  \
                                  const std::ptrdiff_t*);                                         \
  template void broadcast_copy<T>(const T*, const std::size_t*, std::size_t, const std::size_t*,  \
                                  std::size_t, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
XG_INSTANTIATE(std::int64_t)
#undef XG_INSTANTIATE
template void strided_add<float>(const float*, const std::size_t*, std::size_t, float*,
                                 const std::ptrdiff_t*);
template void strided_add<double>(const double*, const std::size_t*, std::size_t, double*,
                                  const std::ptrdiff_t*);

}  // namespace xg::kernels
