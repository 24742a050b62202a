#include "xgrad/core/kernels/program.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "xgrad/core/kernels/elementwise.hpp"
#include "xgrad/core/parallel.hpp"

using namespace xg::kernels;

namespace {

constexpr std::uint16_t C = constant_operand;

// x * sigmoid(x) + 0.5 * tanh(x), and x again, from registers written once, with a dead
// instruction.
Program swish_and_tanh() {
  Program p;
  p.inputs = 1;
  p.registers = 8;
  p.constants = {0.5};
  p.code = {{Opcode::sigmoid, 1, 0},  {Opcode::mul, 2, 0, 1}, {Opcode::tanh, 3, 0},
            {Opcode::constant, 4, 0}, {Opcode::mul, 5, 3, 4}, {Opcode::exp, 6, 0},
            {Opcode::add, 7, 2, 5}};
  p.outputs = {7, 0};
  return p;
}

template <class T>
std::vector<std::vector<T>> run_all(const Program& p, const std::vector<std::vector<T>>& inputs,
                                    const std::vector<std::vector<std::ptrdiff_t>>& strides,
                                    const std::vector<std::size_t>& shape) {
  std::size_t n = 1;
  for (const std::size_t d : shape) n *= d;
  std::vector<Operand<T>> operands;
  for (std::size_t k = 0; k < inputs.size(); ++k)
    operands.push_back({inputs[k].data(), strides[k].data()});
  std::vector<std::vector<T>> outputs(p.outputs.size(), std::vector<T>(n));
  std::vector<T*> pointers;
  for (auto& o : outputs) pointers.push_back(o.data());
  run<T>(p, operands.data(), pointers.data(), shape.data(), shape.size());
  return outputs;
}

template <class T>
std::vector<T> ramp(std::size_t n) {
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(i % 97) / 16 - 3;
  return x;
}

}  // namespace

TEMPLATE_TEST_CASE("program: a formula over any length, as written and optimized",
                   "[core][program]", float, double) {
  for (const std::size_t n : {0UL, 1UL, 7UL, 511UL, 512UL, 513UL, 5000UL, 70000UL}) {
    const auto x = ramp<TestType>(n);
    for (const bool optimized : {false, true}) {
      const Program p = optimized ? optimize(swish_and_tanh()) : swish_and_tanh();
      const auto y = run_all<TestType>(p, {x}, {{1}}, {n});
      CAPTURE(n, optimized);
      bool close = true;
      for (std::size_t i = 0; i < n; ++i) {
        const double v = static_cast<double>(x[i]),
                     exact = v / (1 + std::exp(-v)) + 0.5 * std::tanh(v);
        close &= std::abs(static_cast<double>(y[0][i]) - exact) <= 1e-6;
      }
      CHECK(close);
      CHECK(y[1] == x);
    }
  }
}

TEST_CASE("program: optimize drops, fuses and reuses", "[core][program]") {
  const Program p = optimize(swish_and_tanh());
  CHECK(p.code.size() == 4);  // sigmoid, tanh, mul, fma
  CHECK(p.registers <= 4);
  CHECK(std::count_if(p.code.begin(), p.code.end(),
                      [](const auto& i) { return i.op == Opcode::fma; }) == 1);
  CHECK(p.outputs[1] == 0);

  Program twice;  // the same sine three times, one under another name; outputs that are a constant
                  // and repeated
  twice.inputs = 1;
  twice.registers = 6;
  twice.constants = {2};
  twice.code = {{Opcode::sin, 1, 0},    {Opcode::copy, 2, 0},     {Opcode::sin, 3, 2},
                {Opcode::mul, 4, 1, 3}, {Opcode::constant, 5, 0}, {Opcode::sin, 3, 0},
                {Opcode::sub, 1, 4, 3}};
  twice.outputs = {1, 5, 1};
  const Program q = optimize(twice);
  CHECK(q.code.size() == 3);
  CHECK(q.outputs == std::vector<std::uint16_t>{q.code[2].out, C, q.code[2].out});
  const auto y = run_all<double>(q, {{0.5, 1, 2}}, {{1}}, {3}),
             z = run_all<double>(twice, {{0.5, 1, 2}}, {{1}}, {3});
  CHECK(y == z);
  CHECK(y[1] == std::vector<double>{2, 2, 2});
  CHECK(y[0][1] == Approx(std::sin(1.) * std::sin(1.) - std::sin(1.)));
}

TEST_CASE("program: random programs give the same values optimized", "[core][program]") {
  std::mt19937 engine(11);
  const auto pick = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine);
  };
  // Exact on small integers, so that an fma or another order changes nothing.
  const Opcode ops[] = {Opcode::add,    Opcode::sub, Opcode::min,  Opcode::max,      Opcode::lt,
                        Opcode::select, Opcode::neg, Opcode::copy, Opcode::constant, Opcode::relu,
                        Opcode::fma,    Opcode::mul, Opcode::sign};
  for (int trial = 0; trial < 300; ++trial) {
    Program p;
    p.inputs = 2;
    p.registers = 9;
    p.constants = {1, -2, 0.5};
    std::vector<std::uint16_t> readable = {0, 1, C, C + 1, C + 2};
    const std::size_t length = 1 + pick(20);
    for (std::size_t k = 0; k < length; ++k) {
      Instruction i{ops[pick(std::size(ops))], static_cast<std::uint16_t>(2 + pick(7)), 0, 0, 0};
      i.a = i.op == Opcode::constant ? static_cast<std::uint16_t>(pick(3))
                                     : readable[pick(readable.size())];
      i.b = readable[pick(readable.size())];
      i.c = readable[pick(readable.size())];
      p.code.push_back(i);
      readable.push_back(i.out);
    }
    for (int k = 0; k < 3; ++k) p.outputs.push_back(readable[pick(readable.size())]);
    std::vector<double> x(40), column = {-1, 0, 1, 2};
    for (double& v : x) v = static_cast<double>(pick(5)) - 2;
    const std::vector<std::vector<std::ptrdiff_t>> strides = {{10, 1}, {1, 0}};
    const auto plain = run_all<double>(p, {x, column}, strides, {4, 10});
    const auto optimized = run_all<double>(optimize(p), {x, column}, strides, {4, 10});
    CAPTURE(trial);
    bool same = true;
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t i = 0; i < 40; ++i) {
        const double a = plain[k][i], b = optimized[k][i];
        same &= a == b || std::abs(a - b) <= 1e-12 * std::abs(a) ||
                (!std::isfinite(a) && !std::isfinite(b));
      }
    }
    CHECK(same);
  }
}

TEMPLATE_TEST_CASE("program: broadcast inputs", "[core][program]", float, double) {
  Program p;
  p.inputs = 3;
  p.registers = 5;
  p.code = {{Opcode::mul, 3, 0, 1}, {Opcode::sub, 4, 3, 2}};
  p.outputs = {4, 1};
  for (const std::size_t columns : {1UL, 3UL, 129UL, 2000UL}) {
    const std::size_t rows = 37;
    const auto x = ramp<TestType>(rows * columns), column = ramp<TestType>(rows);
    const std::vector<TestType> scalar = {2.5};
    const auto wide = static_cast<std::ptrdiff_t>(columns);
    const auto y =
        run_all<TestType>(p, {x, column, scalar}, {{wide, 1}, {1, 0}, {0, 0}}, {rows, columns});
    std::vector<TestType> product(x.size()), repeated(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      repeated[i] = column[i / columns];
      product[i] = x[i] * repeated[i];
      product[i] -= scalar[0];
    }
    CAPTURE(columns);
    CHECK(y[0] == product);
    CHECK(y[1] == repeated);
  }
}

TEMPLATE_TEST_CASE("program: every opcode calls its kernel", "[core][program]", float, double) {
  const auto a = ramp<TestType>(200), b = ramp<TestType>(300);
  const std::vector<TestType> second(b.begin() + 50, b.begin() + 250);
  for (int k = 0; k <= static_cast<int>(Opcode::select); ++k) {
    const auto op = static_cast<Opcode>(k);
    if (arity(op) != 1 && arity(op) != 2) continue;
    Program p;
    p.inputs = 2;
    p.registers = 3;
    p.code = {{op, 2, 0, 1}};
    p.outputs = {2};
    const auto y = run_all<TestType>(p, {a, second}, {{1}, {1}}, {200});
    std::vector<TestType> expected = a;
    if (op >= Opcode::add) {
      binary(static_cast<Binary>(k - static_cast<int>(Opcode::add)), a.data(), second.data(),
             expected.data(), 200);
    } else if (op != Opcode::copy) {
      unary(static_cast<Unary>(k - static_cast<int>(Opcode::neg)), a.data(), expected.data(), 200);
    }
    CAPTURE(name(op));
    CHECK(std::memcmp(y[0].data(), expected.data(), 200 * sizeof(TestType)) == 0);
  }
}

TEST_CASE("program: an output may be an input's memory", "[core][program]") {
  const Program p = optimize(swish_and_tanh());
  auto x = ramp<float>(3000);
  const auto expected = run_all<float>(p, {x}, {{1}}, {3000});
  std::vector<float> other(3000);
  const std::ptrdiff_t stride = 1;
  const std::size_t shape = 3000;
  const Operand<float> input{x.data(), &stride};
  float* const outputs[] = {x.data(), other.data()};
  Program first = p;
  first.outputs.pop_back();
  run<float>(first, &input, outputs, &shape, 1);
  CHECK(x == expected[0]);
}

TEST_CASE("program: one and two threads give the same bits", "[core][program]") {
  const int before = xg::get_num_threads();
  const auto x = ramp<float>(100001);
  xg::set_num_threads(1);
  const auto one = run_all<float>(swish_and_tanh(), {x}, {{1}}, {100001});
  xg::set_num_threads(2);
  const auto two = run_all<float>(swish_and_tanh(), {x}, {{1}}, {100001});
  xg::set_num_threads(before);
  CHECK(one == two);
}

TEST_CASE("program: names and arities", "[core][program]") {
  CHECK(std::string(name(Opcode::constant)) == "constant");
  CHECK(std::string(name(Opcode::log_sigmoid)) == "log_sigmoid");
  CHECK(std::string(name(Opcode::select)) == "select");
  CHECK(arity(Opcode::constant) == 0);
  CHECK(arity(Opcode::isfinite) == 1);
  CHECK(arity(Opcode::logical_or) == 2);
  CHECK(arity(Opcode::fma) == 3);
}
