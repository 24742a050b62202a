#include "xgrad/nn/pool.hpp"

#include "xgrad/nn/text.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg::nn {
namespace {

/// The one of three functions that is for this rank.
template <std::size_t rank, class F, class G, class H, class... A>
auto by_rank(F one, G two, H three, const A&... arguments) {
  if constexpr (rank == 1) return one(arguments...);
  if constexpr (rank == 2) return two(arguments...);
  if constexpr (rank == 3) return three(arguments...);
}

template <std::size_t rank, class Options>
std::string window_text(const PerAxis<rank>& kernel, const Options& options) {
  std::string text = detail::axes_text(kernel);
  if (options.stride.given()) text += ", stride " + detail::axes_text(options.stride);
  if constexpr (requires { options.padding; })
    text += detail::unless_usual("padding", options.padding, 0);
  return text;
}

}  // namespace

// As an argument each operation stands for three function templates: lambdas pass them on.
#define XG_BY_RANK(name, ...)                                    \
  by_rank<rank>([](const auto&... a) { return name##1d(a...); }, \
                [](const auto&... a) { return name##2d(a...); }, \
                [](const auto&... a) { return name##3d(a...); }, __VA_ARGS__)

template <class T, std::size_t rank>
Variable<T> MaxPool<T, rank>::forward(const Variable<T>& x) {
  return XG_BY_RANK(max_pool, x, kernel_, options_);
}
template <class T, std::size_t rank>
Pooled<T> MaxPool<T, rank>::with_indices(const Variable<T>& x) {
  if constexpr (rank == 1) return max_pool1d_with_indices(x, kernel_, options_);
  if constexpr (rank == 2) return max_pool2d_with_indices(x, kernel_, options_);
  if constexpr (rank == 3) return max_pool3d_with_indices(x, kernel_, options_);
}
template <class T, std::size_t rank>
std::string MaxPool<T, rank>::description() const {
  return detail::ranked_name<rank>("MaxPool") + "(" + window_text(kernel_, options_) +
         detail::unless_usual("dilation", options_.dilation, 1) + ")";
}

template <class T, std::size_t rank>
PerAxis<rank> MaxUnpool<T, rank>::output_size(const Shape& x) const {
  const Shape& wanted = options_.output_size;
  const auto fits = [&](std::size_t n) { return n == 0 || n == rank; };
  require<ShapeError>(fits(wanted.size()) && x.size() >= rank, "MaxUnpool", "output_size",
                      "have one extent for each of the last " + std::to_string(rank) + " axes of x",
                      wanted);
  std::array<std::ptrdiff_t, rank> extents;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::ptrdiff_t stride = options_.stride.given() ? options_.stride[i] : kernel_[i];
    const auto extent = static_cast<std::ptrdiff_t>(x[x.size() - rank + i]);
    extents[i] = wanted.empty() ? (extent - 1) * stride - 2 * options_.padding[i] + kernel_[i]
                                : static_cast<std::ptrdiff_t>(wanted[i]);
  }
  return extents;
}
template <class T, std::size_t rank>
Variable<T> MaxUnpool<T, rank>::operator()(const Variable<T>& x, const IndexArray& indices) {
  return this->call({x}, [&](const Variables<T>& in) -> Variables<T> {
    return {XG_BY_RANK(max_unpool, in.at(0), indices, output_size(in.at(0).shape()))};
  })[0];
}
template <class T, std::size_t rank>
std::string MaxUnpool<T, rank>::description() const {
  return detail::ranked_name<rank>("MaxUnpool") + "(" + window_text(kernel_, options_) + ")";
}

template <class T, std::size_t rank>
Variable<T> AvgPool<T, rank>::forward(const Variable<T>& x) {
  return XG_BY_RANK(avg_pool, x, kernel_, options_);
}
template <class T, std::size_t rank>
std::string AvgPool<T, rank>::description() const {
  return detail::ranked_name<rank>("AvgPool") + "(" + window_text(kernel_, options_) + ")";
}

template <class T, std::size_t rank>
Variable<T> AdaptiveAvgPool<T, rank>::forward(const Variable<T>& x) {
  return XG_BY_RANK(adaptive_avg_pool, x, output_size_);
}
template <class T, std::size_t rank>
std::string AdaptiveAvgPool<T, rank>::description() const {
  return detail::ranked_name<rank>("AdaptiveAvgPool") + "(" + detail::axes_text(output_size_) + ")";
}

template <class T, std::size_t rank>
Variable<T> AdaptiveMaxPool<T, rank>::forward(const Variable<T>& x) {
  return XG_BY_RANK(adaptive_max_pool, x, output_size_);
}
template <class T, std::size_t rank>
std::string AdaptiveMaxPool<T, rank>::description() const {
  return detail::ranked_name<rank>("AdaptiveMaxPool") + "(" + detail::axes_text(output_size_) + ")";
}

template <class T, std::size_t rank>
Variable<T> LPPool<T, rank>::forward(const Variable<T>& x) {
  return XG_BY_RANK(lp_pool, x, norm_type_, kernel_, options_);
}
template <class T, std::size_t rank>
std::string LPPool<T, rank>::description() const {
  return detail::ranked_name<rank>("LPPool") + "(" + number_text(norm_type_) + ", " +
         window_text(kernel_, options_) + ")";
}

template <class T, std::size_t rank>
FractionalMaxPool<T, rank>::FractionalMaxPool(PerAxis<rank> kernel_size,
                                              const FractionalMaxPoolOptions<rank>& options)
    : kernel_(kernel_size), options_(options) {
  const std::string name = detail::ranked_name<rank>("FractionalMaxPool");
  require<ValueError>(options.output_size.given() != options.output_ratio.has_value(), name,
                      "options", "have an output_size or an output_ratio",
                      options.output_size.given() ? "both" : "neither");
  const double ratio = options.output_ratio.value_or(0.5);
  require<ValueError>(ratio > 0 && ratio < 1, name, "output_ratio", "be in (0, 1)", ratio);
}
template <class T, std::size_t rank>
PerAxis<rank> FractionalMaxPool<T, rank>::output_size(const Shape& x) const {
  if (options_.output_size.given()) return options_.output_size;
  require<ShapeError>(x.size() > rank, detail::ranked_name<rank>("FractionalMaxPool"), "x",
                      "have channels and " + std::to_string(rank) + " more axes", x);
  std::array<std::ptrdiff_t, rank> extents;
  for (std::size_t i = 0; i < rank; ++i)
    extents[i] = static_cast<std::ptrdiff_t>(static_cast<double>(x[x.size() - rank + i]) *
                                             *options_.output_ratio);
  return extents;
}
template <class T, std::size_t rank>
Variable<T> FractionalMaxPool<T, rank>::forward(const Variable<T>& x) {
  Generator& generator = options_.generator ? *options_.generator : default_generator();
  const PerAxis<rank> size = output_size(x.shape());
  if constexpr (rank == 2)
    return fractional_max_pool2d(x, kernel_, size, options_.regions, generator);
  else
    return fractional_max_pool3d(x, kernel_, size, options_.regions, generator);
}
template <class T, std::size_t rank>
std::string FractionalMaxPool<T, rank>::description() const {
  return detail::ranked_name<rank>("FractionalMaxPool") + "(" + detail::axes_text(kernel_) +
         ", to " +
         (options_.output_ratio ? number_text(*options_.output_ratio)
                                : detail::axes_text(options_.output_size)) +
         (options_.regions == PoolRegions::random ? ", random" : "") + ")";
}

#define XG_INSTANTIATE(T, rank)            \
  template class MaxPool<T, rank>;         \
  template class MaxUnpool<T, rank>;       \
  template class AvgPool<T, rank>;         \
  template class AdaptiveAvgPool<T, rank>; \
  template class AdaptiveMaxPool<T, rank>;
XG_INSTANTIATE(float, 1)
XG_INSTANTIATE(float, 2)
XG_INSTANTIATE(float, 3)
XG_INSTANTIATE(double, 1)
XG_INSTANTIATE(double, 2)
XG_INSTANTIATE(double, 3)
#undef XG_INSTANTIATE
template class LPPool<float, 1>;
template class LPPool<float, 2>;
template class LPPool<float, 3>;
template class FractionalMaxPool<float, 2>;
template class FractionalMaxPool<float, 3>;
template class LPPool<double, 1>;
template class LPPool<double, 2>;
template class LPPool<double, 3>;
template class FractionalMaxPool<double, 2>;
template class FractionalMaxPool<double, 3>;

}  // namespace xg::nn
