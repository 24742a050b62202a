#include <xgrad/core/kernels/interpolate.hpp>

#include <algorithm>

#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go

std::size_t units_per_block(const Interpolation& plan, std::size_t inner) {
  return std::max<std::size_t>(1, kBlock / std::max<std::size_t>((plan.n + plan.m) * inner, 1));
}

}  // namespace

template <class T>
void interpolate(const T* x, std::size_t outer, std::size_t inner, const Interpolation& plan,
                 T* y) {
  parallel_for(outer, units_per_block(plan, inner), [&](std::size_t begin, std::size_t end) {
    for (std::size_t o = begin; o < end; ++o) {
      for (std::size_t j = 0; j < plan.m; ++j) {
        const T w = static_cast<T>(plan.weight[j]), v = static_cast<T>(1 - plan.weight[j]);
        const T* const a = x + (o * plan.n + plan.first[j]) * inner;
        const T* const b = x + (o * plan.n + plan.second[j]) * inner;
        T* const to = y + (o * plan.m + j) * inner;
        for (std::size_t k = 0; k < inner; ++k) to[k] = v * a[k] + w * b[k];
      }
    }
  });
}

template <class T>
void interpolate_adjoint(const T* y, std::size_t outer, std::size_t inner,
                         const Interpolation& plan, T* x) {
  parallel_for(outer, units_per_block(plan, inner), [&](std::size_t begin, std::size_t end) {
    std::fill(x + begin * plan.n * inner, x + end * plan.n * inner, T(0));
    for (std::size_t o = begin; o < end; ++o) {
      for (std::size_t j = 0; j < plan.m; ++j) {
        const T w = static_cast<T>(plan.weight[j]), v = static_cast<T>(1 - plan.weight[j]);
        T* const a = x + (o * plan.n + plan.first[j]) * inner;
        T* const b = x + (o * plan.n + plan.second[j]) * inner;
        const T* const from = y + (o * plan.m + j) * inner;
        for (std::size_t k = 0; k < inner; ++k) {
          a[k] += v * from[k];
          b[k] += w * from[k];
        }
      }
    }
  });
}

#define XG_INSTANTIATE(T)                                                                        \
  template void interpolate<T>(const T*, std::size_t, std::size_t, const Interpolation&, T*);    \
  template void interpolate_adjoint<T>(const T*, std::size_t, std::size_t, const Interpolation&, \
                                       T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
