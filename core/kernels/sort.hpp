#pragma once
#include <cstddef>
#include <cstdint>

/// Order along the middle axis of x [outer, n, inner], T float or double. NaN counts as larger than
/// every number; equal elements keep their order.
namespace xg::kernels {

/// index [outer, k, inner]: places of the first k elements in ascending (descending) order, k <= n.
template <class T>
void first_in_order(const T* x, std::size_t outer, std::size_t n, std::size_t inner, std::size_t k,
                    bool descending, std::int64_t* index);
/// index [outer, inner]: where the lower median stands, of equals the one that a stable sort puts
/// in the middle; the first NaN if there is one. n >= 1.
template <class T>
void median_place(const T* x, std::size_t outer, std::size_t n, std::size_t inner,
                  std::int64_t* index);

}  // namespace xg::kernels
