#include <xgrad/core/kernels/pool.hpp>

#include <algorithm>
#include <limits>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/pool_isa.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const PoolIsa<T>& functions() {
  static const PoolIsaSet& set = XG_CHOOSE(pool_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

/// f(plane) for all planes, in parallel; each stands for `elements` elements.
template <class F>
void each_plane(std::size_t planes, std::size_t elements, F f) {
  parallel_for(planes, 16384 / (elements + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t plane = begin; plane < end; ++plane) f(plane);
  });
}

/// The windows of one plane.
class Plane {
 public:
  Plane(const Pooling& p, std::size_t plane) : p_(p) {
    for (std::size_t i = 0; i < 3; ++i)
      begin_[i] = p.axis[i].begin.data() + (p.plane_tables ? plane * p.axis[i].out : 0);
  }
  std::size_t begin(std::size_t axis, std::size_t o) const { return begin_[axis][o]; }
  std::size_t count(std::size_t axis, std::size_t o) const { return p_.axis[axis].count[o]; }

  /// f(offset of the line in x) for the lines of x that the outputs (o0, o1, .) see, in order.
  template <class F>
  void each_line(std::size_t o0, std::size_t o1, F f) const {
    for (std::size_t i = 0; i < count(0, o0); ++i)
      for (std::size_t j = 0; j < count(1, o1); ++j) {
        const std::size_t u = begin(0, o0) + i * p_.axis[0].step;
        const std::size_t v = begin(1, o1) + j * p_.axis[1].step;
        f((u * p_.axis[1].in + v) * p_.axis[2].in);
      }
  }
  /// The same for single elements of the window of (o0, o1, o2).
  template <class F>
  void each_element(std::size_t o0, std::size_t o1, std::size_t o2, F f) const {
    each_line(o0, o1, [&](std::size_t line) {
      for (std::size_t k = 0; k < count(2, o2); ++k) f(line + begin(2, o2) + k * p_.axis[2].step);
    });
  }

 private:
  const Pooling& p_;
  const std::uint32_t* begin_[3];
};

/// f(first output, outputs, offset of what the first reads) for the taps of a line whose windows
/// are regular.
template <class F>
void each_tap(const PoolAxis& a, F f) {
  for (std::size_t k = 0; k < a.kernel; ++k) {
    const std::size_t ahead = k * a.step, end = a.in + a.padding;
    std::size_t first = ahead >= a.padding ? 0 : (a.padding - ahead + a.stride - 1) / a.stride;
    std::size_t last = end > ahead ? (end - ahead + a.stride - 1) / a.stride : 0;
    last = std::min(last, a.out);
    if (first < last) f(first, last - first, first * a.stride + ahead - a.padding);
  }
}

/// f(o0, o1, place of their line in y)
template <class F>
void each_output_line(const Pooling& p, F f) {
  for (std::size_t o0 = 0, at = 0; o0 < p.axis[0].out; ++o0)
    for (std::size_t o1 = 0; o1 < p.axis[1].out; ++o1, at += p.axis[2].out) f(o0, o1, at);
}

template <class T>
void max_line(const Pooling& p, const Plane& w, std::size_t o0, std::size_t o1, const T* x, T* y,
              PoolIndex<T>* at) {
  const PoolAxis& a = p.axis[2];
  const std::size_t corner = (w.begin(0, o0) * p.axis[1].in + w.begin(1, o1)) * a.in;
  for (std::size_t o = 0; o < a.out; ++o) {
    y[o] = -std::numeric_limits<T>::infinity();
    at[o] = static_cast<PoolIndex<T>>(corner + w.begin(2, o));
  }
  const PoolIsa<T>& isa = functions<T>();
  if (a.regular)
    return w.each_line(o0, o1, [&](std::size_t line) {
      each_tap(a, [&](std::size_t first, std::size_t n, std::size_t from) {
        isa.max_tap(x + line + from, a.stride, n, static_cast<PoolIndex<T>>(line + from), y + first,
                    at + first);
      });
    });
  for (std::size_t o = 0; o < a.out; ++o)
    w.each_element(o0, o1, o, [&](std::size_t i) {
      if (!(x[i] > y[o]) && x[i] == x[i]) return;
      y[o] = x[i];
      at[o] = static_cast<PoolIndex<T>>(i);
    });
}

template <class T>
T divisor_of(const Pooling& p, std::size_t o0, std::size_t o1, std::size_t o2) {
  if (p.divisor != 0) return static_cast<T>(p.divisor);
  return static_cast<T>(p.axis[0].divisor[o0] * p.axis[1].divisor[o1] * p.axis[2].divisor[o2]);
}

bool is_whole(const Pooling& p) {
  bool whole = !p.plane_tables;
  for (const PoolAxis& a : p.axis)
    whole = whole && a.out == 1 && a.begin[0] == 0 && a.count[0] == a.in && a.step == 1;
  return whole;
}

/// One window, the plane: a reduction.
template <class T>
void average_whole(const Pooling& p, std::size_t planes, const T* x, T* y) {
  const std::size_t shape[] = {planes, p.in_size()};
  const bool reduced[] = {false, true};
  reduce(Reduce::sum, x, shape, 2, reduced, y);
  const T divisor = divisor_of<T>(p, 0, 0, 0);
  for (std::size_t i = 0; i < planes; ++i) y[i] /= divisor;
}

template <class T>
void average_line(const Pooling& p, const Plane& w, std::size_t o0, std::size_t o1, const T* x,
                  T* y) {
  const PoolAxis& a = p.axis[2];
  std::fill_n(y, a.out, T(0));
  const PoolIsa<T>& isa = functions<T>();
  if (a.regular) {
    w.each_line(o0, o1, [&](std::size_t line) {
      each_tap(a, [&](std::size_t first, std::size_t n, std::size_t from) {
        isa.add_tap(x + line + from, a.stride, n, y + first);
      });
    });
  } else {
    for (std::size_t o = 0; o < a.out; ++o)
      w.each_element(o0, o1, o, [&](std::size_t i) { y[o] += x[i]; });
  }
  for (std::size_t o = 0; o < a.out; ++o) y[o] /= divisor_of<T>(p, o0, o1, o);
}

template <class T>
void spread_line(const Pooling& p, const Plane& w, std::size_t o0, std::size_t o1, const T* gy,
                 T* share, T* gx) {
  const PoolAxis& a = p.axis[2];
  for (std::size_t o = 0; o < a.out; ++o) share[o] = gy[o] / divisor_of<T>(p, o0, o1, o);
  const PoolIsa<T>& isa = functions<T>();
  if (a.regular)
    return w.each_line(o0, o1, [&](std::size_t line) {
      each_tap(a, [&](std::size_t first, std::size_t n, std::size_t from) {
        isa.spread_tap(share + first, a.stride, n, gx + line + from);
      });
    });
  for (std::size_t o = 0; o < a.out; ++o)
    w.each_element(o0, o1, o, [&](std::size_t i) { gx[i] += share[o]; });
}

}  // namespace

template <class T>
void max_pool(const Pooling& p, std::size_t planes, const T* x, T* y, std::int64_t* index) {
  const std::size_t in = p.in_size(), out = p.out_size(), width = p.axis[2].out;
  each_plane(planes, in, [&](std::size_t plane) {
    const Plane windows(p, plane);
    const Scratch<PoolIndex<T>> at(width);
    each_output_line(p, [&](std::size_t o0, std::size_t o1, std::size_t line) {
      const std::size_t to = plane * out + line;
      max_line(p, windows, o0, o1, x + plane * in, y + to, at.data());
      std::copy_n(at.data(), width, index + to);
    });
  });
}

template <class T>
void avg_pool(const Pooling& p, std::size_t planes, const T* x, T* y) {
  if (is_whole(p)) return average_whole(p, planes, x, y);
  const std::size_t in = p.in_size(), out = p.out_size();
  each_plane(planes, in, [&](std::size_t plane) {
    const Plane windows(p, plane);
    each_output_line(p, [&](std::size_t o0, std::size_t o1, std::size_t line) {
      average_line(p, windows, o0, o1, x + plane * in, y + plane * out + line);
    });
  });
}

template <class T>
void avg_pool_backward(const Pooling& p, std::size_t planes, const T* gy, T* gx) {
  const std::size_t in = p.in_size(), out = p.out_size();
  each_plane(planes, in, [&](std::size_t plane) {
    const Plane windows(p, plane);
    const Scratch<T> share(p.axis[2].out);
    std::fill_n(gx + plane * in, in, T(0));
    each_output_line(p, [&](std::size_t o0, std::size_t o1, std::size_t line) {
      spread_line(p, windows, o0, o1, gy + plane * out + line, share.data(), gx + plane * in);
    });
  });
}

template <class T>
void gather_planes(std::size_t planes, std::size_t m, std::size_t n, const std::int64_t* index,
                   const T* x, T* y) {
  each_plane(planes, n, [=](std::size_t plane) {
    const T* const from = x + plane * m;
    const std::size_t begin = plane * n;
    for (std::size_t i = begin; i < begin + n; ++i) y[i] = from[index[i]];
  });
}

template <class T>
void scatter_add_planes(std::size_t planes, std::size_t n, std::size_t m, const std::int64_t* index,
                        const T* x, T* y) {
  each_plane(planes, n + m, [=](std::size_t plane) {
    T* const to = y + plane * m;
    std::fill_n(to, m, T(0));
    const std::size_t begin = plane * n;
    for (std::size_t i = begin; i < begin + n; ++i) to[index[i]] += x[i];
  });
}

template <class T>
void scatter_planes(std::size_t planes, std::size_t n, std::size_t m, const std::int64_t* index,
                    const T* x, T* y) {
  each_plane(planes, n + m, [=](std::size_t plane) {
    T* const to = y + plane * m;
    std::fill_n(to, m, T(0));
    const std::size_t begin = plane * n;
    for (std::size_t i = begin; i < begin + n; ++i) to[index[i]] = x[i];
  });
}

#define XG_INSTANTIATE(T)                                                                         \
  template void max_pool<T>(const Pooling&, std::size_t, const T*, T*, std::int64_t*);            \
  template void avg_pool<T>(const Pooling&, std::size_t, const T*, T*);                           \
  template void avg_pool_backward<T>(const Pooling&, std::size_t, const T*, T*);                  \
  template void gather_planes<T>(std::size_t, std::size_t, std::size_t, const std::int64_t*,      \
                                 const T*, T*);                                                   \
  template void scatter_add_planes<T>(std::size_t, std::size_t, std::size_t, const std::int64_t*, \
                                      const T*, T*);                                              \
  template void scatter_planes<T>(std::size_t, std::size_t, std::size_t, const std::int64_t*,     \
                                  const T*, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
