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

/// f(begin, end) for blocks of planes, in parallel; each plane stands for `elements` elements.
template <class F>
void each_block(std::size_t planes, std::size_t elements, F f) {
  parallel_for(planes, 16384 / (elements + 1) + 1, f);
}
/// f(plane) for all planes likewise.
template <class F>
void each_plane(std::size_t planes, std::size_t elements, F f) {
  each_block(planes, elements, [&](std::size_t begin, std::size_t end) {
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

/// One tap of the windows of a line, which are regular: for the outputs first .. first + n it reads
/// what begins at `from`.
struct Tap {
  std::size_t first, n, from;
};
using Taps = std::vector<Tap>;

Taps taps_of(const PoolAxis& a) {
  Taps taps;
  if (!a.regular) return taps;
  for (std::size_t k = 0; k < a.kernel; ++k) {
    const std::size_t ahead = k * a.step, end = a.in + a.padding;
    std::size_t first = ahead >= a.padding ? 0 : (a.padding - ahead + a.stride - 1) / a.stride;
    std::size_t last = end > ahead ? (end - ahead + a.stride - 1) / a.stride : 0;
    last = std::min(last, a.out);
    first = std::min(first, last);
    taps.push_back({first, last - first, first * a.stride + ahead - a.padding});
  }
  return taps;
}

/// f(o0, o1, place of their line in y)
template <class F>
void each_output_line(const Pooling& p, F f) {
  for (std::size_t o0 = 0, at = 0; o0 < p.axis[0].out; ++o0)
    for (std::size_t o1 = 0; o1 < p.axis[1].out; ++o1, at += p.axis[2].out) f(o0, o1, at);
}

/// Maxima of the windows (o0, o1, .) of a plane, and where they are.
template <class T>
class MaxLine {
 public:
  explicit MaxLine(const Pooling& p) : a_(p.axis[2]), taps_(a_.out) {
    if (!a_.regular) return;
    const Taps taps = taps_of(a_);
    first_ = taps.front().first;
    last_ = taps.back().first + taps.back().n;
    if (last_ <= first_) first_ = last_ = 0;
  }

  void run(const Plane& w, std::size_t o0, std::size_t o1, const T* x, T* y, std::int64_t* at) {
    for (std::size_t o = 0; o < first_; ++o) one(w, o0, o1, o, x, y, at);
    for (std::size_t o = last_; o < a_.out; ++o) one(w, o0, o1, o, x, y, at);
    if (first_ < last_) whole(w, o0, o1, x, y, at);
  }

 private:
  void one(const Plane& w, std::size_t o0, std::size_t o1, std::size_t o, const T* x, T* y,
           std::int64_t* at) const {
    y[o] = -std::numeric_limits<T>::infinity();
    at[o] = -1;
    w.each_element(o0, o1, o, [&](std::size_t i) {
      if (!(x[i] > y[o]) && x[i] == x[i] && at[o] >= 0) return;
      y[o] = x[i];
      at[o] = static_cast<std::int64_t>(i);
    });
  }

  /// Those windows that no border of the last axis cuts.
  void whole(const Plane& w, std::size_t o0, std::size_t o1, const T* x, T* y, std::int64_t* at) {
    const std::size_t begin = first_ * a_.stride - a_.padding, n = last_ - first_;
    lines_.clear();
    places_.clear();
    w.each_line(o0, o1, [&](std::size_t line) {
      lines_.push_back(x + line + begin);
      for (std::size_t k = 0; k < a_.kernel; ++k)
        places_.push_back(static_cast<std::int64_t>(line + begin + k * a_.step));
    });
    if (lines_.empty()) places_.push_back(-1);
    functions<T>().max_windows(lines_.data(), lines_.size(), a_.kernel, a_.step, a_.stride, n,
                               y + first_, taps_.data());
    const auto stride = lines_.empty() ? 0 : static_cast<std::int64_t>(a_.stride);
    for (std::size_t i = 0; i < n; ++i)
      at[first_ + i] =
          places_[static_cast<std::size_t>(taps_[i])] + static_cast<std::int64_t>(i) * stride;
  }

  const PoolAxis& a_;
  Scratch<T> taps_;
  std::size_t first_ = 0, last_ = 0;
  std::vector<const T*> lines_;
  std::vector<std::int64_t> places_;
};

/// Whether the windows are 2x2 side by side, the usual ones.
bool is_2x2(const Pooling& p) {
  const auto halves = [](const PoolAxis& a) {
    return a.regular && a.kernel == 2 && a.stride == 2 && a.step == 1 && a.padding == 0 &&
           2 * a.out <= a.in;
  };
  return !p.plane_tables && p.axis[0].in == 1 && p.axis[0].out == 1 && p.axis[0].count[0] == 1 &&
         halves(p.axis[1]) && halves(p.axis[2]) && p.axis[2].in < (std::size_t{1} << 23);
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
void average_line(const Pooling& p, const Plane& w, const Taps& taps, std::size_t o0,
                  std::size_t o1, const T* x, T* y) {
  const PoolAxis& a = p.axis[2];
  std::fill_n(y, a.out, T(0));
  const PoolIsa<T>& isa = functions<T>();
  w.each_line(o0, o1, [&](std::size_t line) {
    for (const Tap& tap : taps) isa.add_tap(x + line + tap.from, a.stride, tap.n, y + tap.first);
  });
  if (!a.regular)
    for (std::size_t o = 0; o < a.out; ++o)
      w.each_element(o0, o1, o, [&](std::size_t i) { y[o] += x[i]; });
  for (std::size_t o = 0; o < a.out; ++o) y[o] /= divisor_of<T>(p, o0, o1, o);
}

template <class T>
void spread_line(const Pooling& p, const Plane& w, const Taps& taps, std::size_t o0, std::size_t o1,
                 const T* gy, T* share, T* gx) {
  const PoolAxis& a = p.axis[2];
  for (std::size_t o = 0; o < a.out; ++o) share[o] = gy[o] / divisor_of<T>(p, o0, o1, o);
  const PoolIsa<T>& isa = functions<T>();
  w.each_line(o0, o1, [&](std::size_t line) {
    for (const Tap& tap : taps)
      isa.spread_tap(share + tap.first, a.stride, tap.n, gx + line + tap.from);
  });
  if (a.regular) return;
  for (std::size_t o = 0; o < a.out; ++o)
    w.each_element(o0, o1, o, [&](std::size_t i) { gx[i] += share[o]; });
}

}  // namespace

template <class T>
void max_pool(const Pooling& p, std::size_t planes, const T* x, T* y, std::int64_t* index) {
  const std::size_t in = p.in_size(), out = p.out_size();
  if (is_2x2(p))
    return each_plane(planes, in, [&](std::size_t plane) {
      functions<T>().max_plane_2x2(x + plane * in, p.axis[2].in, p.axis[1].out, p.axis[2].out,
                                   y + plane * out, index + plane * out);
    });
  each_block(planes, in, [&](std::size_t begin, std::size_t end) {
    MaxLine<T> line(p);
    for (std::size_t plane = begin; plane < end; ++plane) {
      const Plane windows(p, plane);
      each_output_line(p, [&](std::size_t o0, std::size_t o1, std::size_t at) {
        at += plane * out;
        line.run(windows, o0, o1, x + plane * in, y + at, index + at);
      });
    }
  });
}

template <class T>
void avg_pool(const Pooling& p, std::size_t planes, const T* x, T* y) {
  if (is_whole(p)) return average_whole(p, planes, x, y);
  const std::size_t in = p.in_size(), out = p.out_size();
  const Taps taps = taps_of(p.axis[2]);
  each_plane(planes, in, [&](std::size_t plane) {
    const Plane windows(p, plane);
    each_output_line(p, [&](std::size_t o0, std::size_t o1, std::size_t at) {
      average_line(p, windows, taps, o0, o1, x + plane * in, y + plane * out + at);
    });
  });
}

template <class T>
void avg_pool_backward(const Pooling& p, std::size_t planes, const T* gy, T* gx) {
  const std::size_t in = p.in_size(), out = p.out_size();
  const Taps taps = taps_of(p.axis[2]);
  each_plane(planes, in, [&](std::size_t plane) {
    const Plane windows(p, plane);
    const Scratch<T> share(p.axis[2].out);
    std::fill_n(gx + plane * in, in, T(0));
    each_output_line(p, [&](std::size_t o0, std::size_t o1, std::size_t at) {
      spread_line(p, windows, taps, o0, o1, gy + plane * out + at, share.data(), gx + plane * in);
    });
  });
}

template <class T>
void gather_planes(std::size_t planes, std::size_t m, std::size_t n, const std::int64_t* index,
                   const T* x, T* y) {
  each_plane(planes, n, [=](std::size_t plane) {
    const T* const from = x + plane * m;
    const std::size_t begin = plane * n;
    for (std::size_t i = begin; i < begin + n; ++i) y[i] = index[i] < 0 ? T(0) : from[index[i]];
  });
}

template <class T>
void scatter_add_planes(std::size_t planes, std::size_t n, std::size_t m, const std::int64_t* index,
                        const T* x, T* y) {
  each_plane(planes, n + m, [=](std::size_t plane) {
    T* const to = y + plane * m;
    std::fill_n(to, m, T(0));
    const std::size_t begin = plane * n;
    for (std::size_t i = begin; i < begin + n; ++i)
      if (index[i] >= 0) to[index[i]] += x[i];
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
