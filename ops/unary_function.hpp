#pragma once

// Internal: the hot functions of one argument, each a forward kernel and a backward kernel. All
// others are formulas (map), which cost some 0.1 us more at one element.

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/elementwise.hpp"
#include "xgrad/ops/arithmetic.hpp"

namespace xg::detail {

enum class Keep { input, output };

/// y = D::kernel(x), gx = D::backward_kernel_op(gy, what D keeps). D::slope is dy/dx as an
/// operation on what is kept, for derivatives of the gradient.
template <class D>
struct UnaryFunction : Function<D> {
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    if (D::keep == Keep::input)
      ctx.save(x);
    else
      ctx.save_output();
    Array<T> y = empty_like(x);
    kernels::unary<T>(D::kernel, x.data(), y.data(), y.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {mul(gy, slope_at(ctx))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return mul(t[0], slope_at(ctx));
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    const Array<T>& kept = D::keep == Keep::input ? ctx.saved_value(0) : ctx.saved_output_value();
    const T* gy = out.gy().data();
    Array<T>& gx = out.make_over_gy(0);
    kernels::binary<T>(D::gradient, gy, kept.data(), gx.data(), gx.size());
  }

 private:
  template <class T>
  static Variable<T> slope_at(Context<T>& ctx) {
    return D::slope(D::keep == Keep::input ? ctx.saved(0) : ctx.saved_output());
  }
};

}  // namespace xg::detail
