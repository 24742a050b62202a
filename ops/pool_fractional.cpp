// The regions of fractional max pooling, a table for each plane.

#include <string>

#include "xgrad/core/error.hpp"
#include "xgrad/core/kernels/random.hpp"
#include "xgrad/ops/pool_windows.hpp"

namespace xg::detail {

using kernels::PoolAxis;
using kernels::Pooling;

namespace {

/// out windows of k elements for each plane; where they begin is left open.
PoolAxis fractional_axis(const PoolInput& x, std::size_t i, std::ptrdiff_t kernel,
                         std::ptrdiff_t output_size) {
  require<ValueError>(kernel >= 1, x.op, "kernel", "be >= 1", kernel);
  require<ValueError>(output_size >= 1, x.op, "output_size", "be >= 1", output_size);
  const auto k = static_cast<std::size_t>(kernel), out = static_cast<std::size_t>(output_size);
  if (out + k - 1 > x.extent(i))
    require<ShapeError>(
        false, x.op, "output_size",
        "leave room for windows: at most extent - kernel + 1 of " + to_string(x.shape),
        output_size);
  PoolAxis axis;
  axis.in = x.extent(i);
  axis.out = out;
  axis.begin.assign(x.planes() * out, 0);
  axis.count.assign(out, static_cast<std::uint32_t>(k));
  axis.divisor.assign(out, static_cast<double>(k));
  return axis;
}

/// fill(axis, distance from the first window to the last, where the first begins, plane) for every
/// axis and plane.
template <class F>
Windows plane_windows(const PoolInput& x, const std::ptrdiff_t* kernel,
                      const std::ptrdiff_t* output_size, F fill) {
  auto p = std::make_shared<Pooling>();
  p->plane_tables = true;
  const std::size_t planes = x.planes();
  for (std::size_t i = 0; i + x.rank < 3; ++i) p->axis[i].begin.assign(planes, 0);
  for (std::size_t i = 0; i < x.rank; ++i) {
    PoolAxis& axis = p->axis[3 - x.rank + i] = fractional_axis(x, i, kernel[i], output_size[i]);
    const std::size_t last = axis.in - static_cast<std::size_t>(kernel[i]);
    for (std::size_t plane = 0; plane < planes; ++plane) {
      std::uint32_t* const begin = axis.begin.data() + plane * axis.out;
      fill(i, axis.out, last, begin, plane);
      begin[axis.out - 1] = static_cast<std::uint32_t>(last);
    }
  }
  return p;
}

}  // namespace

template <class T>
Windows fractional_windows(const PoolInput& x, const std::ptrdiff_t* kernel,
                           const std::ptrdiff_t* output_size, const Array<T>& samples) {
  const std::size_t rank = x.rank;
  Shape expected(x.shape.begin(), x.shape.end() - static_cast<std::ptrdiff_t>(rank));
  expected.push_back(rank);
  if (samples.shape() != expected)
    require<ShapeError>(false, x.op, "samples", "have shape " + to_string(expected),
                        samples.shape());
  return plane_windows(x, kernel, output_size,
                       [&](std::size_t i, std::size_t out, std::size_t last, std::uint32_t* begin,
                           std::size_t plane) {
                         const T u = samples.data()[rank * plane + (rank == 2 ? 1 - i : i)];
                         require<ValueError>(u >= 0 && u < 1, x.op, "samples", "be in [0, 1)", u);
                         const T alpha =
                             out > 1 ? static_cast<T>(last) / static_cast<T>(out - 1) : T(0);
                         for (std::size_t o = 0; o + 1 < out; ++o)
                           begin[o] = static_cast<std::uint32_t>((static_cast<T>(o) + u) * alpha) -
                                      static_cast<std::uint32_t>(u * alpha);
                       });
}

Windows random_windows(const PoolInput& x, const std::ptrdiff_t* kernel,
                       const std::ptrdiff_t* output_size, Generator& generator) {
  std::vector<double> u;
  return plane_windows(
      x, kernel, output_size,
      [&](std::size_t, std::size_t out, std::size_t last, std::uint32_t* begin, std::size_t) {
        if (out == 1) return;
        const std::size_t steps = out - 1, step = last / steps;
        std::size_t longer = last % steps;  // steps to come of one more
        u.resize(steps);
        kernels::fill_uniform(generator, u.data(), steps, 0., 1.);
        for (std::size_t o = 0; o < steps; ++o) {
          const bool more = u[o] * static_cast<double>(steps - o) < static_cast<double>(longer);
          longer -= more ? 1 : 0;
          begin[o + 1] = begin[o] + static_cast<std::uint32_t>(step + more);
        }
      });
}

template Windows fractional_windows(const PoolInput&, const std::ptrdiff_t*, const std::ptrdiff_t*,
                                    const Array<float>&);
template Windows fractional_windows(const PoolInput&, const std::ptrdiff_t*, const std::ptrdiff_t*,
                                    const Array<double>&);

}  // namespace xg::detail
