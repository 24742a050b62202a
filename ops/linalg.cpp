#include "xgrad/ops/linalg.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/gemm.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/core/kernels/transpose.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::batch_of;
using detail::with_matrix;

namespace {

/// Which operands of a product are taken transposed.
struct Sides {
  bool a = false, b = false;
};

std::size_t rows(const Shape& s, bool transposed) { return s[s.size() - (transposed ? 1 : 2)]; }
std::size_t columns(const Shape& s, bool transposed) { return rows(s, !transposed); }

/// x with its batch axes repeated to `batch`; x itself where they are that already or are none.
template <class T>
const Array<T>& with_batch(const Array<T>& x, const Shape& batch, Array<T>& repeated) {
  if (x.dimension() == 2 || batch_of(x.shape()) == batch) return x;
  const Shape& s = x.shape();
  repeated = detail::broadcast_array(x, with_matrix(batch, s[s.size() - 2], s[s.size() - 1]));
  return repeated;
}

/// op(A) op(B) of arrays of rank 2 and more, batch axes broadcast.
template <class T>
Array<T> product_of_arrays(const Array<T>& a, const Array<T>& b, Sides t) {
  const Shape batch = broadcast_shape("matmul", batch_of(a.shape()), batch_of(b.shape()));
  std::size_t m = rows(a.shape(), t.a);
  const std::size_t k = columns(a.shape(), t.a), n = columns(b.shape(), t.b);
  Array<T> c(with_matrix(batch, m, n));
  std::size_t count = element_count(batch);
  if (b.dimension() == 2 && !t.a && batch == batch_of(a.shape())) {
    m *= count;  // one tall product instead of many
    count = 1;
  }
  Array<T> repeated_a, repeated_b;
  const Array<T>& wide_a = with_batch(a, batch, repeated_a);
  const Array<T>& wide_b = with_batch(b, batch, repeated_b);
  kernels::gemm_batched(count, t.a, t.b, m, n, k, T(1), wide_a.data(),
                        a.dimension() == 2 ? 0 : m * k, wide_b.data(),
                        b.dimension() == 2 ? 0 : k * n, T(0), c.data(), m * n);
  return c;
}

/// The product, summed over broadcast batch axes to `shape`.
template <class T>
Array<T> product_to(const Shape& shape, const Array<T>& a, const Array<T>& b, Sides t) {
  if (shape.size() == 2 && t.a && !t.b && a.dimension() > 2 &&
      batch_of(a.shape()) == batch_of(b.shape())) {
    // sum over the batch of A^T B: the batch is part of the inner extent
    const std::size_t m = a.shape().back(), n = b.shape().back();
    Array<T> c(shape);
    kernels::gemm(true, false, m, n, a.size() / std::max<std::size_t>(m, 1), T(1), a.data(),
                  b.data(), T(0), c.data());
    return c;
  }
  Array<T> c = product_of_arrays(a, b, t);
  return c.shape() == shape ? c : detail::sum_array_to(c, shape);
}

struct Matmul : Function<Matmul> {
  static constexpr auto name = "matmul";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b, Sides t) {
    if (ctx.needs(1)) ctx.save(a);
    if (ctx.needs(0)) ctx.save(b);
    return product_of_arrays(a, b, t);
  }

  // C = A B  =>  dA = dC B^T,  dB = A^T dC; where A^T is given, dA^T = B dC^T, and so on
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, Sides t) {
    Variables<T> g(2);
    if (ctx.needs(0)) {
      const auto b = ctx.saved(1);
      g[0] = sum_to(t.a ? apply(b, gy, Sides{t.b, true}) : apply(gy, b, Sides{false, !t.b}),
                    ctx.input_shape(0));
    }
    if (ctx.needs(1)) {
      const auto a = ctx.saved(0);
      g[1] = sum_to(t.b ? apply(gy, a, Sides{true, t.a}) : apply(a, gy, Sides{!t.a, false}),
                    ctx.input_shape(1));
    }
    return g;
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, Sides s) {
    return add_tangents(t[0].defined() ? apply(t[0], ctx.saved(1), s) : t[0],
                        t[1].defined() ? apply(ctx.saved(0), t[1], s) : t[1]);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, Sides t) {
    const Array<T>& gy = out.gy();
    if (ctx.needs(0)) {
      const Array<T>& b = ctx.saved_value(1);
      out.set(0, t.a ? product_to(ctx.input_shape(0), b, gy, {t.b, true})
                     : product_to(ctx.input_shape(0), gy, b, {false, !t.b}));
    }
    if (ctx.needs(1)) {
      const Array<T>& a = ctx.saved_value(0);
      out.set(1, t.b ? product_to(ctx.input_shape(1), gy, a, {true, t.a})
                     : product_to(ctx.input_shape(1), a, gy, {!t.a, false}));
    }
  }
};

struct Linear : Function<Linear> {
  static constexpr auto name = "linear";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>& w, const Array<T>& b,
                          bool has_bias) {
    if (ctx.needs(1)) ctx.save(x);
    if (ctx.needs(0)) ctx.save(w);
    const std::size_t fan_out = w.shape()[0], fan_in = w.shape()[1];
    Shape shape = x.shape();
    shape.back() = fan_out;
    Array<T> y(shape);
    const std::size_t rows = element_count(Shape(shape.begin(), shape.end() - 1));
    if (has_bias)
      kernels::broadcast_copy(b.data(), b.shape().data(), 1, shape.data(), shape.size(), y.data());
    kernels::gemm(false, true, rows, fan_out, fan_in, T(1), x.data(), w.data(),
                  has_bias ? T(1) : T(0), y.data());
    return y;
  }

  // y = x W^T + b  =>  dx = dy W,  dW = dy^T x,  db = sum dy; rows are all axes but the last
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, bool) {
    const auto fan_out = static_cast<std::ptrdiff_t>(gy.shape().back());
    const auto rows =
        static_cast<std::ptrdiff_t>(element_count(Shape(gy.shape().begin(), gy.shape().end() - 1)));
    const auto g = reshape(gy, {rows, fan_out});
    Variables<T> result(3);
    if (ctx.needs(0))
      result[0] = reshape(Matmul::apply(g, ctx.saved(1), Sides{}), ctx.input_shape(0));
    if (ctx.needs(1)) {
      const auto fan_in = static_cast<std::ptrdiff_t>(ctx.input_shape(1)[1]);
      result[1] = Matmul::apply(g, reshape(ctx.saved(0), {rows, fan_in}), Sides{true, false});
    }
    if (ctx.needs(2)) result[2] = sum(g, 0);
    return result;
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, bool) {
    const auto &tx = t[0], &tw = t[1], &tb = t[2];
    if (!tx.defined() && !tw.defined()) return broadcast_to(tb, ctx.output_shape());
    const auto by_weight = tw.defined() ? apply(ctx.saved(0), tw, tb, tb.defined()) : tw;
    if (!tx.defined()) return by_weight;
    const auto bias = tw.defined() ? Variable<T>() : tb;
    return add_tangents(apply(tx, ctx.saved(1), bias, bias.defined()), by_weight);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, bool) {
    const Array<T>& gy = out.gy();
    const std::size_t fan_out = gy.shape().back();
    const std::size_t rows = element_count(Shape(gy.shape().begin(), gy.shape().end() - 1));
    if (ctx.needs(2)) sum_rows(ctx, out, rows, fan_out);
    if (ctx.needs(1)) {
      const Array<T>& x = ctx.saved_value(0);
      Array<T>* sum = out.accumulation_target(1);
      Array<T>& gw = sum != nullptr ? *sum : out.make(1, ctx.input_shape(1));
      kernels::gemm(true, false, fan_out, gw.shape()[1], rows, T(1), gy.data(), x.data(),
                    sum != nullptr ? T(1) : T(0), gw.data());
    }
    if (ctx.needs(0)) {
      const Array<T>& w = ctx.saved_value(1);
      Array<T>& gx = out.make(0, ctx.input_shape(0));
      kernels::gemm(false, false, rows, w.shape()[1], fan_out, T(1), gy.data(), w.data(), T(0),
                    gx.data());
    }
  }

 private:
  template <class T>
  static void sum_rows(Context<T>& ctx, Gradients<T>& out, std::size_t rows, std::size_t fan_out) {
    const std::size_t shape[] = {rows, fan_out};
    const bool reduced[] = {true, false};
    Array<T>& gb = out.make(2, ctx.input_shape(2));
    kernels::reduce(kernels::Reduce::sum, out.gy().data(), shape, 2, reduced, gb.data());
  }
};

/// A vector as a matrix of one row or one column.
template <class T>
Variable<T> as_matrix(const Variable<T>& x, bool row) {
  if (x.dimension() != 1) return x;
  const auto n = static_cast<std::ptrdiff_t>(x.size());
  return row ? reshape(x, {1, n}) : reshape(x, {n, 1});
}

}  // namespace

template <Element T>
Variable<T> matmul(const Variable<T>& a, const Variable<T>& b) {
  require<ShapeError>(a.dimension() > 0, "matmul", "a", "have rank >= 1", a.shape());
  require<ShapeError>(b.dimension() > 0, "matmul", "b", "have rank >= 1", b.shape());
  const std::size_t inner = b.dimension() == 1 ? b.size() : b.shape()[b.dimension() - 2];
  require_equal("matmul", "a.shape[-1]", a.shape().back(),
                b.dimension() == 1 ? "b.shape[-1]" : "b.shape[-2]", inner, a.shape(), b.shape());
  const auto left = as_matrix(a, true), right = as_matrix(b, false);
  (void)broadcast_shape("matmul", batch_of(left.shape()), batch_of(right.shape()));
  const auto c = Matmul::apply(left, right, Sides{});
  if (a.dimension() > 1 && b.dimension() > 1) return c;
  Shape shape = c.shape();
  if (b.dimension() == 1) shape.pop_back();
  if (a.dimension() == 1) shape.erase(shape.end() - (b.dimension() == 1 ? 1 : 2));
  return reshape(c, shape);
}

template <Element T>
Variable<T> linear(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias) {
  require<ShapeError>(x.dimension() > 0, "linear", "x", "have rank >= 1", x.shape());
  const bool row = weight.dimension() == 1;
  if (!row) require_rank("linear", "weight", weight.shape(), 2);
  require_equal("linear", "x.shape[-1]", x.shape().back(),
                row ? "weight.shape[0]" : "weight.shape[1]", weight.shape().back(), x.shape(),
                weight.shape());
  if (row) {
    if (bias.defined()) require_rank("linear", "bias", bias.shape(), 0);
    const auto column = bias.defined() ? reshape(bias, {1}) : bias;
    const Shape shape(x.shape().begin(), x.shape().end() - 1);
    return reshape(Linear::apply(x, as_matrix(weight, true), column, column.defined()), shape);
  }
  if (bias.defined()) {
    require_rank("linear", "bias", bias.shape(), 1);
    require_equal("linear", "bias.shape[0]", bias.shape()[0], "weight.shape[0]", weight.shape()[0],
                  bias.shape(), weight.shape());
  }
  return Linear::apply(x, weight, bias, bias.defined());
}

template <Element T>
Variable<T> dot(const Variable<T>& a, const Variable<T>& b) {
  require_rank("dot", "a", a.shape(), 1);
  require_rank("dot", "b", b.shape(), 1);
  require_equal("dot", "a.shape[0]", a.size(), "b.shape[0]", b.size(), a.shape(), b.shape());
  return matmul(a, b);
}

template <Element T>
Variable<T> outer(const Variable<T>& a, const Variable<T>& b) {
  require_rank("outer", "a", a.shape(), 1);
  require_rank("outer", "b", b.shape(), 1);
  return Matmul::apply(as_matrix(a, false), as_matrix(b, true), Sides{});
}

template <class T>
Variable<T> detail::product(const Variable<T>& a, const Variable<T>& b, bool transpose_a,
                            bool transpose_b) {
  return Matmul::apply(a, b, Sides{transpose_a, transpose_b});
}

#define XG_INSTANTIATE(T)                                                                  \
  template Variable<T> matmul(const Variable<T>&, const Variable<T>&);                     \
  template Variable<T> linear(const Variable<T>&, const Variable<T>&, const Variable<T>&); \
  template Variable<T> dot(const Variable<T>&, const Variable<T>&);                        \
  template Variable<T> outer(const Variable<T>&, const Variable<T>&);                      \
  template Variable<T> detail::product(const Variable<T>&, const Variable<T>&, bool, bool);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
