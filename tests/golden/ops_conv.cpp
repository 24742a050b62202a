#include <xgrad/ops/conv.hpp>

#include "per_axis.hpp"

namespace golden {

namespace {

template <std::size_t rank>
xg::ConvPadding<rank> padding(const Case& c) {
  if (c.given("padding") && c.attrs.at("padding").is_string())
    return c.get<std::string>("padding") == "same" ? xg::Padding::same : xg::Padding::valid;
  return per_axis<rank>(c, "padding", 0);
}

template <std::size_t rank, class F>
auto convolution(F f) {
  return [f](const Case& c) -> Outputs {
    return {f(c.x(0), c.x(1), named(c, "b"),
              xg::ConvOptions<rank>{.stride = per_axis<rank>(c, "stride", 1),
                                    .padding = padding<rank>(c),
                                    .dilation = per_axis<rank>(c, "dilation", 1),
                                    .groups = c.get<std::ptrdiff_t>("groups", 1)})};
  };
}

template <std::size_t rank, class F>
auto transposed(F f) {
  return [f](const Case& c) -> Outputs {
    return {
        f(c.x(0), c.x(1), named(c, "b"),
          xg::ConvTransposeOptions<rank>{.stride = per_axis<rank>(c, "stride", 1),
                                         .padding = per_axis<rank>(c, "padding", 0),
                                         .output_padding = per_axis<rank>(c, "output_padding", 0),
                                         .dilation = per_axis<rank>(c, "dilation", 1),
                                         .groups = c.get<std::ptrdiff_t>("groups", 1)})};
  };
}

}  // namespace

Operations conv_operations() {
  return {
      {"conv1d", convolution<1>(xg::conv1d<double>)},
      {"conv2d", convolution<2>(xg::conv2d<double>)},
      {"conv3d", convolution<3>(xg::conv3d<double>)},
      {"conv_transpose1d", transposed<1>(xg::conv_transpose1d<double>)},
      {"conv_transpose2d", transposed<2>(xg::conv_transpose2d<double>)},
      {"conv_transpose3d", transposed<3>(xg::conv_transpose3d<double>)},
  };
}

}  // namespace golden
