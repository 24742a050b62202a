#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/shape.hpp>

#include "ops/entry_helpers.hpp"

namespace xg::test {

namespace {

const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
Entries shape_family() {
  const std::vector<Shape> even{{2, 3}, {6}, {1, 6}, {3, 2, 2}};
  const std::vector<Shape> flat{{2, 3}, {6, 1}, {1, 6}};
  const std::vector<Shape> deep{{2, 3}, {2, 1, 4}, {1, 1}, {0, 2}};
  return {
      mover("reshape",
            [](const auto& x) {
              return reshape(x, {2, -1});
            },
            even, {{{2, 3}, {1, 2, 3, 4, 5, 6}}},
            {{[] {
                (void)reshape(box, {4, -1});
              },
              "reshape: shape must have as many elements as x [2, 3], got [4, -1]"},
             {[] {
                (void)reshape(box, {-1, -1});
              },
              "reshape: shape must have at most one -1, got two"}}),
      mover("flatten", [](const auto& x) { return flatten(x); }, deep, {{{6}, {1, 2, 3, 4, 5, 6}}},
            {{[] { (void)flatten(box, 1, 0); },
              "flatten: end_axis must be no less than start_axis 1, got 0"}}),
      mover("squeeze", [](const auto& x) { return squeeze(x); }, deep,
            {{{2, 3}, {1, 2, 3, 4, 5, 6}}},
            {{[] { (void)squeeze(box, 2); }, "squeeze: axes must be in [-2, 2), got 2"}}),
      mover("unsqueeze", [](const auto& x) { return unsqueeze(x, 1); }, deep,
            {{{2, 1, 3}, {1, 2, 3, 4, 5, 6}}},
            {{[] { (void)unsqueeze(box, 3); }, "unsqueeze: axis must be in [-3, 3), got 3"}}),
      mover("permute",
            [](const auto& x) {
              return permute(x, {1, 0});
            },
            flat, {{{3, 2}, {1, 4, 2, 5, 3, 6}}},
            {{[] { (void)permute(box, {0}); },
              "permute: axes must have one entry an axis of x [2, 3], got 1"},
             {[] {
                (void)permute(box, {0, 0});
              },
              "permute: axes must be different, got 0"}}),
      mover("transpose", [](const auto& x) { return transpose(x, 0, -1); }, deep,
            {{{3, 2}, {1, 4, 2, 5, 3, 6}}},
            {{[] { (void)transpose(box, 0, 2); }, "transpose: axis1 must be in [-2, 2), got 2"}}),
      {.name = "swapaxes", .exempt = "another name of transpose"},
      mover("expand",
            [](const auto& x) {
              return expand(x, {2, -1, 3});
            },
            {{2, 3}, {1, 3}, {5, 1}}, {{{2, 2, 3}, {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6}}},
            {{[] { (void)expand(box, {3}); },
              "expand: shape must have at least the rank of x [2, 3], got [3]"}}),
      mover("movedim", [](const auto& x) { return movedim(x, 0, -1); }, deep,
            {{{3, 2}, {1, 4, 2, 5, 3, 6}}},
            {{[] {
                (void)movedim(box, {0, 1}, 0);
              },
              "movedim: destination must have as many axes as source, 2, got 1"},
             {[] {
                (void)movedim(box, {0, -2}, {0, 1});
              },
              "movedim: source must be different, got -2"}}),
      {.name = "moveaxis", .exempt = "another name of movedim"},
  };
}

Entries slice_family() {
  using namespace xt::placeholders;
  const std::vector<Shape> deep{{2, 3}, {3, 3}, {2, 4, 2}};
  Entry pieces = mover("slice", [](const auto& x) { return slice(x, 1, xt::range(0, 2)); }, deep,
                       {{{2}, {4, 5}}},
                       {{[] { (void)slice(box, 2); }, "slice: index must be in [-2, 2), got 2"},
                        {[] { (void)slice(box, 0, 0, 0); },
                         "slice: slices must name at most the axes of x [2, 3], got 3"}});
  const auto backwards = [](const auto& x) {
    return slice(x[0] * x[0], xt::ellipsis(), xt::newaxis(), xt::range(_, _, -2));
  };
  pieces.samples.push_back({"[2, 5] ..., None, ::-2", call(backwards), {{{2, 5}}}});
  pieces.samples.push_back({"nothing",
                            call([](const auto& x) { return slice(x[0] * x[0], xt::range(2, 1)); }),
                            {{{3, 2}}}});
  pieces.references.push_back({"..., None, ::-2",
                               call([](const auto& x) {
                                 return slice(x[0], xt::ellipsis(), xt::newaxis(),
                                              xt::range(_, _, -2));
                               }),
                               {matrix_1_to_6},
                               {{{2, 1, 2}, {3, 1, 6, 4}}}});
  return {
      std::move(pieces),
      mover("select", [](const auto& x) { return select(x, 1, -1); }, deep, {{{2}, {3, 6}}},
            {{[] { (void)select(box, 1, 3); }, "select: index must be in [-3, 3), got 3"}}),
      mover("split",
            [](const auto& x) {
              return split(x, {1, 2}, 1);
            },
            {{2, 3}, {1, 3, 2}}, {{{2, 1}, {1, 4}}, {{2, 2}, {2, 3, 5, 6}}},
            {{[] {
                (void)split(box, {1, 1}, 1);
              },
              "split: sizes must add up to the extent 3, got 2"}}),
      mover("chunk", [](const auto& x) { return chunk(x, 2, 1); }, {{2, 3}, {1, 5, 2}},
            {{{2, 2}, {1, 2, 4, 5}}, {{2, 1}, {3, 6}}},
            {{[] { (void)chunk(box, 0); }, "chunk: n must be >= 1, got 0"}}),
      mover("unbind", [](const auto& x) { return unbind(x, -1); }, {{2, 3}, {3}, {1, 2, 2}},
            {{{2}, {1, 4}}, {{2}, {2, 5}}, {{2}, {3, 6}}},
            {{[] { (void)unbind(box, 2); }, "unbind: axis must be in [-2, 2), got 2"}}),
  };
}

template <class F>
Entry joiner(const char* name, F f, Literal expected, std::vector<Refusal> refusals) {
  const Call two = call([f](const auto& x) { return f(std::vector{x[0] * x[0], x[1]}); });
  const Call repeated = call([f](const auto& x) {
    return f(std::vector{x[0], x[0] * x[0], x[0]});
  });
  Entry e{.name = name};
  e.samples = {{"[2, 3] [2, 3]", two, {{{2, 3}}, {{2, 3}}}},
               {"f(x, x, x)", repeated, {{{2, 2}}}},
               {"empty", two, {{{0, 2}}, {{0, 2}}}}};
  e.references = {{"[1, 2] [1, 2]",
                   call([f](const auto& x) { return f(x); }),
                   {{{1, 2}, {1, 2}}, {{1, 2}, {3, 4}}},
                   {std::move(expected)}}};
  e.refusals = std::move(refusals);
  return e;
}

Entry concat_entry() {
  Entry e = joiner("concat", [](const auto& xs) { return concat(xs, 1); }, {{1, 4}, {1, 2, 3, 4}},
                   {{[] { (void)concat(Variables<double>{}); },
                     "concat: xs must hold at least one Variable, got none"},
                    {[] {
                       (void)concat(Variables<double>{box, slice(box, 0)});
                     },
                     "concat: xs must have equal extents but along the axis, as the first [2, 3], "
                     "got [3]"}});
  e.samples.push_back({"[2, 3] [2, 1]",
                       call([](const auto& x) {
                         return concat(std::vector{x[0], x[1]}, -1);
                       }),
                       {{{2, 3}}, {{2, 1}}}});
  return e;
}

Entry stack_entry() {
  return joiner("stack", [](const auto& xs) { return stack(xs, 1); }, {{1, 2, 2}, {1, 2, 3, 4}},
                {{[] {
                    (void)stack(Variables<double>{box, slice(box, 0)});
                  },
                  "stack: xs must have equal shapes, as the first [2, 3], got [3]"}});
}

}  // namespace

Entries shape_entries() {
  Entries all = shape_family();
  for (Entry& e : slice_family()) all.push_back(std::move(e));
  all.push_back(concat_entry());
  all.push_back(stack_entry());
  return all;
}

}  // namespace xg::test
