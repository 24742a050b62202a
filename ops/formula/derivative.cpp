#include "xgrad/ops/formula/derivative.hpp"

#include <cmath>
#include <numbers>

#include "xgrad/core/error.hpp"

namespace xg::symbolic {
namespace {

/// A term that computes like a number, so that the rules below read as formulas.
struct Value {
  Expression* e;
  Id id;
};
Value make(const Value& x, double v) { return {x.e, x.e->constant(v)}; }
Value apply(Opcode op, Value a) { return {a.e, a.e->apply(op, a.id)}; }
Value apply(Opcode op, Value a, Value b) { return {a.e, a.e->apply(op, a.id, b.id)}; }
Value operator-(Value a) { return apply(Opcode::neg, a); }
Value operator+(Value a, Value b) { return apply(Opcode::add, a, b); }
Value operator-(Value a, Value b) { return apply(Opcode::sub, a, b); }
Value operator*(Value a, Value b) { return apply(Opcode::mul, a, b); }
Value operator/(Value a, Value b) { return apply(Opcode::div, a, b); }
Value operator+(Value a, double b) { return a + make(a, b); }
Value operator-(Value a, double b) { return a - make(a, b); }
Value operator+(double a, Value b) { return make(b, a) + b; }
Value operator-(double a, Value b) { return make(b, a) - b; }
Value operator*(double a, Value b) { return make(b, a) * b; }
Value operator/(double a, Value b) { return make(b, a) / b; }
Value square(Value a) { return apply(Opcode::square, a); }
Value select(Value c, Value a, Value b) {
  return {a.e, a.e->apply(Opcode::select, c.id, a.id, b.id)};
}

using std::numbers::ln10;
using std::numbers::ln2;
using std::numbers::pi;

/// dy/dx of powers, exponentials and logarithms.
Value exponential_slope(Opcode op, Value x, Value y) {
  switch (op) {
    case Opcode::square:
      return 2 * x;
    case Opcode::reciprocal:
      return -square(y);
    case Opcode::sqrt:
      return 0.5 / y;
    case Opcode::rsqrt:
      return -0.5 * (y / x);
    case Opcode::cbrt:
      return 1 / (3 * square(y));
    case Opcode::exp:
      return y;
    case Opcode::exp2:
      return ln2 * y;
    case Opcode::expm1:
      return apply(Opcode::exp, x);  // y + 1 loses digits where y is near -1
    case Opcode::log:
      return 1 / x;
    case Opcode::log2:
      return 1 / (ln2 * x);
    case Opcode::log10:
      return 1 / (ln10 * x);
    default:
      return 1 / (1 + x);  // log1p
  }
}

Value trigonometric_slope(Opcode op, Value x, Value y) {
  switch (op) {
    case Opcode::sin:
      return apply(Opcode::cos, x);
    case Opcode::cos:
      return -apply(Opcode::sin, x);
    case Opcode::tan:
      return 1 + square(y);
    case Opcode::asin:
      return apply(Opcode::rsqrt, (1 - x) * (1 + x));
    case Opcode::acos:
      return -apply(Opcode::rsqrt, (1 - x) * (1 + x));
    default:
      return 1 / (1 + square(x));  // atan
  }
}

Value hyperbolic_slope(Opcode op, Value x, Value y) {
  switch (op) {
    case Opcode::sinh:
      return apply(Opcode::cosh, x);
    case Opcode::cosh:
      return apply(Opcode::sinh, x);
    case Opcode::tanh:
      return 1 - square(y);
    case Opcode::asinh:
      return 1 / apply(Opcode::hypot, make(x, 1), x);  // x * x could overflow
    case Opcode::acosh:
      return apply(Opcode::rsqrt, x - 1) * apply(Opcode::rsqrt, x + 1);
    default:
      return 1 / ((1 - x) * (1 + x));  // atanh
  }
}

Value special_slope(Opcode op, Value x, Value y) {
  switch (op) {
    case Opcode::neg:
      return make(x, -1);
    case Opcode::abs:
      return apply(Opcode::sign, x);
    case Opcode::relu:
      return select(apply(Opcode::le, x, make(x, 0)), make(x, 0), make(x, 1));  // 1 at NaN
    case Opcode::sigmoid:
      return y * (1 - y);
    case Opcode::log_sigmoid:
      return apply(Opcode::sigmoid, -x);
    case Opcode::softplus:
      return apply(Opcode::sigmoid, x);
    case Opcode::erf:
      return 2 / std::sqrt(pi) * apply(Opcode::exp, -square(x));
    case Opcode::erfc:
      return -2 / std::sqrt(pi) * apply(Opcode::exp, -square(x));
    case Opcode::lgamma:
      return apply(Opcode::digamma, x);
    case Opcode::digamma:
      return apply(Opcode::trigamma, x);
    default:
      throw ValueError(
          "map: formula must be differentiable, got trigamma, whose derivative is not available");
  }
}

bool is_flat(Opcode op) {
  switch (op) {
    case Opcode::sign:
    case Opcode::floor:
    case Opcode::ceil:
    case Opcode::round:
    case Opcode::trunc:
    case Opcode::logical_not:
    case Opcode::isnan:
    case Opcode::isinf:
    case Opcode::isfinite:
      return true;
    default:
      return op >= Opcode::lt && op <= Opcode::logical_or;
  }
}

Value unary_slope(Opcode op, Value x, Value y) {
  if (op >= Opcode::square && op <= Opcode::log1p) return exponential_slope(op, x, y);
  if (op >= Opcode::sin && op <= Opcode::atan) return trigonometric_slope(op, x, y);
  if (op >= Opcode::sinh && op <= Opcode::atanh) return hyperbolic_slope(op, x, y);
  return special_slope(op, x, y);
}

/// x / (a^2 + b^2), where the squares could leave the range; 0 at the origin.
Value over_squares(Value x, Value a, Value b) {
  const Value y = apply(Opcode::hypot, a, b);
  return select(apply(Opcode::eq, y, make(y, 0)), make(y, 0), x / y / y);
}

/// What remainder(a, b) takes from a, in units of b: floor(a / b), but for a quotient that rounds
/// to the next integer and an infinite b.
Value floor_quotient(Value a, Value b) {
  const Value zero = make(a, 0), rest = apply(Opcode::fmod, a, b);
  const Value across = apply(Opcode::ne, apply(Opcode::lt, rest, zero), apply(Opcode::lt, b, zero));
  const Value lower = apply(Opcode::logical_and, apply(Opcode::ne, rest, zero), across);
  const Value quotient = apply(Opcode::round, (a - rest) / b) - lower;
  return select(apply(Opcode::eq, b, zero), apply(Opcode::trunc, a / b), quotient);
}

Value slope_by_a(Opcode op, Value a, Value b, Value y) {
  switch (op) {
    case Opcode::mul:
      return b;
    case Opcode::pow: {
      // 0 * inf at a = 0, b = 0 is no derivative: pow(a, 0) is 1.
      const Value slope = b * apply(Opcode::pow, a, b - 1);
      if (a.e->is_constant(b.id)) return slope;
      return select(apply(Opcode::eq, b, make(b, 0)), make(b, 0), slope);
    }
    case Opcode::atan2:
      return over_squares(b, a, b);
    case Opcode::hypot:
      return select(apply(Opcode::eq, y, make(y, 0)), make(y, 0), a / y);
    case Opcode::copysign:
      return apply(Opcode::sign, a) * apply(Opcode::copysign, make(a, 1), b);
    default:
      return make(a, 1);  // add, sub, fmod, remainder
  }
}

Value slope_by_b(Opcode op, Value a, Value b, Value y) {
  switch (op) {
    case Opcode::add:
      return make(b, 1);
    case Opcode::sub:
      return make(b, -1);
    case Opcode::mul:
      return a;
    case Opcode::div:
      return -(y / b);
    case Opcode::pow: {
      // pow(0, b) stays 0 for every b > 0, where log(0) would make it NaN.
      const Value zero = make(b, 0);
      const Value flat =
          apply(Opcode::logical_and, apply(Opcode::eq, a, zero), apply(Opcode::ge, b, zero));
      return select(flat, zero, y * apply(Opcode::log, a));
    }
    case Opcode::atan2:
      return -over_squares(a, a, b);
    case Opcode::hypot:
      return select(apply(Opcode::eq, y, make(y, 0)), make(y, 0), b / y);
    case Opcode::fmod:
      return -apply(Opcode::trunc, a / b);
    case Opcode::remainder:
      return -floor_quotient(a, b);
    default:
      return make(b, 0);  // copysign
  }
}

/// factor * term where `term` is 0 or 1, or one branch of its choice is 0, else `none`. Bounded
/// in depth, so that no formula can exhaust the stack.
Id gated_product(Expression& e, Id factor, Id term, int depth) {
  if (e.is_boolean(term)) return e.apply(Opcode::select, term, factor, e.constant(0));
  if (!e.is_operation(term, Opcode::select) || depth == 0) return none;
  const Term t = e[term];
  const bool first = e.is_constant(t.b, 0);
  if (first == e.is_constant(t.c, 0)) return none;
  const Id other = first ? t.c : t.b;
  Id rest = gated_product(e, factor, other, depth - 1);
  if (rest == none) rest = e.apply(Opcode::mul, factor, other);
  return first ? e.apply(Opcode::select, t.a, t.b, rest) : e.apply(Opcode::select, t.a, rest, t.c);
}

/// Pushes tangents through the terms in order.
struct Forward {
  Expression& e;
  std::vector<Id> tangents;  // by term

  Id of(Id id) const { return id == none ? none : tangents[id]; }
  Value value(Id id) { return {&e, id}; }
  Value or_zero(Id id) { return {&e, id == none ? e.constant(0) : id}; }
  Id times(Value slope, Id t) {
    if (t == none || e.is_constant(slope.id, 0)) return none;
    return product(e, slope.id, t);
  }
  Id sum(Id s, Id t) {
    if (s == none || t == none) return s == none ? t : s;
    return e.apply(Opcode::add, s, t);
  }

  Id chosen(Value condition, Id s, Id t) {
    if (s == none && t == none) return none;
    return select(condition, or_zero(s), or_zero(t)).id;
  }
  Id extremum(const Term& term) {
    const Id s = of(term.a), t = of(term.b);
    if (s == none && t == none) return none;
    const Value a = value(term.a), b = value(term.b);
    const Opcode wins = term.op == Opcode::max ? Opcode::gt : Opcode::lt;
    const Value both = or_zero(s) + or_zero(t);  // beside a NaN: to each in full
    const Value tie = select(apply(Opcode::eq, a, b), 0.5 * both, both);
    const Value otherwise = select(apply(wins, b, a), or_zero(t), tie);
    return select(apply(wins, a, b), or_zero(s), otherwise).id;
  }
  Id quotient(const Term& term, Id y) {
    const Id s = of(term.a);
    const Value b = value(term.b);
    const Id by_a = s == none ? none : (Value{&e, s} / b).id;
    return sum(by_a, times(slope_by_b(term.op, value(term.a), b, value(y)), of(term.b)));
  }
  Id binary(const Term& term, Id y) {
    const Value a = value(term.a), b = value(term.b);
    const Id s = of(term.a), t = of(term.b);
    const Id by_a = s == none ? none : times(slope_by_a(term.op, a, b, value(y)), s);
    const Id by_b = t == none ? none : times(slope_by_b(term.op, a, b, value(y)), t);
    return sum(by_a, by_b);
  }
  Id operation(const Term& term, Id y) {
    if (is_flat(term.op)) return none;
    if (term.op == Opcode::select) return chosen(value(term.a), of(term.b), of(term.c));
    if (term.op == Opcode::min || term.op == Opcode::max) return extremum(term);
    if (of(term.a) == none && of(term.b) == none) return none;
    if (term.op == Opcode::div) return quotient(term, y);
    if (term.b != none) return binary(term, y);
    return times(unary_slope(term.op, value(term.a), value(y)), of(term.a));
  }
};

}  // namespace

Id product(Expression& e, Id factor, Id term) {
  constexpr int depth = 16;
  if (const Id gated = gated_product(e, factor, term, depth); gated != none) return gated;
  if (const Id gated = gated_product(e, term, factor, depth); gated != none) return gated;
  return e.apply(Opcode::mul, factor, term);
}

Id tangent(Expression& e, Id y, const std::vector<Id>& tangents) {
  const std::vector<bool> reached = e.reachable({y});
  Forward forward{e, std::vector<Id>(y + 1, none)};
  for (Id id = 0; id <= y; ++id) {
    if (!reached[id]) continue;
    const Term term = e[id];  // a copy: the terms grow meanwhile
    if (term.kind == Kind::input) forward.tangents[id] = tangents[term.a];
    if (term.kind == Kind::operation) forward.tangents[id] = forward.operation(term, id);
  }
  return forward.tangents[y];
}

Id derivative(Expression& e, Id y, std::size_t input) {
  std::vector<Id> tangents;
  for (Id id = 0; id <= y; ++id) {
    if (e[id].kind == Kind::input && e[id].a >= tangents.size()) tangents.resize(e[id].a + 1, none);
  }
  if (input >= tangents.size()) return none;
  tangents[input] = e.constant(1);
  const Id result = tangent(e, y, tangents);
  return result != none && e.is_constant(result, 0) ? none : result;
}

}  // namespace xg::symbolic
