#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// The elements x[..., i, ..., i + offset, ...] of two axes, which go; i runs along a new last
/// axis. offset > 0 lies above the main diagonal, offset < 0 below.
/// @throws ValueError if the axes are equal or out of range.
/// Gradient: gy on the diagonal, 0 elsewhere.
template <Element T>
Variable<T> diagonal(const Variable<T>& x, std::ptrdiff_t offset = 0, std::ptrdiff_t axis0 = 0,
                     std::ptrdiff_t axis1 = 1);

/// Of a vector [n] the matrix [n + |offset|, n + |offset|] with it on that diagonal, of a matrix
/// that diagonal.
/// @throws ShapeError for another rank. Gradient: the other way round.
template <Element T>
Variable<T> diag(const Variable<T>& x, std::ptrdiff_t offset = 0);

/// The elements of the last two axes on and below (tril) or on and above (triu) a diagonal, 0
/// elsewhere. offset > 0 lies above the main diagonal, offset < 0 below.
/// @throws ShapeError for less than two axes. Gradient: the same of gy.
template <Element T>
Variable<T> tril(const Variable<T>& x, std::ptrdiff_t offset = 0);
template <Element T>
Variable<T> triu(const Variable<T>& x, std::ptrdiff_t offset = 0);

}  // namespace xg
