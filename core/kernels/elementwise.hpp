#pragma once

/// Elementwise kernels on contiguous memory. An element's bits depend on its inputs and the
/// instruction set alone, never on its position, the length, or the thread count. Arrays above
/// about 16k elements are split over threads.

#include <cstddef>
#include <cstdint>

namespace xg::kernels {

/// Functions of one number. Domains, signed zeros and NaN follow <cmath>, unless said here.
enum class Unary : std::uint8_t {
  neg,
  abs,
  sign,        ///< -1, 0 or 1; 0 for NaN
  square,      ///< x * x
  reciprocal,  ///< 1 / x
  sqrt,
  rsqrt,  ///< 1 / sqrt(x)
  cbrt,
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  sigmoid,      ///< 1 / (1 + exp(-x))
  log_sigmoid,  ///< log(sigmoid(x)), without overflow
  softplus,     ///< log(1 + exp(x)), without overflow
  relu,         ///< max(x, 0); NaN for NaN
  erf,
  erfc,
  lgamma,
  digamma,   ///< derivative of lgamma
  trigamma,  ///< derivative of digamma
  floor,
  ceil,
  round,  ///< to nearest, ties to even (as torch, unlike std::round)
  trunc,
  logical_not,
  isnan,
  isinf,
  isfinite,  ///< 1 or 0
};
inline constexpr std::size_t unary_count = static_cast<std::size_t>(Unary::isfinite) + 1;

/// Functions of two numbers, a and b.
enum class Binary : std::uint8_t {
  add,
  sub,
  mul,
  div,
  min,
  max,  ///< NaN if either is NaN
  pow,
  atan2,
  hypot,
  fmod,       ///< std::fmod: the sign of a
  remainder,  ///< a - b * floor(a / b): the sign of b, as in Python
  copysign,
  lt,
  le,
  gt,
  ge,
  eq,
  ne,  ///< 1 or 0
  logical_and,
  logical_or,  ///< 1 or 0; any value but 0 is true
  // Backwards in closed form: a is gy, the output's gradient.
  tanh_backward,     ///< gy * (1 - y * y), b = y
  sigmoid_backward,  ///< gy * y * (1 - y), b = y
  relu_backward,     ///< b > 0 ? gy : 0, b = x or y
  abs_backward,      ///< gy * sign(x), b = x
  sqrt_backward,     ///< gy / (2 y), b = y
};
inline constexpr std::size_t binary_count = static_cast<std::size_t>(Binary::sqrt_backward) + 1;

/// y[i] = op(x[i]), i < n. y may be x.
template <class T>
void unary(Unary op, const T* x, T* y, std::size_t n);

/// y[i] = op(a[i], b[i]); y may be a or b. The next two repeat one scalar.
template <class T>
void binary(Binary op, const T* a, const T* b, T* y, std::size_t n);
template <class T>
void binary_scalar(Binary op, const T* a, T b, T* y, std::size_t n);
template <class T>
void scalar_binary(Binary op, T a, const T* b, T* y, std::size_t n);

/// y = op(a, b), both broadcast to `shape`; y is row-major and contiguous. Strides count elements,
/// one an axis; 0 repeats. y may be an operand that is itself contiguous over the whole shape.
template <class T>
void broadcast_binary(Binary op, const T* a, const std::ptrdiff_t* a_strides, const T* b,
                      const std::ptrdiff_t* b_strides, T* y, const std::size_t* shape,
                      std::size_t rank);

/// y[i] = condition[i] != 0 ? a[i] : b[i]
template <class T>
void select(const T* condition, const T* a, const T* b, T* y, std::size_t n);

template <class T>
void fill(T value, T* y, std::size_t n);  ///< y = value
template <class T>
void add_into(const T* x, T* y, std::size_t n);  ///< y += x
template <class T>
void axpy(T alpha, const T* x, T* y, std::size_t n);  ///< y += alpha * x
template <class T>
void axpby(T alpha, const T* x, T beta, T* y, std::size_t n);  ///< y = alpha * x + beta * y
/// y += a * b
template <class T>
void multiply_add(const T* a, const T* b, T* y, std::size_t n);

}  // namespace xg::kernels
