#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/extremum.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/prod.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/scan.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/sort.hpp>

#include "registry.hpp"

namespace golden {

namespace {

xg::ReduceOptions reduce_options(const Case& c) { return {.keepdims = c.get("keepdim", false)}; }
xg::VarOptions var_options(const Case& c) {
  return {.correction = c.number("correction", 1), .keepdims = c.get("keepdim", false)};
}

/// The axis `dim`, by default the last.
std::ptrdiff_t dim(const Case& c) { return c.get<std::ptrdiff_t>("dim", -1); }

using OverAxes = Variable (*)(const Variable&, const xg::Axes&, xg::ReduceOptions);

auto over_axes(OverAxes f) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0), c.axes("dim"), reduce_options(c))}; };
}

/// The same, but without dim the result is a scalar, whatever keepdim says: the cases call these as
/// torch does without arguments.
auto over_axes_or_all(OverAxes f) {
  return [f](const Case& c) -> Outputs {
    if (!c.given("dim")) return {f(c.x(0), {}, {})};
    return {f(c.x(0), c.axes("dim"), reduce_options(c))};
  };
}

auto along_axis(Variable (*f)(const Variable&, std::ptrdiff_t)) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0), dim(c))}; };
}

auto extremum(xg::Extremum<double> (*f)(const Variable&, std::ptrdiff_t, xg::ReduceOptions)) {
  return [f](const Case& c) -> Outputs {
    auto y = f(c.x(0), dim(c), reduce_options(c));
    return {std::move(y.values), std::move(y.indices)};
  };
}

auto running(xg::Extremum<double> (*f)(const Variable&, std::ptrdiff_t)) {
  return [f](const Case& c) -> Outputs {
    auto y = f(c.x(0), dim(c));
    return {std::move(y.values), std::move(y.indices)};
  };
}

/// Without dim, of the flattened array.
auto place(xg::IndexArray (*along)(const Variable&, std::ptrdiff_t, xg::ReduceOptions),
           xg::IndexArray (*flat)(const Variable&)) {
  return [along, flat](const Case& c) -> Outputs {
    if (c.given("dim")) return {along(c.x(0), c.axis("dim"), reduce_options(c))};
    xg::IndexArray index = flat(c.x(0));
    if (c.get("keepdim", false)) index.reshape(xg::Shape(c.x(0).dimension(), 1));
    return {std::move(index)};
  };
}

}  // namespace

Operations reduce_operations() {
  using namespace xg;
  return {
      {"sum", over_axes_or_all(sum<double>)},
      {"mean", over_axes_or_all(mean<double>)},
      {"var",
       [](const Case& c) -> Outputs { return {var(c.x(0), c.axes("dim"), var_options(c))}; }},
      {"std",
       [](const Case& c) -> Outputs { return {stddev(c.x(0), c.axes("dim"), var_options(c))}; }},
      {"prod", over_axes_or_all(prod<double>)},
      {"amax", over_axes_or_all(amax<double>)},
      {"amin", over_axes_or_all(amin<double>)},
      {"max_dim", extremum(max<double>)},
      {"min_dim", extremum(min<double>)},
      {"argmax", place(argmax<double>, argmax<double>)},
      {"argmin", place(argmin<double>, argmin<double>)},
      {"logsumexp", over_axes(logsumexp<double>)},
      {"norm",
       [](const Case& c) -> Outputs {
         return {norm(c.x(0), c.number("p", 2), c.axes("dim"), reduce_options(c))};
       }},
      {"all",
       [](const Case& c) -> Outputs {
         return {xg::all(c.mask(0), c.axes("dim"), reduce_options(c))};
       }},
      {"any",
       [](const Case& c) -> Outputs {
         return {xg::any(c.mask(0), c.axes("dim"), reduce_options(c))};
       }},
      {"cumsum", along_axis(cumsum<double>)},
      {"cumprod", along_axis(cumprod<double>)},
      {"logcumsumexp", along_axis(logcumsumexp<double>)},
      {"cummax", running(cummax<double>)},
      {"cummin", running(cummin<double>)},
      {"sort",
       [](const Case& c) -> Outputs {
         auto y = sort(c.x(0), dim(c), c.get("descending", false));
         return {std::move(y.values), std::move(y.indices)};
       }},
      {"topk",
       [](const Case& c) -> Outputs {
         auto y = topk(c.x(0), c.axis("k"), dim(c), c.get("largest", true));
         return {std::move(y.values), std::move(y.indices)};
       }},
      {"median",
       [](const Case& c) -> Outputs {
         if (!c.given("dim")) return {median(c.x(0))};
         auto y = median(c.x(0), c.axis("dim"), reduce_options(c));
         return {std::move(y.values), std::move(y.indices)};
       }},
  };
}

}  // namespace golden
