#include "xgrad/ops/reduce.hpp"

#include <algorithm>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/core/kernels/transpose.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::Reduction;
using kernels::Binary;

namespace {

template <class T>
Array<T> reduce_array(kernels::Reduce op, const Array<T>& x, const Reduction& r) {
  Array<T> y(r.result_shape(x.shape()));
  kernels::reduce(op, x.data(), x.shape().data(), x.dimension(), r.reduced.data(), y.data());
  return y;
}

/// gy factor, repeated along the reduced axes of x's shape.
template <class T>
void repeat_gradient(Context<T>& ctx, Gradients<T>& out, const Reduction& r, T factor) {
  const Shape& shape = ctx.input_shape(0);
  const Array<T>& gy = out.gy();
  Array<T>& gx = out.make(0, shape);
  if (gy.size() == 1) return kernels::fill<T>(*gy.data() * factor, gx.data(), gx.size());
  Array<T> scaled;
  if (factor != T(1)) {
    scaled = Array<T>(gy.shape());
    kernels::binary_scalar<T>(Binary::mul, gy.data(), factor, scaled.data(), scaled.size());
  }
  const Shape kept = r.kept_shape(shape);
  kernels::broadcast_copy(factor != T(1) ? scaled.data() : gy.data(), kept.data(), kept.size(),
                          shape.data(), shape.size(), gx.data());
}

struct Sum : Function<Sum> {
  static constexpr auto name = "sum";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Reduction& r) {
    return reduce_array(kernels::Reduce::sum, x, r);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Reduction& r) {
    const Shape& shape = ctx.input_shape(0);
    return {broadcast_to(reshape(gy, r.kept_shape(shape)), shape)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Reduction& r) {
    return Sum::apply(t[0], r);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const Reduction& r) {
    repeat_gradient(ctx, out, r, T(1));
  }
};

struct Mean : Function<Mean> {
  static constexpr auto name = "mean";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Reduction& r) {
    return reduce_array(kernels::Reduce::mean, x, r);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Reduction& r) {
    const Shape& shape = ctx.input_shape(0);
    return {broadcast_to(reshape(gy, r.kept_shape(shape)), shape) * factor<T>(shape, r)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Reduction& r) {
    return Mean::apply(t[0], r);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const Reduction& r) {
    repeat_gradient(ctx, out, r, factor<T>(ctx.input_shape(0), r));
  }

 private:
  template <class T>
  static T factor(const Shape& shape, const Reduction& r) {
    return T(1) / static_cast<T>(r.count(shape));
  }
};

/// The slope of a variance over too few elements, a constant: NaN at the mean, else infinite.
template <class T>
Array<T> undefined(const Array<T>& centred) {
  Array<T> slope(centred.shape());
  for (std::size_t i = 0; i < slope.size(); ++i)
    slope.data()[i] = centred.data()[i] == 0 ? std::numeric_limits<T>::quiet_NaN()
                                             : std::numeric_limits<T>::infinity();
  return slope;
}

struct Var : Function<Var> {
  static constexpr auto name = "var";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Reduction& r, double less,
                          bool) {
    ctx.save(x);
    Array<T> y(r.result_shape(x.shape()));
    Array<T> mean(y.shape());
    kernels::moments(x.data(), x.shape().data(), x.dimension(), r.reduced.data(), mean.data(),
                     y.data());
    const double n = static_cast<double>(r.count(x.shape()));
    const auto factor = static_cast<T>(n / std::max(0.0, n - less));
    kernels::binary_scalar<T>(Binary::mul, y.data(), factor, y.data(), y.size());
    return y;
  }
  // y = sum (x - m)^2 / d  =>  dx = 2 (x - m) dy / d: what m contributes sums to 0
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Reduction& r,
                               double less, bool over_all) {
    return {reshape(gy, r.kept_shape(ctx.input_shape(0))) * slope(ctx, r, less, over_all)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Reduction& r, double less,
                         bool over_all) {
    return Sum::apply(t[0] * slope(ctx, r, less, over_all), r);
  }

 private:
  template <class T>
  static Variable<T> slope(Context<T>& ctx, const Reduction& r, double less, bool over_all) {
    const auto x = ctx.saved(0);
    const auto centred = x - Mean::apply(x, Reduction{r.reduced, true});
    const double d = static_cast<double>(r.count(x.shape())) - less;
    if (d <= 0 && over_all) return Variable<T>(undefined(centred.value()));
    return centred * (2 / d);
  }
};

/// sqrt with the derivative 0 at 0, where x is a sum of squares that are all 0.
struct RootOfSquares : Function<RootOfSquares> {
  static constexpr auto name = "std";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    Array<T> y(x.shape());
    kernels::unary<T>(kernels::Unary::sqrt, x.data(), y.data(), y.size());
    ctx.save_output();
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto y = ctx.saved_output();
    const Array<T> zero = xt::cast<T>(xt::equal(y.value(), T(0)));
    const Array<T> other = T(1) - zero;
    return {gy * other / (2 * (y + zero))};
  }
  // elementwise: the Jacobian is its own transpose
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return backward(ctx, t[0])[0];
  }
};

}  // namespace

template <Element T>
Variable<T> sum(const Variable<T>& x, const Axes& axes, ReduceOptions options) {
  return Sum::apply(x, detail::make_reduction("sum", x.shape(), axes, options));
}

template <Element T>
Variable<T> mean(const Variable<T>& x, const Axes& axes, ReduceOptions options) {
  return Mean::apply(x, detail::make_reduction("mean", x.shape(), axes, options));
}

template <Element T>
Variable<T> var(const Variable<T>& x, const Axes& axes, VarOptions options) {
  const auto r = detail::make_reduction("var", x.shape(), axes, {.keepdims = options.keepdims});
  const bool all = axes.empty() || x.dimension() == 0;
  return Var::apply(x, r, options.correction, all);
}

template <Element T>
Variable<T> stddev(const Variable<T>& x, const Axes& axes, VarOptions options) {
  const auto r = detail::make_reduction("stddev", x.shape(), axes, {.keepdims = options.keepdims});
  const bool all = axes.empty() || x.dimension() == 0;
  return RootOfSquares::apply(Var::apply(x, r, options.correction, all));
}
#define XG_INSTANTIATE(T)                                                    \
  template Variable<T> sum(const Variable<T>&, const Axes&, ReduceOptions);  \
  template Variable<T> mean(const Variable<T>&, const Axes&, ReduceOptions); \
  template Variable<T> var(const Variable<T>&, const Axes&, VarOptions);     \
  template Variable<T> stddev(const Variable<T>&, const Axes&, VarOptions);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
