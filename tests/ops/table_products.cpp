#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/shape.hpp>

#include "ops/table.hpp"

namespace xg::test {

namespace {

const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
const Variable<double> three(Array<double>(Shape{3}, 1.));
const Variable<double> two(Array<double>(Shape{2}, 1.));
const Variable<double> one(Array<double>(Shape{}, 1.));

Entry matmul_entry() {
  const Call f = call([](const auto& x) { return matmul(x[0], x[1]); });
  Entry e{.name = "matmul"};
  const std::pair<Shape, Shape> pairs[] = {
      {{2, 3}, {3, 4}},   {{3}, {3}},          {{3}, {3, 4}},       {{2, 3}, {3}},
      {{1, 1}, {1, 1}},   {{2, 2, 3}, {3, 2}}, {{2, 3}, {2, 3, 2}}, {{2, 1, 2, 3}, {3, 3, 2}},
      {{2, 2, 3}, {3}},   {{3}, {2, 3, 2}},    {{0, 3}, {3, 2}},    {{2, 0}, {0, 2}},
      {{2, 2, 1}, {1, 3}}};
  for (const auto& [a, b] : pairs)
    e.samples.push_back({to_string(a) + " " + to_string(b), f, {{a}, {b}}});
  e.samples.push_back(
      {"f(x, x)", call([](const auto& x) { return matmul(x[0], x[0]); }), {{{3, 3}}}});
  e.references = {{"integers",
                   f,
                   {{{2, 2}, {1, 2, 3, 4}}, {{2, 2}, {5, 6, 7, 8}}},
                   {{{2, 2}, {19, 22, 43, 50}}}}};
  e.refusals = {{[] { (void)matmul(box, box); },
                 "matmul: a.shape[-1] == b.shape[-2] failed: a is [2, 3], b is [2, 3]"},
                {[] { (void)matmul(one, box); }, "matmul: a must have rank >= 1, got []"}};
  return e;
}

Entry linear_entry() {
  const Call f = call([](const auto& x) { return linear(x[0], x[1], x[2]); });
  const Call plain = call([](const auto& x) { return linear(x[0], x[1]); });
  Entry e{.name = "linear"};
  e.samples = {{"[4, 3]", f, {{{4, 3}}, {{2, 3}}, {{2}}}},
               {"[3]", f, {{{3}}, {{2, 3}}, {{2}}}},
               {"[2, 2, 3]", f, {{{2, 2, 3}}, {{2, 3}}, {{2}}}},
               {"empty", f, {{{0, 3}}, {{2, 3}}, {{2}}}},
               {"no bias", plain, {{{4, 3}}, {{2, 3}}}},
               {"weights [3] of [4, 3]", f, {{{4, 3}}, {{3}}, {{}}}},
               {"weights [3] of [3], no bias", plain, {{{3}}, {{3}}}},
               {"weights [3] of nothing", f, {{{0, 2, 3}}, {{3}}, {{}}}}};
  e.references = {{"integers",
                   f,
                   {{{1, 2}, {1, 2}}, {{2, 2}, {3, 4, 5, 6}}, {{2}, {10, 20}}},
                   {{{1, 2}, {21, 37}}}},
                  {"a vector of weights",
                   f,
                   {{{2, 3}, {1, 2, 3, 4, 5, 6}}, {{3}, {1, 2, 3}}, {{}, {10}}},
                   {{{2}, {24, 42}}}}};
  e.refusals = {{[] { (void)linear(three, one); }, "linear: weight must have rank 2, got []"},
                {[] { (void)linear(box, two); },
                 "linear: x.shape[-1] == weight.shape[0] failed: x is [2, 3], weight is [2]"},
                {[] { (void)linear(box, three, three); }, "linear: bias must have rank 0, got [3]"},
                {[] { (void)linear(box, box, three); },
                 "linear: bias.shape[0] == weight.shape[0] failed: bias is [3], weight is [2, 3]"}};
  return e;
}

Entry dot_entry() {
  const Call f = call([](const auto& x) { return dot(x[0], x[1]); });
  return {.name = "dot",
          .samples = {{"[4]", f, {{{4}}, {{4}}}},
                      {"f(x, x)", call([](const auto& x) { return dot(x[0], x[0]); }), {{{3}}}},
                      {"reshaped: an odd number of reshapes, so that negating all shows",
                       call([](const auto& x) { return dot(reshape(x[0], {4}), x[1]); }),
                       {{{2, 2}}, {{4}}}},
                      {"empty", f, {{{0}}, {{0}}}}},
          .references = {{"[3]", f, {{{3}, {1, 2, 3}}, {{3}, {4, 5, 6}}}, {{{}, {32}}}}},
          .refusals = {{[] { (void)dot(box, three); }, "dot: a must have rank 1, got [2, 3]"}}};
}

Entry outer_entry() {
  const Call f = call([](const auto& x) { return outer(x[0], x[1]); });
  return {.name = "outer",
          .samples = {{"[2] [3]", f, {{{2}}, {{3}}}},
                      {"f(x, x)", call([](const auto& x) { return outer(x[0], x[0]); }), {{{3}}}},
                      {"empty", f, {{{0}}, {{2}}}}},
          .references = {{"[2] [2]", f, {{{2}, {1, 2}}, {{2}, {3, 4}}}, {{{2, 2}, {3, 4, 6, 8}}}}},
          .refusals = {{[] { (void)outer(three, box); }, "outer: b must have rank 1, got [2, 3]"}}};
}

}  // namespace

Entries product_entries() { return {matmul_entry(), linear_entry(), dot_entry(), outer_entry()}; }

}  // namespace xg::test
