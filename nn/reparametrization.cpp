#include "xgrad/nn/reparametrization.hpp"

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/nn/init.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/linalg.hpp"
#include "xgrad/ops/norm.hpp"
#include "xgrad/ops/normalization_local.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg::nn::detail {

template <class T>
Variable<T> norms_of(const Variable<T>& w, std::ptrdiff_t axis) {
  if (axis == -1) return norm(w);
  const std::size_t kept = normalize_axis("weight_norm", "axis", axis, w.dimension());
  SmallVector<std::ptrdiff_t> others;
  for (std::size_t i = 0; i < w.dimension(); ++i)
    if (i != kept) others.push_back(static_cast<std::ptrdiff_t>(i));
  return norm(w, 2, Axes(others), {.keepdims = true});
}

template <class T>
Variable<T> weight_of(const Variable<T>& v, const Variable<T>& g, std::ptrdiff_t axis) {
  return v * (g / norms_of(v, axis));
}

namespace {

template <class T>
Variable<T> as_matrix(const Variable<T>& w, std::ptrdiff_t axis) {
  return flatten(movedim(w, {axis}, {0}), 1);
}
template <class T>
Variable<T> unit(const Variable<T>& x, double eps) {
  return normalize(x, {.p = 2, .axis = 0, .eps = eps});
}
template <class T>
void iterate(const Variable<T>& matrix, Variable<T>& u, Variable<T>& v, std::size_t count,
             double eps) {
  const NoGrad guard;
  for (std::size_t i = 0; i < count; ++i) {
    v = unit(matmul(u, matrix), eps);
    u = unit(matmul(matrix, v), eps);
  }
}

}  // namespace

template <class T>
std::pair<Array<T>, Array<T>> spectral_start(const Variable<T>& w, std::ptrdiff_t axis,
                                             double eps) {
  constexpr std::size_t iterations = 15;  // as PyTorch
  const Variable<T> matrix = as_matrix(w, axis);
  Variable<T> u(empty_array<T>({matrix.shape()[0]})), v(empty_array<T>({matrix.shape()[1]}));
  init::normal_(u);
  u = unit(u, eps);
  iterate(matrix, u, v, iterations, eps);
  return {u.value(), v.value()};
}

// u and v count as constants: at the singular vectors sigma's gradient is u v^T all the same.
template <class T>
Variable<T> spectral_weight(const Variable<T>& w, Variable<T>& u, Variable<T>& v,
                            std::ptrdiff_t axis, std::size_t iterations, double eps) {
  const Variable<T> matrix = as_matrix(w, axis);
  Variable<T> left = u.clone_value(), right = v.clone_value();
  if (iterations > 0) {
    iterate(matrix, left, right, iterations, eps);
    u.copy_(left.value());
    v.copy_(right.value());
  }
  return w / dot(left, matmul(matrix, right));
}

#define XG_INSTANTIATE(T)                                                                      \
  template Variable<T> norms_of<T>(const Variable<T>&, std::ptrdiff_t);                        \
  template Variable<T> weight_of<T>(const Variable<T>&, const Variable<T>&, std::ptrdiff_t);   \
  template std::pair<Array<T>, Array<T>> spectral_start<T>(const Variable<T>&, std::ptrdiff_t, \
                                                           double);                            \
  template Variable<T> spectral_weight<T>(const Variable<T>&, Variable<T>&, Variable<T>&,      \
                                          std::ptrdiff_t, std::size_t, double);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn::detail
