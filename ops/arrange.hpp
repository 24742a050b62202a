#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// x with the order of its entries reversed along axes.
/// @throws ValueError if an axis is out of range or given twice. Gradient: flip(gy, axes).
template <Element T>
Variable<T> flip(const Variable<T>& x, const Axes& axes);

/// x with its entries moved `shifts[i]` places along axes[i], around the end; negative towards the
/// start. Without axes the array is rolled as if flattened.
///
/// @param shifts  one an axis; a single one without axes.
/// @throws ValueError if the lists differ in length or an axis is out of range.
/// Gradient: rolled back.
template <Element T>
Variable<T> roll(const Variable<T>& x, const Axes& shifts, const Axes& axes = {});

/// x laid out `counts[i]` times along axis i (numpy.tile). A list shorter than the rank counts for
/// the last axes, a longer one adds axes on the left.
/// @throws ValueError for a negative count. Gradient: gy summed over the copies.
template <Element T>
Variable<T> tile(const Variable<T>& x, const Shape& counts);

/// tile with one count for each axis of x, or more (torch.Tensor.repeat).
/// @throws ValueError for fewer.
template <Element T>
Variable<T> repeat(const Variable<T>& x, const Shape& counts);

/// Each entry along an axis `count` times in a row (numpy.repeat). Without an axis, of x flattened.
/// @throws ValueError if the axis is out of range. Gradient: gy summed over the copies.
template <Element T>
Variable<T> repeat_interleave(const Variable<T>& x, std::size_t count, std::ptrdiff_t axis);
template <Element T>
Variable<T> repeat_interleave(const Variable<T>& x, std::size_t count);
/// Entry i along the axis counts[i] times.
/// @throws ShapeError unless counts has one entry for each of x's; ValueError for a negative one.
template <Element T>
Variable<T> repeat_interleave(const Variable<T>& x, const IndexArray& counts, std::ptrdiff_t axis);

/// Which axis of meshgrid's results belongs to its first argument: axis 0, or axis 1 with the
/// second at axis 0 (NumPy's default, for plots).
enum class Indexing : std::uint8_t { ij, xy };

/// Coordinates of a grid from those along its axes: vectors x_0 [n_0], x_1 [n_1], ... give as many
/// arrays [n_0, n_1, ...], the i-th constant but along axis i. Scalars count as [1].
/// @throws ShapeError if one has rank 2 or more; ValueError if there is none.
/// Gradient: gy summed over the other axes.
template <Element T>
Variables<T> meshgrid(const Variables<T>& xs, Indexing indexing = Indexing::ij);

}  // namespace xg
