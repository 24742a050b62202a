#include "xgrad/ops/normalization_layer.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/norm.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

/// What the kernels keep of each row.
template <class T>
struct RowStatistics {
  std::size_t rows, n;
  Array<T> mean{Shape{rows}}, offset{Shape{rows}}, inverse{Shape{rows}};
  kernels::RowMoments<T> moments() { return {mean.data(), offset.data(), inverse.data()}; }
};
template <class T>
using SharedRowStatistics = std::shared_ptr<RowStatistics<T>>;

/// Rows of n elements each by itself; forward fills the statistics.
struct RowNorm : Function<RowNorm> {
  static constexpr auto name = "layer_norm";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>& weight,
                          const Array<T>& bias, const SharedRowStatistics<T>& s, double eps,
                          bool scaled, bool centred) {
    if (ctx.needs(0) || ctx.needs(1)) ctx.save(x);
    if (scaled && ctx.needs(0)) ctx.save(weight);
    Array<T> y(x.shape());
    kernels::normalize_rows(centred, s->rows, s->n, x.data(), scaled ? weight.data() : nullptr,
                            bias.size() == 0 ? nullptr : bias.data(), static_cast<T>(eps), y.data(),
                            s->moments());
    return y;
  }

  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy,
                               const SharedRowStatistics<T>& s, double eps, bool scaled,
                               bool centred) {
    const ShapeRequest rows{static_cast<std::ptrdiff_t>(s->rows),
                            static_cast<std::ptrdiff_t>(s->n)};
    const auto g = reshape(gy, rows);
    Variables<T> result(3);
    if (ctx.needs(2)) result[2] = reshape(sum(g, 0), ctx.input_shape(2));
    if (!ctx.needs(0) && !ctx.needs(1)) return result;
    const auto [h, deviation] = normal(reshape(ctx.saved(0), rows), eps, centred);
    if (ctx.needs(1)) result[1] = reshape(sum(g * h, 0), ctx.input_shape(1));
    if (!ctx.needs(0)) return result;
    const auto gh = scaled ? g * reshape(ctx.saved(1), {rows[1]}) : g;
    const auto gx = (centred ? gh - average(gh) : gh) - h * average(gh * h);
    result[0] = reshape(gx / deviation, gy.shape());
    return result;
  }
  // y = w h + b, h = (x - m) / s  =>  th = (tx - mean tx - h mean(h tx)) / s
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const SharedRowStatistics<T>& s,
                         double eps, bool scaled, bool centred) {
    const ShapeRequest rows{static_cast<std::ptrdiff_t>(s->rows),
                            static_cast<std::ptrdiff_t>(s->n)};
    Variable<T> ty;
    if (t[0].defined() || t[1].defined()) {
      const auto [h, deviation] = normal(reshape(ctx.saved(0), rows), eps, centred);
      if (t[0].defined()) {
        const auto tx = reshape(t[0], rows);
        const auto th = ((centred ? tx - average(tx) : tx) - h * average(h * tx)) / deviation;
        ty = scaled ? th * reshape(ctx.saved(1), {-1}) : th;
      }
      if (t[1].defined()) ty = add_tangents(ty, h * reshape(t[1], {-1}));
    }
    if (t[2].defined())
      ty = add_tangents(ty, broadcast_to(reshape(t[2], {-1}), Shape{s->rows, s->n}));
    return reshape(ty, ctx.output_shape());
  }

  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const SharedRowStatistics<T>& s,
                              double, bool scaled, bool centred) {
    const Array<T>& gy = out.gy();
    const Array<T>& x = ctx.needs(0) || ctx.needs(1) ? ctx.saved_value(0) : gy;
    const auto make = [&](std::size_t i) {
      return ctx.needs(i) ? out.make(i, ctx.input_shape(i)).data() : nullptr;
    };
    T* const gx = make(0);
    T* const gw = make(1);
    kernels::normalize_rows_backward(centred, s->rows, s->n, gy.data(), x.data(),
                                     scaled && gx ? ctx.saved_value(1).data() : nullptr,
                                     s->moments(), gx, gw, make(2));
  }

 private:
  template <class T>
  static Variable<T> average(const Variable<T>& v) {
    return mean(v, -1, {.keepdims = true});
  }
  /// h = (x - m) / s and s, written out, so that m and s are differentiated again.
  template <class T>
  static std::pair<Variable<T>, Variable<T>> normal(const Variable<T>& x, double eps,
                                                    bool centred) {
    const auto from_mean = centred ? x - average(x) : x;
    const auto deviation = sqrt(average(from_mean * from_mean) + eps);
    return {from_mean / deviation, deviation};
  }
};

template <class T>
Variable<T> normalize_rows(const Variable<T>& x, std::size_t n, const Variable<T>& weight,
                           const Variable<T>& bias, double eps, bool centred) {
  const std::size_t rows = n == 0 ? 0 : x.size() / n;
  const auto statistics = std::make_shared<RowStatistics<T>>(RowStatistics<T>{rows, n});
  return RowNorm::apply(x, weight, bias, statistics, eps, weight.defined(), centred);
}

template <class T>
void check_parameters(const char* op, const Shape& shape, const Variable<T>& weight,
                      const Variable<T>& bias, double eps) {
  require<ValueError>(eps >= 0, op, "eps", "be >= 0", eps);
  for (const auto& [name, v] : {std::pair("weight", &weight), std::pair("bias", &bias)})
    if (v->defined() && v->shape() != shape)
      require<ShapeError>(false, op, name, "have shape " + to_string(shape), v->shape());
}

template <class T>
void check_last_axes(const char* op, const Variable<T>& x, const Shape& shape) {
  const bool fits = !shape.empty() && shape.size() <= x.dimension() &&
                    std::equal(shape.begin(), shape.end(),
                               x.shape().end() - static_cast<std::ptrdiff_t>(shape.size()));
  if (!fits)
    require<ShapeError>(false, op, "shape", "be that of the last axes of x " + to_string(x.shape()),
                        shape);
}

/// Rows of `count` to each example, then weight and bias by channel.
template <class T>
Variable<T> normalize_groups(const Variable<T>& x, std::size_t count, const Variable<T>& weight,
                             const Variable<T>& bias, double eps) {
  const std::size_t rows = x.shape()[0] * count;
  const std::size_t n = rows == 0 ? 0 : x.size() / rows;
  auto y = normalize_rows<T>(x, n, {}, {}, eps, true);
  ShapeRequest by_channel(x.dimension() - 1, 1);
  by_channel[0] = static_cast<std::ptrdiff_t>(x.shape()[1]);
  if (weight.defined()) y = y * reshape(weight, by_channel);
  return bias.defined() ? y + reshape(bias, by_channel) : y;
}

}  // namespace

template <Element T>
Variable<T> layer_norm(const Variable<T>& x, const Shape& shape, const Variable<T>& weight,
                       const Variable<T>& bias, const NormOptions& o) {
  check_last_axes("layer_norm", x, shape);
  check_parameters("layer_norm", shape, weight, bias, o.eps);
  return normalize_rows(x, element_count(shape), weight, bias, o.eps, true);
}

template <Element T>
Variable<T> rms_norm(const Variable<T>& x, const Shape& shape, const Variable<T>& weight,
                     const RmsNormOptions& o) {
  const double eps = o.eps.value_or(static_cast<double>(std::numeric_limits<T>::epsilon()));
  check_last_axes("rms_norm", x, shape);
  check_parameters("rms_norm", shape, weight, Variable<T>(), eps);
  return normalize_rows<T>(x, element_count(shape), weight, {}, eps, false);
}

template <Element T>
Variable<T> group_norm(const Variable<T>& x, std::ptrdiff_t groups, const Variable<T>& weight,
                       const Variable<T>& bias, const NormOptions& o) {
  require<ShapeError>(x.dimension() >= 2, "group_norm", "x", "have a batch and a channel axis",
                      x.shape());
  const std::size_t channels = x.shape()[1];
  if (groups < 1 || channels % static_cast<std::size_t>(groups) != 0)
    require<ValueError>(false, "group_norm", "groups",
                        "be >= 1 and divide the channels " + std::to_string(channels), groups);
  check_parameters("group_norm", Shape{channels}, weight, bias, o.eps);
  return normalize_groups(x, static_cast<std::size_t>(groups), weight, bias, o.eps);
}

template <Element T>
Variable<T> instance_norm(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
                          const NormOptions& o) {
  require<ShapeError>(x.dimension() >= 3, "instance_norm", "x",
                      "have a batch, a channel and further axes", x.shape());
  const std::size_t channels = x.shape()[1], planes = x.shape()[0] * channels;
  require<ShapeError>(planes == 0 || x.size() / planes != 1, "instance_norm", "x",
                      "have at least two values in a plane", x.shape());
  check_parameters("instance_norm", Shape{channels}, weight, bias, o.eps);
  return normalize_groups(x, channels, weight, bias, o.eps);
}

#define XG_INSTANTIATE(T)                                                                        \
  template Variable<T> layer_norm(const Variable<T>&, const Shape&, const Variable<T>&,          \
                                  const Variable<T>&, const NormOptions&);                       \
  template Variable<T> rms_norm(const Variable<T>&, const Shape&, const Variable<T>&,            \
                                const RmsNormOptions&);                                          \
  template Variable<T> group_norm(const Variable<T>&, std::ptrdiff_t, const Variable<T>&,        \
                                  const Variable<T>&, const NormOptions&);                       \
  template Variable<T> instance_norm(const Variable<T>&, const Variable<T>&, const Variable<T>&, \
                                     const NormOptions&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
