#include <xgrad/ops/index.hpp>
#include <xgrad/ops/shape.hpp>

#include "registry.hpp"

namespace golden {

namespace {

/// One slice an axis; each bound may be null.
xg::Slices slices(const Case& c) {
  xg::Slices result;
  for (std::size_t axis = 0; axis < c.attrs.at("step").size(); ++axis) {
    xg::Slice slice = xt::all();
    const auto bound = [&](const char* key) {
      const json& value = c.attrs.at(key).at(axis);
      return value.is_null() ? xg::Slice::open : value.get<std::ptrdiff_t>();
    };
    slice.start = bound("start");
    slice.stop = bound("stop");
    slice.step = bound("step");
    result.push_back(slice);
  }
  return result;
}

}  // namespace

Operations shape_operations() {
  using namespace xg;
  return {
      {"reshape", [](const Case& c) -> Outputs { return {reshape(c.x(0), c.extents("shape"))}; }},
      {"transpose",
       [](const Case& c) -> Outputs {
         return {transpose(c.x(0), c.axis("dim0"), c.axis("dim1"))};
       }},
      {"permute",
       [](const Case& c) -> Outputs { return {permute(c.x(0), Axes(c.numbers("dims")))}; }},
      {"slice", [](const Case& c) -> Outputs { return {slice(c.x(0), slices(c))}; }},
  };
}

}  // namespace golden
