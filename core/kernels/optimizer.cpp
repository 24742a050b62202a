#include "xgrad/core/kernels/optimizer.hpp"

#include "xgrad/core/kernels/choose.hpp"
#include "xgrad/core/kernels/optimizer_isa.hpp"
#include "xgrad/core/parallel.hpp"

namespace xg::kernels {
namespace {

template <class T>
const OptimizerIsa<T>& functions() {
  static const OptimizerIsaSet& set = XG_CHOOSE(optimizer_isa);
  if constexpr (sizeof(T) == sizeof(float))
    return set.f32;
  else
    return set.f64;
}

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go

template <class T>
T* from(T* x, std::size_t begin) {
  return x == nullptr ? nullptr : x + begin;
}

/// f(c, arrays..., n) block by block.
template <class F, class C, class... A>
void by_blocks(F f, const C& c, std::size_t n, A*... arrays) {
  parallel_for(n, kBlock, [&](std::size_t begin, std::size_t end) {
    f(c, from(arrays, begin)..., end - begin);
  });
}

}  // namespace

template <class T>
void sgd_step(const SGDStep& c, T* p, const T* g, T* v, std::size_t n) {
  by_blocks(functions<T>().sgd, c, n, p, g, v);
}
template <class T>
void adam_step(const AdamStep& c, T* p, const T* g, T* m, T* v, T* largest, std::size_t n) {
  by_blocks(functions<T>().adam, c, n, p, g, m, v, largest);
}
template <class T>
void radam_step(const RAdamStep& c, T* p, const T* g, T* m, T* v, std::size_t n) {
  by_blocks(functions<T>().radam, c, n, p, g, m, v);
}
template <class T>
void adamax_step(const AdamaxStep& c, T* p, const T* g, T* m, T* u, std::size_t n) {
  by_blocks(functions<T>().adamax, c, n, p, g, m, u);
}
template <class T>
void adagrad_step(const AdagradStep& c, T* p, const T* g, T* s, std::size_t n) {
  by_blocks(functions<T>().adagrad, c, n, p, g, s);
}
template <class T>
void rmsprop_step(const RMSpropStep& c, T* p, const T* g, T* s, T* mean, T* buffer, std::size_t n) {
  by_blocks(functions<T>().rmsprop, c, n, p, g, s, mean, buffer);
}
template <class T>
void adadelta_step(const AdadeltaStep& c, T* p, const T* g, T* s, T* a, std::size_t n) {
  by_blocks(functions<T>().adadelta, c, n, p, g, s, a);
}

#define XG_INSTANTIATE(T)                                                                   \
  template void sgd_step<T>(const SGDStep&, T*, const T*, T*, std::size_t);                 \
  template void adam_step<T>(const AdamStep&, T*, const T*, T*, T*, T*, std::size_t);       \
  template void radam_step<T>(const RAdamStep&, T*, const T*, T*, T*, std::size_t);         \
  template void adamax_step<T>(const AdamaxStep&, T*, const T*, T*, T*, std::size_t);       \
  template void adagrad_step<T>(const AdagradStep&, T*, const T*, T*, std::size_t);         \
  template void rmsprop_step<T>(const RMSpropStep&, T*, const T*, T*, T*, T*, std::size_t); \
  template void adadelta_step<T>(const AdadeltaStep&, T*, const T*, T*, T*, std::size_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
