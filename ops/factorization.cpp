#include "xgrad/ops/factorization.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/diagonal.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/solve.hpp"

namespace xg {

using namespace detail;  // NOLINT: the helpers of matrices.hpp

namespace {

template <class T>
Variable<T> symmetric(const Variable<T>& a) {
  return (a + transpose(a)) * 0.5;
}

/// x diag(d) and diag(d) x.
template <class T>
Variable<T> scale_columns(const Variable<T>& x, const Variable<T>& d) {
  return x * unsqueeze(d, -2);
}
template <class T>
Variable<T> scale_rows(const Variable<T>& x, const Variable<T>& d) {
  return x * unsqueeze(d, -1);
}
template <class T>
Variable<T> diagonal_matrix(const Variable<T>& d) {
  return scale_columns(identity<T>(d.shape().back()), d);
}

/// The triangle below the diagonal.
template <class T>
Variable<T> below(const Variable<T>& x) {
  return tril(x, -1);
}
template <class T>
Variable<T> total(const Variables<T>& parts) {
  Variable<T> sum;
  for (const Variable<T>& part : parts) sum = sum.defined() ? sum + part : part;
  return sum;
}
/// d_j + d_i.
template <class T>
Variable<T> pair_sums(const Variable<T>& d) {
  return unsqueeze(d, -2) + unsqueeze(d, -1);
}
/// x_ij / (d_j - d_i) off the diagonal, 0 on it; sums are d_j + d_i, or undefined for 1.
template <class T>
Variable<T> over_differences(const Variable<T>& x, const Variable<T>& d, const Variable<T>& sums) {
  const std::size_t n = d.shape().back();
  const auto differences = unsqueeze(d, -2) - unsqueeze(d, -1);
  const auto off = mask<T>(n, n, [](std::size_t i, std::size_t j) { return i != j; });
  // The diagonal divides by 1 and is dropped, so that only a repeated d gives infinities.
  return x * off / ((sums.defined() ? differences * sums : differences) + identity<T>(n));
}

struct Cholesky : Function<Cholesky> {
  static constexpr auto name = "cholesky";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a) {
    Array<T> l(a.shape());
    require_success(
        kernels::cholesky(batch_count(a.shape()), rows_of(a.shape()), a.data(), l.data()), name,
        "be positive definite", "a matrix that is not", "leading minor");
    ctx.save_output();
    return l;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gl) {
    const auto l = ctx.saved_output();
    const auto m = product(l, gl, true, false);
    const auto p = (tril(m) + below(m)) * 0.5;  // half of the diagonal
    const auto left = triangular_solve_unchecked(l, p, {.transposed = true});
    return {symmetric(triangular_solve_unchecked(l, left, {.left = false}))};
  }
  // tl = l phi(l^-1 ta l^-T), phi the lower triangle with half of the diagonal
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto l = ctx.saved_output();
    const auto left = triangular_solve_unchecked(l, t[0], {});
    const auto m = triangular_solve_unchecked(l, left, {.left = false, .transposed = true});
    return product(l, (tril(m) + below(m)) * 0.5, false, false);
  }
};

/// Of a [..., m, n] with m >= n.
struct TallQR : Function<TallQR> {
  static constexpr auto name = "qr";
  template <class T>
  static Arrays<T> forward(Context<T>& ctx, const Array<T>& a) {
    const std::size_t m = rows_of(a.shape()), n = columns_of(a.shape());
    Arrays<T> y{Array<T>(a.shape()), Array<T>(with_matrix(batch_of(a.shape()), n, n))};
    kernels::qr(batch_count(a.shape()), m, n, a.data(), y[0].data(), y[1].data());
    ctx.save_output(0);
    ctx.save_output(1);
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variables<T>& gy) {
    const auto q = ctx.saved_output(0), r = ctx.saved_output(1);
    const auto m = product(r, gy[1], false, true) - product(gy[0], q, true, false);
    const auto g = gy[0] + product(q, tril(m) + transpose(below(m)), false, false);
    return {triangular_solve_unchecked(r, g, {.upper = true, .left = false, .transposed = true})};
  }
  // c = q^T ta r^-1 = tr r^-1 + (q^T tq, antisymmetric)
  template <class T>
  static Variables<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto q = ctx.saved_output(0), r = ctx.saved_output(1);
    const auto x = triangular_solve_unchecked(r, t[0], {.upper = true, .left = false});
    const auto c = product(q, x, true, false);
    const auto upper = c - below(c) + transpose(below(c));
    return {x - product(q, upper, false, false), product(upper, r, false, false)};
  }
};

struct SymmetricEigen : Function<SymmetricEigen> {
  static constexpr auto name = "eigh";
  template <class T>
  static Arrays<T> forward(Context<T>& ctx, const Array<T>& a) {
    const std::size_t n = rows_of(a.shape());
    Arrays<T> y{Array<T>(with_vector(batch_of(a.shape()), n)), Array<T>(a.shape())};
    require_success(kernels::eigh(batch_count(a.shape()), n, a.data(), y[0].data(), y[1].data()),
                    name, "have eigenvalues that can be found", "no convergence", "step");
    ctx.save_output(0);
    ctx.save_output(1);
    ctx.materialize_gradients(false);
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variables<T>& gy) {
    const auto w = ctx.saved_output(0), v = ctx.saved_output(1);
    Variables<T> parts;
    if (gy[0].defined()) parts.push_back(diagonal_matrix(gy[0]));
    if (gy[1].defined()) parts.push_back(over_differences(product(v, gy[1], true, false), w, {}));
    return {symmetric(product(product(v, total(parts), false, false), v, false, true))};
  }
  template <class T>
  static Variables<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto w = ctx.saved_output(0), v = ctx.saved_output(1);
    const auto m = product(product(v, t[0], true, false), v, false, false);
    return {diagonal(m, 0, -2, -1), product(v, over_differences(m, w, {}), false, false)};
  }
};

struct Singular : Function<Singular> {
  static constexpr auto name = "svd";
  template <class T>
  static Arrays<T> forward(Context<T>& ctx, const Array<T>& a) {
    const std::size_t m = rows_of(a.shape()), n = columns_of(a.shape()), k = std::min(m, n);
    const Shape batch = batch_of(a.shape());
    Arrays<T> y{Array<T>(with_matrix(batch, m, k)), Array<T>(with_vector(batch, k)),
                Array<T>(with_matrix(batch, k, n))};
    require_success(
        kernels::svd(batch_count(a.shape()), m, n, a.data(), y[0].data(), y[1].data(), y[2].data()),
        name, "have singular values that can be found", "no convergence", "step");
    for (std::size_t i = 0; i < 3; ++i) ctx.save_output(i);
    ctx.materialize_gradients(false);
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variables<T>& gy) {
    const auto u = ctx.saved_output(0), s = ctx.saved_output(1), vh = ctx.saved_output(2);
    const auto &gu = gy[0], &gs = gy[1], &gvh = gy[2];
    const auto sums = pair_sums(s);
    const auto turned = [&](const Variable<T>& x) {
      return over_differences(x - transpose(x), s, sums);
    };
    Variables<T> parts;  // of what stands between u and vh
    if (gs.defined()) parts.push_back(diagonal_matrix(gs));
    if (gu.defined()) parts.push_back(scale_columns(turned(product(u, gu, true, false)), s));
    if (gvh.defined()) parts.push_back(scale_rows(turned(product(vh, gvh, false, true)), s));
    auto left = product(u, total(parts), false, false);
    if (gu.defined() && rows_of(u.shape()) > columns_of(u.shape())) {
      const auto outside = gu - product(u, product(u, gu, true, false), false, false);
      left = left + scale_columns(outside, 1 / s);
    }
    auto ga = product(left, vh, false, false);
    if (gvh.defined() && columns_of(vh.shape()) > rows_of(vh.shape())) {
      const auto outside = gvh - product(product(gvh, vh, false, true), vh, false, false);
      ga = ga + product(u, scale_rows(outside, 1 / s), false, false);
    }
    return {ga};
  }
  // m = u^T ta v; what lies outside of the space of u (v) is turned by the rest of ta
  template <class T>
  static Variables<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto u = ctx.saved_output(0), s = ctx.saved_output(1), vh = ctx.saved_output(2);
    const auto tv = product(t[0], vh, false, true), ut = product(u, t[0], true, false);
    const auto m = product(u, tv, true, false), sums = pair_sums(s);
    const auto left = scale_columns(m, s), right = scale_rows(m, s);
    auto tu = product(u, over_differences(left + transpose(left), s, sums), false, false);
    auto tvh = product(over_differences(right + transpose(right), s, sums), vh, true, false);
    if (rows_of(u.shape()) > columns_of(u.shape()))
      tu = tu + scale_columns(tv - product(u, m, false, false), 1 / s);
    if (columns_of(vh.shape()) > rows_of(vh.shape()))
      tvh = tvh + scale_rows(ut - product(m, vh, false, false), 1 / s);
    return {tu, diagonal(m, 0, -2, -1), tvh};
  }
};

}  // namespace

template <Element T>
Variable<T> cholesky(const Variable<T>& a) {
  require_square("cholesky", "a", a.shape());
  return Cholesky::apply(symmetric(a));
}

template <Element T>
QR<T> qr(const Variable<T>& a) {
  require_matrix("qr", "a", a.shape());
  const std::size_t m = rows_of(a.shape()), n = columns_of(a.shape());
  if (m >= n) {
    const auto y = TallQR::apply(a);
    return {y[0], y[1]};
  }
  const auto parts = split(a, Shape{m, n - m}, -1);
  const auto y = TallQR::apply(parts[0]);
  return {y[0], concat(Variables<T>{y[1], product(y[0], parts[1], true, false)}, -1)};
}

template <Element T>
Eigh<T> eigh(const Variable<T>& a) {
  require_square("eigh", "a", a.shape());
  const auto y = SymmetricEigen::apply(symmetric(a));
  return {y[0], y[1]};
}

template <Element T>
Variable<T> eigvalsh(const Variable<T>& a) {
  require_square("eigvalsh", "a", a.shape());
  return eigh(a).values;
}

template <Element T>
SVD<T> svd(const Variable<T>& a) {
  require_matrix("svd", "a", a.shape());
  const auto y = Singular::apply(a);
  return {y[0], y[1], y[2]};
}

template <Element T>
Variable<T> svdvals(const Variable<T>& a) {
  require_matrix("svdvals", "a", a.shape());
  return svd(a).s;
}

#define XG_INSTANTIATE(T)                            \
  template Variable<T> cholesky(const Variable<T>&); \
  template QR<T> qr(const Variable<T>&);             \
  template Eigh<T> eigh(const Variable<T>&);         \
  template Variable<T> eigvalsh(const Variable<T>&); \
  template SVD<T> svd(const Variable<T>&);           \
  template Variable<T> svdvals(const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
