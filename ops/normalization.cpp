#include "xgrad/ops/normalization.hpp"

#include <cmath>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/core/parallel.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/reduce.hpp"

namespace xg {

namespace {

constexpr bool over_rows[] = {true, false};
constexpr std::size_t block_elements = 16384;

/// y[i, j] = x[i, j] a[j] + b[j], in blocks of rows.
template <class T>
void scale_shift(const Array<T>& x, const T* a, const T* b, T* y) {
  const std::size_t n = x.shape()[1];
  const T* from = x.data();
  parallel_for(x.shape()[0], block_elements / (n + 1) + 1, [=](std::size_t i, std::size_t end) {
    for (; i < end; ++i)
      for (std::size_t j = 0; j < n; ++j) y[i * n + j] = from[i * n + j] * a[j] + b[j];
  });
}

/// y = (x - mean) / s weight + bias as one multiplication and one addition a feature.
template <class T>
Array<T> normalize(const Array<T>& x, const T* mean, const T* inverse, const Array<T>& weight,
                   const Array<T>& bias) {
  const std::size_t n = x.shape()[1];
  Array<T> factor(Shape{n}), shift(Shape{n});
  for (std::size_t j = 0; j < n; ++j) {
    factor.data()[j] = weight.size() == 0 ? inverse[j] : inverse[j] * weight.data()[j];
    shift.data()[j] = (bias.size() == 0 ? T(0) : bias.data()[j]) - mean[j] * factor.data()[j];
  }
  Array<T> y(x.shape());
  scale_shift(x, factor.data(), shift.data(), y.data());
  return y;
}

/// Mean and 1 / sqrt(var + eps) come from outside: those of the batch, computed at the door.
struct BatchNorm : Function<BatchNorm> {
  static constexpr auto name = "batch_norm";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>& weight,
                          const Array<T>& bias, const Array<T>& mean, const Array<T>& inverse,
                          double, bool scaled) {
    ctx.save(x);
    if (scaled && ctx.needs(0)) ctx.save(weight);
    return normalize(x, mean.data(), inverse.data(), weight, bias);
  }

  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Array<T>&,
                               const Array<T>&, double eps, bool scaled) {
    const auto x = ctx.saved(0);  // written out, so that mean and s are differentiated again
    const auto centred = x - mean(x, 0, {.keepdims = true});
    const auto s = sqrt(mean(centred * centred, 0) + eps);
    const auto h = centred / s;
    Variables<T> g(3);
    if (ctx.needs(0)) {
      const auto gh = scaled ? gy * ctx.saved(1) : gy;
      g[0] = (gh - mean(gh, 0) - h * mean(gh * h, 0)) / s;
    }
    if (ctx.needs(1)) g[1] = sum(gy * h, 0);
    if (ctx.needs(2)) g[2] = sum(gy, 0);
    return g;
  }

  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const Array<T>& mean,
                              const Array<T>& inverse, double, bool scaled) {
    const Array<T>& x = ctx.saved_value(0);
    const Array<T>& gy = out.gy();
    const std::size_t n = x.shape()[1];
    Array<T> sum_gy(Shape{n}), sum_gyh(Shape{n});
    kernels::reduce(kernels::Reduce::sum, gy.data(), x.shape().data(), 2, over_rows, sum_gy.data());
    kernels::reduce_product(gy.data(), x.data(), x.shape().data(), 2, over_rows, sum_gyh.data());
    for (std::size_t j = 0; j < n; ++j)  // sum gy h = (sum gy x - mean sum gy) / s
      sum_gyh.data()[j] =
          (sum_gyh.data()[j] - mean.data()[j] * sum_gy.data()[j]) * inverse.data()[j];
    if (ctx.needs(0))
      input_gradient(x, gy, mean, inverse, scaled ? ctx.saved_value(1).data() : nullptr, sum_gy,
                     sum_gyh, out.make(0, x.shape()));
    if (ctx.needs(1)) out.set(1, std::move(sum_gyh));
    if (ctx.needs(2)) out.set(2, std::move(sum_gy));
  }

 private:
  // dx = (gy - mean gy - h mean(gy h)) w / s = gy a + x b + c, coefficients by feature
  template <class T>
  static void input_gradient(const Array<T>& x, const Array<T>& gy, const Array<T>& mean,
                             const Array<T>& inverse, const T* weight, const Array<T>& sum_gy,
                             const Array<T>& sum_gyh, Array<T>& gx) {
    const std::size_t rows = x.shape()[0], n = x.shape()[1];
    Array<T> a(Shape{n}), b(Shape{n}), c(Shape{n});
    const T part = T(1) / static_cast<T>(rows);
    for (std::size_t j = 0; j < n; ++j) {
      const T s = inverse.data()[j];
      a.data()[j] = weight == nullptr ? s : s * weight[j];
      b.data()[j] = -a.data()[j] * s * sum_gyh.data()[j] * part;
      c.data()[j] = -a.data()[j] * sum_gy.data()[j] * part - mean.data()[j] * b.data()[j];
    }
    const T *px = x.data(), *pg = gy.data(), *pa = a.data(), *pb = b.data(), *pc = c.data();
    T* to = gx.data();
    parallel_for(rows, block_elements / (n + 1) + 1, [=](std::size_t i, std::size_t end) {
      for (; i < end; ++i)
        for (std::size_t j = 0, at = i * n; j < n; ++j, ++at)
          to[at] = pg[at] * pa[j] + px[at] * pb[j] + pc[j];
    });
  }
};

template <class T>
void check(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
           const RunningStatistics<T>* running, const BatchNormOptions& o) {
  require_rank("batch_norm", "x", x.shape(), 2);
  const Shape features{x.shape()[1]};
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
    require<ShapeError>(x.shape()[0] >= 2, "batch_norm", "x", "have at least two rows in training",
                        x.shape());
}

template <class T>
void update(RunningStatistics<T>& running, const Array<T>& mean, const Array<T>& var,
            std::size_t rows, double momentum) {
  const T m = static_cast<T>(momentum);
  const T unbias = static_cast<T>(rows) / static_cast<T>(rows - 1);
  for (std::size_t j = 0; j < mean.size(); ++j) {
    T &r = running.mean.data()[j], &v = running.var.data()[j];
    r += m * (mean.data()[j] - r);
    v += m * (var.data()[j] * unbias - v);
  }
}

/// y = (x - mean) / s weight + bias for constant mean and s.
template <class T>
Variable<T> normalize_by(const RunningStatistics<T>& running, const Variable<T>& x,
                         const Variable<T>& weight, const Variable<T>& bias, double eps) {
  const Array<T> inverse = T(1) / xt::sqrt(running.var + static_cast<T>(eps));
  const Array<T> mean = running.mean;
  auto y = (x - Variable<T>(mean)) * Variable<T>(inverse);
  if (weight.defined()) y = y * weight;
  return bias.defined() ? y + bias : y;
}

}  // namespace

template <Element T>
Variable<T> batch_norm(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
                       RunningStatistics<T>* running, const BatchNormOptions& o) {
  check(x, weight, bias, running, o);
  if (!o.training) return normalize_by(*running, x, weight, bias, o.eps);
  const Array<T>& value = x.value();
  Array<T> mean(Shape{value.shape()[1]}), var(Shape{value.shape()[1]});
  kernels::moments(value.data(), value.shape().data(), 2, over_rows, mean.data(), var.data());
  Array<T> inverse = T(1) / xt::sqrt(var + static_cast<T>(o.eps));
  const auto y = BatchNorm::apply(x, weight, bias, mean, inverse, o.eps, weight.defined());
  if (running != nullptr) update(*running, mean, var, value.shape()[0], o.momentum);
  return y;
}

template Variable<float> batch_norm(const Variable<float>&, const Variable<float>&,
                                    const Variable<float>&, RunningStatistics<float>*,
                                    const BatchNormOptions&);
template Variable<double> batch_norm(const Variable<double>&, const Variable<double>&,
                                     const Variable<double>&, RunningStatistics<double>*,
                                     const BatchNormOptions&);

}  // namespace xg
