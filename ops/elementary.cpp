#include "xgrad/ops/elementary.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/map.hpp"
#include "xgrad/ops/unary_function.hpp"

namespace xg {

namespace {

using detail::Keep;
using detail::UnaryFunction;
using kernels::Binary;
using kernels::Unary;

struct Exp : UnaryFunction<Exp> {
  static constexpr auto name = "exp";
  static constexpr Unary kernel = Unary::exp;
  static constexpr Binary gradient = Binary::mul;
  static constexpr Keep keep = Keep::output;
  template <class T>
  static Variable<T> slope(const Variable<T>& y) {
    return y;
  }
};

struct Log : UnaryFunction<Log> {
  static constexpr auto name = "log";
  static constexpr Unary kernel = Unary::log;
  static constexpr Binary gradient = Binary::div;
  static constexpr Keep keep = Keep::input;
  template <class T>
  static Variable<T> slope(const Variable<T>& x) {
    return reciprocal(x);
  }
};

struct Tanh : UnaryFunction<Tanh> {
  static constexpr auto name = "tanh";
  static constexpr Unary kernel = Unary::tanh;
  static constexpr Binary gradient = Binary::tanh_backward;
  static constexpr Keep keep = Keep::output;
  template <class T>
  static Variable<T> slope(const Variable<T>& y) {
    return 1 - square(y);
  }
};

struct Sqrt : UnaryFunction<Sqrt> {
  static constexpr auto name = "sqrt";
  static constexpr Unary kernel = Unary::sqrt;
  static constexpr Binary gradient = Binary::sqrt_backward;
  static constexpr Keep keep = Keep::output;
  template <class T>
  static Variable<T> slope(const Variable<T>& y) {
    return 0.5 / y;
  }
};

struct Abs : UnaryFunction<Abs> {
  static constexpr auto name = "abs";
  static constexpr Unary kernel = Unary::abs;
  static constexpr Binary gradient = Binary::abs_backward;
  static constexpr Keep keep = Keep::input;
  template <class T>
  static Variable<T> slope(const Variable<T>& x) {
    return sign(x);
  }
};

struct Square : Function<Square> {
  static constexpr auto name = "square";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    return detail::broadcast_binary(name, Binary::mul, x, x);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {mul(gy, mul(ctx.saved(0), 2))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return mul(t[0], mul(ctx.saved(0), 2));
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    const T* gy = out.gy().data();
    Array<T>& gx = out.make_over_gy(0);
    kernels::binary<T>(Binary::mul, gy, ctx.saved_value(0).data(), gx.data(), gx.size());
    kernels::binary_scalar<T>(Binary::mul, gx.data(), T(2), gx.data(), gx.size());
  }
};

/// An array broadcast to a shape, without a copy when it has that shape already.
template <class T>
Array<T> broadcast_choice(const Array<T>& condition, const Array<T>& a, const Array<T>& b,
                          const Shape& shape) {
  Array<T> y(shape);
  if (condition.shape() == shape && a.shape() == shape && b.shape() == shape) {
    kernels::select<T>(condition.data(), a.data(), b.data(), y.data(), y.size());
  } else {
    const Array<T> c = detail::broadcast_array(condition, shape);
    const Array<T> wide_a = detail::broadcast_array(a, shape);
    const Array<T> wide_b = detail::broadcast_array(b, shape);
    kernels::select<T>(c.data(), wide_a.data(), wide_b.data(), y.data(), y.size());
  }
  return y;
}

struct Where : Function<Where> {
  static constexpr auto name = "where";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& a, const Array<T>& b,
                          const Array<T>& condition) {
    const Shape shape =
        broadcast_shape(name, condition.shape(), broadcast_shape(name, a.shape(), b.shape()));
    return broadcast_choice(condition, a, b, shape);
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Array<T>& condition) {
    const Variable<T> zero(full_array<T>(Shape{}, T(0)));
    Variables<T> g(2);
    if (ctx.needs(0)) g[0] = sum_to(where(condition, gy, zero), ctx.input_shape(0));
    if (ctx.needs(1)) g[1] = sum_to(where(condition, zero, gy), ctx.input_shape(1));
    return g;
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Array<T>& condition) {
    const Variable<T> zero(full_array<T>(Shape{}, T(0)));
    const auto& a = t[0].defined() ? t[0] : zero;
    const auto& b = t[1].defined() ? t[1] : zero;
    return broadcast_to(where(condition, a, b), ctx.output_shape());
  }
};

}  // namespace

#define XG_FUNCTION(function, Struct)                        \
  template <Element T>                                       \
  Variable<T> function(const Variable<T>& x) {               \
    return Struct::apply(x);                                 \
  }                                                          \
  template Variable<float> function(const Variable<float>&); \
  template Variable<double> function(const Variable<double>&);

#define XG_FORMULA(function, formula)                        \
  template <Element T>                                       \
  Variable<T> function(const Variable<T>& x) {               \
    return map_named(                                        \
        #function, [](auto v) { return formula; }, x);       \
  }                                                          \
  template Variable<float> function(const Variable<float>&); \
  template Variable<double> function(const Variable<double>&);

#define XG_FORMULA2(function, formula)                                               \
  template <Element T>                                                               \
  Variable<T> function(const Variable<T>& x, const Variable<T>& y) {                 \
    return map_named(                                                                \
        #function, [](auto a, auto b) { return formula; }, x, y);                    \
  }                                                                                  \
  template Variable<float> function(const Variable<float>&, const Variable<float>&); \
  template Variable<double> function(const Variable<double>&, const Variable<double>&);

XG_FUNCTION(exp, Exp)
XG_FUNCTION(log, Log)
XG_FUNCTION(tanh, Tanh)
XG_FUNCTION(sqrt, Sqrt)
XG_FUNCTION(abs, Abs)
XG_FUNCTION(square, Square)

XG_FORMULA(exp2, exp2(v))
XG_FORMULA(expm1, expm1(v))
XG_FORMULA(log2, log2(v))
XG_FORMULA(log10, log10(v))
XG_FORMULA(log1p, log1p(v))
XG_FORMULA(rsqrt, rsqrt(v))
XG_FORMULA(cbrt, cbrt(v))
XG_FORMULA(reciprocal, reciprocal(v))
XG_FORMULA(sin, sin(v))
XG_FORMULA(cos, cos(v))
XG_FORMULA(tan, tan(v))
XG_FORMULA(asin, asin(v))
XG_FORMULA(acos, acos(v))
XG_FORMULA(atan, atan(v))
XG_FORMULA(sinh, sinh(v))
XG_FORMULA(cosh, cosh(v))
XG_FORMULA(asinh, asinh(v))
XG_FORMULA(acosh, acosh(v))
XG_FORMULA(atanh, atanh(v))
XG_FORMULA(erf, erf(v))
XG_FORMULA(erfc, erfc(v))
XG_FORMULA(sign, sign(v))
XG_FORMULA(floor, floor(v))
XG_FORMULA(ceil, ceil(v))
XG_FORMULA(round, round(v))
XG_FORMULA(trunc, trunc(v))

XG_FORMULA2(maximum, maximum(a, b))
XG_FORMULA2(minimum, minimum(a, b))
XG_FORMULA2(atan2, atan2(a, b))
XG_FORMULA2(hypot, hypot(a, b))
XG_FORMULA2(pow, pow(a, b))
// The larger plus softplus of a difference <= 0: no exponential overflows, and -inf is harmless.
XG_FORMULA2(logaddexp,
            where(a == b && isinf(a), a, where(a > b, a + softplus(b - a), b + softplus(a - b))))
XG_FORMULA2(xlogy, where(a == 0 && (b <= 0 || isinf(b)), 0, a* log(b)))

template <Element T>
Variable<T> clamp(const Variable<T>& x, double low, double high) {
  if (!(low <= high))
    require<ValueError>(false, "clamp", "low", fmt::format("be <= high = {}", high), low);
  return map_named(
      "clamp",
      [low, high, nan = std::numeric_limits<double>::quiet_NaN()](auto v) {
        return where(isnan(v), nan, clamp(v, low, high));
      },
      x);
}
template <Element T>
Variable<T> clamp_min(const Variable<T>& x, double low) {
  require<ValueError>(!std::isnan(low), "clamp_min", "low", "be a number", low);
  return clamp(x, low, std::numeric_limits<double>::infinity());
}
template <Element T>
Variable<T> clamp_max(const Variable<T>& x, double high) {
  require<ValueError>(!std::isnan(high), "clamp_max", "high", "be a number", high);
  return clamp(x, -std::numeric_limits<double>::infinity(), high);
}
template <Element T>
Variable<T> pow(const Variable<T>& a, double b) {
  if (b == 2) return square(a);
  return map_named(
      "pow", [b](auto v) { return pow(v, b); }, a);
}
template <Element T>
Variable<T> pow(double a, const Variable<T>& b) {
  return map_named(
      "pow", [a](auto v) { return pow(a, v); }, b);
}
template <Element T>
Variable<T> where(const Array<T>& condition, const Variable<T>& a, const Variable<T>& b) {
  return Where::apply(a, b, condition);
}

#define XG_INSTANTIATE(T)                                         \
  template Variable<T> clamp(const Variable<T>&, double, double); \
  template Variable<T> clamp_min(const Variable<T>&, double);     \
  template Variable<T> clamp_max(const Variable<T>&, double);     \
  template Variable<T> pow(const Variable<T>&, double);           \
  template Variable<T> pow(double, const Variable<T>&);           \
  template Variable<T> where(const Array<T>&, const Variable<T>&, const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)

#undef XG_INSTANTIATE

}  // namespace xg
