#include <xgrad/ops/pool.hpp>

#include "per_axis.hpp"

namespace golden {

namespace {

template <std::size_t rank>
xg::PerAxis<rank> kernel(const Case& c) {
  return per_axis<rank>(c, "kernel", {});
}
template <std::size_t rank>
xg::PerAxis<rank> stride(const Case& c) {  // not given: the kernel
  return per_axis<rank>(c, "stride", {});
}
template <std::size_t rank>
xg::PerAxis<rank> output_size(const Case& c) {
  return per_axis<rank>(c, "output_size", -1);
}

Outputs both(const xg::Pooled<double>& pooled) { return {pooled.values, pooled.indices}; }

template <std::size_t rank, class F>
auto maximum(F f) {
  return [f](const Case& c) {
    return both(f(c.x(0), kernel<rank>(c),
                  xg::MaxPoolOptions<rank>{.stride = stride<rank>(c),
                                           .padding = per_axis<rank>(c, "padding", 0),
                                           .dilation = per_axis<rank>(c, "dilation", 1),
                                           .ceil_mode = c.get("ceil_mode", false)}));
  };
}

template <std::size_t rank, class F>
auto average(F f) {
  return [f](const Case& c) -> Outputs {
    return {f(c.x(0), kernel<rank>(c),
              xg::AvgPoolOptions<rank>{.stride = stride<rank>(c),
                                       .padding = per_axis<rank>(c, "padding", 0),
                                       .ceil_mode = c.get("ceil_mode", false),
                                       .count_include_pad = c.get("count_include_pad", true),
                                       .divisor = c.get<std::ptrdiff_t>("divisor", 0)})};
  };
}

template <std::size_t rank, class F>
auto power(F f) {
  return [f](const Case& c) -> Outputs {
    return {f(c.x(0), c.number("p"), kernel<rank>(c),
              xg::LpPoolOptions<rank>{.stride = stride<rank>(c),
                                      .ceil_mode = c.get("ceil_mode", false)})};
  };
}

template <std::size_t rank, class F>
auto adaptive(F f) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0), output_size<rank>(c))}; };
}

template <std::size_t rank, class F>
auto unpool(F f) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0), c.indices(1), output_size<rank>(c))}; };
}

Outputs fractional(const Case& c) {
  return both(xg::fractional_max_pool2d_with_indices(c.x(0), kernel<2>(c), output_size<2>(c),
                                                     c.x(1).value()));
}

}  // namespace

Operations pool_operations() {
  using namespace xg;
  return {
      {"max_pool1d", maximum<1>(max_pool1d_with_indices<double>)},
      {"max_pool2d", maximum<2>(max_pool2d_with_indices<double>)},
      {"max_pool3d", maximum<3>(max_pool3d_with_indices<double>)},
      {"avg_pool1d", average<1>(avg_pool1d<double>)},
      {"avg_pool2d", average<2>(avg_pool2d<double>)},
      {"avg_pool3d", average<3>(avg_pool3d<double>)},
      {"adaptive_avg_pool1d", adaptive<1>(adaptive_avg_pool1d<double>)},
      {"adaptive_avg_pool2d", adaptive<2>(adaptive_avg_pool2d<double>)},
      {"adaptive_avg_pool3d", adaptive<3>(adaptive_avg_pool3d<double>)},
      {"adaptive_max_pool1d", adaptive<1>(adaptive_max_pool1d<double>)},
      {"adaptive_max_pool2d", adaptive<2>(adaptive_max_pool2d<double>)},
      {"adaptive_max_pool3d", adaptive<3>(adaptive_max_pool3d<double>)},
      {"lp_pool1d", power<1>(lp_pool1d<double>)},
      {"lp_pool2d", power<2>(lp_pool2d<double>)},
      {"fractional_max_pool2d", fractional},
      {"max_unpool1d", unpool<1>(max_unpool1d<double>)},
      {"max_unpool2d", unpool<2>(max_unpool2d<double>)},
      {"max_unpool3d", unpool<3>(max_unpool3d<double>)},
  };
}

}  // namespace golden
