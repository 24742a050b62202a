/// Printing: C++ text of an expression, which a formula could be written with.

#include <algorithm>
#include <string>

#include "xgrad/core/error.hpp"
#include "xgrad/ops/formula/scalar_function.hpp"

namespace xg::symbolic {
namespace {

/// How tightly a text binds, loosest first.
enum class Binding { logical_or, logical_and, comparison, sum, product, unary, atom };

struct Text {
  std::string text;
  Binding binding = Binding::atom;
};

struct Infix {
  const char* symbol;
  Binding binding;
};

const Infix* infix(Opcode op) {
  static constexpr Infix add{" + ", Binding::sum}, sub{" - ", Binding::sum},
      mul{" * ", Binding::product}, div{" / ", Binding::product}, lt{" < ", Binding::comparison},
      le{" <= ", Binding::comparison}, gt{" > ", Binding::comparison},
      ge{" >= ", Binding::comparison}, eq{" == ", Binding::comparison},
      ne{" != ", Binding::comparison}, both{" && ", Binding::logical_and},
      either{" || ", Binding::logical_or};
  switch (op) {
    case Opcode::add:
      return &add;
    case Opcode::sub:
      return &sub;
    case Opcode::mul:
      return &mul;
    case Opcode::div:
      return &div;
    case Opcode::lt:
      return &lt;
    case Opcode::le:
      return &le;
    case Opcode::gt:
      return &gt;
    case Opcode::ge:
      return &ge;
    case Opcode::eq:
      return &eq;
    case Opcode::ne:
      return &ne;
    case Opcode::logical_and:
      return &both;
    case Opcode::logical_or:
      return &either;
    default:
      return nullptr;
  }
}

const char* function_name(Opcode op) {
  switch (op) {
    case Opcode::select:
      return "where";
    case Opcode::min:
      return "minimum";
    case Opcode::max:
      return "maximum";
    default:
      return kernels::name(op);
  }
}

std::string parenthesized(const Text& t, Binding at_least) {
  return t.binding >= at_least ? t.text : "(" + t.text + ")";
}

Binding tighter(Binding b) { return static_cast<Binding>(static_cast<int>(b) + 1); }

class Printer {
 public:
  Printer(const Expression& e, Id root, const std::vector<std::string>& names,
          const std::string& result)
      : e_(e),
        root_(root),
        names_(names),
        result_(result),
        texts_(root + 1),
        uses_(root + 1, 0),
        reached_(e.reachable({root})) {
    std::size_t size = 0;
    std::vector<std::size_t> sizes(root + 1, 1);  // of the text if nothing got a name
    for (Id id = 0; id <= root; ++id) {
      if (!reached_[id]) continue;
      for_each_operand(e[id], [&](Id operand) {
        ++uses_[operand];
        sizes[id] = std::min<std::size_t>(sizes[id] + sizes[operand], 1000);
      });
      size = sizes[id];
    }
    name_shared_ = size > inline_size;
  }

  std::string print() {
    for (Id id = 0; id <= root_; ++id) {
      if (!reached_[id]) continue;
      Text text = of(e_[id]);
      if (id == root_) return lines_ + result_ + " = " + text.text;
      if (gets_name(id, text.text.size())) {
        const std::string name = "t" + std::to_string(++count_);
        lines_ += name + " = " + text.text + "\n";
        text = {name, Binding::atom};
      }
      texts_[id] = std::move(text);
    }
    return lines_;
  }

 private:
  static constexpr std::size_t inline_size = 24;  // terms that still read well in one line

  bool gets_name(Id id, std::size_t length) const {
    if (e_[id].kind != Kind::operation || !name_shared_) return false;
    return uses_[id] > 1 || length > 200;
  }

  Text of(const Term& term) {
    if (term.kind == Kind::input) return {names_[term.a], Binding::atom};
    if (term.kind == Kind::constant)
      return {number_text(term.value), term.value < 0 ? Binding::unary : Binding::atom};
    const Text &a = texts_[term.a], &b = texts_[term.b == none ? 0 : term.b];
    if (const Infix* i = infix(term.op)) {
      // Grouped from the left as C++ does, so that the text rounds as the expression.
      return {parenthesized(a, i->binding) + i->symbol + parenthesized(b, tighter(i->binding)),
              i->binding};
    }
    if (term.op == Opcode::reciprocal)
      return {"1 / " + parenthesized(a, Binding::unary), Binding::product};
    if (term.op == Opcode::neg) return {"-" + parenthesized(a, Binding::atom), Binding::unary};
    if (term.op == Opcode::logical_not)
      return {"!" + parenthesized(a, Binding::atom), Binding::unary};
    std::string text = std::string(function_name(term.op)) + "(" + a.text;
    if (term.b != none) text += ", " + b.text;
    if (term.c != none) text += ", " + texts_[term.c].text;
    return {text + ")", Binding::atom};
  }

  const Expression& e_;
  Id root_;
  const std::vector<std::string>& names_;
  const std::string& result_;
  std::vector<Text> texts_;
  std::vector<std::size_t> uses_;
  std::vector<bool> reached_;
  bool name_shared_ = false;
  std::size_t count_ = 0;
  std::string lines_;
};

}  // namespace

std::string ScalarFunction::text(const std::vector<std::string>& names,
                                 const std::string& result) const {
  return Printer(e_, y_, names, result).print();
}

}  // namespace xg::symbolic
