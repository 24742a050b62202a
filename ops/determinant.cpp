#include "xgrad/ops/determinant.hpp"

#include <algorithm>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/solve.hpp"

namespace xg {

using namespace detail;  // NOLINT: the helpers of matrices.hpp

namespace {

/// Places in a batch: of the matrices that have no inverse to speak of, and of the others.
struct Split {
  std::vector<std::int64_t> singular, regular;
};
template <class T>
Split split_batch(const Array<T>& a) {
  const std::size_t count = batch_count(a.shape());
  const auto flags = std::make_unique<bool[]>(count);
  kernels::nearly_singular(count, rows_of(a.shape()), a.data(), flags.get());
  Split split;
  for (std::size_t i = 0; i < count; ++i)
    (flags[i] ? split.singular : split.regular).push_back(static_cast<std::int64_t>(i));
  return split;
}

IndexArray index_of(const std::vector<std::int64_t>& values) {
  IndexArray index(Shape{values.size()});
  std::copy(values.begin(), values.end(), index.data());
  return index;
}

/// All indices below n but one.
IndexArray all_but(std::size_t n, std::size_t left_out) {
  std::vector<std::int64_t> rest;
  for (std::size_t i = 0; i < n; ++i)
    if (i != left_out) rest.push_back(static_cast<std::int64_t>(i));
  return index_of(rest);
}

/// The cofactors of a [count, n, n] as determinants of its minors.
template <class T>
Variable<T> cofactors_by_minors(const Variable<T>& a) {
  const std::size_t n = rows_of(a.shape());
  Variables<T> minors;
  for (std::size_t i = 0; i < n; ++i) {
    const auto rows = index_select(a, 1, all_but(n, i));
    for (std::size_t j = 0; j < n; ++j) minors.push_back(index_select(rows, 2, all_but(n, j)));
  }
  const auto signs =
      reshape(mask<T>(n, n, [](std::size_t i, std::size_t j) { return (i + j) % 2 == 0; }) * 2 - 1,
              ShapeRequest{static_cast<std::ptrdiff_t>(n * n)});
  return reshape(det(stack(minors, 1)) * signs, a.shape());
}

/// The cofactors of a [count, n, n], recorded.
template <class T>
Variable<T> cofactors(const Variable<T>& a, const Variable<T>& determinant) {
  const Split split = split_batch(a.value());
  const auto by_inverse = [](const Variable<T>& x, const Variable<T>& d) {
    return transpose(inverse_of("det", x)) * per_matrix(d);
  };
  if (split.singular.empty()) return by_inverse(a, determinant);
  const auto hard = cofactors_by_minors(index_select(a, 0, index_of(split.singular)));
  if (split.regular.empty()) return hard;
  const IndexArray easy = index_of(split.regular);
  const auto all = concat(
      Variables<T>{hard, by_inverse(index_select(a, 0, easy), index_select(determinant, 0, easy))});
  std::vector<std::int64_t> place(split.singular.size() + split.regular.size());
  std::int64_t next = 0;
  for (const auto* list : {&split.singular, &split.regular})
    for (const std::int64_t i : *list) place[static_cast<std::size_t>(i)] = next++;
  return index_select(all, 0, index_of(place));
}

/// Each matrix of y times its factor.
template <class T>
void scale_matrices(const Array<T>& factors, Array<T>& y) {
  const std::size_t size = y.size() / std::max<std::size_t>(factors.size(), 1);
  for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] *= factors.data()[i / size];
}

struct Det : Function<Det> {
  static constexpr auto name = "det";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a) {
    Array<T> y(batch_of(a.shape()));
    kernels::determinant(y.size(), rows_of(a.shape()), a.data(), y.data());
    ctx.save(a);
    ctx.save_output();
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy) {
    if (ctx.saved(0).size() == 0) return {ctx.saved(0)};
    return {slope(ctx) * per_matrix(gy)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    return t[0].size() == 0 ? Variable<T>() : sum(slope(ctx) * t[0], {-2, -1});
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    const Array<T>& a = ctx.saved_value(0);
    Array<T>& ga = out.make(0, a.shape());
    kernels::cofactors(batch_count(a.shape()), rows_of(a.shape()), a.data(), ga.data());
    scale_matrices(out.gy(), ga);
  }

 private:
  template <class T>
  static Variable<T> slope(Context<T>& ctx) {
    const auto a = ctx.saved(0);
    const Shape one{batch_count(a.shape())};
    const Shape flat = with_matrix(one, rows_of(a.shape()), columns_of(a.shape()));
    const auto c = cofactors(reshape(a, flat), reshape(ctx.saved_output(), one));
    return reshape(c, a.shape());
  }
};

struct SLogDet : Function<SLogDet> {
  static constexpr auto name = "slogdet";
  template <class T>
  static Arrays<T> forward(Context<T>& ctx, const Array<T>& a) {
    const Shape batch = batch_of(a.shape());
    Arrays<T> y{Array<T>(batch), Array<T>(batch)};
    kernels::log_determinant(y[0].size(), rows_of(a.shape()), a.data(), y[0].data(), y[1].data());
    ctx.save(a);
    ctx.mark_non_differentiable(0);
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variables<T>& gy) {
    const auto y = transpose(inverse_of("slogdet", ctx.saved(0)));
    return {y * per_matrix(gy[1])};
  }
  template <class T>
  static Variables<T> jvp(Context<T>& ctx, const Variables<T>& t) {
    const auto y = transpose(inverse_of("slogdet", ctx.saved(0)));
    return {Variable<T>(), sum(y * t[0], {-2, -1})};
  }
};

}  // namespace

template <Element T>
Variable<T> det(const Variable<T>& a) {
  require_square("det", "a", a.shape());
  return Det::apply(a);
}

template <Element T>
SignLogDet<T> slogdet(const Variable<T>& a) {
  require_square("slogdet", "a", a.shape());
  const auto y = SLogDet::apply(a);
  return {y[0], y[1]};
}

#define XG_INSTANTIATE(T)                       \
  template Variable<T> det(const Variable<T>&); \
  template SignLogDet<T> slogdet(const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
