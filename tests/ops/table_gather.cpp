// References: torch 2.15.
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/mask.hpp>

#include "ops/entry_helpers.hpp"

namespace xg::test {

namespace {

const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
const Variable<double> scalar(Array<double>(Shape{}, 1.));
const IndexArray columns{{0, 2}, {1, 1}};
const IndexArray rows{1, 0, 1, -2};
const IndexArray far{2};
const IndexArray zero = IndexArray(Shape{}, std::int64_t{0});
const IndexArray few = xt::reshape_view(IndexArray{-1, 0}, std::array<std::size_t, 3>{1, 2, 1});
const Array<bool> chosen{{true, false, true}, {false, true, false}};

Entry gather_entry() {
  Entry e =
      mover("gather", [](const auto& x) { return gather(x, 1, columns); }, {{2, 3}},
            {{{2, 2}, {1, 3, 5, 5}}},
            {{[] { (void)gather(box, 0, far); },
              "gather: index must have the rank of x [2, 3] and no larger extents but along "
              "the axis, got [1]"},
             {[] { (void)gather(box, 0, columns); }, "gather: index must be in [-2, 2), got 2"}});
  e.samples.push_back(
      {"[] of a scalar", call([](const auto& x) { return gather(x[0] * x[0], 0, zero); }), {{{}}}});
  e.samples.push_back({"[2, 3, 2] at fewer places",
                       call([](const auto& x) { return gather(x[0] * x[0], 1, few); }),
                       {{{2, 3, 2}}}});
  e.references.push_back({"along axis 0, fewer columns",
                          call([](const auto& x) {
                            return gather(x[0], 0, IndexArray{{1, 0}});
                          }),
                          {matrix_1_to_6},
                          {{{1, 2}, {4, 2}}}});
  return e;
}

/// f(x, index, y) along axis 1.
template <class F>
std::vector<Sample> writing_samples(F f) {
  const auto at = [f](const IndexArray& index) {
    return call([f, index](const auto& x) { return f(x[0] * x[0], 1, index, x[1] * x[1]); });
  };
  return {{"[2, 3] [2, 2]", at(columns), {{{2, 3}}, {{2, 2}}}},
          {"[2, 3] [2, 2], y larger", at(columns), {{{2, 3}}, {{3, 4}}}},
          {"[3, 3] [1, 2]", at(IndexArray{{2, 0}}), {{{3, 3}}, {{1, 2}}}},
          {"nothing to write", at(IndexArray(Shape{2, 0})), {{{2, 3}}, {{2, 0}}}},
          {"scalars",
           call([f](const auto& x) { return f(x[0] * x[0], 0, zero, x[1] * x[1]); }),
           {{{}}, {{}}}}};
}

Entry scatter_add_entry() {
  const auto f = [](const auto& x, std::ptrdiff_t axis, const IndexArray& i, const auto& y) {
    return scatter_add(x, axis, i, y);
  };
  Entry e{.name = "scatter_add", .samples = writing_samples(f)};
  e.references = {{"repeated places accumulate",
                   call([](const auto& x) { return scatter_add(x[0], 1, columns, x[1]); }),
                   {matrix_1_to_6, {{2, 2}, {1, 4, 9, 1}}},
                   {{{2, 3}, {2, 2, 7, 4, 15, 6}}}}};
  e.refusals = {{[] { (void)scatter_add(box, 1, columns, scalar); },
                 "scatter_add: y must have the shape of index [2, 2] or a larger one, got []"}};
  return e;
}

Entry scatter_entry() {
  const auto f = [](const auto& x, std::ptrdiff_t axis, const IndexArray& i, const auto& y) {
    return scatter(x, axis, i, y);
  };
  Entry e{.name = "scatter", .samples = writing_samples(f)};
  e.references = {{"of elements for one place the last stays",
                   call([](const auto& x) {
                     return scatter(x[0], 1, IndexArray{{0, 2, -3}, {1, 0, 0}}, x[1]);
                   }),
                   {matrix_1_to_6, {{2, 3}, {10, 20, 30, 40, 50, 60}}},
                   {{{2, 3}, {30, 2, 20, 60, 40, 6}}}}};  // by hand
  e.refusals = {
      {[] { (void)scatter(box, 1, columns, scalar); },
       "scatter: y must have the shape of index [2, 2] or a larger one, got []"},
      {[] { (void)scatter(box, 2, columns, box); }, "scatter: axis must be in [-2, 2), got 2"}};
  return e;
}

Entry take_along_axis_entry() {
  const IndexArray wide{{2, 0}};
  Entry e = mover("take_along_axis", [wide](const auto& x) { return take_along_axis(x, wide, 1); },
                  {{2, 3}, {1, 4}}, {{{2, 2}, {3, 1, 6, 4}}},
                  {{[] { (void)take_along_axis(box, far, 0); },
                    "take_along_axis: index must have the rank of x [2, 3], got [1]"}});
  e.samples.push_back({"x is broadcast",
                       call([](const auto& x) { return take_along_axis(x[0] * x[0], columns, 1); }),
                       {{{1, 3}}}});
  return e;
}

Entry index_select_entry() {
  Entry e = mover(
      "index_select", [](const auto& x) { return index_select(x, 0, rows); }, {{2, 3}, {2, 2, 2}},
      {{{4, 3}, {4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3}}},
      {{[] { (void)index_select(box, 0, far); }, "index_select: index must be in [-2, 2), got 2"},
       {[] { (void)index_select(box, 0, columns); },
        "index_select: index must be a vector or a scalar, got [2, 2]"}});
  e.samples.push_back({"[2, 3] axis -1",
                       call([](const auto& x) {
                         return index_select(x[0] * x[0], -1, IndexArray{2, 0, 2, 1});
                       }),
                       {{{2, 3}}}});
  e.samples.push_back(
      {"nothing",
       call([](const auto& x) { return index_select(x[0] * x[0], 0, IndexArray(Shape{0})); }),
       {{{2, 3}}}});
  e.samples.push_back(
      {"scalar", call([](const auto& x) { return index_select(x[0] * x[0], 0, zero); }), {{{}}}});
  return e;
}

Entry index_add_entry() {
  const IndexArray places{0, 2, 0};
  const auto half = [places](const auto& x) {
    return index_add(x[0], 1, places, x[1] * x[1], 0.5);
  };
  Entry e{.name = "index_add"};
  e.samples = {{"[2, 3] axis 1", call(half), {{{2, 3}}, {{2, 3}}}},
               {"[2, 3] axis 0",
                call([](const auto& x) { return index_add(x[0] * x[0], 0, rows, x[1] * x[1]); }),
                {{{2, 3}}, {{4, 3}}}},
               {"scalars",
                call([](const auto& x) { return index_add(x[0], 0, zero, x[1] * x[1]); }),
                {{{}}, {{}}}}};
  e.references = {{"alpha 0.5, a place twice",
                   call([places](const auto& x) { return index_add(x[0], 1, places, x[0], 0.5); }),
                   {matrix_1_to_6},
                   {{{2, 3}, {3, 2, 4, 9, 5, 8.5}}}}};
  e.refusals = {{[] { (void)index_add(box, 0, rows, box); },
                 "index_add: y must have the shape of the entries named [4, 3], got [2, 3]"}};
  return e;
}

Entry index_entry() {
  const std::vector<IndexArray> pairs{{0, 1, 1}, {2, 0, -1}};
  Entry e = mover("index", [pairs](const auto& x) { return index(x, pairs); }, {{2, 3}, {2, 3, 2}},
                  {{{3}, {3, 4, 6}}},
                  {{[] { (void)index(box, std::vector<IndexArray>{}); },
                    "index: indices must name one to all axes of x [2, 3], got 0"},
                   {[] { (void)index(box, {far}); }, "index: index must be in [-2, 2), got 2"}});
  e.samples.push_back({"rows of [3, 2, 2]",
                       call([](const auto& x) { return index(x[0] * x[0], {columns}); }),
                       {{{3, 2, 2}}}});
  e.references.push_back({"rows",
                          call([](const auto& x) {
                            return index(x[0], {IndexArray{{1, 0}}});
                          }),
                          {matrix_1_to_6},
                          {{{1, 2, 3}, {4, 5, 6, 1, 2, 3}}}});
  return e;
}

Entries mask_family() {
  Array<bool> first_row{true, false};
  first_row.reshape(Shape{2, 1});
  Entry select = mover("masked_select", [](const auto& x) { return masked_select(x, chosen); },
                       {{2, 3}, {3}, {}}, {{{3}, {1, 3, 5}}},
                       {{[] { (void)masked_select(box, Array<bool>(Shape{4}, true)); },
                         "masked_select: a and b must broadcast together: axis -1 has 3 and 4: a "
                         "is [2, 3], b is [4]"}});
  select.references.push_back(
      {"the mask is broadcast",
       call([first_row](const auto& x) { return masked_select(x[0], first_row); }),
       {matrix_1_to_6},
       {{{3}, {1, 2, 3}}}});
  Entry fill = mover("masked_fill",
                     [](const auto& x) {
                       return masked_fill(x, Array<bool>{true, false, true}, 9);
                     },
                     {{2, 3}, {1, 3}, {0, 3}}, {{{2, 3}, {9, 2, 9, 9, 5, 9}}},
                     {{[] { (void)masked_fill(scalar, chosen, 0); },
                       "masked_fill: mask must broadcast to x [], got [2, 3]"}});
  return {std::move(select), std::move(fill)};
}

}  // namespace

Entries gather_entries() {
  Entries all{gather_entry(),
              scatter_add_entry(),
              scatter_entry(),
              take_along_axis_entry(),
              index_select_entry(),
              index_add_entry(),
              index_entry(),
              {.name = "take_along_dim", .exempt = "another name of take_along_axis"}};
  for (Entry& e : mask_family()) all.push_back(std::move(e));
  return all;
}

}  // namespace xg::test
