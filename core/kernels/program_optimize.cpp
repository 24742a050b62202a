#include <algorithm>
#include <map>
#include <tuple>

#include "xgrad/core/kernels/program.hpp"

namespace xg::kernels {
namespace {

// The program with a fresh register for every value: instruction i writes register inputs + i.
class Values {
 public:
  explicit Values(const Program& program) : inputs_(program.inputs) {
    std::vector<std::uint32_t> held(program.registers);
    for (std::uint32_t r = 0; r < inputs_; ++r) held[r] = r;
    const auto value = [&](std::uint16_t operand) -> std::uint32_t {
      return (operand & constant_operand) != 0 ? constant | (operand & ~constant_operand)
                                               : held[operand];
    };
    for (const Instruction& i : program.code) {
      if (i.op == Opcode::constant) {
        held[i.out] = constant | i.a;
      } else if (i.op == Opcode::copy) {
        held[i.out] = value(i.a);
      } else {
        const int n = arity(i.op);
        held[i.out] = add({i.op, value(i.a), n > 1 ? value(i.b) : 0, n > 2 ? value(i.c) : 0});
      }
    }
    for (const std::uint16_t operand : program.outputs) outputs_.push_back(value(operand));
  }

  // a * b + c or c + a * b, where nobody else reads the product.
  void fuse() {
    const auto reads = count_reads();
    for (Value& v : values_) {
      if (v.op != Opcode::add) continue;
      for (const auto& [product, other] : {std::pair(v.a, v.b), std::pair(v.b, v.a)}) {
        if (!is_value(product) || reads[product - inputs_] != 1) continue;
        const Value& m = values_[product - inputs_];
        if (m.op != Opcode::mul) continue;
        v = {Opcode::fma, m.a, m.b, other};
        break;
      }
    }
  }

  // Instructions that an output needs, on registers that are free again after their last read.
  void emit(Program& out) const {
    const auto last = last_reads();
    std::vector<std::uint16_t> home(values_.size()), free;
    std::uint16_t next = static_cast<std::uint16_t>(inputs_);
    const auto place = [&](std::uint32_t v) -> std::uint16_t {
      if ((v & constant) != 0)
        return static_cast<std::uint16_t>(constant_operand | (v & ~constant));
      return v < inputs_ ? static_cast<std::uint16_t>(v) : home[v - inputs_];
    };
    for (std::uint32_t i = 0; i < values_.size(); ++i) {
      if (last[i] == never) continue;
      const Value& v = values_[i];
      const int n = arity(v.op);
      Instruction code{v.op, 0, place(v.a), 0, 0};
      if (n > 1) code.b = place(v.b);
      if (n > 2) code.c = place(v.c);
      // Operands that end here give their register first: elementwise, out may be an operand.
      for (const std::uint32_t operand : {v.a, n > 1 ? v.b : v.a, n > 2 ? v.c : v.a}) {
        if (!is_value(operand) || last[operand - inputs_] != i) continue;
        const std::uint16_t r = home[operand - inputs_];
        if (std::find(free.begin(), free.end(), r) == free.end()) free.push_back(r);
      }
      if (free.empty()) free.push_back(next++);
      code.out = home[i] = free.back();
      free.pop_back();
      out.code.push_back(code);
    }
    out.registers = next;
    for (const std::uint32_t v : outputs_) out.outputs.push_back(place(v));
  }

 private:
  struct Value {
    Opcode op;
    std::uint32_t a, b, c;
  };
  static constexpr std::uint32_t constant = 0x80000000, never = 0xffffffff;

  bool is_value(std::uint32_t v) const { return (v & constant) == 0 && v >= inputs_; }

  // The same operation on the same operands is done once.
  std::uint32_t add(const Value& v) {
    const auto next = static_cast<std::uint32_t>(inputs_ + values_.size());
    const auto [at, fresh] = known_.emplace(std::tuple(v.op, v.a, v.b, v.c), next);
    if (fresh) values_.push_back(v);
    return at->second;
  }

  template <class F>
  void for_operands(const Value& v, F&& f) const {
    const int n = arity(v.op);
    if (is_value(v.a)) f(v.a - inputs_);
    if (n > 1 && is_value(v.b)) f(v.b - inputs_);
    if (n > 2 && is_value(v.c)) f(v.c - inputs_);
  }

  std::vector<std::uint32_t> count_reads() const {
    std::vector<std::uint32_t> reads(values_.size(), 0);
    for (const Value& v : values_) for_operands(v, [&](std::uint32_t o) { ++reads[o]; });
    for (const std::uint32_t v : outputs_) {
      if (is_value(v)) ++reads[v - inputs_];
    }
    return reads;
  }

  // The last value that reads each; the number of values for an output; `never` for what no output
  // needs.
  std::vector<std::uint32_t> last_reads() const {
    std::vector<std::uint32_t> last(values_.size(), never);
    for (const std::uint32_t v : outputs_) {
      if (is_value(v)) last[v - inputs_] = static_cast<std::uint32_t>(values_.size());
    }
    for (auto i = static_cast<std::uint32_t>(values_.size()); i-- > 0;) {
      if (last[i] == never) continue;
      for_operands(values_[i], [&](std::uint32_t o) {
        if (last[o] == never) last[o] = i;
      });
    }
    return last;
  }

  std::uint32_t inputs_;
  std::vector<Value> values_;
  std::vector<std::uint32_t> outputs_;
  std::map<std::tuple<Opcode, std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> known_;
};

}  // namespace

int arity(Opcode op) {
  if (op == Opcode::constant) return 0;
  if (op < Opcode::add) return 1;
  return op < Opcode::fma ? 2 : 3;
}

const char* name(Opcode op) {
  static constexpr const char* names[] = {
      "constant",    "copy",        "neg",         "abs",      "sign",   "square", "reciprocal",
      "sqrt",        "rsqrt",       "cbrt",        "exp",      "exp2",   "expm1",  "log",
      "log2",        "log10",       "log1p",       "sin",      "cos",    "tan",    "asin",
      "acos",        "atan",        "sinh",        "cosh",     "tanh",   "asinh",  "acosh",
      "atanh",       "sigmoid",     "log_sigmoid", "softplus", "relu",   "erf",    "erfc",
      "lgamma",      "digamma",     "trigamma",    "floor",    "ceil",   "round",  "trunc",
      "logical_not", "isnan",       "isinf",       "isfinite", "add",    "sub",    "mul",
      "div",         "min",         "max",         "pow",      "atan2",  "hypot",  "fmod",
      "remainder",   "copysign",    "lt",          "le",       "gt",     "ge",     "eq",
      "ne",          "logical_and", "logical_or",  "fma",      "select",
  };
  static_assert(sizeof(names) / sizeof(*names) == static_cast<std::size_t>(Opcode::select) + 1);
  return names[static_cast<std::size_t>(op)];
}

Program optimize(const Program& program) {
  Values values(program);
  values.fuse();
  Program out;
  out.constants = program.constants;
  out.inputs = program.inputs;
  values.emit(out);
  return out;
}

}  // namespace xg::kernels
