#include "xgrad/ops/cdist.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/distance.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/norm.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

/// x1[..., i, k] - x2[..., j, k]; one may be undefined and counts as 0.
template <class T>
Variable<T> all_differences(const Variable<T>& x1, const Variable<T>& x2) {
  if (!x2.defined()) return unsqueeze(x1, -2);
  return x1.defined() ? unsqueeze(x1, -2) - unsqueeze(x2, -3) : -unsqueeze(x2, -3);
}

/// Of order 2; the batch axes are the same.
struct Euclidean : Function<Euclidean> {
  static constexpr auto name = "cdist";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x1, const Array<T>& x2) {
    ctx.save(x1, x2);
    ctx.save_output();
    const Sizes s(x1.shape(), x2.shape());
    Array<T> y(detail::with_matrix(detail::batch_of(x1.shape()), s.m, s.k));
    for (std::size_t b = 0; b < s.batch; ++b)
      kernels::euclidean(x1.data() + b * s.m * s.n, s.m, x2.data() + b * s.k * s.n, s.k, s.n,
                         y.data() + b * s.m * s.k);
    return y;
  }
  // dx1_i = sum_j dy_ij (x1_i - x2_j) / y_ij, 0 where y = 0; differentiated once more that is 0 / 0
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto g = unsqueeze(gy, -1) * slope(ctx);
    return {ctx.needs(0) ? sum(g, -2) : Variable<T>(), ctx.needs(1) ? -sum(g, -3) : Variable<T>()};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return sum(all_differences(t[0], t[1]) * slope(ctx), -1);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    const Array<T>&x1 = ctx.saved_value(0), &x2 = ctx.saved_value(1), &y = ctx.saved_output_value();
    const Sizes s(x1.shape(), x2.shape());
    const T* const gy = out.gy().data();
    T* const g1 = ctx.needs(0) ? out.make(0, x1.shape()).data() : nullptr;
    T* const g2 = ctx.needs(1) ? out.make(1, x2.shape()).data() : nullptr;
    for (std::size_t b = 0; b < s.batch; ++b) {
      const std::size_t first = b * s.m * s.n, second = b * s.k * s.n, pairs = b * s.m * s.k;
      kernels::euclidean_backward(x1.data() + first, s.m, x2.data() + second, s.k, s.n,
                                  y.data() + pairs, gy + pairs, g1 ? g1 + first : g1,
                                  g2 ? g2 + second : g2);
    }
  }

 private:
  struct Sizes {
    std::size_t batch, m, k, n;
    Sizes(const Shape& x1, const Shape& x2)
        : batch(detail::batch_count(x1)),
          m(detail::rows_of(x1)),
          k(detail::rows_of(x2)),
          n(detail::columns_of(x1)) {}
  };
  template <class T>
  static Variable<T> slope(Context<T>& ctx) {
    const auto y = unsqueeze(ctx.saved_output(), -1);
    const Array<T> equal_points = xt::cast<T>(xt::equal(y.value(), T(0)));
    const Variable<T> zero(Array<T>(Shape{}, T(0)));
    return where<T>(equal_points, zero, all_differences(ctx.saved(0), ctx.saved(1)) / y);
  }
};

/// x with these axes before its last two.
template <class T>
Variable<T> in_batch(const Variable<T>& x, const Shape& batch) {
  const Shape& s = x.shape();
  return broadcast_to(x, detail::with_matrix(batch, detail::rows_of(s), detail::columns_of(s)));
}

}  // namespace

template <Element T>
Variable<T> cdist(const Variable<T>& x1, const Variable<T>& x2, double p) {
  detail::require_matrix("cdist", "x1", x1.shape());
  detail::require_matrix("cdist", "x2", x2.shape());
  require_equal("cdist", "x1.shape[-1]", x1.shape().back(), "x2.shape[-1]", x2.shape().back(),
                x1.shape(), x2.shape());
  const Shape batch =
      broadcast_shape("cdist", detail::batch_of(x1.shape()), detail::batch_of(x2.shape()));
  require<ValueError>(p >= 0, "cdist", "p", "be >= 0", p);
  if (p == 2) return Euclidean::apply(in_batch(x1, batch), in_batch(x2, batch));
  const bool nothing = x1.shape().back() == 0;  // of which norm takes no largest
  return norm(all_differences(x1, x2), nothing ? 1 : p, -1);
}

template Variable<float> cdist(const Variable<float>&, const Variable<float>&, double);
template Variable<double> cdist(const Variable<double>&, const Variable<double>&, double);

}  // namespace xg
