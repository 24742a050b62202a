#pragma once

// Internal: the arguments of pooling checked, as the tables of windows that the kernels take.

#include <memory>

#include "xgrad/core/array.hpp"
#include "xgrad/core/kernels/pool.hpp"
#include "xgrad/core/random.hpp"
#include "xgrad/ops/per_axis.hpp"

namespace xg::detail {

/// How x [.., d...] is seen: planes of `rank` axes. @throws ShapeError.
struct PoolInput {
  const char* op;
  std::size_t rank;
  const Shape& shape;
  PoolInput(const char* name, std::size_t axes, const Shape& x);
  std::size_t extent(std::size_t axis) const { return shape[shape.size() - rank + axis]; }
  std::size_t planes() const;
  /// The shape of x with other extents.
  Shape with(const kernels::Pooling& p) const;
};

struct PoolNumbers {
  std::ptrdiff_t kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1};
  std::ptrdiff_t padding[3] = {0, 0, 0}, dilation[3] = {1, 1, 1};
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::ptrdiff_t divisor = 0;

  template <std::size_t rank>
  void set(const PerAxis<rank>& k, const PerAxis<rank>& s, const PerAxis<rank>& p,
           const PerAxis<rank>& d) {
    for (std::size_t i = 0; i < rank; ++i) {
      kernel[i] = k[i];
      stride[i] = s.given() ? s[i] : k[i];
      padding[i] = p[i];
      dilation[i] = d[i];
    }
  }
};

using Windows = std::shared_ptr<const kernels::Pooling>;

Windows regular_windows(const PoolInput& x, const PoolNumbers& n);
Windows adaptive_windows(const PoolInput& x, const std::ptrdiff_t* output_size);
/// Pseudo-random regions by numbers u [.., rank]; in two dimensions the last axis comes first.
template <class T>
Windows fractional_windows(const PoolInput& x, const std::ptrdiff_t* kernel,
                           const std::ptrdiff_t* output_size, const Array<T>& samples);
/// Steps of two lengths in random order, the same for every type of element.
Windows random_windows(const PoolInput& x, const std::ptrdiff_t* kernel,
                       const std::ptrdiff_t* output_size, Generator& generator);
/// Windows of `size` neighbours of axis 0, size / 2 of them before; averages divide by size.
Windows neighbour_windows(const PoolInput& x, std::size_t size);

}  // namespace xg::detail
