#pragma once

// Internal: what the operations on matrices and batches of them, [..., rows, columns], share.

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/kernels/lapack.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {
namespace detail {

inline Shape batch_of(const Shape& shape) { return Shape(shape.begin(), shape.end() - 2); }
inline std::size_t rows_of(const Shape& shape) { return shape[shape.size() - 2]; }
inline std::size_t columns_of(const Shape& shape) { return shape[shape.size() - 1]; }
inline std::size_t batch_count(const Shape& shape) { return element_count(batch_of(shape)); }

inline Shape with_matrix(Shape batch, std::size_t rows, std::size_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}
inline Shape with_vector(Shape batch, std::size_t n) {
  batch.push_back(n);
  return batch;
}

/// @throws ShapeError unless the shape is that of a matrix or a batch of them.
inline void require_matrix(const char* op, const char* argument, const Shape& shape) {
  require<ShapeError>(shape.size() >= 2, op, argument, "have rank >= 2", shape);
}
/// @throws ShapeError unless the shape is that of a square matrix or a batch of them.
inline void require_square(const char* op, const char* argument, const Shape& shape) {
  require_matrix(op, argument, shape);
  require<ShapeError>(rows_of(shape) == columns_of(shape), op, argument, "be square", shape);
}

/// "op: argument must expectation, got what (noun 2 in batch 0)" for a breakdown.
inline void require_success(const kernels::Breakdown& bad, const char* op, const char* expectation,
                            const char* what, const char* noun) {
  require<ValueError>(!bad, op, "a", expectation,
                      std::string(what) + " (" + noun + " " + std::to_string(bad.step) +
                          " in batch " + std::to_string(bad.batch) + ")");
}
inline void require_invertible(const kernels::Breakdown& bad, const char* op) {
  require_success(bad, op, "be invertible", "a singular matrix", "zero pivot");
}

/// A constant matrix of 1 where keep(i, j), else 0.
template <class T, class Keep>
Variable<T> mask(std::size_t rows, std::size_t columns, Keep keep) {
  Array<T> m(Shape{rows, columns});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) m.data()[i * columns + j] = keep(i, j) ? T(1) : T(0);
  return Variable<T>(std::move(m));
}
template <class T>
Variable<T> identity(std::size_t n) {
  return mask<T>(n, n, [](std::size_t i, std::size_t j) { return i == j; });
}

/// One number for each matrix, [...], as [..., 1, 1] beside the matrices.
template <class T>
Variable<T> per_matrix(const Variable<T>& x) {
  return unsqueeze(unsqueeze(x, -1), -1);
}

}  // namespace detail
}  // namespace xg
