// Distances for the instruction set of the file that includes this one. Nothing of std:: here but
// types.
#include <xgrad/core/kernels/distance_isa.hpp>
#include <xgrad/core/kernels/partial.hpp>
#include <xgrad/core/kernels/simd_math_base.hpp>

namespace xg::kernels::XG_ISA {
namespace {

template <class T>
using Batch = xsimd::batch<T, simd::Arch>;
template <class T>
constexpr std::size_t kWidth = Batch<T>::size;

constexpr std::size_t kRows = distance_rows;
constexpr std::size_t kChunk = 1024;  // of a sum: its error grows with this and with n / kChunk

template <class T>
constexpr T kEpsilon = sizeof(T) == sizeof(float) ? static_cast<T>(0x1p-23) : T(0x1p-52);

/// The points x[0], ..., x[rows - 1], the last one repeated.
template <class T>
struct Points {
  const T* at[kRows];
  Points(const T* x, std::size_t rows, std::size_t n) {
    for (std::size_t r = 0; r < kRows; ++r) at[r] = x + (r < rows ? r : rows - 1) * n;
  }
};

/// x[0 .. count), then 0; count <= width.
template <class T>
inline Batch<T> take(const T* x, std::size_t count) {
  return count == kWidth<T> ? Batch<T>::load_unaligned(x) : load_partial(x, count, Batch<T>(T(0)));
}
template <class T>
inline void put(T* y, std::size_t count, Batch<T> value) {
  if (count >= kWidth<T>) {
    value.store_unaligned(y);
  } else if (count > 0) {
    store_partial(y, count, value);
  }
}

template <class T>
bool tile(const T* x, std::size_t rows, const T* panel, std::size_t n, std::size_t count, T* y,
          std::size_t stride) {
  const Points<T> points(x, rows, n);
  const Batch<T> none(T(0));
  Batch<T> total[kRows][2];
  for (std::size_t r = 0; r < kRows; ++r) total[r][0] = total[r][1] = none;
  for (std::size_t begin = 0; begin < n; begin += kChunk) {
    const std::size_t end = begin + kChunk < n ? begin + kChunk : n;
    Batch<T> sum[kRows][2];
    for (std::size_t r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = none;
    for (std::size_t i = begin; i < end; ++i) {
      const Batch<T> z[2] = {Batch<T>::load_aligned(panel + 2 * i * kWidth<T>),
                             Batch<T>::load_aligned(panel + (2 * i + 1) * kWidth<T>)};
      for (std::size_t r = 0; r < kRows; ++r) {
        const Batch<T> v(points.at[r][i]);
        for (std::size_t u = 0; u < 2; ++u) {
          const Batch<T> d = v - z[u];
          sum[r][u] = simd::fma(d, d, sum[r][u]);
        }
      }
    }
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t u = 0; u < 2; ++u) total[r][u] += sum[r][u];
  }
  // Squares below `low` have lost digits, squares above the largest number all of them.
  const Batch<T> low(simd::min_normal<Batch<T>> / kEpsilon<T>), high(simd::infinity<Batch<T>>);
  bool exact = true;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t u = 0; u < 2; ++u) {
      const Batch<T> sum = total[r][u];
      exact = exact && xsimd::all(sum > low) && xsimd::all(sum < high);
      put<T>(y + r * stride + u * kWidth<T>, count > u * kWidth<T> ? count - u * kWidth<T> : 0,
             xsimd::sqrt(sum));
    }
  return exact;
}

template <class T>
bool quotients(const T* gy, const T* y, std::size_t n, T* c) {
  const Batch<T> none(T(0)), one(T(1)), low(simd::min_normal<Batch<T>>),
      high(simd::infinity<Batch<T>>);
  bool exact = true;
  for (std::size_t i = 0; i < n; i += kWidth<T>) {
    const std::size_t count = n - i < kWidth<T> ? n - i : kWidth<T>;
    const Batch<T> distance = take(y + i, count), gradient = take(gy + i, count);
    const auto equal = distance == none;
    const Batch<T> g = xsimd::select(equal, none, gradient);
    const Batch<T> q = g / xsimd::select(equal, one, distance), size = xsimd::abs(q);
    exact = exact && xsimd::all((g == none) || ((size >= low) && (size < high)));
    put(c + i, count, q);
  }
  return exact;
}

template <class T>
void pull(const T* x, std::size_t rows, const T* z, std::size_t k, std::size_t stride,
          std::size_t n, const T* c, std::size_t row_step, std::size_t step, T* gx) {
  const Points<T> points(x, rows, n), factors(c, rows, row_step);
  for (std::size_t i = 0; i < n; i += kWidth<T>) {
    const std::size_t count = n - i < kWidth<T> ? n - i : kWidth<T>;
    Batch<T> from[kRows], sum[kRows];
    for (std::size_t r = 0; r < kRows; ++r) {
      from[r] = take(points.at[r] + i, count);
      sum[r] = take(gx + (r < rows ? r : rows - 1) * n + i, count);
    }
    for (std::size_t j = 0; j < k; ++j) {
      const Batch<T> to = Batch<T>::load_unaligned(z + j * stride + i);
      for (std::size_t r = 0; r < kRows; ++r)
        sum[r] = simd::fma(Batch<T>(factors.at[r][j * step]), Batch<T>(from[r] - to), sum[r]);
    }
    for (std::size_t r = 0; r < rows; ++r) put<T>(gx + r * n + i, count, sum[r]);
  }
}

template <class T>
constexpr DistanceIsa<T> kFunctions{kWidth<T>, tile<T>, quotients<T>, pull<T>};

}  // namespace

extern const DistanceIsaSet distance_isa;
const DistanceIsaSet distance_isa{kFunctions<float>, kFunctions<double>};

}  // namespace xg::kernels::XG_ISA
