#include "xgrad/ops/arithmetic.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/broadcast.hpp"

namespace xg {

using kernels::Binary;

namespace {

/// The gradient g of shape of the result becomes that of argument i.
template <class T>
void put(Context<T>& ctx, Gradients<T>& out, std::size_t i, Array<T>&& g) {
  const Shape& shape = ctx.input_shape(i);
  out.set(i, g.shape() == shape ? std::move(g) : detail::sum_array_to(g, shape));
}

/// gy itself is the gradient of argument i, up to broadcasting.
template <class T>
void put_gy(Context<T>& ctx, Gradients<T>& out, std::size_t i) {
  if (out.gy().shape() == ctx.input_shape(i))
    out.pass(i);
  else
    out.set(i, detail::sum_array_to(out.gy(), ctx.input_shape(i)));
}

template <class T>
Variable<T> sum_if_needed(Context<T>& ctx, std::size_t i, const auto& gradient) {
  return ctx.needs(i) ? sum_to(gradient(), ctx.input_shape(i)) : Variable<T>{};
}

template <class T>
Array<T> map_scalar(Binary op, const Array<T>& x, double c) {
  Array<T> y = empty_like(x);
  kernels::binary_scalar<T>(op, x.data(), static_cast<T>(c), y.data(), y.size());
  return y;
}

template <class T>
void scale_gy(Gradients<T>& out, std::size_t i, Binary op, double c) {
  const T* gy = out.gy().data();
  Array<T>& gx = out.make_over_gy(i);
  kernels::binary_scalar<T>(op, gy, static_cast<T>(c), gx.data(), gx.size());
}

struct Neg : Function<Neg> {
  static constexpr auto name = "neg";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x) {
    Array<T> y = empty_like(x);
    kernels::unary<T>(kernels::Unary::neg, x.data(), y.data(), y.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {neg(gy)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t) {
    return neg(t[0]);
  }
};

struct Add : Function<Add> {
  static constexpr auto name = "add";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& a, const Array<T>& b) {
    return detail::broadcast_binary(name, Binary::add, a, b);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {sum_if_needed<T>(ctx, 0, [&] { return gy; }),
            sum_if_needed<T>(ctx, 1, [&] { return gy; })};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    if (t[0].defined() && t[1].defined()) return add(t[0], t[1]);
    return broadcast_to(t[0].defined() ? t[0] : t[1], ctx.output_shape());
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    for (const std::size_t i : {0U, 1U})
      if (ctx.needs(i)) put_gy(ctx, out, i);
  }
};

struct Sub : Function<Sub> {
  static constexpr auto name = "sub";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& a, const Array<T>& b) {
    return detail::broadcast_binary(name, Binary::sub, a, b);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {sum_if_needed<T>(ctx, 0, [&] { return gy; }),
            sum_if_needed<T>(ctx, 1, [&] { return neg(gy); })};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    if (t[0].defined() && t[1].defined()) return sub(t[0], t[1]);
    return broadcast_to(t[0].defined() ? t[0] : neg(t[1]), ctx.output_shape());
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    if (ctx.needs(0)) put_gy(ctx, out, 0);
    if (!ctx.needs(1)) return;
    Array<T> gb = detail::sum_array_to(out.gy(), ctx.input_shape(1));
    kernels::unary<T>(kernels::Unary::neg, gb.data(), gb.data(), gb.size());
    out.set(1, std::move(gb));
  }
};

struct Mul : Function<Mul> {
  static constexpr auto name = "mul";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b) {
    if (ctx.needs(0)) ctx.save(b);
    if (ctx.needs(1)) ctx.save(a);
    return detail::broadcast_binary(name, Binary::mul, a, b);
  }
  // y = a b  =>  da = dy b,  db = dy a
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {sum_if_needed<T>(ctx, 0, [&] { return mul(gy, ctx.saved(1)); }),
            sum_if_needed<T>(ctx, 1, [&] { return mul(gy, ctx.saved(0)); })};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return add_tangents(t[0].defined() ? mul(t[0], ctx.saved(1)) : t[0],
                        t[1].defined() ? mul(ctx.saved(0), t[1]) : t[1]);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    if (ctx.needs(1)) times(ctx, out, 1, ctx.saved_value(0));
    if (ctx.needs(0)) times(ctx, out, 0, ctx.saved_value(1));  // last: may overwrite gy
  }

 private:
  template <class T>
  static void times(Context<T>& ctx, Gradients<T>& out, std::size_t i, const Array<T>& other) {
    const Array<T>& gy = out.gy();
    if (gy.shape() != other.shape() || gy.shape() != ctx.input_shape(i))
      return put(ctx, out, i, detail::broadcast_binary(name, Binary::mul, gy, other));
    if (Array<T>* sum = out.accumulation_target(i))
      return kernels::multiply_add<T>(gy.data(), other.data(), sum->data(), sum->size());
    Array<T>& g = i == 0 ? out.make_over_gy(0) : out.make(i, gy.shape());
    kernels::binary<T>(Binary::mul, gy.data(), other.data(), g.data(), g.size());
  }
};

struct Div : Function<Div> {
  static constexpr auto name = "div";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b) {
    ctx.save(b);
    if (ctx.needs(1)) ctx.save_output();
    return detail::broadcast_binary(name, Binary::div, a, b);
  }
  // y = a / b  =>  da = dy / b,  db = -dy a / b^2 = -da y
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const Variable<T> ga = div(gy, ctx.saved(1));
    return {sum_if_needed<T>(ctx, 0, [&] { return ga; }),
            sum_if_needed<T>(ctx, 1, [&] { return neg(mul(ga, ctx.saved_output())); })};
  }
  // ty = (ta - y tb) / b
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    if (!t[1].defined()) return div(t[0], ctx.saved(1));
    const auto moved = mul(ctx.saved_output(), t[1]);
    return div(t[0].defined() ? sub(t[0], moved) : neg(moved), ctx.saved(1));
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    Array<T> ga = detail::broadcast_binary(name, Binary::div, out.gy(), ctx.saved_value(1));
    if (ctx.needs(1)) {
      Array<T> gb = detail::broadcast_binary(name, Binary::mul, ga, ctx.saved_output_value());
      kernels::unary<T>(kernels::Unary::neg, gb.data(), gb.data(), gb.size());
      put(ctx, out, 1, std::move(gb));
    }
    if (ctx.needs(0)) put(ctx, out, 0, std::move(ga));
  }
};

struct AddNumber : Function<AddNumber> {
  static constexpr auto name = "add";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, double c) {
    return map_scalar(Binary::add, x, c);
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t) {
    return t[0];
  }
  template <class T>
  static void backward_kernel(Context<T>&, Gradients<T>& out, double) {
    out.pass(0);
  }
};

struct MulNumber : Function<MulNumber> {
  static constexpr auto name = "mul";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, double c) {
    return map_scalar(Binary::mul, x, c);
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, double c) {
    return {mul(gy, c)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, double c) {
    return mul(t[0], c);
  }
  template <class T>
  static void backward_kernel(Context<T>&, Gradients<T>& out, double c) {
    scale_gy(out, 0, Binary::mul, c);
  }
};

struct DivNumber : Function<DivNumber> {
  static constexpr auto name = "div";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, double c) {
    return map_scalar(Binary::div, x, c);
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, double c) {
    return {div(gy, c)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, double c) {
    return div(t[0], c);
  }
  template <class T>
  static void backward_kernel(Context<T>&, Gradients<T>& out, double c) {
    scale_gy(out, 0, Binary::div, c);
  }
};

struct NumberSub : Function<NumberSub> {
  static constexpr auto name = "sub";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, double c) {
    Array<T> y = empty_like(x);
    kernels::scalar_binary<T>(Binary::sub, static_cast<T>(c), x.data(), y.data(), y.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {neg(gy)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t) {
    return neg(t[0]);
  }
};

struct NumberDiv : Function<NumberDiv> {
  static constexpr auto name = "div";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, double c) {
    ctx.save(x);
    ctx.save_output();
    Array<T> y = empty_like(x);
    kernels::scalar_binary<T>(Binary::div, static_cast<T>(c), x.data(), y.data(), y.size());
    return y;
  }
  // y = c / x  =>  dx = -dy c / x^2 = -dy y / x
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {neg(div(mul(gy, ctx.saved_output()), ctx.saved(0)))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return neg(div(mul(t[0], ctx.saved_output()), ctx.saved(0)));
  }
};

}  // namespace

template <Element T>
Variable<T> neg(const Variable<T>& x) {
  return Neg::apply(x);
}
template <Element T>
Variable<T> add(const Variable<T>& a, const Variable<T>& b) {
  return Add::apply(a, b);
}
template <Element T>
Variable<T> sub(const Variable<T>& a, const Variable<T>& b) {
  return Sub::apply(a, b);
}
template <Element T>
Variable<T> mul(const Variable<T>& a, const Variable<T>& b) {
  return Mul::apply(a, b);
}
template <Element T>
Variable<T> div(const Variable<T>& a, const Variable<T>& b) {
  return Div::apply(a, b);
}
template <Element T>
Variable<T> add(const Variable<T>& a, double b) {
  return AddNumber::apply(a, b);
}
template <Element T>
Variable<T> sub(const Variable<T>& a, double b) {
  return AddNumber::apply(a, -b);
}
template <Element T>
Variable<T> sub(double a, const Variable<T>& b) {
  return NumberSub::apply(b, a);
}
template <Element T>
Variable<T> mul(const Variable<T>& a, double b) {
  return MulNumber::apply(a, b);
}
template <Element T>
Variable<T> div(const Variable<T>& a, double b) {
  return DivNumber::apply(a, b);
}
template <Element T>
Variable<T> div(double a, const Variable<T>& b) {
  return NumberDiv::apply(b, a);
}

#define XG_INSTANTIATE(T)                                           \
  template Variable<T> neg(const Variable<T>&);                     \
  template Variable<T> add(const Variable<T>&, const Variable<T>&); \
  template Variable<T> sub(const Variable<T>&, const Variable<T>&); \
  template Variable<T> mul(const Variable<T>&, const Variable<T>&); \
  template Variable<T> div(const Variable<T>&, const Variable<T>&); \
  template Variable<T> add(const Variable<T>&, double);             \
  template Variable<T> sub(const Variable<T>&, double);             \
  template Variable<T> sub(double, const Variable<T>&);             \
  template Variable<T> mul(const Variable<T>&, double);             \
  template Variable<T> div(const Variable<T>&, double);             \
  template Variable<T> div(double, const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)

#undef XG_INSTANTIATE

}  // namespace xg
