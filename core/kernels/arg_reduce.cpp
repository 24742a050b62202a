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

/// Along lines the extreme first, by the fast reduction, then where it stands; along columns both.
template <class T>
void arg_extreme(Reduce op, const T* x, std::size_t outer, std::size_t n, std::size_t inner,
                 std::int64_t* index, T* value) {
  const Scratch<T> own(value == nullptr ? outer * inner : 0);
  T* const extreme = value == nullptr ? own.data() : value;
  const ReduceIsa<T>& isa = functions<T>();
  const auto columns = op == Reduce::max ? isa.max_columns : isa.min_columns;
  if (inner == 1) {
    const std::size_t shape[] = {outer, n};
    const bool reduced[] = {false, true};
    reduce(op, x, shape, 2, reduced, extreme);
  }
  parallel_for(outer, units_per_block(n * inner), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (inner == 1) {
        index[i] = static_cast<std::int64_t>(isa.find(x + i * n, n, extreme[i]));
      } else {
        columns(x + i * n * inner, n, inner, extreme + i * inner, index + i * inner);
      }
    }
  });
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
        functions<T>().share_columns(x + i * n * inner, y + i * inner, gy + i * inner, n, inner,
                                     gx + i * n * inner);
      }
    }
  });
}

template <class T>
void place_at_index(const std::int64_t* index, const T* gy, std::size_t outer, std::size_t n,
                    std::size_t inner, T* gx) {
  parallel_for(outer, units_per_block(n * inner), [&](std::size_t begin, std::size_t end) {
    if (inner != 1) {
      for (std::size_t i = begin; i < end; ++i)
        functions<T>().place_columns(index + i * inner, gy + i * inner, n, inner,
                                     gx + i * n * inner);
      return;
    }
    std::fill(gx + begin * n, gx + end * n, T(0));
    for (std::size_t i = begin; i < end; ++i)
      gx[i * n + static_cast<std::size_t>(index[i])] = gy[i];
  });
}

#define XG_INSTANTIATE(T)                                                                       \
  template void arg_max<T>(const T*, std::size_t, std::size_t, std::size_t, std::int64_t*, T*); \
  template void arg_min<T>(const T*, std::size_t, std::size_t, std::size_t, std::int64_t*, T*); \
  template void extremum_backward<T>(const T*, const T*, const T*, std::size_t, std::size_t,    \
                                     std::size_t, T*);                                          \
  template void place_at_index<T>(const std::int64_t*, const T*, std::size_t, std::size_t,      \
                                  std::size_t, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
