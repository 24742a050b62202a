#include "xgrad/ops/diagonal.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/axes.hpp"
#include "xgrad/ops/view.hpp"

namespace xg {

using detail::View;

namespace {

/// The diagonal of two axes of `shape` as a view of it.
View diagonal_view(const Shape& shape, std::ptrdiff_t offset, std::size_t row, std::size_t column) {
  const View all = detail::whole(shape);
  View view{shape, {}, {}, 0};
  for (std::size_t a = 0; a < shape.size(); ++a) {
    if (a == row || a == column) continue;
    view.shape.push_back(shape[a]);
    view.strides.push_back(all.strides[a]);
  }
  const auto rows = static_cast<std::ptrdiff_t>(shape[row]);
  const auto columns = static_cast<std::ptrdiff_t>(shape[column]);
  const std::ptrdiff_t length =
      offset >= 0 ? std::min(rows, columns - offset) : std::min(rows + offset, columns);
  view.shape.push_back(static_cast<std::size_t>(std::max<std::ptrdiff_t>(length, 0)));
  view.strides.push_back(all.strides[row] + all.strides[column]);
  if (length > 0)
    view.offset = offset >= 0 ? offset * all.strides[column] : -offset * all.strides[row];
  return view;
}

/// Rows of matrices cut at a diagonal, the rest 0.
struct Triangle : Function<Triangle> {
  static constexpr auto name = "triangle";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, bool lower, std::ptrdiff_t offset) {
    Array<T> y(x.shape());
    const std::size_t rank = x.dimension();
    const auto rows = static_cast<std::ptrdiff_t>(x.shape()[rank - 2]);
    const auto columns = static_cast<std::ptrdiff_t>(x.shape()[rank - 1]);
    const T* from = x.data();
    const T* const end = x.data() + x.size();
    for (T* to = y.data(); from != end;) {
      for (std::ptrdiff_t i = 0; i < rows; ++i, from += columns, to += columns) {
        const std::ptrdiff_t cut =
            std::clamp<std::ptrdiff_t>(i + offset + (lower ? 1 : 0), 0, columns);
        std::copy(lower ? from : from + cut, lower ? from + cut : from + columns,
                  lower ? to : to + cut);
        std::fill(lower ? to + cut : to, lower ? to + columns : to + cut, T(0));
      }
    }
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, bool lower,
                               std::ptrdiff_t offset) {
    return {Triangle::apply(gy, lower, offset)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, bool lower, std::ptrdiff_t offset) {
    return Triangle::apply(t[0], lower, offset);
  }
};

template <class T>
Variable<T> triangle(const char* op, const Variable<T>& x, bool lower, std::ptrdiff_t offset) {
  require<ShapeError>(x.dimension() >= 2, op, "x", "have at least 2 axes", x.shape());
  // Beyond the last diagonal nothing changes, and i + offset must not overflow.
  const auto far = static_cast<std::ptrdiff_t>(x.size());
  return Triangle::apply(x, lower, std::clamp(offset, -far - 1, far + 1));
}

}  // namespace

template <Element T>
Variable<T> diagonal(const Variable<T>& x, std::ptrdiff_t offset, std::ptrdiff_t axis0,
                     std::ptrdiff_t axis1) {
  const std::size_t row = normalize_axis("diagonal", "axis0", axis0, x.dimension());
  const std::size_t column = normalize_axis("diagonal", "axis1", axis1, x.dimension());
  require<ValueError>(row != column, "diagonal", "axis1", "differ from axis0", axis1);
  return detail::take(x, diagonal_view(x.shape(), offset, row, column));
}

template <Element T>
Variable<T> diag(const Variable<T>& x, std::ptrdiff_t offset) {
  require<ShapeError>(x.dimension() == 1 || x.dimension() == 2, "diag", "x",
                      "be a vector or a matrix", x.shape());
  if (x.dimension() == 2) return diagonal(x, offset, 0, 1);
  const std::size_t n = x.size() + static_cast<std::size_t>(offset < 0 ? -offset : offset);
  return detail::place(x, diagonal_view(Shape{n, n}, offset, 0, 1));
}

template <Element T>
Variable<T> tril(const Variable<T>& x, std::ptrdiff_t offset) {
  return triangle("tril", x, true, offset);
}

template <Element T>
Variable<T> triu(const Variable<T>& x, std::ptrdiff_t offset) {
  return triangle("triu", x, false, offset);
}

#define XG_INSTANTIATE(T)                                                           \
  template Variable<T> diagonal(const Variable<T>&, std::ptrdiff_t, std::ptrdiff_t, \
                                std::ptrdiff_t);                                    \
  template Variable<T> diag(const Variable<T>&, std::ptrdiff_t);                    \
  template Variable<T> tril(const Variable<T>&, std::ptrdiff_t);                    \
  template Variable<T> triu(const Variable<T>&, std::ptrdiff_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
