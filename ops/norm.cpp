#include "xgrad/ops/norm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/extremum.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

/// y, with 1 in place of 0: what a gradient that is 0 there may be divided by.
template <class T>
Variable<T> no_zeros(const Variable<T>& y) {
  const Array<T> zeros = xt::cast<T>(xt::equal(y.value(), T(0)));
  return y + Variable<T>(zeros);
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
  // dx = dy x / y
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto y = no_zeros(ctx.saved_output());
    return {unsqueeze(gy, 1) * (ctx.saved(0) / unsqueeze(y, 1))};
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
};

/// Of any other order, p != 0 and finite.
struct NormP : Function<NormP> {
  static constexpr auto name = "norm";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, double p) {
    ctx.save(x);
    ctx.save_output();
    Array<T> y(Shape{x.shape()[0]});
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < y.size(); ++i)
      y.data()[i] = static_cast<T>(of_row(x.data() + i * n, n, p));
    return y;
  }
  // dx = dy sign(x) r^(p-1), r = |x| / y, made 1 where x = 0 so that no power is infinite
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, double p) {
    const auto x = ctx.saved(0), y = no_zeros(ctx.saved_output());
    const auto ratio = no_zeros(abs(x)) / unsqueeze(y, 1);
    const Array<T> direction = signs(x.value(), ctx.saved_output().value());
    return {unsqueeze(gy, 1) * (pow(ratio, p - 1) * Variable<T>(direction))};
  }

 private:
  static double of_row(const auto* x, std::size_t n, double p) {
    // The element that rules the sum: the largest, for p < 0 the smallest.
    double m = p > 0 ? 0 : std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const double v = std::abs(double{x[k]});
      if (v != v) return v;
      m = p > 0 ? std::max(m, v) : std::min(m, v);
    }
    if (m == 0 || m > std::numeric_limits<double>::max()) return m;
    for (std::size_t k = 0; k < n; ++k) sum += std::pow(std::abs(double{x[k]}) / m, p);
    return m * std::pow(sum, 1 / p);
  }
  /// sign(x), 0 in rows whose norm is 0.
  template <class T>
  static Array<T> signs(const Array<T>& x, const Array<T>& y) {
    Array<T> s(x.shape());
    const std::size_t n = x.shape()[1];
    for (std::size_t i = 0; i < s.size(); ++i) {
      const T v = x.data()[i];
      s.data()[i] = y.data()[i / n] == 0 ? T(0) : v > 0 ? T(1) : v < 0 ? T(-1) : v;
    }
    return s;
  }
};

template <class T>
Variable<T> norm_of_rows(const Variable<T>& rows, double p) {
  if (p == 2) return Norm2::apply(rows);
  if (p == 1) return sum(abs(rows), 1);
  if (p == 0) return Norm0::apply(rows);
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
  if (std::isinf(p)) {
    const auto magnitude = abs(x);
    return p > 0 ? amax(magnitude, axes, options) : amin(magnitude, axes, options);
  }
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
