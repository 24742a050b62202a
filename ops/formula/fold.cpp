#include "xgrad/ops/formula/fold.hpp"

#include <cmath>

namespace xg::symbolic {
namespace {

std::optional<double> fold_arithmetic(Opcode op, double a, double b) {
  switch (op) {
    case Opcode::add:
      return a + b;
    case Opcode::sub:
      return a - b;
    case Opcode::mul:
      return a * b;
    case Opcode::div:
      return a / b;
    case Opcode::min:
      return std::isnan(a) || a < b ? a : b;
    case Opcode::max:
      return std::isnan(a) || a > b ? a : b;
    case Opcode::pow:
      return std::pow(a, b);
    case Opcode::atan2:
      return std::atan2(a, b);
    case Opcode::hypot:
      return std::hypot(a, b);
    case Opcode::fmod:
      return std::fmod(a, b);
    case Opcode::remainder:
      return a - b * std::floor(a / b);
    case Opcode::copysign:
      return std::copysign(a, b);
    default:
      return std::nullopt;
  }
}

std::optional<double> fold_logic(Opcode op, double a, double b) {
  switch (op) {
    case Opcode::lt:
      return a < b;
    case Opcode::le:
      return a <= b;
    case Opcode::gt:
      return a > b;
    case Opcode::ge:
      return a >= b;
    case Opcode::eq:
      return a == b;
    case Opcode::ne:
      return a != b;
    case Opcode::logical_and:
      return a != 0 && b != 0;
    case Opcode::logical_or:
      return a != 0 || b != 0;
    case Opcode::logical_not:
      return a == 0;
    case Opcode::isnan:
      return std::isnan(a);
    case Opcode::isinf:
      return std::isinf(a);
    case Opcode::isfinite:
      return std::isfinite(a);
    default:
      return std::nullopt;
  }
}

std::optional<double> fold_simple(Opcode op, double a) {
  switch (op) {
    case Opcode::copy:
      return a;
    case Opcode::neg:
      return -a;
    case Opcode::abs:
      return std::fabs(a);
    case Opcode::sign:
      return static_cast<double>((a > 0) - (a < 0));
    case Opcode::square:
      return a * a;
    case Opcode::reciprocal:
      return 1 / a;
    case Opcode::relu:
      return std::isnan(a) || a > 0 ? a : 0;
    case Opcode::floor:
      return std::floor(a);
    case Opcode::ceil:
      return std::ceil(a);
    case Opcode::round:
      return std::nearbyint(a);
    case Opcode::trunc:
      return std::trunc(a);
    default:
      return std::nullopt;
  }
}

std::optional<double> fold_function(Opcode op, double a) {
  switch (op) {
    case Opcode::sqrt:
      return std::sqrt(a);
    case Opcode::rsqrt:
      return 1 / std::sqrt(a);
    case Opcode::cbrt:
      return std::cbrt(a);
    case Opcode::exp:
      return std::exp(a);
    case Opcode::exp2:
      return std::exp2(a);
    case Opcode::expm1:
      return std::expm1(a);
    case Opcode::log:
      return std::log(a);
    case Opcode::log2:
      return std::log2(a);
    case Opcode::log10:
      return std::log10(a);
    case Opcode::log1p:
      return std::log1p(a);
    case Opcode::sin:
      return std::sin(a);
    case Opcode::cos:
      return std::cos(a);
    case Opcode::tan:
      return std::tan(a);
    case Opcode::atan:
      return std::atan(a);
    case Opcode::sinh:
      return std::sinh(a);
    case Opcode::cosh:
      return std::cosh(a);
    case Opcode::tanh:
      return std::tanh(a);
    case Opcode::erf:
      return std::erf(a);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<double> fold(Opcode op, double a, double b) {
  if (const auto value = fold_arithmetic(op, a, b)) return value;
  if (const auto value = fold_logic(op, a, b)) return value;
  if (const auto value = fold_simple(op, a)) return value;
  return fold_function(op, a);
}

}  // namespace xg::symbolic
