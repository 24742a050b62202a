#include "xgrad/ops/product.hpp"

#include <algorithm>

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/elementary.hpp"
#include "xgrad/ops/index.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

std::ptrdiff_t as_extent(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

/// The axes of a tensordot: those that go, and the others, in order.
struct Contraction {
  Shape gone, kept;
};
Contraction contraction(const char* argument, const Shape& shape, const Axes& axes) {
  Contraction c;
  for (const std::ptrdiff_t axis : axes) {
    const std::size_t at = normalize_axis("tensordot", argument, axis, shape.size());
    require<ValueError>(std::find(c.gone.begin(), c.gone.end(), at) == c.gone.end(), "tensordot",
                        argument, "be different", axis);
    c.gone.push_back(at);
  }
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (std::find(c.gone.begin(), c.gone.end(), i) == c.gone.end()) c.kept.push_back(i);
  return c;
}

Shape extents(const Shape& shape, const Shape& axes) {
  Shape result;
  for (const std::size_t axis : axes) result.push_back(shape[axis]);
  return result;
}
Shape joined(Shape first, const Shape& second) {
  for (const std::size_t n : second) first.push_back(n);
  return first;
}

/// x as a matrix: its axes `rows` together, then its axes `columns` together.
template <class T>
Variable<T> as_matrix(const Variable<T>& x, const Shape& rows, const Shape& columns) {
  const Shape order = joined(rows, columns);
  const auto turned = std::is_sorted(order.begin(), order.end()) ? x : permute(x, Axes(order));
  return reshape(turned, {as_extent(element_count(extents(x.shape(), rows))),
                          as_extent(element_count(extents(x.shape(), columns)))});
}

}  // namespace

template <Element T>
Variable<T> bmm(const Variable<T>& a, const Variable<T>& b) {
  require_rank("bmm", "a", a.shape(), 3);
  require_rank("bmm", "b", b.shape(), 3);
  require_equal("bmm", "a.shape[0]", a.shape()[0], "b.shape[0]", b.shape()[0], a.shape(),
                b.shape());
  require_equal("bmm", "a.shape[2]", a.shape()[2], "b.shape[1]", b.shape()[1], a.shape(),
                b.shape());
  return matmul(a, b);
}

template <Element T>
Variable<T> addmm(const Variable<T>& c, const Variable<T>& a, const Variable<T>& b,
                  const AddmmOptions& options) {
  require_rank("addmm", "a", a.shape(), 2);
  require_rank("addmm", "b", b.shape(), 2);
  require_equal("addmm", "a.shape[1]", a.shape()[1], "b.shape[0]", b.shape()[0], a.shape(),
                b.shape());
  const Shape shape{a.shape()[0], b.shape()[1]};
  require<ShapeError>(detail::broadcasts_to(c.shape(), shape), "addmm", "c",
                      "broadcast to " + to_string(shape), c.shape());
  const auto y = matmul(a, b);
  const auto scaled = options.alpha == 1 ? y : y * options.alpha;
  // Chosen, not multiplied, by 0, so that no NaN stays.
  const auto zero = full_array<T>(Shape{}, T(0));
  if (options.beta == 0) return scaled + where(zero, c, Variable<T>(zero));
  return scaled + (options.beta == 1 ? c : c * options.beta);
}

template <Element T>
Variable<T> vdot(const Variable<T>& a, const Variable<T>& b) {
  require_rank("vdot", "a", a.shape(), 1);
  require_rank("vdot", "b", b.shape(), 1);
  require_equal("vdot", "a.shape[0]", a.size(), "b.shape[0]", b.size(), a.shape(), b.shape());
  return dot(a, b);
}

template <Element T>
Variable<T> vecdot(const Variable<T>& a, const Variable<T>& b, std::ptrdiff_t axis) {
  const Shape shape = broadcast_shape("vecdot", a.shape(), b.shape());
  return sum(a * b, as_extent(normalize_axis("vecdot", "axis", axis, shape.size())));
}

template <Element T>
Variable<T> inner(const Variable<T>& a, const Variable<T>& b) {
  if (a.dimension() == 0 || b.dimension() == 0) return a * b;
  require_equal("inner", "a.shape[-1]", a.shape().back(), "b.shape[-1]", b.shape().back(),
                a.shape(), b.shape());
  return tensordot(a, b, Axes(-1), Axes(-1));
}

template <Element T>
Variable<T> tensordot(const Variable<T>& a, const Variable<T>& b, const Axes& axes_a,
                      const Axes& axes_b) {
  require<ShapeError>(axes_a.size() == axes_b.size(), "tensordot", "axes_b",
                      "have the length " + std::to_string(axes_a.size()) + " of axes_a",
                      axes_b.size());
  const Contraction left = contraction("axes_a", a.shape(), axes_a);
  const Contraction right = contraction("axes_b", b.shape(), axes_b);
  auto x = a, z = b;
  for (std::size_t i = 0; i < axes_a.size(); ++i) {
    const std::size_t m = a.shape()[left.gone[i]], n = b.shape()[right.gone[i]];
    if (m == 1 && n != 1) z = sum(z, right.gone[i], {.keepdims = true});
    if (n == 1 && m != 1) x = sum(x, left.gone[i], {.keepdims = true});
    if (m == 1 || n == 1) continue;
    require_equal("tensordot", "a.shape[" + std::to_string(axes_a[i]) + "]", m,
                  "b.shape[" + std::to_string(axes_b[i]) + "]", n, a.shape(), b.shape());
  }
  const auto y = matmul(as_matrix(x, left.kept, left.gone), as_matrix(z, right.gone, right.kept));
  return reshape(y, joined(extents(a.shape(), left.kept), extents(b.shape(), right.kept)));
}

template <Element T>
Variable<T> tensordot(const Variable<T>& a, const Variable<T>& b, std::ptrdiff_t axes) {
  const auto most = as_extent(std::min(a.dimension(), b.dimension()));
  require<ValueError>(axes >= 0 && axes <= most, "tensordot", "axes",
                      "be in [0, " + std::to_string(most) + "]", axes);
  SmallVector<std::ptrdiff_t> last, first;
  for (std::ptrdiff_t i = 0; i < axes; ++i) {
    last.push_back(i - axes);
    first.push_back(i);
  }
  return tensordot(a, b, Axes(last), Axes(first));
}

template <Element T>
Variable<T> kron(const Variable<T>& a, const Variable<T>& b) {
  const std::size_t rank = std::max(a.dimension(), b.dimension());
  Shape left, right, result;  // a [a1, 1, a2, 1, ...], b [1, b1, 1, b2, ...]
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t skip_a = rank - a.dimension(), skip_b = rank - b.dimension();
    const std::size_t m = i < skip_a ? 1 : a.shape()[i - skip_a];
    const std::size_t n = i < skip_b ? 1 : b.shape()[i - skip_b];
    for (const std::size_t extent : {m, std::size_t{1}}) left.push_back(extent);
    for (const std::size_t extent : {std::size_t{1}, n}) right.push_back(extent);
    result.push_back(m * n);
  }
  return reshape(reshape(a, left) * reshape(b, right), result);
}

template <Element T>
Variable<T> cross(const Variable<T>& a, const Variable<T>& b, std::ptrdiff_t axis) {
  const Shape shape = broadcast_shape("cross", a.shape(), b.shape());
  const std::size_t at = normalize_axis("cross", "axis", axis, shape.size());
  require<ShapeError>(shape[at] == 3, "cross", "the axis", "have extent 3", shape);
  const auto turned = [&](const Variable<T>& x, const IndexArray& order) {
    return index_select(x.shape() == shape ? x : broadcast_to(x, shape), as_extent(at), order);
  };
  const IndexArray next{1, 2, 0}, last{2, 0, 1};
  return turned(a, next) * turned(b, last) - turned(a, last) * turned(b, next);
}

template <Element T>
Variable<T> bilinear(const Variable<T>& x1, const Variable<T>& x2, const Variable<T>& weight,
                     const Variable<T>& bias) {
  require_rank("bilinear", "weight", weight.shape(), 3);
  require<ShapeError>(x1.dimension() > 0, "bilinear", "x1", "have rank >= 1", x1.shape());
  Shape expected = x1.shape();
  if (x2.dimension() > 0) expected.back() = x2.shape().back();
  require<ShapeError>(x2.shape() == expected, "bilinear", "x2",
                      "equal x1 " + to_string(x1.shape()) + " but for the last axis", x2.shape());
  require_equal("bilinear", "x1.shape[-1]", x1.shape().back(), "weight.shape[1]", weight.shape()[1],
                x1.shape(), weight.shape());
  require_equal("bilinear", "x2.shape[-1]", x2.shape().back(), "weight.shape[2]", weight.shape()[2],
                x2.shape(), weight.shape());
  if (bias.defined()) {
    require_rank("bilinear", "bias", bias.shape(), 1);
    require_equal("bilinear", "bias.shape[0]", bias.size(), "weight.shape[0]", weight.shape()[0],
                  bias.shape(), weight.shape());
  }
  // t[..., k, j] = sum_i x1[..., i] weight[k, i, j], then the sum over j
  const auto t = tensordot(x1, weight, Axes(-1), Axes(1));
  const auto y = sum(t * unsqueeze(x2, -2), -1);
  return bias.defined() ? y + bias : y;
}

#define XG_INSTANTIATE(T)                                                                   \
  template Variable<T> bmm(const Variable<T>&, const Variable<T>&);                         \
  template Variable<T> addmm(const Variable<T>&, const Variable<T>&, const Variable<T>&,    \
                             const AddmmOptions&);                                          \
  template Variable<T> vdot(const Variable<T>&, const Variable<T>&);                        \
  template Variable<T> vecdot(const Variable<T>&, const Variable<T>&, std::ptrdiff_t);      \
  template Variable<T> inner(const Variable<T>&, const Variable<T>&);                       \
  template Variable<T> tensordot(const Variable<T>&, const Variable<T>&, const Axes&,       \
                                 const Axes&);                                              \
  template Variable<T> tensordot(const Variable<T>&, const Variable<T>&, std::ptrdiff_t);   \
  template Variable<T> kron(const Variable<T>&, const Variable<T>&);                        \
  template Variable<T> cross(const Variable<T>&, const Variable<T>&, std::ptrdiff_t);       \
  template Variable<T> bilinear(const Variable<T>&, const Variable<T>&, const Variable<T>&, \
                                const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
