#include "xgrad/ops/solve.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using namespace detail;  // NOLINT: the helpers of matrices.hpp

namespace {

struct Inverse : Function<Inverse> {
  static constexpr auto name = "inverse";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const char* op) {
    Array<T> y(a.shape());
    require_invertible(
        kernels::inverse(batch_count(a.shape()), rows_of(a.shape()), a.data(), y.data()), op);
    ctx.save_output();
    return y;
  }
  // d(a^-1) = -a^-1 da a^-1
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    const auto y = ctx.saved_output();
    return {neg(product(product(y, gy, true, false), y, false, true))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return neg(
        product(product(ctx.saved_output(), t[0], false, false), ctx.saved_output(), false, false));
  }
};

struct Solve : Function<Solve> {
  static constexpr auto name = "solve";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b, bool transposed) {
    ctx.save(a);
    if (ctx.needs(0)) ctx.save_output();
    Array<T> x = b;
    require_invertible(kernels::solve(batch_count(a.shape()), rows_of(a.shape()),
                                      columns_of(b.shape()), transposed, a.data(), x.data()),
                       name);
    return x;
  }
  // da x + a dx = db
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gx, bool transposed) {
    const auto gb = apply(ctx.saved(0), gx, !transposed);
    if (!ctx.needs(0)) return {Variable<T>{}, gb};
    const auto x = ctx.saved_output();
    return {neg(transposed ? product(x, gb, false, true) : product(gb, x, false, true)), gb};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, bool transposed) {
    auto right = t[1];
    if (t[0].defined())
      right = add_tangents(right, neg(product(t[0], ctx.saved_output(), transposed, false)));
    return apply(ctx.saved(0), right, transposed);
  }
};

/// Where a triangular matrix is read.
template <class T>
Variable<T> triangle_mask(std::size_t n, const TriangularSolveOptions& form) {
  return mask<T>(n, n, [&](std::size_t i, std::size_t j) {
    return i == j ? !form.unitriangular : form.upper ? i < j : i > j;
  });
}

struct TriangularSolve : Function<TriangularSolve> {
  static constexpr auto name = "triangular_solve";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b,
                          const TriangularSolveOptions& form) {
    ctx.save(a);
    if (ctx.needs(0)) ctx.save_output();
    Array<T> x = b;
    kernels::triangular_solve(batch_count(a.shape()), rows_of(b.shape()), columns_of(b.shape()),
                              {form.upper, form.unitriangular, form.transposed, !form.left},
                              a.data(), x.data());
    return x;
  }
  // As Solve; x a = b is a^T x^T = b^T.
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gx,
                               const TriangularSolveOptions& form) {
    TriangularSolveOptions adjoint = form;
    adjoint.transposed = !form.transposed;
    const auto gb = apply(ctx.saved(0), gx, adjoint);
    if (!ctx.needs(0)) return {Variable<T>{}, gb};
    const auto x = ctx.saved_output();
    const auto& first = form.transposed == form.left ? x : gb;
    const auto& second = form.transposed == form.left ? gb : x;
    const auto ga = product(first, second, !form.left, form.left);
    return {neg(ga * triangle_mask<T>(columns_of(ga.shape()), form)), gb};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t,
                         const TriangularSolveOptions& form) {
    auto right = t[1];
    if (t[0].defined()) {
      const auto ta = t[0] * triangle_mask<T>(columns_of(t[0].shape()), form);
      const auto x = ctx.saved_output();
      right = add_tangents(right, neg(form.left ? product(ta, x, form.transposed, false)
                                                : product(x, ta, false, form.transposed)));
    }
    return apply(ctx.saved(0), right, form);
  }
};

/// x with its batch axes repeated to `batch`.
template <class T>
Variable<T> with_batch(const Variable<T>& x, const Shape& batch) {
  const Shape shape = with_matrix(batch, rows_of(x.shape()), columns_of(x.shape()));
  return x.shape() == shape ? x : broadcast_to(x, shape);
}

template <class T>
void require_diagonal(const Array<T>& a) {
  const std::size_t n = rows_of(a.shape());
  kernels::Breakdown bad;
  for (std::size_t i = 0; i < batch_count(a.shape()) * n && !bad; ++i)
    if (a.data()[i * n + i % n] == T(0)) bad = {i % n + 1, i / n};
  require_invertible(bad, "triangular_solve");
}

/// Whether b holds vectors rather than matrices beside a, by PyTorch's rule.
bool is_vector(const Shape& a, const Shape& b) {
  return b.size() == 1 || (b.size() + 1 == a.size() && std::equal(b.begin(), b.end(), a.begin()));
}

}  // namespace

template <Element T>
Variable<T> inverse(const Variable<T>& a) {
  require_square("inverse", "a", a.shape());
  return inverse_of("inverse", a);
}

template <class T>
Variable<T> detail::inverse_of(const char* op, const Variable<T>& a) {
  return Inverse::apply(a, op);
}

template <Element T>
Variable<T> solve(const Variable<T>& a, const Variable<T>& b) {
  require_square("solve", "a", a.shape());
  require<ShapeError>(b.dimension() >= 1, "solve", "b", "have rank >= 1", b.shape());
  const bool vector = is_vector(a.shape(), b.shape());
  const auto right = vector ? unsqueeze(b, -1) : b;
  require_equal("solve", "a.shape[-1]", columns_of(a.shape()),
                vector ? "b.shape[-1]" : "b.shape[-2]", rows_of(right.shape()), a.shape(),
                b.shape());
  const Shape batch = broadcast_shape("solve", batch_of(a.shape()), batch_of(right.shape()));
  const auto x = Solve::apply(with_batch(a, batch), with_batch(right, batch), false);
  return vector ? squeeze(x, -1) : x;
}

template <Element T>
Variable<T> triangular_solve(const Variable<T>& a, const Variable<T>& b,
                             const TriangularSolveOptions& options) {
  const char* const op = "triangular_solve";
  require_square(op, "a", a.shape());
  require_matrix(op, "b", b.shape());
  require_equal(op, "a.shape[-1]", columns_of(a.shape()),
                options.left ? "b.shape[-2]" : "b.shape[-1]",
                options.left ? rows_of(b.shape()) : columns_of(b.shape()), a.shape(), b.shape());
  const Shape batch = broadcast_shape(op, batch_of(a.shape()), batch_of(b.shape()));
  if (!options.unitriangular) require_diagonal(a.value());
  return TriangularSolve::apply(with_batch(a, batch), with_batch(b, batch), options);
}

template <class T>
Variable<T> detail::triangular_solve_unchecked(const Variable<T>& a, const Variable<T>& b,
                                               const TriangularSolveOptions& options) {
  return TriangularSolve::apply(a, b, options);
}

template <Element T>
Variable<T> cholesky_solve(const Variable<T>& b, const Variable<T>& l, bool upper) {
  require_square("cholesky_solve", "l", l.shape());
  require_matrix("cholesky_solve", "b", b.shape());
  require_equal("cholesky_solve", "b.shape[-2]", rows_of(b.shape()), "l.shape[-1]",
                columns_of(l.shape()), b.shape(), l.shape());
  const auto y = triangular_solve(l, b, {.upper = upper, .transposed = upper});
  return triangular_solve(l, y, {.upper = upper, .transposed = !upper});
}

#define XG_INSTANTIATE(T)                                                                         \
  template Variable<T> inverse(const Variable<T>&);                                               \
  template Variable<T> detail::inverse_of(const char*, const Variable<T>&);                       \
  template Variable<T> solve(const Variable<T>&, const Variable<T>&);                             \
  template Variable<T> triangular_solve(const Variable<T>&, const Variable<T>&,                   \
                                        const TriangularSolveOptions&);                           \
  template Variable<T> detail::triangular_solve_unchecked(const Variable<T>&, const Variable<T>&, \
                                                          const TriangularSolveOptions&);         \
  template Variable<T> cholesky_solve(const Variable<T>&, const Variable<T>&, bool);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
