#include "xgrad/ops/pool.hpp"

#include <cmath>
#include <string>

#include "xgrad/core/kernels/random.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/pool_function.hpp"

namespace xg {

namespace {

using detail::PoolInput;
using detail::PoolNumbers;
using detail::Windows;

template <std::size_t rank>
std::array<std::ptrdiff_t, 3> numbers(const PerAxis<rank>& each) {
  std::array<std::ptrdiff_t, 3> result{};
  for (std::size_t i = 0; i < rank; ++i) result[i] = each[i];
  return result;
}

template <std::size_t rank>
Windows max_windows(const PoolInput& input, const PerAxis<rank>& kernel,
                    const MaxPoolOptions<rank>& o) {
  PoolNumbers n;
  n.ceil_mode = o.ceil_mode;
  n.set(kernel, o.stride, o.padding, o.dilation);
  return detail::regular_windows(input, n);
}

template <std::size_t rank>
Windows avg_windows(const PoolInput& input, const PerAxis<rank>& kernel,
                    const AvgPoolOptions<rank>& o) {
  PoolNumbers n{
      .ceil_mode = o.ceil_mode, .count_include_pad = o.count_include_pad, .divisor = o.divisor};
  n.set(kernel, o.stride, o.padding, PerAxis<rank>(1));
  return detail::regular_windows(input, n);
}

template <std::size_t rank>
Windows adaptive(const PoolInput& input, const PerAxis<rank>& output_size) {
  return detail::adaptive_windows(input, numbers(output_size).data());
}

template <class T>
struct Maxima {
  Variable<T> values;
  std::shared_ptr<IndexArray> places;
};

/// Who asks for the indices gets a copy: the graph goes on using its own.
template <class T>
Maxima<T> maxima(const PoolInput& input, const Variable<T>& x, const Windows& windows) {
  const auto places = std::make_shared<IndexArray>(input.with(*windows));
  auto values = detail::MaxPool::apply(x, windows, places, input.planes());
  return {std::move(values), places};
}
template <class T>
Pooled<T> pooled(const PoolInput& input, const Variable<T>& x, const Windows& windows) {
  Maxima<T> result = maxima(input, x, windows);
  return {std::move(result.values), IndexArray(*result.places)};
}

template <std::size_t rank, class T>
Variable<T> unpool(const char* op, const Variable<T>& x, const IndexArray& indices,
                   const PerAxis<rank>& output_size) {
  const PoolInput input(op, rank, x.shape());
  if (indices.shape() != x.shape())
    require<ShapeError>(false, op, "indices", "have the shape of x " + to_string(x.shape()),
                        indices.shape());
  Shape shape = x.shape();
  std::size_t size = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    require<ValueError>(output_size[i] >= 1, op, "output_size", "be >= 1", output_size[i]);
    shape[shape.size() - rank + i] = static_cast<std::size_t>(output_size[i]);
    size *= static_cast<std::size_t>(output_size[i]);
  }
  for (const std::int64_t i : indices.storage())
    if (i < 0 || i >= static_cast<std::int64_t>(size))
      require<ValueError>(false, op, "indices", "be in [0, " + std::to_string(size) + ")", i);
  return detail::ScatterPlanes::apply(x, detail::Places(std::make_shared<IndexArray>(indices)),
                                      input.planes(), shape, true);
}

/// As PyTorch composes it: the average of x^p times the elements of a whole window.
template <std::size_t rank, class T>
Variable<T> lp_pool(const char* op, const Variable<T>& x, double p, const PerAxis<rank>& kernel,
                    const LpPoolOptions<rank>& o) {
  require<ValueError>(p > 0 && std::isfinite(p), op, "p", "be > 0 and finite", p);
  const PoolInput input(op, rank, x.shape());
  const Windows windows =
      avg_windows<rank>(input, kernel, {.stride = o.stride, .ceil_mode = o.ceil_mode});
  double count = 1;
  for (std::size_t i = 0; i < rank; ++i) count *= static_cast<double>(kernel[i]);
  const auto mean = detail::average(input, pow(x, p), windows);
  // Not a plain power: its derivative at 0 is infinite, and infinity times 0 no number.
  return map([count, q = 1 / p](auto s) { return where(s != 0, pow(s * count, q), 0); }, mean);
}

}  // namespace

#define XG_DEFINE(rank)                                                                     \
  template <Element T>                                                                      \
  Variable<T> max_pool##rank##d(const Variable<T>& x, PerAxis<rank> kernel,                 \
                                const MaxPool##rank##dOptions& options) {                   \
    const PoolInput input("max_pool" #rank "d", rank, x.shape());                           \
    return maxima(input, x, max_windows(input, kernel, options)).values;                    \
  }                                                                                         \
  template <Element T>                                                                      \
  Pooled<T> max_pool##rank##d_with_indices(const Variable<T>& x, PerAxis<rank> kernel,      \
                                           const MaxPool##rank##dOptions& options) {        \
    const PoolInput input("max_pool" #rank "d", rank, x.shape());                           \
    return pooled(input, x, max_windows(input, kernel, options));                           \
  }                                                                                         \
  template <Element T>                                                                      \
  Variable<T> max_unpool##rank##d(const Variable<T>& x, const IndexArray& indices,          \
                                  PerAxis<rank> output_size) {                              \
    return unpool("max_unpool" #rank "d", x, indices, output_size);                         \
  }                                                                                         \
  template <Element T>                                                                      \
  Variable<T> avg_pool##rank##d(const Variable<T>& x, PerAxis<rank> kernel,                 \
                                const AvgPool##rank##dOptions& options) {                   \
    const PoolInput input("avg_pool" #rank "d", rank, x.shape());                           \
    return detail::average(input, x, avg_windows(input, kernel, options));                  \
  }                                                                                         \
  template <Element T>                                                                      \
  Variable<T> adaptive_avg_pool##rank##d(const Variable<T>& x, PerAxis<rank> output_size) { \
    const PoolInput input("adaptive_avg_pool" #rank "d", rank, x.shape());                  \
    return detail::average(input, x, adaptive(input, output_size));                         \
  }                                                                                         \
  template <Element T>                                                                      \
  Variable<T> adaptive_max_pool##rank##d(const Variable<T>& x, PerAxis<rank> output_size) { \
    const PoolInput input("adaptive_max_pool" #rank "d", rank, x.shape());                  \
    return maxima(input, x, adaptive(input, output_size)).values;                           \
  }                                                                                         \
  template <Element T>                                                                      \
  Pooled<T> adaptive_max_pool##rank##d_with_indices(const Variable<T>& x,                   \
                                                    PerAxis<rank> output_size) {            \
    const PoolInput input("adaptive_max_pool" #rank "d", rank, x.shape());                  \
    return pooled(input, x, adaptive(input, output_size));                                  \
  }
XG_DEFINE(1)
XG_DEFINE(2)
XG_DEFINE(3)
#undef XG_DEFINE

template <Element T>
Variable<T> lp_pool1d(const Variable<T>& x, double p, PerAxis<1> kernel,
                      const LpPool1dOptions& options) {
  return lp_pool("lp_pool1d", x, p, kernel, options);
}
template <Element T>
Variable<T> lp_pool2d(const Variable<T>& x, double p, PerAxis<2> kernel,
                      const LpPool2dOptions& options) {
  return lp_pool("lp_pool2d", x, p, kernel, options);
}

template <Element T>
Variable<T> lp_pool3d(const Variable<T>& x, double p, PerAxis<3> kernel,
                      const LpPool3dOptions& options) {
  return lp_pool("lp_pool3d", x, p, kernel, options);
}

namespace {

/// The numbers of pseudo-random regions are drawn in T, as samples are given.
template <std::size_t rank, class T>
Variable<T> fractional_maxima(const char* op, const Variable<T>& x, const PerAxis<rank>& kernel,
                              const PerAxis<rank>& output_size, PoolRegions regions,
                              Generator& generator) {
  const PoolInput input(op, rank, x.shape());
  const auto k = numbers(kernel), size = numbers(output_size);
  if (regions == PoolRegions::random)
    return maxima(input, x, detail::random_windows(input, k.data(), size.data(), generator)).values;
  Shape shape(x.shape().begin(), x.shape().end() - static_cast<std::ptrdiff_t>(rank));
  shape.push_back(rank);
  Array<T> samples(shape);
  kernels::fill_uniform(generator, samples.data(), samples.size(), T(0), T(1));
  return maxima(input, x, detail::fractional_windows(input, k.data(), size.data(), samples)).values;
}

template <std::size_t rank, class T>
Windows windows_of(const PoolInput& input, const PerAxis<rank>& kernel,
                   const PerAxis<rank>& output_size, const Array<T>& samples) {
  return detail::fractional_windows(input, numbers(kernel).data(), numbers(output_size).data(),
                                    samples);
}

}  // namespace

#define XG_DEFINE(rank)                                                                           \
  template <Element T>                                                                            \
  Variable<T> fractional_max_pool##rank##d(const Variable<T>& x, PerAxis<rank> kernel,            \
                                           PerAxis<rank> output_size, const Array<T>& samples) {  \
    const PoolInput input("fractional_max_pool" #rank "d", rank, x.shape());                      \
    return maxima(input, x, windows_of(input, kernel, output_size, samples)).values;              \
  }                                                                                               \
  template <Element T>                                                                            \
  Variable<T> fractional_max_pool##rank##d(const Variable<T>& x, PerAxis<rank> kernel,            \
                                           PerAxis<rank> output_size, PoolRegions regions,        \
                                           Generator& generator) {                                \
    return fractional_maxima("fractional_max_pool" #rank "d", x, kernel, output_size, regions,    \
                             generator);                                                          \
  }                                                                                               \
  template <Element T>                                                                            \
  Variable<T> fractional_max_pool##rank##d(const Variable<T>& x, PerAxis<rank> kernel,            \
                                           PerAxis<rank> output_size, Generator& generator) {     \
    return fractional_max_pool##rank##d(x, kernel, output_size, PoolRegions::pseudo_random,       \
                                        generator);                                               \
  }                                                                                               \
  template <Element T>                                                                            \
  Pooled<T> fractional_max_pool##rank##d_with_indices(const Variable<T>& x, PerAxis<rank> kernel, \
                                                      PerAxis<rank> output_size,                  \
                                                      const Array<T>& samples) {                  \
    const PoolInput input("fractional_max_pool" #rank "d", rank, x.shape());                      \
    return pooled(input, x, windows_of(input, kernel, output_size, samples));                     \
  }
XG_DEFINE(2)
XG_DEFINE(3)
#undef XG_DEFINE

#define XG_INSTANTIATE_RANK(T, rank)                                                              \
  template Variable<T> max_pool##rank##d(const Variable<T>&, PerAxis<rank>,                       \
                                         const MaxPool##rank##dOptions&);                         \
  template Pooled<T> max_pool##rank##d_with_indices(const Variable<T>&, PerAxis<rank>,            \
                                                    const MaxPool##rank##dOptions&);              \
  template Variable<T> max_unpool##rank##d(const Variable<T>&, const IndexArray&, PerAxis<rank>); \
  template Variable<T> avg_pool##rank##d(const Variable<T>&, PerAxis<rank>,                       \
                                         const AvgPool##rank##dOptions&);                         \
  template Variable<T> adaptive_avg_pool##rank##d(const Variable<T>&, PerAxis<rank>);             \
  template Variable<T> adaptive_max_pool##rank##d(const Variable<T>&, PerAxis<rank>);             \
  template Pooled<T> adaptive_max_pool##rank##d_with_indices(const Variable<T>&, PerAxis<rank>);
#define XG_INSTANTIATE_FRACTIONAL(T, rank)                                                        \
  template Variable<T> fractional_max_pool##rank##d(const Variable<T>&, PerAxis<rank>,            \
                                                    PerAxis<rank>, const Array<T>&);              \
  template Variable<T> fractional_max_pool##rank##d(const Variable<T>&, PerAxis<rank>,            \
                                                    PerAxis<rank>, PoolRegions, Generator&);      \
  template Variable<T> fractional_max_pool##rank##d(const Variable<T>&, PerAxis<rank>,            \
                                                    PerAxis<rank>, Generator&);                   \
  template Pooled<T> fractional_max_pool##rank##d_with_indices(const Variable<T>&, PerAxis<rank>, \
                                                               PerAxis<rank>, const Array<T>&);
#define XG_INSTANTIATE(T)                                                                         \
  XG_INSTANTIATE_RANK(T, 1)                                                                       \
  XG_INSTANTIATE_RANK(T, 2)                                                                       \
  XG_INSTANTIATE_RANK(T, 3)                                                                       \
  template Variable<T> lp_pool1d(const Variable<T>&, double, PerAxis<1>, const LpPool1dOptions&); \
  template Variable<T> lp_pool2d(const Variable<T>&, double, PerAxis<2>, const LpPool2dOptions&); \
  template Variable<T> lp_pool3d(const Variable<T>&, double, PerAxis<3>, const LpPool3dOptions&); \
  XG_INSTANTIATE_FRACTIONAL(T, 2)                                                                 \
  XG_INSTANTIATE_FRACTIONAL(T, 3)
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE
#undef XG_INSTANTIATE_FRACTIONAL
#undef XG_INSTANTIATE_RANK

}  // namespace xg
