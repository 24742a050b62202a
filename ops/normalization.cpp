#include "xgrad/ops/normalization.hpp"

#include <algorithm>
#include <cmath>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/norm.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

kernels::Channels channels_of(const Shape& shape) {
  kernels::Channels s{shape[0], shape[1], 1};
  for (std::size_t i = 2; i < shape.size(); ++i) s.inner *= shape[i];
  return s;
}

/// All axes but that of the channels.
Axes other_axes(std::size_t rank) {
  SmallVector<std::ptrdiff_t> axes;
  for (std::size_t i = 0; i < rank; ++i)
    if (i != 1) axes.push_back(static_cast<std::ptrdiff_t>(i));
  return axes;
}

/// [C] as it broadcasts against x of this rank.
template <class T>
Variable<T> by_channel(const Variable<T>& v, std::size_t rank) {
  ShapeRequest shape(rank - 1, 1);
  shape[0] = static_cast<std::ptrdiff_t>(v.size());
  return reshape(v, shape);
}

/// Of each channel: the mean in two parts (see kernels::channel_moments) and 1 / sqrt(var + eps).
template <class T>
struct Statistics {
  Array<T> mean, offset, inverse;
};

/// The statistics come from outside: those of the batch, computed at the door, or (not `training`)
/// constants.
struct BatchNorm : Function<BatchNorm> {
  static constexpr auto name = "batch_norm";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>& weight,
                          const Array<T>& bias, const Statistics<T>& s, double, bool scaled,
                          bool training) {
    if (ctx.needs(1) || (training && ctx.needs(0))) ctx.save(x);
    if (scaled && ctx.needs(0)) ctx.save(weight);
    Array<T> scale = s.inverse, shift(scale.shape());
    for (std::size_t c = 0; c < scale.size(); ++c) {
      if (scaled) scale.data()[c] *= weight.data()[c];
      const T start = bias.size() == 0 ? T(0) : bias.data()[c];
      shift.data()[c] = start - s.offset.data()[c] * scale.data()[c];
    }
    Array<T> y(x.shape());
    kernels::normalize_channels(channels_of(x.shape()), x.data(), s.mean.data(), scale.data(),
                                shift.data(), y.data());
    return y;
  }

  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Statistics<T>& fixed,
                               double eps, bool scaled, bool training) {
    const std::size_t rank = gy.dimension();
    const Axes axes = other_axes(rank);
    Variables<T> g(3);
    if (ctx.needs(2)) g[2] = sum(gy, axes);
    if (!ctx.needs(0) && !ctx.needs(1)) return g;
    const auto gh = scaled && ctx.needs(0) ? gy * by_channel(ctx.saved(1), rank) : gy;
    if (!training) {
      const auto slope = by_channel(Variable<T>(fixed.inverse), rank);
      if (ctx.needs(0)) g[0] = gh * slope;
      if (ctx.needs(1))
        g[1] = sum(gy * ((ctx.saved(0) - by_channel(Variable<T>(fixed.mean), rank)) * slope), axes);
      return g;
    }
    const auto x = ctx.saved(0);  // written out, so that mean and s are differentiated again
    const auto average = [&](const Variable<T>& v) {
      return xg::mean(v, axes, {.keepdims = true});
    };
    const auto centred = x - average(x);
    const auto s = sqrt(average(centred * centred) + eps);
    const auto h = centred / s;
    if (ctx.needs(0)) g[0] = (gh - average(gh) - h * average(gh * h)) / s;
    if (ctx.needs(1)) g[1] = sum(gy * h, axes);
    return g;
  }
  // y = w h + b, h = (x - m) / s  =>  th = (tx - mean tx - h mean(h tx)) / s, m and s constants
  // unless training
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Statistics<T>& fixed,
                         double eps, bool scaled, bool training) {
    const std::size_t rank = ctx.output_shape().size();
    const Axes axes = other_axes(rank);
    const auto average = [&](const Variable<T>& v) {
      return xg::mean(v, axes, {.keepdims = true});
    };
    auto mean = by_channel(Variable<T>(fixed.mean), rank);
    auto slope = by_channel(Variable<T>(fixed.inverse), rank);
    if (training && (t[0].defined() || t[1].defined())) {
      mean = average(ctx.saved(0));
      slope = 1 / sqrt(average(square(ctx.saved(0) - mean)) + eps);
    }
    Variable<T> ty;
    if (t[0].defined()) {
      ty = t[0];
      if (training) {
        const auto h = (ctx.saved(0) - mean) * slope;
        ty = ty - average(ty) - h * average(h * ty);
      }
      ty = ty * (scaled ? slope * by_channel(ctx.saved(1), rank) : slope);
    }
    if (t[1].defined())
      ty = add_tangents(ty, (ctx.saved(0) - mean) * (slope * by_channel(t[1], rank)));
    if (t[2].defined())
      ty = add_tangents(ty, broadcast_to(by_channel(t[2], rank), ctx.output_shape()));
    return ty;
  }

  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const Statistics<T>& statistics,
                              double, bool scaled, bool training) {
    const Array<T>& gy = out.gy();
    const kernels::Channels s = channels_of(gy.shape());
    const bool with_x = ctx.needs(1) || (training && ctx.needs(0));
    const Array<T>& x = with_x ? ctx.saved_value(0) : gy;  // else only sum_gy counts
    Array<T> sum_gy(Shape{s.channels}), sum_gyh(Shape{s.channels});
    if (training || ctx.needs(1) || ctx.needs(2))
      kernels::channel_gradient_sums(s, gy.data(), x.data(), statistics.mean.data(), sum_gy.data(),
                                     sum_gyh.data());
    for (std::size_t c = 0; c < s.channels; ++c) {
      sum_gyh.data()[c] -= statistics.offset.data()[c] * sum_gy.data()[c];
      sum_gyh.data()[c] *= statistics.inverse.data()[c];
    }
    if (ctx.needs(0))
      input_gradient(s, x, gy, statistics, scaled ? ctx.saved_value(1).data() : nullptr,
                     training ? &sum_gy : nullptr, sum_gyh, out.make(0, gy.shape()));
    if (ctx.needs(1)) out.set(1, std::move(sum_gyh));
    if (ctx.needs(2)) out.set(2, std::move(sum_gy));
  }

 private:
  // dx = (gy - mean gy - h mean(gy h)) w / s = gy a + (x - mean) b + d, coefficients by channel
  template <class T>
  static void input_gradient(const kernels::Channels& s, const Array<T>& x, const Array<T>& gy,
                             const Statistics<T>& statistics, const T* weight,
                             const Array<T>* sum_gy, const Array<T>& sum_gyh, Array<T>& gx) {
    Array<T> a(statistics.inverse), b(Shape{s.channels}), d(Shape{s.channels});
    const T part = T(1) / static_cast<T>(s.outer * s.inner);
    for (std::size_t c = 0; c < s.channels; ++c) {
      if (weight != nullptr) a.data()[c] *= weight[c];
      if (sum_gy == nullptr) continue;  // mean and s are constants
      b.data()[c] = -a.data()[c] * statistics.inverse.data()[c] * sum_gyh.data()[c] * part;
      d.data()[c] =
          -a.data()[c] * sum_gy->data()[c] * part - statistics.offset.data()[c] * b.data()[c];
    }
    if (sum_gy != nullptr)
      return kernels::channel_gradient(s, gy.data(), x.data(), statistics.mean.data(), a.data(),
                                       b.data(), d.data(), gx.data());
    const Array<T> origin(Shape{s.channels}, T(0));
    kernels::normalize_channels(s, gy.data(), origin.data(), a.data(), static_cast<T*>(nullptr),
                                gx.data());
  }
};

template <class T>
void check(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
           const RunningStatistics<T>* running, const BatchNormOptions& o) {
  require<ShapeError>(x.dimension() >= 2, "batch_norm", "x", "have a batch and a channel axis",
                      x.shape());
  const kernels::Channels s = channels_of(x.shape());
  const Shape features{s.channels};
  const std::string expected = "have shape " + to_string(features);
  for (const auto& [name, v] : {std::pair("weight", &weight), std::pair("bias", &bias)})
    if (v->defined())
      require<ShapeError>(v->shape() == features, "batch_norm", name, expected, v->shape());
  require<ValueError>(o.eps > 0, "batch_norm", "eps", "be > 0", o.eps);
  require<ValueError>(o.momentum >= 0 && o.momentum <= 1, "batch_norm", "momentum", "be in [0, 1]",
                      o.momentum);
  require<ValueError>(o.training || running != nullptr, "batch_norm", "running",
                      "be given when training is false", "null");
  if (running != nullptr) {
    require<ShapeError>(running->mean.shape() == features, "batch_norm", "running.mean", expected,
                        running->mean.shape());
    require<ShapeError>(running->var.shape() == features, "batch_norm", "running.var", expected,
                        running->var.shape());
  }
  if (o.training)
    require<ShapeError>(s.outer * s.inner >= 2, "batch_norm", "x",
                        "have at least two values a channel in training", x.shape());
}

/// For each channel whose variance overflows the power of 2 that brings it to where squares fit and
/// eps still does not count, 1 for all others; empty if there is none.
template <class T>
Array<T> shrinking(const kernels::Channels& s, const Array<T>& x, const Array<T>& mean,
                   const Array<T>& var) {
  Array<T> factors(Shape{0});
  for (std::size_t c = 0; c < s.channels; ++c) {
    if (std::isfinite(var.data()[c]) || !std::isfinite(mean.data()[c])) continue;
    T largest = 0;
    for (std::size_t i = 0; i < s.outer * s.inner; ++i) {
      const std::size_t outer = i / s.inner, inner = i % s.inner;
      largest = std::max(largest, std::abs(x.data()[(outer * s.channels + c) * s.inner + inner]));
    }
    if (factors.size() == 0) factors = Array<T>(Shape{s.channels}, T(1));
    factors.data()[c] = std::ldexp(T(1), 30 - std::ilogb(largest));
  }
  return factors;
}

template <class T>
void update(RunningStatistics<T>& running, const Array<T>& mean, const Array<T>& var,
            std::size_t count, double momentum) {
  const T m = static_cast<T>(momentum);
  const T unbias = static_cast<T>(count) / static_cast<T>(count - 1);
  for (std::size_t c = 0; c < mean.size(); ++c) {
    T &r = running.mean.data()[c], &v = running.var.data()[c];
    r += m * (mean.data()[c] - r);
    v += m * (var.data()[c] * unbias - v);
  }
}

}  // namespace

template <Element T>
Variable<T> batch_norm(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
                       std::type_identity_t<RunningStatistics<T>>* running,
                       const BatchNormOptions& o) {
  check(x, weight, bias, running, o);
  const kernels::Channels s = channels_of(x.shape());
  const auto inverse_of = [&](const Array<T>& var) -> Array<T> {
    return T(1) / xt::sqrt(var + static_cast<T>(o.eps));
  };
  Array<T> zeros(Shape{s.channels}, T(0));
  if (!o.training) {
    const Statistics<T> fixed{running->mean, zeros, inverse_of(running->var)};
    return BatchNorm::apply(x, weight, bias, fixed, o.eps, weight.defined(), false);
  }
  Statistics<T> batch{zeros, zeros, zeros};
  Array<T> var(zeros);
  kernels::channel_moments(s, x.value().data(), batch.mean.data(), batch.offset.data(), var.data());
  const Array<T> factors = shrinking(s, x.value(), batch.mean, var);
  Variable<T> y;
  if (factors.size() > 0) {
    const auto shrunk = x * by_channel(Variable<T>(factors), x.dimension());
    y = batch_norm(shrunk, weight, bias, nullptr, o);
    Array<T> mean(zeros);
    kernels::channel_moments(s, shrunk.value().data(), mean.data(), zeros.data(), var.data());
    var = var / factors / factors;
  } else {
    batch.inverse = inverse_of(var);
    y = BatchNorm::apply(x, weight, bias, batch, o.eps, weight.defined(), true);
  }
  if (running != nullptr)
    update(*running, Array<T>(batch.mean + batch.offset), var, s.outer * s.inner, o.momentum);
  return y;
}

template Variable<float> batch_norm(const Variable<float>&, const Variable<float>&,
                                    const Variable<float>&, RunningStatistics<float>*,
                                    const BatchNormOptions&);
template Variable<double> batch_norm(const Variable<double>&, const Variable<double>&,
                                     const Variable<double>&, RunningStatistics<double>*,
                                     const BatchNormOptions&);

}  // namespace xg
