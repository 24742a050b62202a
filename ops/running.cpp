#include "xgrad/ops/running.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/scan.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/remap.hpp"

namespace xg::detail {

namespace {

struct LinearRecurrence : Function<LinearRecurrence> {
  static constexpr auto name = "linear_recurrence";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b, std::size_t axis,
                          bool forwards) {
    ctx.save(a);
    if (ctx.needs(0)) ctx.save_output();
    const AxisSplit s(b.shape(), axis);
    Array<T> y(b.shape());
    kernels::linear_recurrence(a.data(), b.data(), s.outer, s.n, s.inner, !forwards, y.data());
    return y;
  }
  // t_k = dy_k + a_(k+1) t_(k+1)  =>  db = t,  da_k = t_k y_(k-1)
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                               bool forwards) {
    const auto next = shifted(ctx.saved(0), axis, !forwards, 0);
    const auto t = LinearRecurrence::apply(next, gy, axis, !forwards);
    if (!ctx.needs(0)) return {Variable<T>{}, t};
    return {t * shifted(ctx.saved_output(), axis, forwards, 0), t};
  }
  // ty_k = tb_k + ta_k y_(k-1) + a_k ty_(k-1)
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t axis, bool forwards) {
    auto driven = t[1];
    if (t[0].defined())
      driven = add_tangents(driven, t[0] * shifted(ctx.saved_output(), axis, forwards, 0));
    return LinearRecurrence::apply(ctx.saved(0), driven, axis, forwards);
  }
};

struct RunningProduct : Function<RunningProduct> {
  static constexpr auto name = "cumprod";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, std::size_t axis, bool forwards) {
    ctx.save(x);
    ctx.save_output();
    const AxisSplit s(x.shape(), axis);
    Array<T> y(x.shape());
    kernels::running_product(x.data(), s.outer, s.n, s.inner, !forwards, y.data());
    return y;
  }
  // t_k = dy_k + x_(k+1) t_(k+1)  =>  dx_k = y_(k-1) t_k: no division by x
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, std::size_t axis,
                               bool forwards) {
    const auto next = shifted(ctx.saved(0), axis, !forwards, 0);
    const auto t = LinearRecurrence::apply(next, gy, axis, !forwards);
    return {nan_where(ctx.saved(0), t * shifted(ctx.saved_output(), axis, forwards, 1))};
  }
  // ty_k = t_k y_(k-1) + x_k ty_(k-1)
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, std::size_t axis, bool forwards) {
    const auto driven = t[0] * shifted(ctx.saved_output(), axis, forwards, 1);
    return LinearRecurrence::apply(ctx.saved(0), driven, axis, forwards);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, std::size_t axis, bool forwards) {
    const Array<T>& x = ctx.saved_value(0);
    const AxisSplit s(x.shape(), axis);
    Array<T>& gx = out.make(0, x.shape());
    kernels::running_product_backward(x.data(), ctx.saved_output_value().data(), out.gy().data(),
                                      s.outer, s.n, s.inner, !forwards, gx.data());
  }
};

}  // namespace

template <class T>
Variable<T> nan_where(const Variable<T>& x, const Variable<T>& g) {
  const auto& values = x.value().storage();
  if (std::all_of(values.begin(), values.end(), [](T v) { return v == v; })) return g;
  const Array<T> holes = xt::where(xt::isnan(x.value()), x.value(), T(0));
  return g + Variable<T>(holes);
}

template <class T>
Variable<T> running_product(const Variable<T>& x, std::size_t axis, bool forwards) {
  return RunningProduct::apply(x, axis, forwards);
}

template <class T>
Variable<T> linear_recurrence(const Variable<T>& a, const Variable<T>& b, std::size_t axis,
                              bool forwards) {
  return LinearRecurrence::apply(a, b, axis, forwards);
}

#define XG_INSTANTIATE(T)                                                      \
  template Variable<T> running_product(const Variable<T>&, std::size_t, bool); \
  template Variable<T> nan_where(const Variable<T>&, const Variable<T>&);      \
  template Variable<T> linear_recurrence(const Variable<T>&, const Variable<T>&, std::size_t, bool);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::detail
