#include <xgrad/core/kernels/scan.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go
constexpr std::size_t kColumns = 256;  // of neighbouring lines that are done together

/// For groups of neighbouring lines: state[j] = step(state[j], k, place of entry k of line j) for
/// every entry in turn, k = 0 at the first.
template <class State, class Step>
void walk(std::size_t outer, std::size_t n, std::size_t inner, bool reverse, State start,
          const Step& step) {
  const std::size_t width = std::min(std::max<std::size_t>(inner, 1), kColumns);
  const std::size_t groups = (inner + width - 1) / width;
  const std::size_t block = std::max<std::size_t>(1, kBlock / std::max<std::size_t>(n * width, 1));
  parallel_for(outer * groups, block, [&](std::size_t begin, std::size_t end) {
    if (inner == 1) {  // the state stays in registers
      for (std::size_t line = begin; line < end; ++line) {
        State state = start;
        for (std::size_t k = 0; k < n; ++k)
          state = step(state, k, line * n + (reverse ? n - 1 - k : k));
      }
      return;
    }
    State state[kColumns];
    for (std::size_t group = begin; group < end; ++group) {
      const std::size_t first = group % groups * width, count = std::min(width, inner - first);
      const std::size_t base = group / groups * n * inner + first;
      std::fill_n(state, count, start);
      for (std::size_t k = 0; k < n; ++k) {
        const std::size_t row = base + (reverse ? n - 1 - k : k) * inner;
        for (std::size_t j = 0; j < count; ++j) state[j] = step(state[j], k, row + j);
      }
    }
  });
}

struct LogSum {
  double max, sum;  // of exp(x - max)
};

LogSum add(LogSum s, double x) {
  if (x == s.max) return {x, s.sum + 1};  // infinities too
  if (x > s.max) return {x, s.sum * std::exp(s.max - x) + 1};
  return {s.max, s.sum + std::exp(x - s.max)};
}

}  // namespace

template <class T>
void running_sum(const T* x, std::size_t outer, std::size_t n, std::size_t inner, bool reverse,
                 T* y) {
  walk(outer, n, inner, reverse, 0.0, [x, y](double s, std::size_t k, std::size_t at) {
    const double next = k == 0 ? double{x[at]} : s + double{x[at]};
    y[at] = static_cast<T>(next);
    return next;
  });
}

template <class T>
void running_product(const T* x, std::size_t outer, std::size_t n, std::size_t inner, bool reverse,
                     T* y) {
  walk(outer, n, inner, reverse, 1.0, [x, y](double s, std::size_t, std::size_t at) {
    const double next = s * double{x[at]};
    y[at] = static_cast<T>(next);
    return next;
  });
}

template <class T>
void running_product_backward(const T* x, const T* y, const T* gy, std::size_t outer, std::size_t n,
                              std::size_t inner, bool reverse, T* gx) {
  const auto step = static_cast<std::ptrdiff_t>(inner) * (reverse ? -1 : 1);
  walk(outer, n, inner, !reverse, 0.0, [=](double t, std::size_t k, std::size_t at) {
    const double later = k == 0 ? 0.0 : double{x[static_cast<std::ptrdiff_t>(at) + step]} * t;
    const double next = double{gy[at]} + later;
    const double before = k + 1 == n ? 1.0 : double{y[static_cast<std::ptrdiff_t>(at) - step]};
    gx[at] = x[at] == x[at] ? static_cast<T>(next * before) : x[at];
    return next;
  });
}

template <class T>
void linear_recurrence(const T* a, const T* b, std::size_t outer, std::size_t n, std::size_t inner,
                       bool reverse, T* y) {
  walk(outer, n, inner, reverse, 0.0, [a, b, y](double s, std::size_t k, std::size_t at) {
    const double next = k == 0 ? double{b[at]} : double{b[at]} + double{a[at]} * s;
    y[at] = static_cast<T>(next);
    return next;
  });
}

template <class T>
void running_logsumexp(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y) {
  const LogSum nothing{-std::numeric_limits<double>::infinity(), 0};
  walk(outer, n, inner, false, nothing, [x, y](LogSum s, std::size_t, std::size_t at) {
    const LogSum next = add(s, double{x[at]});
    y[at] = static_cast<T>(next.max + std::log(next.sum));
    return next;
  });
}

template <class T>
void running_extremum(const T* x, bool largest, std::size_t outer, std::size_t n, std::size_t inner,
                      std::int64_t* index) {
  struct Best {
    T value;
    std::size_t place;
  };
  walk(outer, n, inner, false, Best{T(0), 0},
       [x, largest, index](Best best, std::size_t k, std::size_t at) {
         const T v = x[at];
         const bool ahead = largest ? v >= best.value : v <= best.value;
         if (k == 0 || v != v || (best.value == best.value && ahead)) best = {v, k};
         index[at] = static_cast<std::int64_t>(best.place);
         return best;
       });
}

#define XG_INSTANTIATE(T)                                                                       \
  template void running_sum<T>(const T*, std::size_t, std::size_t, std::size_t, bool, T*);      \
  template void running_product<T>(const T*, std::size_t, std::size_t, std::size_t, bool, T*);  \
  template void running_product_backward<T>(const T*, const T*, const T*, std::size_t,          \
                                            std::size_t, std::size_t, bool, T*);                \
  template void linear_recurrence<T>(const T*, const T*, std::size_t, std::size_t, std::size_t, \
                                     bool, T*);                                                 \
  template void running_logsumexp<T>(const T*, std::size_t, std::size_t, std::size_t, T*);      \
  template void running_extremum<T>(const T*, bool, std::size_t, std::size_t, std::size_t,      \
                                    std::int64_t*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
