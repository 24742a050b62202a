#pragma once
#include <cstddef>
#include <cstdint>

/// Running results along the middle axis of [outer, n, inner], T float or double; partial results
/// are held in double. `reverse` runs from the last entry to the first.
namespace xg::kernels {

/// y_k = x_k + y_(k-1)
template <class T>
void running_sum(const T* x, std::size_t outer, std::size_t n, std::size_t inner, bool reverse,
                 T* y);
/// y_k = x_k y_(k-1)
template <class T>
void running_product(const T* x, std::size_t outer, std::size_t n, std::size_t inner, bool reverse,
                     T* y);
/// Gradient of that: gx_k = t_k y_(k-1) with t_k = gy_k + x_(k+1) t_(k+1); NaN where x is.
template <class T>
void running_product_backward(const T* x, const T* y, const T* gy, std::size_t outer, std::size_t n,
                              std::size_t inner, bool reverse, T* gx);
/// y_k = b_k + a_k y_(k-1), which begins with y = b; the first a is not read.
template <class T>
void linear_recurrence(const T* a, const T* b, std::size_t outer, std::size_t n, std::size_t inner,
                       bool reverse, T* y);
/// y_k = log(exp(x_0) + ... + exp(x_k)), without overflow.
template <class T>
void running_logsumexp(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y);
/// Where the largest (smallest) of x_0 ... x_k stands: the last of equals; a NaN from the first one
/// on, the last so far.
template <class T>
void running_extremum(const T* x, bool largest, std::size_t outer, std::size_t n, std::size_t inner,
                      std::int64_t* index);

}  // namespace xg::kernels
