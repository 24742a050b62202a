#include "xgrad/core/kernels/elementwise.hpp"

#include <atomic>

#include "xgrad/core/kernels/elementwise_layout.hpp"
#include "xgrad/core/kernels/elementwise_table.hpp"
#include "xgrad/core/kernels/isa.hpp"
#include "xgrad/core/parallel.hpp"

namespace xg::kernels {
namespace {

template <class T>
const ElementwiseTable<T>& choose() {
#if defined(__x86_64__)
  if (isa() == Isa::avx512) return avx512::elementwise_table<T>();
  if (isa() == Isa::avx2) return avx2::elementwise_table<T>();
#endif
  return baseline::elementwise_table<T>();
}

/// An operand that stays where it is while the others move on: a scalar, or a pointer to one.
template <class X>
struct Fixed {
  X value;
  operator X() const { return value; }  // NOLINT: it stands for its value
  Fixed operator+(std::size_t) const { return *this; }
};
template <class X>
Fixed(X) -> Fixed<X>;

template <class Loop, class... Operands>
[[gnu::noinline]] void run_in_blocks(std::size_t n, Loop loop, Operands... operands) {
  parallel_for(n, parallel_block, [=](std::size_t begin, std::size_t end) {
    loop((operands + begin)..., end - begin);
  });
}

// One block runs without the machinery of threads: a scalar costs a call through a pointer.
template <class Loop, class... Operands>
void run(std::size_t n, Loop loop, Operands... operands) {
  if (n > parallel_block) [[unlikely]]
    return run_in_blocks(n, loop, operands...);
  if (n > 0) loop(operands..., n);
}

template <class T>
std::atomic<const ElementwiseTable<T>*> chosen = nullptr;

template <class T>
[[gnu::noinline]] const ElementwiseTable<T>& choose_now() {
  const ElementwiseTable<T>& table = choose<T>();
  chosen<T>.store(&table, std::memory_order_release);
  return table;
}

}  // namespace

// Not a local static: its guard would cost every caller a frame.
template <class T>
const ElementwiseTable<T>& elementwise_table() {
  const ElementwiseTable<T>* table = chosen<T>.load(std::memory_order_acquire);
  return table != nullptr ? *table : choose_now<T>();
}

template <class T>
void unary(Unary op, const T* x, T* y, std::size_t n) {
  run(n, elementwise_table<T>().unary[static_cast<std::size_t>(op)], x, y);
}

// One element of what one instruction rounds: the same bits as in a batch, without the two calls.
template <class T>
bool single(Binary op, T a, T b, T& y) {
  if (op == Binary::add)
    y = a + b;
  else if (op == Binary::mul)
    y = a * b;
  else if (op == Binary::sub)
    y = a - b;
  else if (op == Binary::div)
    y = a / b;
  else
    return false;
  return true;
}

template <class T>
void binary(Binary op, const T* a, const T* b, T* y, std::size_t n) {
  if (n == 1 && single(op, *a, *b, *y)) return;
  run(n, elementwise_table<T>().vector_vector[static_cast<std::size_t>(op)], a, b, y);
}

template <class T>
void binary_scalar(Binary op, const T* a, T b, T* y, std::size_t n) {
  // The commonest power by far, three hundred times cheaper and no less accurate.
  if (op == Binary::pow && b == T(2)) return unary(Unary::square, a, y, n);
  const T* const scalar = &b;
  run(n, elementwise_table<T>().vector_scalar[static_cast<std::size_t>(op)], a, Fixed{scalar}, y);
}

template <class T>
void scalar_binary(Binary op, T a, const T* b, T* y, std::size_t n) {
  const T* const scalar = &a;
  run(n, elementwise_table<T>().scalar_vector[static_cast<std::size_t>(op)], Fixed{scalar}, b, y);
}

template <class T>
void select(const T* condition, const T* a, const T* b, T* y, std::size_t n) {
  run(n, elementwise_table<T>().select[0], condition, a, b, y);
}

template <class T>
void fill(T value, T* y, std::size_t n) {
  const T* const scalar = &value;
  run(n, elementwise_table<T>().fill, Fixed{scalar}, y);
}

template <class T>
void add_into(const T* x, T* y, std::size_t n) {
  if (n == 1) {
    *y += *x;
    return;
  }
  run(n, elementwise_table<T>().add_into, x, y);
}

template <class T>
void axpy(T alpha, const T* x, T* y, std::size_t n) {
  const T* const scalar = &alpha;
  run(n, elementwise_table<T>().axpy, Fixed{scalar}, x, y);
}

template <class T>
void axpby(T alpha, const T* x, T beta, T* y, std::size_t n) {
  run(n, elementwise_table<T>().axpby, Fixed{alpha}, x, Fixed{beta}, y);
}

template <class T>
void multiply_add(const T* a, const T* b, T* y, std::size_t n) {
  const T* const sum = y;
  run(n, elementwise_table<T>().fma[0], a, b, sum, y);
}

template <class T>
void broadcast_binary(Binary op, const T* a, const std::ptrdiff_t* a_strides, const T* b,
                      const std::ptrdiff_t* b_strides, T* y, const std::size_t* shape,
                      std::size_t rank) {
  const auto& table = elementwise_table<T>();
  const auto k = static_cast<std::size_t>(op);
  const Operand<T> inputs[2] = {{a, a_strides}, {b, b_strides}};
  const Layout layout([&](std::size_t i) { return inputs[i].strides; }, 2, shape, rank);
  const auto span = [&table, k, y](const Span<T>* x, std::size_t begin, std::size_t n) {
    if (x[0].repeated && x[1].repeated) {
      T value;
      table.vector_vector[k](x[0].data, x[1].data, &value, 1);
      return table.fill(&value, y + begin, n);
    }
    const auto loop = x[0].repeated   ? table.scalar_vector[k]
                      : x[1].repeated ? table.vector_scalar[k]
                                      : table.vector_vector[k];
    loop(x[0].data, x[1].data, y + begin, n);
  };
  // Rows of a few elements cost less gathered than a call each.
  if (layout.dims.size() == 1) {
    for_each_span(layout, inputs, parallel_block, 0, [&] { return span; });
  } else {
    for_each_span(layout, inputs, 1024, 12, [&] { return span; });
  }
}

#define XG_INSTANTIATE(T)                                                                     \
  template const ElementwiseTable<T>& elementwise_table<T>();                                 \
  template void unary(Unary, const T*, T*, std::size_t);                                      \
  template void binary(Binary, const T*, const T*, T*, std::size_t);                          \
  template void binary_scalar(Binary, const T*, T, T*, std::size_t);                          \
  template void scalar_binary(Binary, T, const T*, T*, std::size_t);                          \
  template void broadcast_binary(Binary, const T*, const std::ptrdiff_t*, const T*,           \
                                 const std::ptrdiff_t*, T*, const std::size_t*, std::size_t); \
  template void select(const T*, const T*, const T*, T*, std::size_t);                        \
  template void fill(T, T*, std::size_t);                                                     \
  template void add_into(const T*, T*, std::size_t);                                          \
  template void axpy(T, const T*, T*, std::size_t);                                           \
  template void axpby(T, const T*, T, T*, std::size_t);                                       \
  template void multiply_add(const T*, const T*, T*, std::size_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)

}  // namespace xg::kernels
