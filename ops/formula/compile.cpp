#include "xgrad/ops/formula/compile.hpp"

#include <algorithm>

#include "xgrad/core/error.hpp"

namespace xg::symbolic {
namespace {

constexpr std::size_t register_limit = kernels::constant_operand - 1;

/// Registers by term, and by term the last instruction that reads it.
class Assignment {
 public:
  Assignment(const Expression& e, const std::vector<Id>& inputs, const std::vector<Id>& outputs,
             const std::vector<bool>& is_needed)
      : registers_(e.size(), none), last_use_(e.size(), 0), inputs_(inputs.size()) {
    for (const Id input : inputs) registers_[input] = next_++;
    std::size_t count = inputs.size();
    for (Id id = 0; id < e.size(); ++id) {
      if (!is_needed[id] || registers_[id] != none) continue;
      ++count;
      for_each_operand(e[id], [&](Id operand) { last_use_[operand] = id; });
    }
    for (const Id output : outputs) last_use_[output] = none;
    // A register a term suits the optimiser best; only a huge formula needs to share them here.
    share_ = count > register_limit / 2;
  }

  Id operator[](Id term) const { return registers_[term]; }
  std::size_t count() const { return next_; }

  void release_after(const Expression& e, Id id) {
    if (!share_) return;
    for_each_operand(e[id], [&](Id operand) {
      const Id r = registers_[operand];
      if (last_use_[operand] != id || r == none || r < inputs_) return;
      last_use_[operand] = 0;  // once, also when an operand is read twice
      free_.push_back(r);
    });
  }
  void assign(Id id) {
    if (!free_.empty()) {
      registers_[id] = free_.back();
      free_.pop_back();
      return;
    }
    if (next_ >= register_limit)
      throw ValueError("map: formula must fit 32767 registers, got one with more live values");
    registers_[id] = next_++;
  }

 private:
  std::vector<Id> registers_, last_use_, free_;
  std::size_t inputs_;
  Id next_ = 0;
  bool share_ = false;
};

}  // namespace

std::vector<bool> needed(const Expression& e, const std::vector<Id>& inputs,
                         const std::vector<Id>& outputs) {
  std::vector<bool> given(e.size(), false), result(e.size(), false);
  for (const Id input : inputs) given[input] = true;
  for (const Id output : outputs) result[output] = true;
  for (Id id = static_cast<Id>(e.size()); id-- > 0;) {
    if (!result[id] || given[id]) continue;
    for_each_operand(e[id], [&](Id operand) { result[operand] = true; });
  }
  return result;
}

kernels::Program compile(const Expression& e, const std::vector<Id>& inputs,
                         const std::vector<Id>& outputs) {
  const std::vector<bool> is_needed = needed(e, inputs, outputs);
  Assignment registers(e, inputs, outputs, is_needed);
  kernels::Program program;
  std::vector<Id> constants(e.size(), none);
  const auto operand = [&](Id id) -> std::uint16_t {
    if (id == none) return 0;
    if (registers[id] != none) return static_cast<std::uint16_t>(registers[id]);
    if (constants[id] == none) {  // a constant: every other operand has a register by now
      constants[id] = static_cast<Id>(program.constants.size());
      program.constants.push_back(e[id].value);
    }
    return static_cast<std::uint16_t>(kernels::constant_operand | constants[id]);
  };
  for (Id id = 0; id < e.size(); ++id) {
    const Term& term = e[id];
    if (!is_needed[id] || term.kind != Kind::operation || registers[id] != none) continue;
    kernels::Instruction code{term.op, 0, operand(term.a), operand(term.b), operand(term.c)};
    registers.release_after(e, id);
    registers.assign(id);
    code.out = static_cast<std::uint16_t>(registers[id]);
    program.code.push_back(code);
  }
  for (const Id output : outputs) program.outputs.push_back(operand(output));
  program.inputs = static_cast<std::uint16_t>(inputs.size());
  program.registers = static_cast<std::uint16_t>(registers.count());
  if (program.constants.size() > register_limit)
    throw ValueError("map: formula must have at most 32766 constants, got " +
                     std::to_string(program.constants.size()));
  return program;
}

int cost(Opcode op) {
  switch (op) {
    case Opcode::div:
    case Opcode::reciprocal:
    case Opcode::sqrt:
    case Opcode::rsqrt:
      return 4;
    case Opcode::pow:
    case Opcode::lgamma:
    case Opcode::digamma:
    case Opcode::trigamma:
    case Opcode::atan2:
    case Opcode::hypot:
    case Opcode::fmod:
      return 30;
    case Opcode::copysign:
    case Opcode::abs:
    case Opcode::sign:
    case Opcode::square:
    case Opcode::neg:
      return 1;
    default:
      return op >= Opcode::cbrt && op <= Opcode::erfc && op != Opcode::relu ? 10 : 1;
  }
}

}  // namespace xg::symbolic
