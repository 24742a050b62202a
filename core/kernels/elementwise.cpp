#include "xgrad/core/kernels/elementwise.hpp"

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

// One block runs without the machinery of threads: a scalar costs a call through a pointer.
template <class F>
void split(std::size_t n, F&& body) {
  if (n <= parallel_block) {
    if (n > 0) body(std::size_t{0}, n);
    return;
  }
  parallel_for(n, parallel_block, body);
}

}  // namespace

template <class T>
const ElementwiseTable<T>& elementwise_table() {
  static const ElementwiseTable<T>& table = choose<T>();
  return table;
}

template <class T>
void unary(Unary op, const T* x, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().unary[static_cast<std::size_t>(op)];
  split(n, [=](std::size_t begin, std::size_t end) { loop(x + begin, y + begin, end - begin); });
}

template <class T>
void binary(Binary op, const T* a, const T* b, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().vector_vector[static_cast<std::size_t>(op)];
  split(n, [=](std::size_t begin, std::size_t end) {
    loop(a + begin, b + begin, y + begin, end - begin);
  });
}

template <class T>
void binary_scalar(Binary op, const T* a, T b, T* y, std::size_t n) {
  // The commonest power by far, three hundred times cheaper and no less accurate.
  if (op == Binary::pow && b == T(2)) return unary(Unary::square, a, y, n);
  const auto loop = elementwise_table<T>().vector_scalar[static_cast<std::size_t>(op)];
  split(n, [=, &b](std::size_t begin, std::size_t end) {
    loop(a + begin, &b, y + begin, end - begin);
  });
}

template <class T>
void scalar_binary(Binary op, T a, const T* b, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().scalar_vector[static_cast<std::size_t>(op)];
  split(n, [=, &a](std::size_t begin, std::size_t end) {
    loop(&a, b + begin, y + begin, end - begin);
  });
}

template <class T>
void select(const T* condition, const T* a, const T* b, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().select[0];
  split(n, [=](std::size_t begin, std::size_t end) {
    loop(condition + begin, a + begin, b + begin, y + begin, end - begin);
  });
}

template <class T>
void fill(T value, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().fill;
  split(n,
        [=, &value](std::size_t begin, std::size_t end) { loop(&value, y + begin, end - begin); });
}

template <class T>
void add_into(const T* x, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().add_into;
  split(n, [=](std::size_t begin, std::size_t end) { loop(x + begin, y + begin, end - begin); });
}

template <class T>
void axpy(T alpha, const T* x, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().axpy;
  split(n, [=, &alpha](std::size_t begin, std::size_t end) {
    loop(&alpha, x + begin, y + begin, end - begin);
  });
}

template <class T>
void axpby(T alpha, const T* x, T beta, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().axpby;
  split(n, [=](std::size_t begin, std::size_t end) {
    loop(alpha, x + begin, beta, y + begin, end - begin);
  });
}

template <class T>
void multiply_add(const T* a, const T* b, T* y, std::size_t n) {
  const auto loop = elementwise_table<T>().fma[0];
  split(n, [=](std::size_t begin, std::size_t end) {
    loop(a + begin, b + begin, y + begin, y + begin, end - begin);
  });
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
