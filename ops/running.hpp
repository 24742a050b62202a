#pragma once

// Internal: running products and linear recurrences, of which the gradients of prod, cumprod and
// logcumsumexp are made.

#include "xgrad/autograd/variable.hpp"

namespace xg {
namespace detail {

/// y_k = x_k y_(k-1) along an axis, `forwards` from the first entry, else from the last.
template <class T>
Variable<T> running_product(const Variable<T>& x, std::size_t axis, bool forwards);

/// g, with NaN where x is NaN: no derivative of a product by such a factor.
template <class T>
Variable<T> nan_where(const Variable<T>& x, const Variable<T>& g);

/// y_k = b_k + a_k y_(k-1) along an axis; begins with y = b. a and b have one shape.
template <class T>
Variable<T> linear_recurrence(const Variable<T>& a, const Variable<T>& b, std::size_t axis,
                              bool forwards);

}  // namespace detail
}  // namespace xg
