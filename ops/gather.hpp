#pragma once

#include <type_traits>

#include "xgrad/autograd/variable.hpp"

namespace xg {

// Reading and writing at places that an array of integers names. Negative entries count from the
// end of the axis. A scalar counts as a vector of one element. y may be an Array too.

/// y[..., i, ...] = x[..., index[..., i, ...], ...] along one axis (torch.gather).
///
/// @param index  the rank of x, its extents along the other axes at most those of x.
/// @return       the shape of index.
/// @throws ShapeError for another shape of index, ValueError for an index or axis out of range.
/// Gradient: gy added to the places it came from.
template <Element T>
Variable<T> gather(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index);

/// x with y added at the places that gather(., axis, index) would read. Repeated places accumulate.
///
/// @param y  the shape of index or larger; then its leading part is taken.
/// Errors as for gather.
/// Gradient: gy for x, gather(gy, axis, index) for y.
template <Element T>
Variable<T> scatter_add(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index,
                        const std::type_identity_t<Variable<T>>& y);

/// x with y written at these places; of several elements that go to one place the last stays.
/// Arguments and errors as for scatter_add.
/// Gradient: gy for x, 0 at the places written; gather(gy, axis, index) for y, 0 where another
/// element stayed (torch gives it gy all the same).
template <Element T>
Variable<T> scatter(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index,
                    const std::type_identity_t<Variable<T>>& y);

/// numpy.take_along_axis: gather, x and index broadcast together along the other axes.
/// @throws ShapeError if the ranks differ or they do not broadcast, ValueError as gather.
/// Gradient: as gather.
template <Element T>
Variable<T> take_along_axis(const Variable<T>& x, const IndexArray& index, std::ptrdiff_t axis);
/// PyTorch's name of the same.
template <Element T>
Variable<T> take_along_dim(const Variable<T>& x, const IndexArray& index, std::ptrdiff_t axis) {
  return take_along_axis(x, index, axis);
}

/// The entries of x along an axis at the places `index` [n] names, in its order: rows of an
/// embedding, say.
/// @throws ShapeError if index is no vector or scalar, ValueError for an index or axis out of
/// range. Gradient: gy added to the entries it came from.
template <Element T>
Variable<T> index_select(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index);

/// x with alpha y added to the entries along an axis that `index` [n] names; repeated ones
/// accumulate.
///
/// @param y  the shape of index_select(x, axis, index).
/// @throws ShapeError for other shapes, ValueError for an index or axis out of range.
/// Gradient: gy for x, alpha index_select(gy, axis, index) for y.
template <Element T>
Variable<T> index_add(const Variable<T>& x, std::ptrdiff_t axis, const IndexArray& index,
                      const std::type_identity_t<Variable<T>>& y, double alpha = 1);

/// x[i, j, ...] with arrays of integers, as in NumPy: they name places along the first axes and are
/// broadcast together.
///
///   index(x, {rows, columns})    y_k = x[rows_k, columns_k]
///
/// @return  the common shape of the indices, then the axes of x that they do not name.
/// @throws ShapeError if they do not broadcast, ValueError if there are none or more than axes, or
///         one is out of range.
/// Gradient: gy added to the places it came from.
template <Element T>
Variable<T> index(const Variable<T>& x, const std::vector<IndexArray>& indices);

/// 1 at each index along a new last axis of extent `classes`, 0 elsewhere. A plain array.
///
/// @param classes  negative: one more than the largest index.
/// @throws ValueError for an index outside [0, classes), or when there is none to count from.
IndexArray one_hot(const IndexArray& index, std::ptrdiff_t classes = -1);

namespace detail {

/// index, counted from the start. @throws ValueError unless it lies in [-n, n).
std::ptrdiff_t check_index(const char* op, std::ptrdiff_t index, std::size_t n);

}  // namespace detail
}  // namespace xg
