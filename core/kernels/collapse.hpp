#pragma once
#include <cstddef>

#include <xgrad/core/small_vector.hpp>

namespace xg::kernels {

/// Axes of a reduction, neighbours of the same kind merged and axes of extent 1 left out: kinds
/// alternate.
struct Collapsed {
  SmallVector<std::size_t> extent;
  SmallVector<unsigned char> reduced;
  std::size_t kept = 1, count = 1;  // elements of the result, elements behind each

  Collapsed(const std::size_t* shape, std::size_t rank, const bool* is_reduced) {
    for (std::size_t i = 0; i < rank; ++i) add(shape[i], is_reduced[i]);
  }

 private:
  void add(std::size_t n, bool is_reduced) {
    (is_reduced ? count : kept) *= n;
    if (n == 1) return;
    if (!extent.empty() && (reduced.back() != 0) == is_reduced) {
      extent.back() *= n;
    } else {
      extent.push_back(n);
      reduced.push_back(is_reduced ? 1 : 0);
    }
  }
};

}  // namespace xg::kernels
