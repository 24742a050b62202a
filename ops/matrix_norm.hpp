#pragma once

#include <string_view>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/ops/axes.hpp"

namespace xg {

/// Norm of each matrix of a batch [..., m, n], [...] or with keepdims [..., 1, 1].
///
/// @param order  "fro": the root of the sum of squares; "nuc": the sum of the singular values;
///               or a number: 1 and -1 the largest and the smallest sum of magnitudes of a column,
///               infinity and -infinity of a row, 2 and -2 the largest and the smallest singular
///               value.
///               Of a matrix without elements every order gives 0 but a smallest of nothing.
/// @throws ShapeError unless a is a matrix or a batch of them; ValueError for another order, and
///         for a smallest of nothing.
///
/// Gradients: a / y, 0 where the norm is 0 ("fro"); u vh ("nuc"); the signs of a in the columns or
/// rows that attain the norm, equal ones sharing evenly; u_i vh_i of the singular value(s). As to
/// repeated singular values see svd.
template <Element T>
Variable<T> matrix_norm(const Variable<T>& a, std::string_view order = "fro",
                        ReduceOptions options = {});
template <Element T>
Variable<T> matrix_norm(const Variable<T>& a, double order, ReduceOptions options = {});

}  // namespace xg
