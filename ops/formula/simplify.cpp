/// What Expression::apply rewrites. A rewrite keeps the value for every input, infinities and NaN
/// included (so x * 0 and x - x stay), but for these, which are documented in ops/map.hpp: the sign
/// of a zero (x + 0 is x), the last bits where a common form is replaced by a function that does
/// not overflow (1 / (1 + exp(-x)) is sigmoid(x), log(1 + exp(x)) is softplus(x)), a product with a
/// reciprocal (a division), products of constants, and powers with small constant exponents.

#include <cmath>
#include <utility>

#include "xgrad/ops/formula/expression.hpp"
#include "xgrad/ops/formula/fold.hpp"

namespace xg::symbolic {
namespace {

bool commutes(Opcode op) {
  switch (op) {
    case Opcode::add:
    case Opcode::mul:
    case Opcode::min:
    case Opcode::max:
    case Opcode::hypot:
    case Opcode::eq:
    case Opcode::ne:
    case Opcode::logical_and:
    case Opcode::logical_or:
      return true;
    default:
      return false;
  }
}

/// The rules see one application; `none` says that no rule fits.
struct Simplifier {
  Expression& e;

  double value(Id id) const { return e[id].value; }
  bool is(Id id, Opcode op) const { return e.is_operation(id, op); }
  Id minus(Id a) { return e.apply(Opcode::neg, a); }

  /// u if the term is 1 + exp(u), else none.
  Id one_plus_exp(Id id) const {
    if (!is(id, Opcode::add) || !e.is_constant(e[id].a, 1)) return none;
    return is(e[id].b, Opcode::exp) ? e[e[id].b].a : none;
  }

  Id neg(Id a) {
    if (is(a, Opcode::neg)) return e[a].a;
    if (is(a, Opcode::mul) && e.is_constant(e[a].a)) {
      const double factor = value(e[a].a);
      return e.apply(Opcode::mul, e.constant(-factor), e[a].b);
    }
    return none;
  }

  Id add(Id a, Id b) {
    if (e.is_constant(a, 0)) return b;
    if (is(b, Opcode::neg)) return e.apply(Opcode::sub, a, e[b].a);
    if (is(a, Opcode::neg)) return e.apply(Opcode::sub, b, e[a].a);
    return none;
  }

  Id sub(Id a, Id b) {
    if (e.is_constant(b, 0)) return a;
    if (is(b, Opcode::neg)) return e.apply(Opcode::add, a, e[b].a);
    return none;
  }

  Id mul(Id a, Id b) {
    if (e.is_constant(a, 1)) return b;
    if (e.is_constant(a, -1)) return minus(b);
    if (a == b) return e.apply(Opcode::square, a);
    if (e.is_constant(a)) return mul_constant(a, b);
    if (is(a, Opcode::neg)) return minus(e.apply(Opcode::mul, e[a].a, b));
    if (is(b, Opcode::neg)) return minus(e.apply(Opcode::mul, a, e[b].a));
    if (is(a, Opcode::reciprocal)) return e.apply(Opcode::div, b, e[a].a);
    if (is(b, Opcode::reciprocal)) return e.apply(Opcode::div, a, e[b].a);
    return none;
  }

  Id mul_constant(Id a, Id b) {
    const double factor = value(a);
    if (is(b, Opcode::neg)) return e.apply(Opcode::mul, e.constant(-factor), e[b].a);
    if (is(b, Opcode::mul) && e.is_constant(e[b].a)) {
      // One factor instead of two, unless it could leave the range of float.
      const double product = factor * value(e[b].a);
      const Id rest = e[b].b;
      if (std::fabs(product) > 1e-15 && std::fabs(product) < 1e15 && std::fabs(factor) < 1e15 &&
          std::fabs(factor) > 1e-15)
        return e.apply(Opcode::mul, e.constant(product), rest);
    }
    return none;
  }

  Id div(Id a, Id b) {
    if (e.is_constant(b, 1)) return a;
    if (e.is_constant(b)) {
      int exponent = 0;  // dividing by a power of two is multiplying by one, to the last bit
      if (std::fabs(std::frexp(value(b), &exponent)) == 0.5 && std::abs(exponent) < 100)
        return e.apply(Opcode::mul, e.constant(1 / value(b)), a);
      return none;
    }
    if (const Id u = one_plus_exp(b); u != none)
      return e.apply(Opcode::mul, a, e.apply(Opcode::sigmoid, minus(u)));
    if (e.is_constant(a, 1)) return e.apply(Opcode::reciprocal, b);
    if (is(a, Opcode::neg)) return minus(e.apply(Opcode::div, e[a].a, b));
    if (is(b, Opcode::neg)) return minus(e.apply(Opcode::div, a, e[b].a));
    return none;
  }

  Id pow(Id a, Id b) {
    if (!e.is_constant(b)) return none;
    const double p = value(b);
    if (p == 0) return e.constant(1);
    if (p == 1) return a;
    if (p == 2) return e.apply(Opcode::square, a);
    if (p == 3) return e.apply(Opcode::mul, a, e.apply(Opcode::square, a));
    if (p == 4) return e.apply(Opcode::square, e.apply(Opcode::square, a));
    if (p == 0.5) return e.apply(Opcode::sqrt, a);
    if (p == -0.5) return e.apply(Opcode::rsqrt, a);
    if (p == -1) return e.apply(Opcode::reciprocal, a);
    // Not the reciprocal of the square, whose derivative is 0 * inf at 0.
    if (p == -2) return e.apply(Opcode::square, e.apply(Opcode::reciprocal, a));
    return none;
  }

  Id select(Id c, Id a, Id b) {
    if (e.is_constant(c)) return value(c) != 0 ? a : b;
    if (a == b) return a;
    if (is(c, Opcode::logical_not)) return e.apply(Opcode::select, e[c].a, b, a);
    if (e.is_constant(a, 1) && e.is_constant(b, 0) && e.is_boolean(c)) return c;
    if (is(a, Opcode::select) && e[a].a == c) return e.apply(Opcode::select, c, e[a].b, b);
    if (is(b, Opcode::select) && e[b].a == c) return e.apply(Opcode::select, c, a, e[b].c);
    return none;
  }

  /// The neutral truth value of && is 1, of || 0; the other one decides. Constants come first.
  Id logic(Opcode op, Id a, Id b) {
    if (a == b && e.is_boolean(a)) return a;
    if (!e.is_constant(a)) return none;
    const bool truth = value(a) != 0;
    if (truth != (op == Opcode::logical_and)) return e.constant(truth ? 1 : 0);
    return e.is_boolean(b) ? b : none;
  }

  Id unary(Opcode op, Id a) {
    switch (op) {
      case Opcode::copy:
        return a;
      case Opcode::neg:
        return neg(a);
      case Opcode::square:
      case Opcode::abs:
        return is(a, Opcode::neg) ? e.apply(op, e[a].a) : none;
      case Opcode::reciprocal:
        if (const Id u = one_plus_exp(a); u != none) return e.apply(Opcode::sigmoid, minus(u));
        if (is(a, Opcode::sqrt)) return e.apply(Opcode::rsqrt, e[a].a);
        return none;
      case Opcode::log:
        if (const Id u = one_plus_exp(a); u != none) return e.apply(Opcode::softplus, u);
        return is(a, Opcode::sigmoid) ? e.apply(Opcode::log_sigmoid, e[a].a) : none;
      case Opcode::log1p:
        return is(a, Opcode::exp) ? e.apply(Opcode::softplus, e[a].a) : none;
      default:
        return none;
    }
  }

  Id apply(Opcode op, Id a, Id b, Id c) {
    switch (op) {
      case Opcode::add:
        return add(a, b);
      case Opcode::sub:
        return sub(a, b);
      case Opcode::mul:
        return mul(a, b);
      case Opcode::div:
        return div(a, b);
      case Opcode::pow:
        return pow(a, b);
      case Opcode::min:
      case Opcode::max:
        return a == b ? a : none;
      case Opcode::logical_and:
      case Opcode::logical_or:
        return logic(op, a, b);
      case Opcode::select:
        return select(a, b, c);
      default:
        return unary(op, a);
    }
  }
};

}  // namespace

Id Expression::apply(Opcode op, Id a, Id b, Id c) {
  // The order of a commutative operation's operands: constants first, then by age.
  if (commutes(op) && !is_constant(a) && (is_constant(b) || b < a)) std::swap(a, b);
  if (c == none && is_constant(a) && (b == none || is_constant(b))) {
    const double right = b == none ? 0 : terms_[b].value;
    if (const auto value = fold(op, terms_[a].value, right)) return constant(*value);
  }
  const Id simpler = Simplifier{*this}.apply(op, a, b, c);
  return simpler != none ? simpler : operation(op, a, b, c);
}

}  // namespace xg::symbolic
