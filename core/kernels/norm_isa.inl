// Normalisation for the instruction set of the file that includes this one. Elementwise loops are
// left to the compiler; sums are written in batches.
#include <utility>

#include <xgrad/core/kernels/norm_isa.hpp>
#include <xgrad/core/kernels/partial.hpp>

namespace xg::kernels::XG_ISA {
namespace {

template <class T>
using Batch = xsimd::batch<T, xsimd::default_arch>;

template <class T>
void row(const T* __restrict x, T mean, T scale, T shift, std::size_t n, T* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale + shift;
}

template <class T>
void columns(const T* __restrict x, const T* __restrict mean, const T* __restrict scale,
             const T* __restrict shift, std::size_t n, T* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - mean[i]) * scale[i] + shift[i];
}

template <class T>
void weighted(const T* __restrict x, T mean, T offset, T inverse, const T* __restrict w,
              const T* __restrict b, std::size_t n, T* __restrict y) {
  if (w == nullptr) {
    for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - mean - offset) * inverse;
    if (b != nullptr)
      for (std::size_t i = 0; i < n; ++i) y[i] += b[i];
  } else if (b == nullptr) {
    for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - mean - offset) * inverse * w[i];
  } else {
    for (std::size_t i = 0; i < n; ++i) y[i] = (x[i] - mean - offset) * inverse * w[i] + b[i];
  }
}

template <class T>
inline T across(Batch<T> v) {
  T lane[Batch<T>::size];
  v.store_unaligned(lane);
  for (std::size_t half = Batch<T>::size / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  return lane[0];
}

/// What is summed, alone and times x - mean: gy, gy w, or x - mean itself.
enum class Summand { gradient, weighted, deviation };

template <Summand kind, class T>
void row_sums_of(const T* gy, const T* x, const T* w, T mean, std::size_t n, T* sums) {
  constexpr std::size_t width = Batch<T>::size, unroll = 4;
  const Batch<T> none(T(0)), centre(mean);
  Batch<T> s[unroll], t[unroll];
  for (std::size_t u = 0; u < unroll; ++u) s[u] = t[u] = none;
  const auto add = [&](std::size_t u, Batch<T> g, Batch<T> v) {
    s[u] += g;
    t[u] += g * (v - centre);
  };
  const auto load = [=](std::size_t i) {
    if (kind == Summand::deviation) return Batch<T>::load_unaligned(x + i) - centre;
    const Batch<T> g = Batch<T>::load_unaligned(gy + i);
    return kind == Summand::weighted ? g * Batch<T>::load_unaligned(w + i) : g;
  };
  std::size_t i = 0;
  for (; i + unroll * width <= n; i += unroll * width)
    for (std::size_t u = 0; u < unroll; ++u)
      add(u, load(i + u * width), Batch<T>::load_unaligned(x + i + u * width));
  for (std::size_t u = 0; i + width <= n; i += width, ++u)
    add(u, load(i), Batch<T>::load_unaligned(x + i));
  if (i < n) {
    const Batch<T> v = load_partial(x + i, n - i, centre);
    Batch<T> g = v - centre;
    if (kind != Summand::deviation) g = load_partial(gy + i, n - i, none);
    if (kind == Summand::weighted) g = g * load_partial(w + i, n - i, none);
    add(unroll - 1, g, v);
  }
  sums[0] = across<T>((s[0] + s[1]) + (s[2] + s[3]));
  sums[1] = across<T>((t[0] + t[1]) + (t[2] + t[3]));
}

template <class T>
void row_sums(const T* gy, const T* x, const T* w, T mean, std::size_t n, T* sums) {
  w == nullptr ? row_sums_of<Summand::gradient>(gy, x, w, mean, n, sums)
               : row_sums_of<Summand::weighted>(gy, x, w, mean, n, sums);
}

template <class T>
void row_deviations(const T* x, T mean, std::size_t n, T* sums) {
  row_sums_of<Summand::deviation>(x, x, x, mean, n, sums);
}

/// `strip` batches of columns side by side, their sums in registers.
template <Summand kind, std::size_t strip, class T>
inline void column_sums_strip(const T* gy, const T* x, const T* mean, std::size_t rows,
                              std::size_t stride, T* sum_gy, T* sum_gyx) {
  constexpr std::size_t width = Batch<T>::size;
  Batch<T> s[strip], t[strip], centre[strip];
  for (std::size_t u = 0; u < strip; ++u) {
    s[u] = t[u] = Batch<T>(T(0));
    centre[u] = Batch<T>::load_unaligned(mean + u * width);
  }
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t u = 0; u < strip; ++u) {
      const Batch<T> d = Batch<T>::load_unaligned(x + i * stride + u * width) - centre[u];
      const Batch<T> g =
          kind == Summand::deviation ? d : Batch<T>::load_unaligned(gy + i * stride + u * width);
      s[u] += g;
      t[u] += g * d;
    }
  for (std::size_t u = 0; u < strip; ++u) {
    s[u].store_unaligned(sum_gy + u * width);
    t[u].store_unaligned(sum_gyx + u * width);
  }
}

template <Summand kind, class T>
void column_sums_of(const T* gy, const T* x, const T* mean, std::size_t rows, std::size_t n,
                    std::size_t stride, T* sum_gy, T* sum_gyx) {
  constexpr std::size_t width = Batch<T>::size, strip = 4;
  std::size_t j = 0;
  for (; j + strip * width <= n; j += strip * width)
    column_sums_strip<kind, strip>(gy + j, x + j, mean + j, rows, stride, sum_gy + j, sum_gyx + j);
  for (; j + width <= n; j += width)
    column_sums_strip<kind, 1>(gy + j, x + j, mean + j, rows, stride, sum_gy + j, sum_gyx + j);
  for (; j < n; ++j) {
    T s = 0, t = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const T d = x[i * stride + j] - mean[j];
      const T g = kind == Summand::deviation ? d : gy[i * stride + j];
      s += g;
      t += g * d;
    }
    sum_gy[j] = s;
    sum_gyx[j] = t;
  }
}

template <class T>
void column_sums(const T* gy, const T* x, const T* mean, std::size_t rows, std::size_t n,
                 std::size_t stride, T* sum_gy, T* sum_gyx) {
  column_sums_of<Summand::gradient>(gy, x, mean, rows, n, stride, sum_gy, sum_gyx);
}

template <class T>
void column_deviations(const T* x, const T* mean, std::size_t rows, std::size_t n,
                       std::size_t stride, T* sums, T* squares) {
  column_sums_of<Summand::deviation>(x, x, mean, rows, n, stride, sums, squares);
}

template <class T>
void row_gradient(const T* __restrict gy, const T* __restrict x, const T* __restrict w, T mean, T a,
                  T b, T d, std::size_t n, T* __restrict gx) {
  if (w == nullptr)
    for (std::size_t i = 0; i < n; ++i) gx[i] = gy[i] * a + (x[i] - mean) * b + d;
  else
    for (std::size_t i = 0; i < n; ++i) gx[i] = gy[i] * w[i] * a + (x[i] - mean) * b + d;
}

template <class T>
void column_gradient(const T* __restrict gy, const T* __restrict x, const T* __restrict mean,
                     const T* __restrict a, const T* __restrict b, const T* __restrict d,
                     std::size_t n, T* __restrict gx) {
  for (std::size_t i = 0; i < n; ++i) gx[i] = gy[i] * a[i] + (x[i] - mean[i]) * b[i] + d[i];
}

template <class T>
void add_weighted(const T* __restrict gy, const T* __restrict x, T mean, T offset, T inverse,
                  std::size_t n, T* __restrict gw, T* __restrict gb) {
  for (std::size_t i = 0; i < n; ++i) {
    gw[i] += gy[i] * ((x[i] - mean - offset) * inverse);
    gb[i] += gy[i];
  }
}

template <class T>
constexpr NormIsa<T> functions{
    row<T>,      columns<T>,     weighted<T>,     row_deviations<T>,  column_deviations<T>,
    row_sums<T>, column_sums<T>, row_gradient<T>, column_gradient<T>, add_weighted<T>};

}  // namespace

extern const NormIsaSet norm_isa;
const NormIsaSet norm_isa{functions<float>, functions<double>};

}  // namespace xg::kernels::XG_ISA
