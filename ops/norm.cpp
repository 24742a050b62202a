#include "xgrad/ops/norm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/elementwise.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

/// |x|; its derivative is 0 at 0 and, as in PyTorch, at NaN.
struct Magnitude : Function<Magnitude> {
  static constexpr auto name = "abs";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    Array<T> y(x.shape());
    kernels::unary<T>(kernels::Unary::abs, x.data(), y.data(), y.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const Array<T>& x = ctx.saved_value(0);
    Array<T> signs(x.shape());
    for (std::size_t i = 0; i < signs.size(); ++i)
      signs.data()[i] = static_cast<T>(x.data()[i] > 0) - static_cast<T>(x.data()[i] < 0);
    return {gy * Variable<T>(signs)};
  }
  // elementwise: the Jacobian is its own transpose
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return backward(ctx, t[0])[0];
  }
};

/// 1 where y is 0.
template <class T>
Array<T> zeros_of(const Array<T>& y) {
  return Array<T>(xt::cast<T>(xt::equal(y, T(0))));
}

/// Of order 2, over the last axis of a matrix.
struct Norm2 : Function<Norm2> {
  static constexpr auto name = "norm";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x) {
    ctx.save(x);
    ctx.save_output();
    Array<T> y(Shape{x.shape()[0]});
    const bool reduced[] = {false, true};
    kernels::reduce(kernels::Reduce::sum_square, x.data(), x.shape().data(), 2, reduced, y.data());
    // Squares below `low` have lost digits, squares above the largest number all of them.
    constexpr T low = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < y.size(); ++i) {
      T& sum = y.data()[i];
      const bool exact = sum > low && sum <= std::numeric_limits<T>::max();
      sum = exact ? std::sqrt(sum) : scaled(x.data() + i * n, n);
    }
    return y;
  }
  // dx = dy x / y, 0 where y = 0; differentiated once more that is 0 / 0
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    return {unsqueeze(gy, 1) * slope(ctx)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return sum(t[0] * slope(ctx), 1);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    const Array<T>&x = ctx.saved_value(0), &y = ctx.saved_output_value();
    const std::size_t n = x.shape()[1];
    const T* gy = out.gy().data();
    Array<T>& gx = out.make(0, x.shape());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const T length = y.data()[i] == 0 ? T(1) : y.data()[i];
      for (std::size_t k = i * n; k < (i + 1) * n; ++k)
        gx.data()[k] = gy[i] * (x.data()[k] / length);
    }
  }

 private:
  template <class T>
  static Variable<T> slope(Context<T>& ctx) {
    const auto x = ctx.saved(0), y = unsqueeze(ctx.saved_output(), 1);
    const Variable<T> zero(Array<T>(Shape{}, T(0)));
    return where<T>(zeros_of(y.value()), zero, x / y);
  }
  /// m sqrt(sum (x / m)^2), m the largest |x|.
  template <class T>
  static T scaled(const T* x, std::size_t n) {
    T m(0), sum(0);
    for (std::size_t k = 0; k < n; ++k) {
      if (x[k] != x[k]) return x[k];
      m = std::max(m, std::abs(x[k]));
    }
    if (m == 0 || m > std::numeric_limits<T>::max()) return m;
    for (std::size_t k = 0; k < n; ++k) sum += (x[k] / m) * (x[k] / m);
    return m * std::sqrt(sum);
  }
};

/// The number of elements that are not 0.
struct Norm0 : Function<Norm0> {
  static constexpr auto name = "norm";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x) {
    Array<T> y(Shape{x.shape()[0]});
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < y.size(); ++i)
      y.data()[i] = static_cast<T>(
          std::count_if(x.data() + i * n, x.data() + (i + 1) * n, [](T v) { return v != 0; }));
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>&) {
    return {Variable<T>(Array<T>(ctx.input_shape(0), T(0)))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>&) {
    return {};
  }
};

/// The largest or smallest |x|.
struct NormInf : Function<NormInf> {
  static constexpr auto name = "norm";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, bool largest) {
    ctx.save(x);
    ctx.save_output();
    Array<T> magnitude(x.shape()), y(Shape{x.shape()[0]});
    kernels::unary<T>(kernels::Unary::abs, x.data(), magnitude.data(), magnitude.size());
    const bool reduced[] = {false, true};
    kernels::reduce(largest ? kernels::Reduce::max : kernels::Reduce::min, magnitude.data(),
                    x.shape().data(), 2, reduced, y.data());
    return y;
  }
  // dx = dy sign(x) / count where |x| = y: constant where it exists
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, bool) {
    return {unsqueeze(gy, 1) * slope(ctx)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, bool) {
    return sum(t[0] * slope(ctx), 1);
  }

 private:
  template <class T>
  static Variable<T> slope(Context<T>& ctx) {
    const Array<T>&x = ctx.saved_value(0), &y = ctx.saved_output_value();
    Array<T> share(x.shape());
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < y.size(); ++i) {
      const T *const row = x.data() + i * n, extreme = y.data()[i];
      const auto count = std::count_if(row, row + n, [=](T v) { return std::abs(v) == extreme; });
      for (std::size_t k = 0; k < n; ++k) {
        const bool hit = std::abs(row[k]) == extreme && extreme != 0;
        share.data()[i * n + k] = hit ? std::copysign(T(1), row[k]) / static_cast<T>(count) : T(0);
      }
    }
    return Variable<T>(share);
  }
};

/// Of any other order, p != 0 and finite.
struct NormP : Function<NormP> {
  static constexpr auto name = "norm";
  // y = m (sum (|x| / m)^p)^(1/p), m the largest |x|, for p < 0 the smallest
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, double p) {
    ctx.save(x);
    ctx.save_output();
    Array<T> powers(x.shape()), m(Shape{x.shape()[0]}), y(m.shape());
    const bool reduced[] = {false, true};
    kernels::unary<T>(kernels::Unary::abs, x.data(), powers.data(), powers.size());
    kernels::reduce(p > 0 ? kernels::Reduce::max : kernels::Reduce::min, powers.data(),
                    x.shape().data(), 2, reduced, m.data());
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < m.size(); ++i)
      if (scales(m.data()[i]))
        kernels::binary_scalar<T>(kernels::Binary::div, powers.data() + i * n, m.data()[i],
                                  powers.data() + i * n, n);
    kernels::binary_scalar<T>(kernels::Binary::pow, powers.data(), static_cast<T>(p), powers.data(),
                              powers.size());
    kernels::reduce(kernels::Reduce::sum, powers.data(), x.shape().data(), 2, reduced, y.data());
    for (std::size_t i = 0; i < m.size(); ++i) {
      T& norm = y.data()[i];
      norm = scales(m.data()[i]) ? m.data()[i] * std::pow(norm, static_cast<T>(1 / p))
             : n == 0            ? T(0)
                                 : m.data()[i];
    }
    return y;
  }
  // dx = dy sign(x) r^(p-1), r = |x| / y; what does not matter is made 1 and its sign 0, so that
  // no power is infinite
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, double p) {
    return {unsqueeze(gy, 1) * slope(ctx, p)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, double p) {
    return sum(t[0] * slope(ctx, p), 1);
  }

 private:
  template <class T>
  static Variable<T> slope(Context<T>& ctx, double p) {
    const auto x = ctx.saved(0), y = ctx.saved_output();
    const Variable<T> direction(signs(x.value(), y.value(), p)), one(Array<T>(Shape{}, T(1)));
    const auto length = where<T>(idle(y.value(), p, true), one, y);
    const auto ratio = abs(where<T>(idle(x.value(), p, p < 2), one, x)) / unsqueeze(length, 1);
    return pow(ratio, p - 1) * direction;
  }
  /// Where the extreme is 0, infinite or NaN, it is the norm itself.
  template <class T>
  static bool scales(T m) {
    return m > 0 && m <= std::numeric_limits<T>::max();
  }
  /// 1 where v is infinite, which adds nothing to a sum of negative powers, and, if asked for, 0.
  template <class T>
  static Array<T> idle(const Array<T>& v, double p, bool zeros) {
    Array<T> flags(v.shape());
    for (std::size_t i = 0; i < flags.size(); ++i)
      flags.data()[i] = (p < 0 && std::isinf(v.data()[i])) || (zeros && v.data()[i] == 0);
    return flags;
  }
  /// sign(x); 0 in rows whose norm is 0, and for p < 0 at infinities.
  template <class T>
  static Array<T> signs(const Array<T>& x, const Array<T>& y, double p) {
    Array<T> s = idle(x, p, false);
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < s.size(); ++i) {
      const T v = x.data()[i];
      s.data()[i] = s.data()[i] != 0 || y.data()[i / n] == 0 ? T(0)
                    : v > 0                                  ? T(1)
                    : v < 0                                  ? T(-1)
                                                             : v;
    }
    return s;
  }
};

template <class T>
Variable<T> norm_of_rows(const Variable<T>& rows, double p) {
  if (p == 2) return Norm2::apply(rows);
  if (p == 1) return sum(Magnitude::apply(rows), 1);
  if (p == 0) return Norm0::apply(rows);
  if (std::isinf(p)) return NormInf::apply(rows, p > 0);
  return NormP::apply(rows, p);
}

}  // namespace

template <Element T>
Variable<T> norm(const Variable<T>& x, double p, const Axes& axes, ReduceOptions options) {
  const auto r = detail::make_reduction("norm", x.shape(), axes, options);
  const std::size_t n = r.count(x.shape());
  require<ValueError>(p == p, "norm", "p", "be a number", p);
  require<ValueError>(n > 0 || (p >= 0 && std::isfinite(p)), "norm", "x",
                      "have elements along the axes for this p", x.shape());
  const Shape shape = r.result_shape(x.shape());
  const Shape matrix{element_count(shape), n};
  return reshape(norm_of_rows(reshape(detail::reduced_last(x, r), matrix), p), shape);
}

#define XG_INSTANTIATE(T) \
  template Variable<T> norm(const Variable<T>&, double, const Axes&, ReduceOptions);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
