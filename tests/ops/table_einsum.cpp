// Reference values: PyTorch 2.15, double.

#include <xgrad/ops/einsum.hpp>

#include "ops/table.hpp"

namespace xg::test {

namespace {

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }

Call equation(const char* text) {
  return call([text]<class T>(const Variables<T>& x) { return einsum<T>(text, x); });
}

std::vector<Sample> samples() {
  struct Case {
    const char* text;
    std::vector<Input> inputs;
  };
  const Case cases[] = {
      {"ij,jk->ik", {{{2, 3}}, {{3, 2}}}},
      {"ij,kj->ik", {{{2, 3}}, {{2, 3}}}},
      {"ji,kj->ik", {{{3, 2}}, {{2, 3}}}},
      {"ij,jk->ki", {{{2, 3}}, {{3, 2}}}},
      {"bij,bjk->bik", {{{2, 2, 3}}, {{2, 3, 2}}}},
      {"bhqd,bhkd->bhqk", {{{1, 2, 2, 3}}, {{1, 2, 3, 3}}}},
      {"bi,bj->bij", {{{2, 3}}, {{2, 2}}}},
      {"ij,ij->i", {{{2, 3}}, {{2, 3}}}},
      {"ij,ij->", {{{2, 3}}, {{2, 3}}}},
      {"ij,ji", {{{2, 3}}, {{3, 2}}}},
      {"ii->i", {{{3, 3}}}},
      {"ii", {{{3, 3}}}},
      {"iji->j", {{{2, 3, 2}}}},
      {"iij,j->i", {{{2, 2, 3}}, {{3}}}},
      {"iii", {{{2, 2, 2}}}},
      {"ij->", {{{2, 3}}}},
      {"ij->j", {{{2, 3}}}},
      {"ba", {{{2, 3}}}},
      {"...ij->...ji", {{{2, 1, 2, 3}}}},
      {"...i,ij,j->...", {{{2, 2, 3}}, {{3, 2}}, {{2}}}},
      {"...,...", {{{2, 1}}, {{3}}}},
      {"i...,i...->...", {{{2, 3}}, {{2, 1}}}},
      {"i...->i", {{{2, 3, 2}}}},
      {"ij,jk,kl->il", {{{2, 3}}, {{3, 2}}, {{2, 2}}}},
      {"i,i,i->i", {{{3}}, {{3}}, {{3}}}},
      {"ij,jk,ki->", {{{2, 3}}, {{3, 2}}, {{2, 2}}}},
      {"ij,jk", {{{2, 1}}, {{3, 2}}}},
      {",ij->ij", {{{}}, {{2, 3}}}},
      {" i , j -> i j ", {{{2}}, {{3}}}},
      {"", {{{}}}},
      {"ij,jk->ik", {{{2, 0}}, {{0, 2}}}},
      {"bij,bjk->bik", {{{0, 2, 3}}, {{0, 3, 2}}}},
      {"ii->i", {{{0, 0}}}},
  };
  std::vector<Sample> list;
  for (const Case& c : cases) list.push_back({c.text, equation(c.text), c.inputs});
  list.push_back(
      {"f(x, x)", call([](const auto& x) { return einsum("ij,jk", x[0], x[0]); }), {{{2, 2}}}});
  return list;
}

std::vector<Refusal> refusals() {
  const auto a = ones({2, 3});
  const auto refused = [](auto f, const char* text) { return Refusal{f, text}; };
  return {
      refused([a] { (void)einsum("ij,jk->ik", a); },
              "einsum: xs must hold an operand for each term of 'ij,jk->ik', got 1"),
      refused([a] { (void)einsum("i1->i", a); },
              "einsum: equation must hold letters, commas, '...' and one '->' alone, got i1->i"),
      refused([a] { (void)einsum("ij->i->j", a); },
              "einsum: equation must hold letters, commas, '...' and one '->' alone, got ij->i->j"),
      refused([a] { (void)einsum("...i...", a); },
              "einsum: equation must have at most one '...' a term, got ...i..."),
      refused([a] { (void)einsum("ij->iij", a); },
              "einsum: equation must name each letter once in its result, got ij->iij"),
      refused([a] { (void)einsum("ij->ik", a); },
              "einsum: equation must name letters of the operands in its result, got ij->ik"),
      refused([a] { (void)einsum("i", a); }, "einsum: operand 0 must have rank 1, got [2, 3]"),
      refused([a] { (void)einsum("...ijk", a); },
              "einsum: operand 0 must have rank >= 3, got [2, 3]"),
      refused([a] { (void)einsum("ij,jk", a, a); },
              "einsum: operand 1 must have extent 3 (or 1) for 'j', got [2, 3]"),
      refused(
          [a] {
            (void)einsum("ii", ones({1, 3}));
          },
          "einsum: an operand must have equal extents where it repeats 'i', got [1, 3]")};
}

}  // namespace

Entries einsum_entries() {
  const Literal a{{2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7}}, b{{2, 2, 2}, {-3, -2, -1, 0, 1, 2, 3, 4}};
  return {{.name = "einsum",
           .samples = samples(),
           .references =
               {{"bij,bjk->ki", equation("bij,bjk->ki"), {a, b}, {{{2, 2}, {18, 18, 28, 36}}}},
                {"ii", equation("ii"), {{{2, 2}, {1, 2, 3, 4}}}, {{{}, {5}}}},
                {"ba",
                 equation("ba"),
                 {{{2, 3}, {0, 5, 1, 6, 7, -1}}},
                 {{{3, 2}, {0, 6, 5, 7, 1, -1}}}},
                {"...i,ij,j->...",
                 equation("...i,ij,j->..."),
                 {a, {{2, 2}, {1, 2, 3, 4}}, {{2}, {1, -1}}},
                 {{{2, 2}, {-1, -5, -9, -13}}}}},
           .refusals = refusals()}};
}

}  // namespace xg::test
