#include "xgrad/ops/matrix_norm.hpp"

#include <cmath>
#include <limits>

#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/extremum.hpp"
#include "xgrad/ops/factorization.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/norm.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

constexpr const char* orders = R"(be "fro", "nuc", 1, -1, 2, -2, infinity or -infinity)";

/// Along the last axis; the largest of nothing, here of sums of magnitudes, is 0.
template <class T>
Variable<T> extreme(const Variable<T>& x, bool largest) {
  const bool nothing = x.shape().back() == 0;
  require<ValueError>(largest || !nothing, "matrix_norm", "a",
                      "have elements to take the smallest sum of", "none");
  return nothing ? sum(x, -1) : largest ? amax(x, -1) : amin(x, -1);
}

template <class T>
Variable<T> with_axes(const Variable<T>& y, ReduceOptions options) {
  return options.keepdims ? detail::per_matrix(y) : y;
}

}  // namespace

template <Element T>
Variable<T> matrix_norm(const Variable<T>& a, std::string_view order, ReduceOptions options) {
  detail::require_matrix("matrix_norm", "a", a.shape());
  require<ValueError>(order == "fro" || order == "nuc", "matrix_norm", "order", orders, order);
  if (order == "fro") return norm(a, 2, {-2, -1}, options);
  return with_axes(sum(svdvals(a), -1), options);
}

template <Element T>
Variable<T> matrix_norm(const Variable<T>& a, double order, ReduceOptions options) {
  detail::require_matrix("matrix_norm", "a", a.shape());
  const double size = std::abs(order);
  require<ValueError>(size == 1 || size == 2 || std::isinf(size), "matrix_norm", "order", orders,
                      order);
  const auto sums = size == 2 ? svdvals(a) : sum(abs(a), size == 1 ? -2 : -1);
  return with_axes(extreme(sums, order > 0), options);
}

#define XG_INSTANTIATE(T)                                                                \
  template Variable<T> matrix_norm(const Variable<T>&, std::string_view, ReduceOptions); \
  template Variable<T> matrix_norm(const Variable<T>&, double, ReduceOptions);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
