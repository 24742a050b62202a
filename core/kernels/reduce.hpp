#pragma once
#include <cstddef>
#include <cstdint>

/// Reductions of contiguous row-major arrays, T float or double.
///
/// Sums are blocked and pairwise: their error grows with the logarithm of n, not with n. The order
/// of summation depends on the shape alone, so bits do not depend on the number of threads.
namespace xg::kernels {

enum class Reduce : std::uint8_t {
  sum,         ///< nothing: 0
  mean,        ///< sum / count; nothing: NaN
  prod,        ///< nothing: 1
  max,         ///< NaN if there is one; nothing: -infinity
  min,         ///< NaN if there is one; nothing: +infinity
  sum_square,  ///< sum of x * x
  sum_abs,     ///< sum of |x|
};

/// y = op over the axes a with reduced[a]; y has the remaining axes in their order.
template <class T>
void reduce(Reduce op, const T* x, const std::size_t* shape, std::size_t rank, const bool* reduced,
            T* y);

/// y = sum of a * b over the reduced axes: one pass where a product and a sum would take two.
template <class T>
void reduce_product(const T* a, const T* b, const std::size_t* shape, std::size_t rank,
                    const bool* reduced, T* y);

/// Mean and variance about it over the reduced axes, in two passes. The variance is the sum of
/// squares divided by the count (not by count - 1). `variance` must not be `mean`.
template <class T>
void moments(const T* x, const std::size_t* shape, std::size_t rank, const bool* reduced, T* mean,
             T* variance);

/// Undoes broadcasting: sums x [shape] over the axes that `target` lacks on the left or has as 1,
/// to y [target]. target must broadcast to shape.
template <class T>
void sum_to(const T* x, const std::size_t* shape, std::size_t rank, const std::size_t* target,
            std::size_t target_rank, T* y);

/// Index of the maximum (or minimum) along the middle axis of x [outer, n, inner], n >= 1: the
/// first of equals; the first NaN if there is one. value, the element found, may be null.
template <class T>
void arg_max(const T* x, std::size_t outer, std::size_t n, std::size_t inner, std::int64_t* index,
             T* value);
template <class T>
void arg_min(const T* x, std::size_t outer, std::size_t n, std::size_t inner, std::int64_t* index,
             T* value);

/// Gradient of y = max or min over the middle axis of x [outer, n, inner]: gy is shared evenly by
/// the elements equal to y (as in torch.amax); where y is NaN, by the NaNs. y and gy are [outer,
/// inner].
template <class T>
void extremum_backward(const T* x, const T* y, const T* gy, std::size_t outer, std::size_t n,
                       std::size_t inner, T* gx);

/// gx [outer, n, inner] = 0 but for gy [outer, inner] at index along the middle axis.
template <class T>
void place_at_index(const std::int64_t* index, const T* gy, std::size_t outer, std::size_t n,
                    std::size_t inner, T* gx);

}  // namespace xg::kernels
