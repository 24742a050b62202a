#include "xgrad/ops/determinant.hpp"

#include <algorithm>
#include <memory>

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/shape.hpp"
#include "xgrad/ops/solve.hpp"

namespace xg {

using namespace detail;  // NOLINT: the helpers of matrices.hpp

namespace {

/// Which matrices of a batch have no inverse to speak of.
template <class T>
std::vector<std::int64_t> nearly_singular(const Array<T>& a, bool wanted) {
  const std::size_t count = batch_count(a.shape());
  const auto flags = std::make_unique<bool[]>(count);
  kernels::nearly_singular(count, rows_of(a.shape()), a.data(), flags.get());
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i < count; ++i)
    if (flags[i] == wanted) found.push_back(static_cast<std::int64_t>(i));
  return found;
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
  const auto singular = nearly_singular(a.value(), true);
  const auto by_inverse = [](const Variable<T>& x, const Variable<T>& d) {
    return transpose(inverse_of("det", x)) * unsqueeze(unsqueeze(d, -1), -1);
  };
  if (singular.empty()) return by_inverse(a, determinant);
  const auto hard = cofactors_by_minors(index_select(a, 0, index_of(singular)));
  const auto regular = nearly_singular(a.value(), false);
  if (regular.empty()) return hard;
  const IndexArray easy = index_of(regular);
  const auto all = concat(
      Variables<T>{hard, by_inverse(index_select(a, 0, easy), index_select(determinant, 0, easy))});
  std::vector<std::int64_t> place(singular.size() + regular.size());
  std::int64_t next = 0;
  for (const auto* list : {&singular, &regular})
    for (const std::int64_t i : *list) place[static_cast<std::size_t>(i)] = next++;
  return index_select(all, 0, index_of(place));
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
    const auto a = ctx.saved(0);
    if (a.size() == 0) return {a};
    const Shape one{batch_count(a.shape())};
    const Shape flat = with_matrix(one, rows_of(a.shape()), columns_of(a.shape()));
    const auto c = cofactors(reshape(a, flat), reshape(ctx.saved_output(), one));
    return {reshape(c, a.shape()) * unsqueeze(unsqueeze(gy, -1), -1)};
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out) {
    const Array<T>& a = ctx.saved_value(0);
    Array<T>& ga = out.make(0, a.shape());
    const std::size_t n = rows_of(a.shape()), size = n * n;
    const auto count = static_cast<std::ptrdiff_t>(ga.size() == 0 ? 0 : batch_count(a.shape()));
    const Array<T>& y = ctx.saved_output_value();
    const auto singular = nearly_singular(a, true);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      const T* from = a.data() + static_cast<std::size_t>(i) * size;
      T* to = ga.data() + static_cast<std::size_t>(i) * size;
      const bool hard = std::binary_search(singular.begin(), singular.end(), i);
      if (hard)
        kernels::cofactors(1, n, from, to);
      else
        transposed_inverse(n, from, to);
      const T factor = out.gy().data()[i] * (hard ? T(1) : y.data()[i]);
      for (std::size_t k = 0; k < size; ++k) to[k] *= factor;
    }
  }

 private:
  template <class T>
  static void transposed_inverse(std::size_t n, const T* a, T* y) {
    (void)kernels::inverse(1, n, a, y);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) std::swap(y[i * n + j], y[j * n + i]);
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
    return {y * unsqueeze(unsqueeze(gy[1], -1), -1)};
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
