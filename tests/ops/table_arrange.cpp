// References: torch 2.15.
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/pad.hpp>

#include "ops/entry_helpers.hpp"

namespace xg::test {

namespace {

const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
const std::vector<Shape> deep{{2, 3}, {3, 3}, {2, 4, 2}, {1, 1}, {0, 2}};
const std::vector<Shape> any{{2, 3}, {4}, {}, {1, 1}, {0, 2}};

/// Another call of a mover, with its own samples.
template <class F>
void also(Entry& e, const std::string& label, F f, std::vector<Shape> shapes, Literal expected) {
  const Call squared = call([f](const auto& x) { return f(x[0] * x[0]); });
  for (Shape& shape : shapes)
    e.samples.push_back({to_string(shape) + " " + label, squared, {{shape}}});
  e.references.push_back({label,
                          call([f](const auto& x) { return f(x[0]); }),
                          {matrix_1_to_6},
                          {std::move(expected)}});
}

Entries turning() {
  Entry flips =
      mover("flip", [](const auto& x) { return flip(x, -1); }, any, {{{2, 3}, {3, 2, 1, 6, 5, 4}}},
            {{[] { (void)flip(box, 2); }, "flip: axes must be in [-2, 2), got 2"},
             {[] {
                (void)flip(box, {1, -1});
              },
              "flip: axes must be different, got -1"}});
  also(flips, "axes 0 1",
       [](const auto& x) {
         return flip(x, {0, 1});
       },
       deep, {{2, 3}, {6, 5, 4, 3, 2, 1}});
  Entry rolls = mover("roll", [](const auto& x) { return roll(x, 1, -1); }, any,
                      {{{2, 3}, {3, 1, 2, 6, 4, 5}}},
                      {{[] {
                          (void)roll(box, {1, 2}, 0);
                        },
                        "roll: shifts must have one entry an axis, 1, got 2"},
                       {[] { (void)roll(box, 1, -3); }, "roll: axes must be in [-2, 2), got -3"}});
  also(rolls, "flattened by -1", [](const auto& x) { return roll(x, -1); }, any,
       {{2, 3}, {2, 3, 4, 5, 6, 1}});
  also(rolls, "axes 1 0",
       [](const auto& x) {
         return roll(x, {-4, 3}, {1, 0});
       },
       deep, {{2, 3}, {5, 6, 4, 2, 3, 1}});
  return {std::move(flips), std::move(rolls)};
}

Entries copying() {
  Entry tiles = mover("tile",
                      [](const auto& x) {
                        return tile(x, {2, 1});
                      },
                      any, {{{4, 3}, {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6}}}, {});
  also(tiles, "last axis", [](const auto& x) { return tile(x, {2}); }, any,
       {{2, 6}, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}});
  also(tiles, "nothing", [](const auto& x) { return tile(x, {0}); }, {{2, 3}}, {{2, 0}, {}});
  Entry repeats = mover("repeat",
                        [](const auto& x) {
                          return repeat(x, {1, 2});
                        },
                        any, {{{2, 6}, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}}},
                        {{[] { (void)repeat(box, {2}); },
                          "repeat: counts must have one entry for each axis of x [2, 3], got 1"}});
  Entry each = mover("repeat_interleave", [](const auto& x) { return repeat_interleave(x, 2, -1); },
                     any, {{{2, 6}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}}},
                     {{[] { (void)repeat_interleave(box, 2, 2); },
                       "repeat_interleave: axis must be in [-2, 2), got 2"},
                      {[] { (void)repeat_interleave(box, IndexArray{1}, 0); },
                       "repeat_interleave: counts must have one entry for each of x along the "
                       "axis, 2, got [1]"},
                      {[] {
                         (void)repeat_interleave(box, IndexArray{1, -1}, 0);
                       },
                       "repeat_interleave: counts must be >= 0, got -1"}});
  also(each, "flattened", [](const auto& x) { return repeat_interleave(x, 2); }, any,
       {{12}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}});
  also(each, "2 0 1 times",
       [](const auto& x) {
         return repeat_interleave(x, IndexArray{2, 0, 1}, 1);
       },
       {{2, 3}}, {{2, 3}, {1, 1, 3, 4, 4, 6}});
  return {std::move(tiles), std::move(repeats), std::move(each)};
}

Entry meshgrid_entry() {
  const auto grid = [](Indexing indexing) {
    return call([indexing](const auto& x) {
      return meshgrid(std::vector{x[0] * x[0], x[1] * x[1]}, indexing);
    });
  };
  const auto plain = [](Indexing indexing) {
    return call([indexing](const auto& x) { return meshgrid(x, indexing); });
  };
  const std::vector<Literal> lines{{{2}, {1, 2}}, {{3}, {3, 4, 5}}};
  Entry e{.name = "meshgrid"};
  e.samples = {{"[2] [3]", grid(Indexing::ij), {{{2}}, {{3}}}},
               {"[2] [3] xy", grid(Indexing::xy), {{{2}}, {{3}}}},
               {"[] [0]", grid(Indexing::ij), {{{}}, {{0}}}}};
  e.references = {{"ij",
                   plain(Indexing::ij),
                   lines,
                   {{{2, 3}, {1, 1, 1, 2, 2, 2}}, {{2, 3}, {3, 4, 5, 3, 4, 5}}}},
                  {"xy",
                   plain(Indexing::xy),
                   lines,
                   {{{3, 2}, {1, 2, 1, 2, 1, 2}}, {{3, 2}, {3, 3, 4, 4, 5, 5}}}}};
  e.refusals = {
      {[] { (void)meshgrid(Variables<double>{}); },
       "meshgrid: xs must hold at least one Variable, got none"},
      {[] { (void)meshgrid(Variables<double>{box}); }, "meshgrid: xs must be vectors, got [2, 3]"}};
  return e;
}

Entry pad_entry() {
  const auto padded = [](PadMode mode, std::ptrdiff_t before, std::ptrdiff_t after) {
    return [=](const auto& x) { return pad(x, {{0, 0}, {before, after}}, {.mode = mode}); };
  };
  Entry e = mover("pad",
                  [](const auto& x) {
                    return pad(x, {{0, 1}, {1, -1}}, {.value = 7});
                  },
                  {{2, 3}, {1, 1}, {0, 2}}, {{{3, 3}, {7, 1, 2, 7, 4, 5, 7, 7, 7}}},
                  {{[] {
                      (void)pad(box, {{1, 1}});
                    },
                    "pad: padding must have one pair for each axis of x [2, 3], got 1"},
                   {[] {
                      (void)pad(box, {{0, 0}, {-2, -2}});
                    },
                    "pad: padding must leave an extent >= 0, got -1"},
                   {[] {
                      (void)pad(box, {{0, 2}, {0, 0}}, {.mode = PadMode::reflect});
                    },
                    "pad: padding must be at most 1 for extent 2 in this mode, got 2"},
                   {[] {
                      (void)pad(box, {{3, 0}, {0, 0}}, {.mode = PadMode::circular});
                    },
                    "pad: padding must be at most 2 for extent 2 in this mode, got 3"}});
  also(e, "reflect", padded(PadMode::reflect, 2, 1), {{2, 3}, {1, 4}},
       {{2, 6}, {3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5}});
  also(e, "replicate", padded(PadMode::replicate, 2, 1), {{2, 3}, {2, 1}},
       {{2, 6}, {1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6}});
  also(e, "circular", padded(PadMode::circular, 2, 1), {{2, 3}, {1, 2}},
       {{2, 6}, {2, 3, 1, 2, 3, 1, 5, 6, 4, 5, 6, 4}});
  also(e, "reflect, less before", padded(PadMode::reflect, -1, 2), {{2, 3}},
       {{2, 4}, {2, 3, 2, 1, 5, 6, 5, 4}});
  also(e, "circular, less before", padded(PadMode::circular, -1, 2), {{2, 3}},
       {{2, 4}, {2, 3, 2, 3, 5, 6, 5, 6}});
  return e;
}

Entries diagonals() {
  const auto refuse_vector = [](const char* op, auto f) {
    return Refusal{[f] { (void)f(Variable<double>(Array<double>(Shape{2}, 1.))); },
                   std::string(op) + ": x must have at least 2 axes, got [2]"};
  };
  Entry lines = mover(
      "diagonal", [](const auto& x) { return diagonal(x, 1); }, deep, {{{2}, {2, 6}}},
      {{[] { (void)diagonal(box, 0, 1, -1); }, "diagonal: axis1 must differ from axis0, got -1"}});
  also(lines, "below", [](const auto& x) { return diagonal(x, -1, 0, 1); }, deep, {{1}, {4}});
  also(lines, "far away", [](const auto& x) { return diagonal(x, 9); }, {{2, 3}}, {{0}, {}});
  Entry square = mover("diag", [](const auto& x) { return diag(x, 1); }, {{2, 3}, {3}, {0}, {4, 2}},
                       {{{2}, {2, 6}}},
                       {{[] { (void)diag(Variable<double>(Array<double>(Shape{}, 1.))); },
                         "diag: x must be a vector or a matrix, got []"}});
  square.references.push_back({"of a vector",
                               call([](const auto& x) { return diag(x[0], -1); }),
                               {{{2}, {1, 2}}},
                               {{{3, 3}, {0, 0, 0, 1, 0, 0, 0, 2, 0}}}});
  Entry lower =
      mover("tril", [](const auto& x) { return tril(x); }, deep, {{{2, 3}, {1, 0, 0, 4, 5, 0}}},
            {refuse_vector("tril", [](const auto& x) { return tril(x); })});
  also(lower, "offset -1", [](const auto& x) { return tril(x, -1); }, deep,
       {{2, 3}, {0, 0, 0, 4, 0, 0}});
  Entry upper =
      mover("triu", [](const auto& x) { return triu(x, 1); }, deep, {{{2, 3}, {0, 2, 3, 0, 0, 6}}},
            {refuse_vector("triu", [](const auto& x) { return triu(x); })});
  also(upper, "everything", [](const auto& x) { return triu(x, -9); }, deep,
       {{2, 3}, {1, 2, 3, 4, 5, 6}});
  return {std::move(lines), std::move(square), std::move(lower), std::move(upper)};
}

}  // namespace

Entries arrange_entries() {
  Entries all{meshgrid_entry(), pad_entry()};
  for (auto family : {turning, copying, diagonals})
    for (Entry& e : family()) all.push_back(std::move(e));
  return all;
}

}  // namespace xg::test
