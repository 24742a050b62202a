#include <xgrad/core/kernels/gemm.hpp>

#include <algorithm>
#include <type_traits>

#include <xgrad/core/kernels/gemm_backend.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

// Floating-point operations, measured on an AVX-512 machine.
constexpr double kTiny = 8;      // up to here a plain loop beats the call of a library
constexpr double kOneDnn = 2e6;  // above, oneDNN beats OpenBLAS: by 10-15 %, below it loses as much
constexpr double kOneDnnTransposed = 8e5;  // likewise, where B is transposed
constexpr double kParallel = 1e6;          // of one block of work for a thread
constexpr double kHalve = 4e6;             // two pieces from here on: 1.8 times faster on two
                                           // threads, 0-4 % slower on one
constexpr double kPiece =
    4e6;  // more than two only above p^2 of these: each repacks its part of A and B
constexpr std::size_t kPieces = 64;  // of one product, at most

double flops(std::size_t m, std::size_t n, std::size_t k) {
  return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

template <class T>
void plain_gemm(const Product<T>& p) {
  const std::size_t a_row = p.transpose_a ? 1 : p.lda, a_column = p.transpose_a ? p.lda : 1;
  const std::size_t b_row = p.transpose_b ? 1 : p.ldb, b_column = p.transpose_b ? p.ldb : 1;
  for (std::size_t i = 0; i < p.m; ++i) {
    for (std::size_t j = 0; j < p.n; ++j) {
      T sum = 0;
      for (std::size_t l = 0; l < p.k; ++l)
        sum += p.a[i * a_row + l * a_column] * p.b[l * b_row + j * b_column];
      T& c = p.c[i * p.ldc + j];
      c = p.beta == T(0) ? p.alpha * sum : p.alpha * sum + p.beta * c;
    }
  }
}

template <class T>
void multiply(const Product<T>& p) {
  const double work = flops(p.m, p.n, p.k);
  if (work <= kTiny) return plain_gemm(p);
  if constexpr (std::is_same_v<T, float>) {
    const double limit = p.transpose_b ? kOneDnnTransposed : kOneDnn;
    if (work > limit && p.m > 1 && p.n > 1 && onednn_gemm(p)) return;
  }
  blas_gemm(p);
}

std::size_t half(std::size_t side) { return (side / 2 + 15) / 16 * 16; }  // to whole vectors

/// A grid of pieces of the product. Depends on the shape alone.
struct Grid {
  std::size_t rows, columns, depth;  // of a piece
  std::size_t down, across, parts;   // pieces of C, and sums that each is made of
  /// `alone`: whether no other product of the same shape can take the second thread.
  Grid(std::size_t m, std::size_t n, std::size_t k, bool alone) : rows(m), columns(n), depth(k) {
    const double work = flops(m, n, k);
    // Pieces less than 128 wide are slow.
    if (alone && work >= kHalve && work < 4 * kPiece && columns >= 128) {
      std::size_t& side = columns >= 256 ? columns : rows;
      if (side >= 32) side = half(side);
    }
    for (std::size_t p = 2; p <= kPieces && work >= kPiece * static_cast<double>(p * p); p *= 2) {
      // Halve the longer side; the depth, which costs sums of C, only if it is far longer.
      std::size_t& side = rows >= columns ? rows : columns;
      std::size_t& longest = depth >= 8 * side ? depth : side;
      if (longest < 32) break;
      longest = half(longest);
    }
    down = (m + rows - 1) / rows;
    across = (n + columns - 1) / columns;
    parts = k == 0 ? 1 : (k + depth - 1) / depth;
  }
  std::size_t pieces() const { return down * across * parts; }
};

/// Of a whole product whose grid has one part.
template <class T>
Product<T> piece(const Product<T>& whole, const Grid& grid, std::size_t index) {
  const std::size_t i = index / grid.across * grid.rows, j = index % grid.across * grid.columns;
  Product<T> p = whole;
  p.m = std::min(grid.rows, whole.m - i);
  p.n = std::min(grid.columns, whole.n - j);
  p.a += whole.transpose_a ? i : i * whole.lda;
  p.b += whole.transpose_b ? j * whole.ldb : j;
  p.c += i * whole.ldc + j;
  return p;
}

/// The summands l * depth .. of the product, to c [m, n].
template <class T>
Product<T> part(const Product<T>& whole, const Grid& grid, std::size_t l, T* c) {
  const std::size_t first = l * grid.depth;
  Product<T> p = whole;
  p.k = std::min(grid.depth, whole.k - first);
  p.a += whole.transpose_a ? first * whole.lda : first;
  p.b += whole.transpose_b ? first : first * whole.ldb;
  p.beta = 0;
  p.c = c;
  p.ldc = whole.n;
  return p;
}

/// A deep product: its parts side by side, then their sum in order.
template <class T>
void multiply_deep(const Product<T>& whole, const Grid& grid) {
  const std::size_t pieces = grid.down * grid.across, size = whole.m * whole.n;
  const Scratch<T> partial(grid.parts * size);
  parallel_for(grid.parts * pieces, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t l = i / pieces;
      multiply(piece(part(whole, grid, l, partial.data() + l * size), grid, i % pieces));
    }
  });
  parallel_for(size, 16384, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      T sum = whole.beta == T(0) ? T(0) : whole.beta * whole.c[i];
      for (std::size_t l = 0; l < grid.parts; ++l) sum += partial[l * size + i];
      whole.c[i] = sum;
    }
  });
}

}  // namespace

template <class T>
void gemm_batched(std::size_t count, bool transpose_a, bool transpose_b, std::size_t m,
                  std::size_t n, std::size_t k, T alpha, const T* a, std::size_t stride_a,
                  const T* b, std::size_t stride_b, T beta, T* c, std::size_t stride_c) {
  if (m == 0 || n == 0 || count == 0) return;
  // Leading dimensions of 0 are refused by the libraries; with k = 0 the plain loop is taken.
  const Product<T> first{
      transpose_a, transpose_b,         m,    n, k, alpha, a, transpose_a ? m : k,
      b,           transpose_b ? k : n, beta, c, n};
  const auto product = [&](std::size_t i) {
    Product<T> p = first;
    p.a += i * stride_a;
    p.b += i * stride_b;
    p.c += i * stride_c;
    return p;
  };
  const Grid grid(m, n, k, count == 1);
  if (grid.parts > 1) {
    for (std::size_t i = 0; i < count; ++i) multiply_deep(product(i), grid);
    return;
  }
  const std::size_t pieces = grid.pieces();
  const double work = std::max(1.0, flops(m, n, k) / static_cast<double>(pieces));
  const auto block = static_cast<std::size_t>(std::max(1.0, kParallel / work));
  parallel_for(count * pieces, block, [&](std::size_t begin, std::size_t end) {
    for (std::size_t index = begin; index < end; ++index) {
      multiply(piece(product(index / pieces), grid, index % pieces));
    }
  });
}

template <class T>
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, T alpha,
          const T* a, const T* b, T beta, T* c) {
  gemm_batched(1, transpose_a, transpose_b, m, n, k, alpha, a, 0, b, 0, beta, c, 0);
}

template void gemm<float>(bool, bool, std::size_t, std::size_t, std::size_t, float, const float*,
                          const float*, float, float*);
template void gemm<double>(bool, bool, std::size_t, std::size_t, std::size_t, double, const double*,
                           const double*, double, double*);
template void gemm_batched<float>(std::size_t, bool, bool, std::size_t, std::size_t, std::size_t,
                                  float, const float*, std::size_t, const float*, std::size_t,
                                  float, float*, std::size_t);
template void gemm_batched<double>(std::size_t, bool, bool, std::size_t, std::size_t, std::size_t,
                                   double, const double*, std::size_t, const double*, std::size_t,
                                   double, double*, std::size_t);

}  // namespace xg::kernels
