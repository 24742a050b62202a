#include "xgrad/ops/matrix_function.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "xgrad/autograd/function.hpp"
#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/diagonal.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/factorization.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/solve.hpp"

namespace xg {

using namespace detail;  // NOLINT: the helpers of matrices.hpp

namespace {

/// For each matrix of a batch [..., n, n] a power of 2 near its 1-norm, [..., 1, 1]; 1 for 0.
template <class T>
Variable<T> magnitude(const Array<T>& x) {
  const std::size_t n = columns_of(x.shape());
  Array<T> m(with_matrix(batch_of(x.shape()), 1, 1));
  for (std::size_t i = 0; i < m.size(); ++i) {
    T largest = 0;
    for (std::size_t column = 0; column < n; ++column) {
      T sum = 0;
      for (std::size_t row = 0; row < n; ++row)
        sum += std::abs(x.data()[(i * n + row) * n + column]);
      largest = std::max(largest, sum);
    }
    m.data()[i] = std::isnormal(largest) ? std::ldexp(T(1), std::ilogb(largest)) : T(1);
  }
  return Variable<T>(std::move(m));
}

/// [[a, b], [0, a]], and its upper right part again.
template <class T>
Variable<T> upper_blocks(const Variable<T>& a, const Variable<T>& b) {
  const Variable<T> zero(full_array<T>(a.shape(), T(0)));
  const auto top = concat(Variables<T>{a, b}, -1), bottom = concat(Variables<T>{zero, a}, -1);
  return concat(Variables<T>{top, bottom}, -2);
}
template <class T>
Variable<T> upper_right(const Variable<T>& x) {
  const Shape halves(2, rows_of(x.shape()) / 2);
  return split(split(x, halves, -2)[0], halves, -1)[1];
}

struct MatrixExp : Function<MatrixExp> {
  static constexpr auto name = "matrix_exp";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a) {
    ctx.save(a);
    Array<T> y(a.shape());
    kernels::matrix_exp(batch_count(a.shape()), rows_of(a.shape()), a.data(), y.data());
    return y;
  }
  // The derivative of exp at a^T along gy; linear in gy, which is scaled so that it needs no more
  // squarings than a does.
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto at = transpose(ctx.saved(0));
    const auto size = magnitude(gy.value());
    return {upper_right(apply(upper_blocks(at, gy / size))) * size};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto size = magnitude(t[0].value());
    return upper_right(apply(upper_blocks(ctx.saved(0), t[0] / size))) * size;
  }
};

struct Pinv : Function<Pinv> {
  static constexpr auto name = "pinv";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, double rcond) {
    const std::size_t m = rows_of(a.shape()), n = columns_of(a.shape());
    Array<T> p(with_matrix(batch_of(a.shape()), n, m));
    require_success(kernels::pseudo_inverse(batch_count(a.shape()), m, n, static_cast<T>(rcond),
                                            a.data(), p.data()),
                    name, "have singular values that can be found", "no convergence", "step");
    ctx.save(a);
    ctx.save_output();
    return p;
  }
  // dp = -p da p + p p^T da^T (1 - a p) + (1 - p a) da^T p^T p
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gp) {
    const auto a = ctx.saved(0), p = ctx.saved_output();
    const auto gt = transpose(gp);
    const auto rows = gt - product(a, product(p, gt, false, false), false, false);
    const auto columns = gt - product(product(gt, p, false, false), a, false, false);
    return {product(product(rows, p, false, false), p, false, true) +
            product(p, product(p, columns, false, false), true, false) -
            product(product(p, gp, true, false), p, false, true)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto a = ctx.saved(0), p = ctx.saved_output();
    const auto tt = transpose(t[0]);
    const auto rows = tt - product(product(tt, a, false, false), p, false, false);
    const auto columns = tt - product(p, product(a, tt, false, false), false, false);
    return product(p, product(p, rows, true, false), false, false) +
           product(product(columns, p, false, true), p, false, false) -
           product(product(p, t[0], false, false), p, false, false);
  }
};

template <class T>
double default_rcond(const Shape& shape) {
  return static_cast<double>(std::max(rows_of(shape), columns_of(shape))) *
         static_cast<double>(std::numeric_limits<T>::epsilon());
}

/// Whether no singular value of any r [..., n, n] is as small as rcond times the largest: by the
/// Frobenius norms of r and its inverse, whose product is never below the condition.
template <class T>
bool all_well_conditioned(const Variable<T>& r, double rcond) {
  const NoGrad guard;
  const std::size_t n = columns_of(r.shape());
  const auto inverse = triangular_solve_unchecked(r, identity<T>(n), {.upper = true});
  const auto size = [n](const Variable<T>& x, std::size_t i) {
    double sum = 0;
    for (std::size_t k = i * n * n; k < (i + 1) * n * n; ++k)
      sum += double{x.value().data()[k]} * double{x.value().data()[k]};
    return std::sqrt(sum);
  };
  for (std::size_t i = 0; i < batch_count(r.shape()); ++i)
    if (!(size(r, i) * size(inverse, i) * rcond < 1)) return false;  // also for NaN
  return true;
}

/// a x = q r x = b by a triangular system, a quicker and more exact way than pinv(a) b; undefined
/// unless all a have full rank and as many rows as columns, or more.
template <class T>
Variable<T> lstsq_by_qr(const Variable<T>& a, const Variable<T>& b, double rcond) {
  if (a.size() == 0 || rows_of(a.shape()) < columns_of(a.shape())) return {};
  const auto [q, r] = qr(a);
  if (!all_well_conditioned(r, rcond)) return {};
  const bool vector = b.dimension() == 1;
  const auto x =
      triangular_solve(r, matmul(transpose(q), vector ? unsqueeze(b, -1) : b), {.upper = true});
  return vector ? squeeze(x, -1) : x;
}

}  // namespace

template <Element T>
Variable<T> trace(const Variable<T>& a) {
  require_matrix("trace", "a", a.shape());
  return sum(diagonal(a, 0, -2, -1), -1);
}

template <Element T>
Variable<T> matrix_power(const Variable<T>& a, std::ptrdiff_t n) {
  require_square("matrix_power", "a", a.shape());
  if (n == 0)  // a has a part in it by name alone
    return where(full_array<T>(Shape{}, T(0)), a, identity<T>(rows_of(a.shape())));
  auto power = n < 0 ? inverse_of("matrix_power", a) : a;
  Variable<T> y;
  for (auto left = n < 0 ? -static_cast<std::size_t>(n) : static_cast<std::size_t>(n); left > 0;) {
    if (left % 2 == 1) y = y.defined() ? matmul(y, power) : power;
    left /= 2;
    if (left > 0) power = matmul(power, power);
  }
  return y;
}

template <Element T>
Variable<T> matrix_exp(const Variable<T>& a) {
  require_square("matrix_exp", "a", a.shape());
  return MatrixExp::apply(a);
}

template <Element T>
Variable<T> pinv(const Variable<T>& a, double rcond) {
  require_matrix("pinv", "a", a.shape());
  require<ValueError>(rcond >= 0, "pinv", "rcond", "be >= 0", rcond);
  return Pinv::apply(a, rcond);
}
template <Element T>
Variable<T> pinv(const Variable<T>& a) {
  require_matrix("pinv", "a", a.shape());
  return Pinv::apply(a, default_rcond<T>(a.shape()));
}

template <Element T>
Variable<T> lstsq(const Variable<T>& a, const Variable<T>& b) {
  require_matrix("lstsq", "a", a.shape());
  require<ShapeError>(b.dimension() >= 1, "lstsq", "b", "have rank >= 1", b.shape());
  const std::size_t rows = b.dimension() == 1 ? b.size() : rows_of(b.shape());
  require_equal("lstsq", "a.shape[-2]", rows_of(a.shape()),
                b.dimension() == 1 ? "b.shape[-1]" : "b.shape[-2]", rows, a.shape(), b.shape());
  if (b.dimension() > 1) (void)broadcast_shape("lstsq", batch_of(a.shape()), batch_of(b.shape()));
  const double rcond = default_rcond<T>(a.shape());
  const auto x = lstsq_by_qr(a, b, rcond);
  return x.defined() ? x : matmul(Pinv::apply(a, rcond), b);
}

#define XG_INSTANTIATE(T)                                                \
  template Variable<T> trace(const Variable<T>&);                        \
  template Variable<T> matrix_power(const Variable<T>&, std::ptrdiff_t); \
  template Variable<T> matrix_exp(const Variable<T>&);                   \
  template Variable<T> pinv(const Variable<T>&);                         \
  template Variable<T> pinv(const Variable<T>&, double);                 \
  template Variable<T> lstsq(const Variable<T>&, const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
