#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <xgrad/core/kernels/gemm_backend.hpp>
#include <xgrad/core/kernels/lapack.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

/// What the files lapack_*.cpp share. Private to core/kernels.
namespace xg::kernels {

inline int as_int(std::size_t n) { return static_cast<int>(n); }

template <class T>
bool all_finite(const T* x, std::size_t n) {
  return std::all_of(x, x + n, [](T v) { return std::isfinite(v); });
}

template <class T>
void fill_nan(T* x, std::size_t n) {
  std::fill_n(x, n, std::numeric_limits<T>::quiet_NaN());
}

/// work(i) for each matrix of the batch, side by side; flops is the cost of one.
template <class F>
void for_each_matrix(std::size_t count, double flops, F work) {
  use_one_blas_thread();
  const auto block = static_cast<std::size_t>(std::max(1.0, 2e5 / std::max(flops, 1.0)));
  parallel_for(count, block, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) work(i);
  });
}

/// The same for work that returns LAPACK's `info`.
template <class F>
Breakdown first_breakdown(std::size_t count, double flops, F work) {
  std::vector<int> info(count, 0);
  for_each_matrix(count, flops, [&](std::size_t i) { info[i] = work(i); });
  const auto bad = std::find_if(info.begin(), info.end(), [](int code) { return code != 0; });
  if (bad == info.end()) return {};
  return {static_cast<std::size_t>(std::abs(*bad)), static_cast<std::size_t>(bad - info.begin())};
}

inline double cubed(std::size_t n) { return std::pow(static_cast<double>(n), 3); }

}  // namespace xg::kernels
