#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/broadcast.hpp>

#include "ops/table.hpp"

namespace xg::test {

namespace {

const Variable<double> two_by_three(Array<double>(Shape{2, 3}, 1.));
const Variable<double> four(Array<double>(Shape{4}, 1.));

/// References are products and sums of small integers and powers of two, exact in double.
Entry binary_entry(const std::string& name, Call both, Call repeated, Input b, Literal expected,
                   const std::function<void()>& refused) {
  Entry e{.name = name};
  e.samples = shapes_of_two(both, {}, b);
  e.samples.push_back({"f(x, x)", repeated, {{{2, 3}, 0.5, 2}}});
  e.references = {{"[2, 1] [2]", both, {{{2, 1}, {1, -3}}, {{2}, {2, 4}}}, {std::move(expected)}}};
  e.refusals = {
      {refused,
       name + ": a and b must broadcast together: axis -1 has 3 and 4: a is [2, 3], b is [4]"}};
  return e;
}

void add_number(Entry& entry, const std::string& label, const Call& f, const Input& x = {}) {
  extend(entry.samples, shapes_of_one(f, x, label));
}

Entry add_entry() {
  auto e = binary_entry("add", call([](const auto& x) { return x[0] + x[1]; }),
                        call([](const auto& x) { return x[0] + x[0]; }), {},
                        {{2, 2}, {3, 5, -1, 1}}, [] { (void)(two_by_three + four); });
  add_number(e, " x + 0.5", call([](const auto& x) { return x[0] + 0.5; }));
  add_number(e, " 2 + x", call([](const auto& x) { return 2 + x[0]; }));
  return e;
}

Entry sub_entry() {
  auto e = binary_entry("sub", call([](const auto& x) { return x[0] - x[1]; }),
                        call([](const auto& x) { return x[0] - x[0]; }), {},
                        {{2, 2}, {-1, -3, -5, -7}}, [] { (void)(two_by_three - four); });
  add_number(e, " x - 0.5", call([](const auto& x) { return x[0] - 0.5; }));
  add_number(e, " 2 - x", call([](const auto& x) { return 2 - x[0]; }));
  return e;
}

Entry mul_entry() {
  auto e = binary_entry("mul", call([](const auto& x) { return x[0] * x[1]; }),
                        call([](const auto& x) { return x[0] * x[0]; }), {},
                        {{2, 2}, {2, 4, -6, -12}}, [] { (void)(two_by_three * four); });
  add_number(e, " x * 0.5", call([](const auto& x) { return x[0] * 0.5; }));
  add_number(e, " -3 * x", call([](const auto& x) { return -3 * x[0]; }));
  return e;
}

Entry div_entry() {
  auto e = binary_entry("div", call([](const auto& x) { return x[0] / x[1]; }),
                        call([](const auto& x) { return x[0] / x[0]; }), {{}, 0.5, 2},
                        {{2, 2}, {.5, .25, -1.5, -.75}}, [] { (void)(two_by_three / four); });
  add_number(e, " x / 3", call([](const auto& x) { return x[0] / 3; }));
  add_number(e, " 2 / x", call([](const auto& x) { return 2 / x[0]; }), {{}, 0.5, 2});
  return e;
}

Entry neg_entry() {
  const Call f = call([](const auto& x) { return -x[0]; });
  return {.name = "neg",
          .samples = shapes_of_one(f, {}),
          .references = {{"[2]", f, {{{2}, {1, -2}}}, {{{2}, {-1, 2}}}}}};
}

Entry broadcast_to_entry() {
  const auto to = [](Shape shape) {
    return call([shape](const auto& x) { return broadcast_to(x[0] * x[0], shape); });
  };
  Entry e{.name = "broadcast_to"};
  e.samples = {{"[] -> [2, 3]", to({2, 3}), {{{}}}},
               {"[3] -> [2, 3]", to({2, 3}), {{{3}}}},
               {"[2, 1] -> [4, 2, 3]", to({4, 2, 3}), {{{2, 1}}}},
               {"[1] -> [0]", to({0}), {{{1}}}},
               {"[2] -> [2]", to({2}), {{{2}}}}};
  e.references = {{"[2, 1] -> [2, 2]", to({2, 2}), {{{2, 1}, {1, 3}}}, {{{2, 2}, {1, 1, 9, 9}}}}};
  e.refusals = {{[] {
                   (void)broadcast_to(four, {4, 2});
                 },
                 "broadcast_to: x must broadcast to [4, 2], got [4]"}};
  return e;
}

Entry sum_to_entry() {
  const auto to = [](Shape shape) {
    return call([shape](const auto& x) { return sum_to(x[0] * x[0], shape); });
  };
  Entry e{.name = "sum_to"};
  e.samples = {{"[2, 3] -> []", to({}), {{{2, 3}}}},
               {"[2, 3] -> [3]", to({3}), {{{2, 3}}}},
               {"[4, 2, 3] -> [2, 1]", to({2, 1}), {{{4, 2, 3}}}},
               {"[0, 2] -> [2]", to({2}), {{{0, 2}}}},
               {"[2] -> [2]", to({2}), {{{2}}}}};
  e.references = {{"[2, 2] -> [2]", to({2}), {{{2, 2}, {1, 2, 3, 4}}}, {{{2}, {10, 20}}}}};
  e.refusals = {{[] { (void)sum_to(four, {3}); }, "sum_to: shape must broadcast to [4], got [3]"}};
  return e;
}

}  // namespace

Entries arithmetic_entries() {
  return {add_entry(), sub_entry(),    mul_entry(),         div_entry(),
          neg_entry(), sum_to_entry(), broadcast_to_entry()};
}

}  // namespace xg::test
