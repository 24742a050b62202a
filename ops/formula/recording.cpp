#include "xgrad/ops/formula/recording.hpp"

#include <unordered_map>
#include <vector>

#include "xgrad/core/error.hpp"
#include "xgrad/ops/formula/expression.hpp"
#include "xgrad/ops/formula/scalar_function.hpp"

namespace xg {
namespace {

using detail::ScalarFunctionHandle;
using symbolic::Expression;
using symbolic::Id;
using symbolic::Kind;
using symbolic::none;
using symbolic::Term;

/// Operations as they came, of all recordings in progress on this thread. Operands count from the
/// recording's own beginning. Not simplified: most recordings only find a formula that is known.
struct Tape {
  std::vector<Term> terms;
  std::size_t begin = 0;     // of the innermost recording
  std::uint32_t serial = 0;  // its number; 0: none
  std::uint32_t last_serial = 0;

  void require(std::uint32_t recording) const {
    if (recording != serial || serial == 0)
      throw StateError(
          "map: a Symbol must be used inside the formula it was given to, got one of another call");
  }
  std::uint32_t push(const Term& term) {
    terms.push_back(term);
    return static_cast<std::uint32_t>(terms.size() - begin - 1);
  }
};

Tape& tape() {
  static thread_local Tape t;
  return t;
}

/// Formulas by what was recorded. Bounded, because a constant that changes at every call (a
/// schedule captured by value) makes a new formula each time.
class Known {
 public:
  ScalarFunctionHandle* find(std::uint64_t key, std::size_t inputs, const Term* begin,
                             std::size_t count) {
    const auto it = entries_.find(key);
    if (it == entries_.end()) return nullptr;
    Entry& entry = it->second;
    const bool same = entry.function->inputs() == inputs && entry.terms.size() == count &&
                      std::equal(begin, begin + count, entry.terms.begin());
    return same ? &entry.function : nullptr;
  }
  void insert(std::uint64_t key, std::vector<Term> terms, ScalarFunctionHandle function) {
    if (entries_.size() >= limit) entries_.clear();
    entries_.insert_or_assign(key, Entry{std::move(terms), std::move(function)});
  }

 private:
  static constexpr std::size_t limit = 1024;
  struct Entry {
    std::vector<Term> terms;
    ScalarFunctionHandle function;
  };
  std::unordered_map<std::uint64_t, Entry> entries_;
};

ScalarFunctionHandle build(const std::vector<Term>& terms, std::size_t inputs, Id result) {
  Expression e;
  std::vector<Id> image(terms.size(), none);
  const auto operand = [&](Id id) { return id == none ? none : image[id]; };
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const Term& t = terms[k];
    switch (t.kind) {
      case Kind::input:
        image[k] = e.input(t.a);
        break;
      case Kind::constant:
        image[k] = e.constant(t.value);
        break;
      case Kind::operation:
        image[k] = e.apply(t.op, operand(t.a), operand(t.b), operand(t.c));
    }
  }
  return std::make_shared<const symbolic::ScalarFunction>(std::move(e), image[result], inputs);
}

}  // namespace

Recording::Recording(std::size_t inputs) : inputs_(inputs) {
  constexpr std::size_t limit = 32;  // every order of derivative adds one, up to max_inputs
  require<ValueError>(inputs <= limit, "map", "number of inputs", "be at most 32", inputs);
  Tape& t = tape();
  outer_begin_ = t.begin;
  outer_serial_ = t.serial;
  t.begin = t.terms.size();
  t.serial = serial_ = ++t.last_serial;
  for (std::size_t i = 0; i < inputs; ++i) {
    Term term;
    term.kind = Kind::input;
    term.a = static_cast<Id>(i);
    t.push(term);
  }
}

Recording::~Recording() {
  Tape& t = tape();
  t.terms.resize(t.begin);
  t.begin = outer_begin_;
  t.serial = outer_serial_;
}

ScalarFunctionHandle Recording::finish(Symbol result) const {
  static thread_local Known known;
  Tape& t = tape();
  t.require(result.recording_);
  const Term* begin = t.terms.data() + t.begin;
  const std::size_t count = t.terms.size() - t.begin;
  // The result closes the key: as a copy, which simplification drops.
  Term last;
  last.kind = Kind::operation;
  last.op = kernels::Opcode::copy;
  last.a = result.id_;
  t.push(last);
  begin = t.terms.data() + t.begin;
  std::uint64_t key = inputs_;
  for (std::size_t k = 0; k <= count; ++k) key = (key ^ hash(begin[k])) * 0x9e3779b97f4a7c15u;
  if (ScalarFunctionHandle* found = known.find(key, inputs_, begin, count + 1)) return *found;
  std::vector<Term> terms(begin, begin + count + 1);
  ScalarFunctionHandle made = build(terms, inputs_, static_cast<Id>(count));
  known.insert(key, std::move(terms), made);
  return made;
}

Symbol Symbol::constant(double value) {
  Tape& t = tape();
  if (t.serial == 0)
    throw StateError("map: a Symbol must be made inside a formula, got one made outside");
  Term term;
  term.value = value;
  return Symbol(t.push(term), t.serial);
}

Symbol Symbol::apply(kernels::Opcode op, Symbol a) {
  Tape& t = tape();
  t.require(a.recording_);
  Term term;
  term.kind = Kind::operation;
  term.op = op;
  term.a = a.id_;
  return Symbol(t.push(term), t.serial);
}

Symbol Symbol::apply(kernels::Opcode op, Symbol a, Symbol b) {
  Tape& t = tape();
  t.require(a.recording_);
  t.require(b.recording_);
  Term term;
  term.kind = Kind::operation;
  term.op = op;
  term.a = a.id_;
  term.b = b.id_;
  return Symbol(t.push(term), t.serial);
}

Symbol Symbol::apply(kernels::Opcode op, Symbol a, Symbol b, Symbol c) {
  Tape& t = tape();
  t.require(a.recording_);
  t.require(b.recording_);
  t.require(c.recording_);
  Term term;
  term.kind = Kind::operation;
  term.op = op;
  term.a = a.id_;
  term.b = b.id_;
  term.c = c.id_;
  return Symbol(t.push(term), t.serial);
}

}  // namespace xg
