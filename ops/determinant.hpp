#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Determinant of each matrix of a batch [..., n, n], [...]; 1 of n = 0. By LU factors; it neither
/// overflows nor underflows on the way. A matrix that holds a NaN or an infinity gives NaN.
///
/// @throws ShapeError unless a is square.
///
/// Gradient: gy times the cofactors, which are finite for singular matrices too: y a^-T, or, where
/// the pivots say that a is nearly singular, by singular values, and in a recorded backward by the
/// n^2 minors (exact to any order, in n^5 operations).
template <Element T>
Variable<T> det(const Variable<T>& a);

/// Sign and logarithm of the magnitude of a determinant.
template <class T>
struct SignLogDet {
  Variable<T> sign;       ///< 1, -1, or 0 of a singular matrix; carries no gradient
  Variable<T> logabsdet;  ///< ln |det|; -infinity of a singular matrix
};

/// Sign and ln |det| of each matrix of a batch [..., n, n], where det itself may overflow.
///
/// @throws ShapeError unless a is square; in backward ValueError if a matrix is singular.
///
/// Gradient of logabsdet: gy a^-T.
template <Element T>
SignLogDet<T> slogdet(const Variable<T>& a);

}  // namespace xg
