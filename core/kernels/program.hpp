#pragma once

/// Straight-line programs over one element, run block by block on the SIMD kernels: the machine
/// under `xg::map`.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace xg::kernels {

/// What an instruction computes. A comparison and a logical operation give 1 or 0, and any value
/// but 0 is true. Domains, signed zeros and NaN follow <cmath>, unless said here; min and max
/// return NaN if either operand is NaN.
enum class Opcode : std::uint8_t {
  constant,  ///< out = constants[a]
  copy,      ///< out = a

  // One operand, a. In the order of `Unary` (elementwise.hpp).
  neg,
  abs,
  sign,
  square,
  reciprocal,
  sqrt,
  rsqrt,
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
  sigmoid,      ///< 1 / (1 + exp(-a))
  log_sigmoid,  ///< log(sigmoid(a)), without overflow
  softplus,     ///< log(1 + exp(a)), without overflow
  relu,         ///< max(a, 0)
  erf,
  erfc,
  lgamma,
  digamma,
  trigamma,
  floor,
  ceil,
  round,  ///< to nearest, ties to even (as torch, unlike std::round)
  trunc,
  logical_not,
  isnan,
  isinf,
  isfinite,

  // Two operands, a and b. In the order of `Binary` (elementwise.hpp).
  add,
  sub,
  mul,
  div,
  min,
  max,
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
  ne,
  logical_and,
  logical_or,

  // Three operands.
  fma,     ///< a * b + c, rounded once or twice as the machine does it
  select,  ///< a != 0 ? b : c; the branch not chosen may hold NaN
};

/// Marks an operand as an index into `Program::constants` instead of a register.
inline constexpr std::uint16_t constant_operand = 0x8000;

/// out = op(a, b, c). An operand is a register, or an index into the constants with
/// `constant_operand` added (for `Opcode::constant`, a plain index). What the opcode does not read
/// is ignored.
struct Instruction {
  Opcode op = Opcode::copy;
  std::uint16_t out = 0, a = 0, b = 0, c = 0;
};

/// Registers 0 .. inputs-1 hold the inputs and are never written; the others are written before
/// they are read, any number of times. An output may name any register, an input too, or (marked) a
/// constant; outputs may repeat.
struct Program {
  std::vector<Instruction> code;
  std::vector<double> constants;
  std::uint16_t inputs = 0;
  std::uint16_t registers = 0;  ///< count, inputs included; < constant_operand
  std::vector<std::uint16_t> outputs;
};

/// One input: `strides` counts elements, one entry an axis of the iteration shape; 0 repeats the
/// element (broadcast).
template <class T>
struct Operand {
  const T* data = nullptr;
  const std::ptrdiff_t* strides = nullptr;
};

/// The same program, faster: constants become operands, unread instructions go, a product that is
/// only added becomes an fma, registers are reused so that a block of all of them stays in the
/// first-level cache. Done once per formula. The result computes the same values, but for the one
/// rounding less of an fma.
Program optimize(const Program& program);

/// How many operands an opcode reads (0 to 3).
int arity(Opcode op);

/// The name as in the enumeration, for printing.
const char* name(Opcode op);

/// outputs[k][i] = value of program.outputs[k] for element i of the iteration space `shape`,
/// row-major and contiguous.
///
/// @param inputs   program.inputs operands. An output may be the same memory as an input that is
///                 contiguous over the whole shape and is no output itself; else no overlap.
/// @param outputs  program.outputs.size() arrays of prod(shape) elements.
///
/// Blocks depend on the shape alone and an element's value on its inputs alone, so the bits depend
/// neither on the thread count nor on the position. Throws nothing but std::bad_alloc.
template <class T>
void run(const Program& program, const Operand<T>* inputs, T* const* outputs,
         const std::size_t* shape, std::size_t rank);

extern template void run(const Program&, const Operand<float>*, float* const*, const std::size_t*,
                         std::size_t);
extern template void run(const Program&, const Operand<double>*, double* const*, const std::size_t*,
                         std::size_t);

}  // namespace xg::kernels
