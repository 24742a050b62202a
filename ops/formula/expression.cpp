#include "xgrad/ops/formula/expression.hpp"

#include <algorithm>

namespace xg::symbolic {

std::uint64_t hash(const Term& term) noexcept {
  const auto mix = [](std::uint64_t h, std::uint64_t word) {
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
  };
  std::uint64_t h = mix(0x51ed270b27b4f3cfu, (static_cast<std::uint64_t>(term.kind) << 8) |
                                                 static_cast<std::uint64_t>(term.op));
  h = mix(h, (static_cast<std::uint64_t>(term.a) << 32) | term.b);
  h = mix(h, term.c);
  return mix(h, std::bit_cast<std::uint64_t>(term.value));
}

Id Expression::intern(const Term& term) {
  if (2 * (terms_.size() + 1) > table_.size()) rehash();
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = hash(term) & mask;
  for (; table_[slot] != none; slot = (slot + 1) & mask) {
    if (terms_[table_[slot]] == term) return table_[slot];
  }
  table_[slot] = static_cast<Id>(terms_.size());
  terms_.push_back(term);
  return table_[slot];
}

void Expression::rehash() {
  table_.assign(std::max<std::size_t>(64, 2 * table_.size()), none);
  const std::size_t mask = table_.size() - 1;
  for (Id id = 0; id < terms_.size(); ++id) {
    std::size_t slot = hash(terms_[id]) & mask;
    while (table_[slot] != none) slot = (slot + 1) & mask;
    table_[slot] = id;
  }
}

Id Expression::input(std::size_t number) {
  Term term;
  term.kind = Kind::input;
  term.a = static_cast<Id>(number);
  return intern(term);
}

Id Expression::constant(double value) {
  Term term;
  term.value = value;
  return intern(term);
}

Id Expression::operation(Opcode op, Id a, Id b, Id c) {
  Term term;
  term.kind = Kind::operation;
  term.op = op;
  term.a = a;
  term.b = b;
  term.c = c;
  return intern(term);
}

bool Expression::is_boolean(Id id) const {
  const Term& t = terms_[id];
  if (t.kind == Kind::constant) return t.value == 0 || t.value == 1;
  if (t.kind == Kind::input) return false;
  return (t.op >= Opcode::lt && t.op <= Opcode::logical_or) ||
         (t.op >= Opcode::logical_not && t.op <= Opcode::isfinite);
}

std::vector<bool> Expression::reachable(const std::vector<Id>& roots) const {
  std::vector<bool> reached(size(), false);
  Id last = 0;
  for (const Id root : roots) {
    reached[root] = true;
    last = std::max(last, root + 1);
  }
  for (Id id = last; id-- > 0;) {
    if (reached[id]) for_each_operand(terms_[id], [&](Id operand) { reached[operand] = true; });
  }
  return reached;
}

Id substitute(const Expression& from, Id root, Expression& to, const std::vector<Id>& inputs) {
  const std::vector<bool> reached = from.reachable({root});
  std::vector<Id> image(root + 1, none);
  const auto operand = [&](Id id) { return id == none ? none : image[id]; };
  for (Id id = 0; id <= root; ++id) {
    if (!reached[id]) continue;
    const Term term = from[id];
    switch (term.kind) {
      case Kind::input:
        image[id] = inputs[term.a];
        break;
      case Kind::constant:
        image[id] = to.constant(term.value);
        break;
      case Kind::operation:
        image[id] = to.apply(term.op, operand(term.a), operand(term.b), operand(term.c));
        break;
    }
  }
  return image[root];
}

}  // namespace xg::symbolic
