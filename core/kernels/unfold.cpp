#include <xgrad/core/kernels/unfold.hpp>

#include <algorithm>

#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go

/// Where entry `tap` of the window reads along one direction: position i reads begin + i * step,
/// which lies on the plane for first <= i < last.
struct Reach {
  Reach(const Windows& w, int d, std::size_t tap)
      : begin(static_cast<std::ptrdiff_t>(tap * w.dilation[d]) -
              static_cast<std::ptrdiff_t>(w.padding[d])),
        step(static_cast<std::ptrdiff_t>(w.stride[d])) {
    const auto extent = static_cast<std::ptrdiff_t>(w.extent[d]);
    const auto positions = static_cast<std::ptrdiff_t>(w.count[d]);
    first = begin >= 0 ? 0 : std::min(positions, (-begin + step - 1) / step);
    last = begin >= extent ? 0 : std::min(positions, (extent - begin - 1) / step + 1);
    last = std::max(last, first);
  }
  std::ptrdiff_t begin, step, first, last;
};

/// visit(part of the columns, plane of x, reach down, reach across) for every tap of a plane.
template <class Visit>
void for_each_tap(const Windows& w, std::size_t plane, const Visit& visit) {
  const std::size_t area = w.count[0] * w.count[1];
  std::size_t part = plane * w.kernel[0] * w.kernel[1];
  for (std::size_t i = 0; i < w.kernel[0]; ++i)
    for (std::size_t j = 0; j < w.kernel[1]; ++j, ++part)
      visit(part * area, Reach(w, 0, i), Reach(w, 1, j));
}

std::size_t planes_per_block(const Windows& w) {
  const std::size_t elements = w.kernel[0] * w.kernel[1] * w.count[0] * w.count[1];
  return std::max<std::size_t>(1, kBlock / std::max<std::size_t>(elements, 1));
}

template <class T>
void read_line(const T* x, const Reach& across, std::ptrdiff_t n, T* y) {
  std::fill(y, y + across.first, T(0));
  const T* from = x + across.begin + across.first * across.step;
  if (across.step == 1) {
    std::copy_n(from, across.last - across.first, y + across.first);
  } else {
    for (std::ptrdiff_t k = across.first; k < across.last; ++k, from += across.step) y[k] = *from;
  }
  std::fill(y + across.last, y + n, T(0));
}

}  // namespace

template <class T>
void unfold(const T* x, const Windows& w, T* columns) {
  const auto down_count = static_cast<std::ptrdiff_t>(w.count[0]);
  const auto across_count = static_cast<std::ptrdiff_t>(w.count[1]);
  const auto width = static_cast<std::ptrdiff_t>(w.extent[1]);
  parallel_for(w.planes, planes_per_block(w), [&](std::size_t begin, std::size_t end) {
    for (std::size_t p = begin; p < end; ++p) {
      const T* const plane = x + p * w.extent[0] * w.extent[1];
      for_each_tap(w, p, [&](std::size_t at, const Reach& down, const Reach& across) {
        T* to = columns + at;
        for (std::ptrdiff_t i = 0; i < down_count; ++i, to += across_count) {
          if (i < down.first || i >= down.last)
            std::fill_n(to, across_count, T(0));
          else
            read_line(plane + (down.begin + i * down.step) * width, across, across_count, to);
        }
      });
    }
  });
}

template <class T>
void fold(const T* columns, const Windows& w, T* x) {
  const auto across_count = static_cast<std::ptrdiff_t>(w.count[1]);
  const auto width = static_cast<std::ptrdiff_t>(w.extent[1]);
  const std::size_t area = w.extent[0] * w.extent[1];
  parallel_for(w.planes, planes_per_block(w), [&](std::size_t begin, std::size_t end) {
    std::fill(x + begin * area, x + end * area, T(0));
    for (std::size_t p = begin; p < end; ++p) {
      T* const plane = x + p * area;
      for_each_tap(w, p, [&](std::size_t at, const Reach& down, const Reach& across) {
        for (std::ptrdiff_t i = down.first; i < down.last; ++i) {
          const T* const from = columns + at + i * across_count;
          T* const to = plane + (down.begin + i * down.step) * width + across.begin;
          for (std::ptrdiff_t k = across.first; k < across.last; ++k)
            to[k * across.step] += from[k];
        }
      });
    }
  });
}

#define XG_INSTANTIATE(T)                                \
  template void unfold<T>(const T*, const Windows&, T*); \
  template void fold<T>(const T*, const Windows&, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
