// The elementwise kernels, once for every instruction set: the including file defines XG_ISA, the
// namespace, and is compiled with that set's flags. No templates of std in here
// (core/sources.cmake).

#include "xgrad/core/kernels/elementwise_ops.hpp"
#include "xgrad/core/kernels/elementwise_table.hpp"

namespace xg::kernels::XG_ISA {
namespace {

using simd::Scalar;
template <class T>
using Batch = xsimd::batch<T, simd::Arch>;

// Operands: what a loop reads at element i. The last batch is padded, so that an element is
// computed by the same instructions wherever it sits.
template <class T>
struct Vector {
  const T* data;
  XG_INLINE Batch<T> load(std::size_t i) const { return Batch<T>::load_unaligned(data + i); }
  XG_INLINE Batch<T> load_tail(std::size_t i, std::size_t count) const {
    return simd::load_first<Batch<T>>(data + i, count);
  }
};

template <class T>
struct Repeated {
  Batch<T> value;
  explicit Repeated(const T* data) : value(*data) {}
  XG_INLINE Batch<T> load(std::size_t) const { return value; }
  XG_INLINE Batch<T> load_tail(std::size_t, std::size_t) const { return value; }
};

// y[i] = f(operands[i]...)
template <class T, class F, class... Operands>
XG_INLINE void loop(F f, T* y, std::size_t n, Operands... x) {
  constexpr std::size_t width = Batch<T>::size;
  std::size_t i = 0;
  for (; i + width <= n; i += width) f(x.load(i)...).store_unaligned(y + i);
  if (i < n) simd::store_first(f(x.load_tail(i, n - i)...), y + i, n - i);
}

template <class T, Unary op>
void unary_loop(const T* x, T* y, std::size_t n) {
  loop(
      [](Batch<T> v) __attribute__((always_inline)) { return simd::apply<op>(v); }, y, n,
      Vector<T>{x});
}

template <class T, Binary op, class A, class B>
void binary_loop(const T* a, const T* b, T* y, std::size_t n) {
  loop(
      [](Batch<T> u, Batch<T> v) __attribute__((always_inline)) { return simd::apply<op>(u, v); },
      y, n, A{a}, B{b});
}

struct Fma {
  template <class B>
  XG_INLINE B operator()(B a, B b, B c) const {
    return simd::fma(a, b, c);
  }
};
struct Select {
  template <class B>
  XG_INLINE B operator()(B a, B b, B c) const {
    return simd::select(simd::differs(a, B(Scalar<B>(0))), b, c);
  }
};

template <class T, class F, class A, class B, class C>
void ternary_loop(const T* a, const T* b, const T* c, T* y, std::size_t n) {
  loop(F{}, y, n, A{a}, B{b}, C{c});
}

template <class T>
void fill(const T* x, T* y, std::size_t n) {
  loop(
      [](Batch<T> v) __attribute__((always_inline)) { return v; }, y, n, Repeated<T>(x));
}
template <class T>
void copy(const T* x, T* y, std::size_t n) {
  if (x != y) __builtin_memcpy(y, x, n * sizeof(T));
}
template <class T>
void add_into(const T* x, T* y, std::size_t n) {
  binary_loop<T, Binary::add, Vector<T>, Vector<T>>(y, x, y, n);
}
template <class T>
void axpy(const T* alpha, const T* x, T* y, std::size_t n) {
  ternary_loop<T, Fma, Repeated<T>, Vector<T>, Vector<T>>(alpha, x, y, y, n);
}
template <class T>
void axpby(T alpha, const T* x, T beta, T* y, std::size_t n) {
  const Batch<T> p(alpha), q(beta);
  loop(
      [ p, q ](Batch<T> u, Batch<T> v)
          __attribute__((always_inline)) { return simd::fma(p, u, Batch<T>(q * v)); },
      y, n, Vector<T>{x}, Vector<T>{y});
}

template <std::size_t... i>
struct Indices {};
template <std::size_t n, std::size_t... i>
struct MakeIndices : MakeIndices<n - 1, n - 1, i...> {};
template <std::size_t... i>
struct MakeIndices<0, i...> {
  using type = Indices<i...>;
};

template <class T, bool repeated>
struct OperandOf {
  using type = Vector<T>;
};
template <class T>
struct OperandOf<T, true> {
  using type = Repeated<T>;
};

template <class T, std::size_t... u, std::size_t... b, std::size_t... t>
constexpr ElementwiseTable<T> make_table(Indices<u...>, Indices<b...>, Indices<t...>) {
  using V = Vector<T>;
  using S = Repeated<T>;
  return {
      {unary_loop<T, static_cast<Unary>(u)>...},
      {binary_loop<T, static_cast<Binary>(b), V, V>...},
      {binary_loop<T, static_cast<Binary>(b), V, S>...},
      {binary_loop<T, static_cast<Binary>(b), S, V>...},
      {ternary_loop<T, Fma, typename OperandOf<T, (t & 1) != 0>::type,
                    typename OperandOf<T, (t & 2) != 0>::type,
                    typename OperandOf<T, (t & 4) != 0>::type>...},
      {ternary_loop<T, Select, typename OperandOf<T, (t & 1) != 0>::type,
                    typename OperandOf<T, (t & 2) != 0>::type,
                    typename OperandOf<T, (t & 4) != 0>::type>...},
      fill<T>,
      copy<T>,
      add_into<T>,
      axpy<T>,
      axpby<T>,
  };
}

template <class T>
constexpr ElementwiseTable<T> table = make_table<T>(MakeIndices<unary_count>::type{},
                                                    MakeIndices<binary_count>::type{},
                                                    MakeIndices<8>::type{});

}  // namespace

template <>
const ElementwiseTable<float>& elementwise_table<float>() {
  return table<float>;
}
template <>
const ElementwiseTable<double>& elementwise_table<double>() {
  return table<double>;
}

}  // namespace xg::kernels::XG_ISA
