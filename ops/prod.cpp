#include "xgrad/ops/prod.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/remap.hpp"
#include "xgrad/ops/running.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

/// Over the last axis of a matrix.
struct Prod : Function<Prod> {
  static constexpr auto name = "prod";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    Array<T> y(Shape{x.shape()[0]});
    const bool reduced[] = {false, true};
    kernels::reduce(kernels::Reduce::prod, x.data(), x.shape().data(), 2, reduced, y.data());
    return y;
  }
  // dx_i = dy (x_1 ... x_(i-1)) (x_(i+1) ... x_n)
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto x = ctx.saved(0);
    return {unsqueeze(gy, 1) * others(x)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto x = ctx.saved(0);
    return sum(t[0] * others(x), 1);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    const Array<T>& x = ctx.saved_value(0);
    const std::size_t rows = x.shape()[0], n = x.shape()[1];
    const T* gy = out.gy().data();
    Array<T>& gx = out.make(0, x.shape());
    for (std::size_t i = 0; i < rows; ++i) {
      const T* const row = x.data() + i * n;
      T* const g = gx.data() + i * n;
      T before(1), after(1);
      for (std::size_t k = 0; k < n; before *= row[k], ++k) g[k] = before;
      for (std::size_t k = n; k-- > 0; after *= row[k]) {
        const T rest = g[k] * after;
        g[k] = gy[i] * (row[k] == row[k] || rest == 0 ? rest : row[k]);
      }
    }
  }

 private:
  /// For each element the product of all others; NaN for one that is NaN, unless it is 0.
  template <class T>
  static Variable<T> others(const Variable<T>& x) {
    const auto before = detail::shifted(detail::running_product(x, 1, true), 1, true, 1);
    const auto after = detail::shifted(detail::running_product(x, 1, false), 1, false, 1);
    const auto product = before * after;
    const Array<T> kept = xt::where(xt::equal(product.value(), T(0)), T(0), x.value());
    return detail::nan_where(Variable<T>(kept), product);
  }
};

}  // namespace

template <Element T>
Variable<T> prod(const Variable<T>& x, const Axes& axes, ReduceOptions options) {
  const auto r = detail::make_reduction("prod", x.shape(), axes, options);
  const Shape shape = r.result_shape(x.shape());
  const Shape matrix{element_count(shape), r.count(x.shape())};
  return reshape(Prod::apply(reshape(detail::reduced_last(x, r), matrix)), shape);
}

#define XG_INSTANTIATE(T) template Variable<T> prod(const Variable<T>&, const Axes&, ReduceOptions);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
