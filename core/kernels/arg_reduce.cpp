#include <algorithm>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/reduce_isa.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const ReduceIsa<T>& functions() {
  static const ReduceIsaSet& set = XG_CHOOSE(reduce_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go

std::size_t units_per_block(std::size_t elements) {
  return std::max<std::size_t>(1, kBlock / std::max<std::size_t>(elements, 1));
}

/// The extreme first, by the fast reduction, then where it stands.
template <class T>
void arg_extreme(Reduce op, const T* x, std::size_t outer, std::size_t n, std::size_t inner,
                 std::int64_t* index, T* value) {
  const Scratch<T> own(value == nullptr ? outer * inner : 0);
  T* const extreme = value == nullptr ? own.data() : value;
  const std::size_t shape[] = {outer, n, inner};
  const bool reduced[] = {false, true, false};
  reduce(op, x, shape, 3, reduced, extreme);
  parallel_for(outer, units_per_block(n * inner), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (inner == 1) {
        index[i] = static_cast<std::int64_t>(functions<T>().find(x + i * n, n, extreme[i]));
      } else {
        functions<T>().find_columns(x + i * n * inner, extreme + i * inner, n, inner,
                                    index + i * inner);
      }
    }
  });
}

/// Over columns: counts, then shares, row by row.
template <class T>
void share_columns(const T* x, const T* y, const T* gy, std::size_t n, std::size_t inner, T* gx) {
  const auto hit = [](T v, T extreme) { return v == extreme || (v != v && extreme != extreme); };
  const Scratch<T> count(inner);
  std::fill_n(count.data(), inner, T(0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < inner; ++j) count[j] += hit(x[i * inner + j], y[j]) ? T(1) : T(0);
  }
  for (std::size_t j = 0; j < inner; ++j) count[j] = gy[j] / count[j];
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < inner; ++j)
      gx[i * inner + j] = hit(x[i * inner + j], y[j]) ? count[j] : T(0);
  }
}

}  // namespace

template <class T>
void arg_max(const T* x, std::size_t outer, std::size_t n, std::size_t inner, std::int64_t* index,
             T* value) {
  arg_extreme(Reduce::max, x, outer, n, inner, index, value);
}

template <class T>
void arg_min(const T* x, std::size_t outer, std::size_t n, std::size_t inner, std::int64_t* index,
             T* value) {
  arg_extreme(Reduce::min, x, outer, n, inner, index, value);
}

template <class T>
void extremum_backward(const T* x, const T* y, const T* gy, std::size_t outer, std::size_t n,
                       std::size_t inner, T* gx) {
  parallel_for(outer, units_per_block(n * inner), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (inner == 1) {
        functions<T>().share(x + i * n, y[i], gy[i], n, gx + i * n);
      } else {
        share_columns(x + i * n * inner, y + i * inner, gy + i * inner, n, inner,
                      gx + i * n * inner);
      }
    }
  });
}

#define XG_INSTANTIATE(T)                                                                       \
  template void arg_max<T>(const T*, std::size_t, std::size_t, std::size_t, std::int64_t*, T*); \
  template void arg_min<T>(const T*, std::size_t, std::size_t, std::size_t, std::int64_t*, T*); \
  template void extremum_backward<T>(const T*, const T*, const T*, std::size_t, std::size_t,    \
                                     std::size_t, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
