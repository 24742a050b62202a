#include "xgrad/core/kernels/program.hpp"

#include "xgrad/core/kernels/elementwise_layout.hpp"
#include "xgrad/core/kernels/elementwise_table.hpp"

namespace xg::kernels {
namespace {

constexpr auto first_unary = static_cast<std::size_t>(Opcode::neg);
constexpr auto first_binary = static_cast<std::size_t>(Opcode::add);
static_assert(static_cast<std::size_t>(Opcode::isfinite) - first_unary ==
              static_cast<std::size_t>(Unary::isfinite));
static_assert(static_cast<std::size_t>(Opcode::logical_or) - first_binary ==
              static_cast<std::size_t>(Binary::logical_or));

// Elements of a block: some twenty registers of it fit the first-level cache.
template <class T>
constexpr std::size_t block = 2048 / sizeof(T);

// A register's value in the current block. One that is the same for all elements is kept once.
template <class T>
struct Register {
  const T* data = nullptr;
  T* storage = nullptr;
  bool repeated = false;
};

// One thread's registers, and the program run on them a block at a time.
template <class T>
class Machine {
 public:
  Machine(const Program& program, const T* constants, T* const* outputs, const bool* direct)
      : program_(program),
        table_(elementwise_table<T>()),
        constants_(constants),
        outputs_(outputs),
        direct_(direct),
        memory_((program.registers - program.inputs) * block<T>),
        registers_(program.registers) {
    for (std::size_t r = program.inputs; r < program.registers; ++r) {
      registers_.data()[r] = {};
      registers_.data()[r].storage = memory_.data() + (r - program.inputs) * block<T>;
    }
  }

  void operator()(const Span<T>* inputs, std::size_t begin, std::size_t n) const {
    for (std::size_t r = 0; r < program_.inputs; ++r) {
      registers_.data()[r] = {inputs[r].data, nullptr, inputs[r].repeated};
    }
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      if (direct_[k]) registers_.data()[program_.outputs[k]].storage = outputs_[k] + begin;
    }
    for (const Instruction& i : program_.code) execute(i, n);
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      deliver(operand(program_.outputs[k]), outputs_[k] + begin, n);
    }
  }

 private:
  Register<T> operand(std::uint16_t index) const {
    if ((index & constant_operand) == 0) return registers_.data()[index];
    return {constants_ + (index & ~constant_operand), nullptr, true};
  }

  void execute(const Instruction& i, std::size_t n) const {
    Register<T>& out = registers_.data()[i.out];
    const auto op = static_cast<std::size_t>(i.op);
    if (i.op == Opcode::constant) {
      *out.storage = constants_[i.a];
      out.repeated = true;
    } else if (i.op == Opcode::copy) {
      const auto a = operand(i.a);
      out.repeated = a.repeated;
      table_.copy(a.data, out.storage, a.repeated ? 1 : n);
    } else if (op < first_binary) {
      const auto a = operand(i.a);
      out.repeated = a.repeated;
      table_.unary[op - first_unary](a.data, out.storage, a.repeated ? 1 : n);
    } else if (i.op < Opcode::fma) {
      binary(op - first_binary, operand(i.a), operand(i.b), out, n);
    } else {
      ternary(i.op == Opcode::fma ? table_.fma : table_.select, operand(i.a), operand(i.b),
              operand(i.c), out, n);
    }
    out.data = out.storage;
  }

  void binary(std::size_t op, const Register<T>& a, const Register<T>& b, Register<T>& out,
              std::size_t n) const {
    out.repeated = a.repeated && b.repeated;
    if (out.repeated) n = 1;
    const auto loop = out.repeated || !(a.repeated || b.repeated) ? table_.vector_vector[op]
                      : a.repeated                                ? table_.scalar_vector[op]
                                                                  : table_.vector_scalar[op];
    loop(a.data, b.data, out.storage, n);
  }

  void ternary(const typename ElementwiseTable<T>::TernaryLoop* loops, const Register<T>& a,
               const Register<T>& b, const Register<T>& c, Register<T>& out, std::size_t n) const {
    out.repeated = a.repeated && b.repeated && c.repeated;
    if (out.repeated) n = 1;
    loops[(a.repeated ? 1 : 0) | (b.repeated ? 2 : 0) | (c.repeated ? 4 : 0)](
        a.data, b.data, c.data, out.storage, n);
  }

  void deliver(const Register<T>& value, T* y, std::size_t n) const {
    if (value.repeated) {
      const T same = *value.data;  // may be y's own first element
      table_.fill(&same, y, n);
    } else {
      table_.copy(value.data, y, n);
    }
  }

  const Program& program_;
  const ElementwiseTable<T>& table_;
  const T* constants_;
  T* const* outputs_;
  const bool* direct_;
  Scratch<T> memory_;
  Scratch<Register<T>> registers_;
};

// An output's register may live in the output's own memory, unless that is an input's too (it would
// be overwritten before its last use) or the register serves a second output.
template <class T>
bool lives_in_output(const Program& program, const Operand<T>* inputs, T* const* outputs,
                     std::size_t k) {
  const std::uint16_t r = program.outputs[k];
  if (r < program.inputs || (r & constant_operand) != 0) return false;
  for (std::size_t i = 0; i < program.inputs; ++i) {
    if (inputs[i].data == outputs[k]) return false;
  }
  for (std::size_t j = 0; j < k; ++j) {
    if (program.outputs[j] == r) return false;
  }
  return true;
}

}  // namespace

template <class T>
void run(const Program& program, const Operand<T>* inputs, T* const* outputs,
         const std::size_t* shape, std::size_t rank) {
  const Layout layout([&](std::size_t k) { return inputs[k].strides; }, program.inputs, shape,
                      rank);
  const Scratch<T> constants(program.constants.size());
  for (std::size_t k = 0; k < program.constants.size(); ++k) {
    constants.data()[k] = static_cast<T>(program.constants[k]);
  }
  const Scratch<bool> direct(program.outputs.size());
  for (std::size_t k = 0; k < program.outputs.size(); ++k) {
    direct.data()[k] = lives_in_output(program, inputs, outputs, k);
  }
  for_each_span(layout, inputs, block<T>, 128,
                [&] { return Machine<T>(program, constants.data(), outputs, direct.data()); });
}

template void run(const Program&, const Operand<float>*, float* const*, const std::size_t*,
                  std::size_t);
template void run(const Program&, const Operand<double>*, double* const*, const std::size_t*,
                  std::size_t);

}  // namespace xg::kernels
