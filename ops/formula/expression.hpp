#pragma once

/// Expressions over scalars, as a directed acyclic graph in which equal terms exist once.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "xgrad/core/kernels/program.hpp"

namespace xg::symbolic {

using kernels::Opcode;
using Id = std::uint32_t;  ///< index of a term; operands come before the term that reads them
inline constexpr Id none = ~Id{0};

enum class Kind : std::uint16_t { input, constant, operation };

/// One term. Compared bit by bit, so 0 and -0 differ and a NaN equals itself.
struct Term {
  Kind kind = Kind::constant;
  Opcode op = Opcode::constant;  ///< of an operation
  std::uint8_t unused = 0;
  Id a = none, b = none, c = none;  ///< operands; of an input, a is its number
  double value = 0;                 ///< of a constant

  bool operator==(const Term& t) const noexcept {
    return kind == t.kind && op == t.op && a == t.a && b == t.b && c == t.c &&
           std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(t.value);
  }
};
std::uint64_t hash(const Term& term) noexcept;

/// Calls visit(operand) for each of a term's operands.
template <class Visit>
void for_each_operand(const Term& term, Visit&& visit) {
  if (term.kind != Kind::operation) return;
  if (term.a != none) visit(term.a);
  if (term.b != none) visit(term.b);
  if (term.c != none) visit(term.c);
}

/// The terms of one or several expressions. Only ever grows.
class Expression {
 public:
  Id input(std::size_t number);
  Id constant(double value);
  /// op(a, b, c), simplified (see simplify.cpp); returns an existing term where there is one.
  Id apply(Opcode op, Id a, Id b = none, Id c = none);
  /// op(a, b, c) as it is.
  Id operation(Opcode op, Id a, Id b = none, Id c = none);

  const Term& operator[](Id id) const { return terms_[id]; }
  std::size_t size() const noexcept { return terms_.size(); }
  bool is_operation(Id id, Opcode op) const {
    return terms_[id].kind == Kind::operation && terms_[id].op == op;
  }
  bool is_constant(Id id) const { return terms_[id].kind == Kind::constant; }
  bool is_constant(Id id, double value) const {
    return is_constant(id) && terms_[id].value == value;
  }

  /// Whether the term can only be 0 or 1.
  bool is_boolean(Id id) const;

  /// For every term, whether one of the roots reads it, directly or not.
  std::vector<bool> reachable(const std::vector<Id>& roots) const;

 private:
  Id intern(const Term& term);
  void rehash();

  std::vector<Term> terms_;
  std::vector<Id> table_;  // open addressing; a power of two, at most half full
};

/// Copies the term `root` of `from`, with what it reads, into `to`, where `inputs[i]` stands for
/// input i. Simplifies on the way.
Id substitute(const Expression& from, Id root, Expression& to, const std::vector<Id>& inputs);

}  // namespace xg::symbolic
