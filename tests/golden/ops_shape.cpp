#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/broadcast.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/fold.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/mask.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/upsample.hpp>

#include "per_axis.hpp"

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

std::ptrdiff_t axis_or(const Case& c, const char* key = "dim", std::ptrdiff_t otherwise = 0) {
  return c.get<std::ptrdiff_t>(key, otherwise);
}

xg::Shape axis_lengths(const Case& c, const char* key) { return xg::Shape(c.numbers(key)); }

Outputs outputs(const xg::Variables<double>& parts) { return {parts.begin(), parts.end()}; }

/// The lengths of the parts, or one number for all but the last.
xg::Shape sizes(const Case& c) {
  if (c.attrs.at("sizes").is_array()) return axis_lengths(c, "sizes");
  const auto part = c.get<std::size_t>("sizes");
  std::size_t left =
      c.x(0).shape()[xg::normalize_axis("split", "dim", axis_or(c), c.x(0).dimension())];
  xg::Shape list;
  for (; left > part && part > 0; left -= part) list.push_back(part);
  list.push_back(left);
  return list;
}

xg::PadMode pad_mode(const std::string& name) {
  if (name == "constant") return xg::PadMode::constant;
  if (name == "reflect") return xg::PadMode::reflect;
  if (name == "replicate") return xg::PadMode::replicate;
  if (name == "circular") return xg::PadMode::circular;
  throw std::runtime_error("there is no padding mode " + name);
}

Outputs pad_case(const Case& c) {
  xg::PadWidths widths;
  for (const json& pair : c.attrs.at("pad"))
    widths.emplace_back(pair.at(0).get<std::ptrdiff_t>(), pair.at(1).get<std::ptrdiff_t>());
  return {pad(
      c.x(0), widths,
      {.mode = pad_mode(c.get<std::string>("mode", "constant")), .value = c.number("value", 0)})};
}

xg::FoldOptions fold_options(const Case& c) {
  return {.stride = per_axis<2>(c, "stride", 1),
          .padding = per_axis<2>(c, "padding", 0),
          .dilation = per_axis<2>(c, "dilation", 1)};
}

Outputs repeat_case(const Case& c) {
  const auto x = c.given("dim") ? c.x(0) : reshape(c.x(0), {-1});
  if (!c.attrs.at("repeats").is_array())
    return {repeat_interleave(x, c.get<std::size_t>("repeats"), axis_or(c))};
  const auto counts = c.numbers("repeats");
  xg::IndexArray list(xg::Shape{counts.size()});
  std::copy(counts.begin(), counts.end(), list.data());
  return {repeat_interleave(x, list, axis_or(c))};
}

Outputs take_case(const Case& c) {
  if (c.given("dim")) return {take_along_dim(c.x(0), c.indices(1), c.axis("dim"))};
  xg::IndexArray flat = c.indices(1);
  flat.reshape(xg::Shape{flat.size()});
  return {take_along_dim(reshape(c.x(0), {-1}), flat, 0)};
}

Outputs upsample_case(const Case& c) {
  const auto mode = c.get<std::string>("mode", "nearest");
  const bool nearest = mode == "nearest";
  if (!nearest && mode != "linear" && mode != "bilinear" && mode != "trilinear")
    throw std::runtime_error("there is no mode " + mode);
  xg::Shape size = axis_lengths(c, "size");
  if (!c.attrs.at("size").is_array()) size = xg::Shape(c.x(0).dimension() - 2, size[0]);
  return {upsample(c.x(0), size,
                   {.mode = nearest ? xg::UpsampleMode::nearest : xg::UpsampleMode::linear,
                    .align_corners = c.get("align_corners", false)})};
}

}  // namespace

Operations shape_operations() {
  using namespace xg;
  return {
      {"reshape", [](const Case& c) -> Outputs { return {reshape(c.x(0), c.extents("shape"))}; }},
      {"flatten",
       [](const Case& c) -> Outputs {
         return {flatten(c.x(0), axis_or(c, "start_dim"), axis_or(c, "end_dim", -1))};
       }},
      {"squeeze", [](const Case& c) -> Outputs { return {squeeze(c.x(0), c.axes("dim"))}; }},
      {"unsqueeze", [](const Case& c) -> Outputs { return {unsqueeze(c.x(0), c.axis("dim"))}; }},
      {"transpose",
       [](const Case& c) -> Outputs {
         return {transpose(c.x(0), c.axis("dim0"), c.axis("dim1"))};
       }},
      {"permute",
       [](const Case& c) -> Outputs { return {permute(c.x(0), Axes(c.numbers("dims")))}; }},
      {"movedim",
       [](const Case& c) -> Outputs {
         return {movedim(c.x(0), c.axes("source"), c.axes("destination"))};
       }},
      {"broadcast_to",
       [](const Case& c) -> Outputs { return {expand(c.x(0), c.extents("shape"))}; }},
      {"slice", [](const Case& c) -> Outputs { return {slice(c.x(0), slices(c))}; }},
      {"select",
       [](const Case& c) -> Outputs { return {select(c.x(0), c.axis("dim"), c.axis("index"))}; }},
      {"concat", [](const Case& c) -> Outputs { return {concat(c.all(), axis_or(c))}; }},
      {"stack", [](const Case& c) -> Outputs { return {stack(c.all(), axis_or(c))}; }},
      {"split", [](const Case& c) { return outputs(split(c.x(0), sizes(c), axis_or(c))); }},
      {"chunk", [](const Case& c) { return outputs(chunk(c.x(0), c.axis("n"), axis_or(c))); }},
      {"pad", pad_case},
      {"gather",
       [](const Case& c) -> Outputs { return {gather(c.x(0), c.axis("dim"), c.indices(1))}; }},
      {"scatter_add",
       [](const Case& c) -> Outputs {
         return {scatter_add(c.x(0), c.axis("dim"), c.indices(1), c.x(2))};
       }},
      {"scatter",
       [](const Case& c) -> Outputs {
         return {scatter(c.x(0), c.axis("dim"), c.indices(1), c.x(2))};
       }},
      {"index_select",
       [](const Case& c) -> Outputs {
         return {index_select(c.x(0), c.axis("dim"), c.indices(1))};
       }},
      {"index_add",
       [](const Case& c) -> Outputs {
         return {index_add(c.x(0), c.axis("dim"), c.indices(1), c.x(2), c.number("alpha", 1))};
       }},
      {"take_along_dim", take_case},
      {"masked_select",
       [](const Case& c) -> Outputs { return {masked_select(c.x(0), c.mask(1))}; }},
      {"flip", [](const Case& c) -> Outputs { return {flip(c.x(0), c.axes("dims"))}; }},
      {"roll",
       [](const Case& c) -> Outputs { return {roll(c.x(0), c.axes("shifts"), c.axes("dims"))}; }},
      {"tile", [](const Case& c) -> Outputs { return {tile(c.x(0), axis_lengths(c, "reps"))}; }},
      {"repeat_interleave", repeat_case},
      {"diag", [](const Case& c) -> Outputs { return {diag(c.x(0), axis_or(c, "k"))}; }},
      {"diagonal",
       [](const Case& c) -> Outputs {
         return {diagonal(c.x(0), axis_or(c, "offset"), axis_or(c, "dim1"), axis_or(c, "dim2", 1))};
       }},
      {"tril", [](const Case& c) -> Outputs { return {tril(c.x(0), axis_or(c, "k"))}; }},
      {"triu", [](const Case& c) -> Outputs { return {triu(c.x(0), axis_or(c, "k"))}; }},
      {"trace", [](const Case& c) -> Outputs { return {sum(diagonal(c.x(0)))}; }},
      {"one_hot",
       [](const Case& c) -> Outputs { return {one_hot(c.indices(0), axis_or(c, "classes", -1))}; }},
      {"im2col",
       [](const Case& c) -> Outputs {
         return {unfold(c.x(0), per_axis<2>(c, "kernel", {}), fold_options(c))};
       }},
      {"col2im",
       [](const Case& c) -> Outputs {
         return {fold(c.x(0), per_axis<2>(c, "output_size", {}), per_axis<2>(c, "kernel", {}),
                      fold_options(c))};
       }},
      {"pixel_shuffle",
       [](const Case& c) -> Outputs {
         return {pixel_shuffle(c.x(0), c.get<std::size_t>("factor"))};
       }},
      {"upsample", upsample_case},
  };
}

}  // namespace golden
