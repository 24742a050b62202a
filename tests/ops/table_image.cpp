// References: torch 2.15.
#include <numeric>
#include <xgrad/ops/fold.hpp>
#include <xgrad/ops/upsample.hpp>

#include "ops/entry_helpers.hpp"

namespace xg::test {

namespace {

const Variable<double> image(Array<double>(Shape{1, 2, 3, 3}, 1.));
const Variable<double> box(Array<double>(Shape{2, 3}, 1.));

/// 1, 2, 3, ... under a shape.
Literal counting(const Shape& shape) {
  Literal literal{shape, std::vector<double>(element_count(shape))};
  std::iota(literal.values.begin(), literal.values.end(), 1.);
  return literal;
}

/// f of x * x, so that the second derivative is not zero.
template <class F>
Sample sample(const Shape& shape, const std::string& label, F f) {
  return {to_string(shape) + " " + label,
          call([f](const auto& x) { return f(x[0] * x[0]); }),
          {{shape}}};
}

Entries folding() {
  const FoldOptions wide{.stride = {2, 1}, .padding = {1, 0}};
  const FoldOptions loose{.stride = 2, .padding = 2, .dilation = {1, 2}};
  Entry take{.name = "unfold"};
  take.samples = {
      sample({1, 2, 3, 4}, "2 x 3",
             [](const auto& x) {
               return unfold(x, {2, 3});
             }),
      sample({2, 1, 3, 3}, "strides, dilation", [=](const auto& x) { return unfold(x, 2, loose); }),
      sample({2, 3, 4}, "no batch",
             [=](const auto& x) {
               return unfold(x, {2, 3}, wide);
             }),
      sample({0, 1, 2, 2}, "empty batch", [](const auto& x) { return unfold(x, 2); })};
  take.references = {{"2 x 3, stride 2 x 1, padding 1 x 0",
                      call([=](const auto& x) {
                        return unfold(x[0], {2, 3}, wide);
                      }),
                      {counting({1, 1, 3, 4})},
                      {{{1, 6, 4}, {0, 0, 5, 6,  0, 0, 6,  7,  0, 0, 7,  8,
                                    1, 2, 9, 10, 2, 3, 10, 11, 3, 4, 11, 12}}}}};
  take.refusals = {
      {[] { (void)unfold(box, 2); },
       "unfold: x must be [batch, channels, height, width] or [channels, height, width], got "
       "[2, 3]"},
      {[] {
         (void)unfold(image, {4, 2});
       },
       "unfold: kernel must fit the padded image [3, 3], got [4, 2]"},
      {[] {
         (void)unfold(image, 2, {.stride = {1, 0}});
       },
       "unfold: stride must be >= 1, got [1, 0]"}};
  Entry put{.name = "fold"};
  put.samples = {
      sample({1, 8, 6}, "2 x 2",
             [](const auto& x) {
               return fold(x, {3, 4}, 2);
             }),
      sample({2, 4, 9}, "strides, dilation", [=](const auto& x) { return fold(x, 3, 2, loose); }),
      sample({4, 6}, "no batch", [](const auto& x) {
        return fold(x, {3, 4}, 2);
      })};
  put.references = {{"2 x 2",
                     call([](const auto& x) {
                       return fold(x[0], {3, 4}, 2);
                     }),
                     {counting({1, 4, 6})},
                     {{{1, 1, 3, 4}, {1, 9, 11, 9, 17, 48, 52, 33, 16, 39, 41, 24}}}}};
  put.refusals = {
      {[] {
         (void)fold(box, {2, 4}, {1, 2});
       },
       "fold: x must have 6 positions, got [2, 3]"},
      {[] { (void)fold(box, 3, 2); }, "fold: x must have a multiple of 4 columns, got [2, 3]"},
      {[] { (void)fold(image, 3, 2); },
       "fold: x must be [batch, columns, positions] or [columns, positions], got "
       "[1, 2, 3, 3]"}};
  return {std::move(take), std::move(put)};
}

Entries shuffling() {
  Entry shuffle{.name = "pixel_shuffle"};
  const auto mix = [](const auto& x) { return pixel_shuffle(x, 2); };
  shuffle.samples = {sample({1, 8, 2, 1}, "", mix), sample({4, 1, 3}, "", mix),
                     sample({2, 0, 2, 2}, "", mix)};
  shuffle.references = {{"[1, 4, 1, 2]",
                         call([](const auto& x) { return pixel_shuffle(x[0], 2); }),
                         {counting({1, 4, 1, 2})},
                         {{{1, 1, 2, 4}, {1, 3, 2, 4, 5, 7, 6, 8}}}}};
  shuffle.refusals = {
      {[] { (void)pixel_shuffle(image, 2); },
       "pixel_shuffle: x must have a multiple of 4 channels, got [1, 2, 3, 3]"},
      {[] { (void)pixel_shuffle(image, 0); }, "pixel_shuffle: factor must be >= 1, got 0"}};
  Entry back{.name = "pixel_unshuffle"};
  const auto sorted = [](const auto& x) { return pixel_unshuffle(x, 2); };
  back.samples = {sample({1, 2, 4, 2}, "", sorted), sample({1, 2, 6}, "", sorted)};
  back.references = {{"[1, 1, 2, 4]",
                      call([](const auto& x) { return pixel_unshuffle(x[0], 2); }),
                      {counting({1, 1, 2, 4})},
                      {{{1, 4, 1, 2}, {1, 3, 2, 4, 5, 7, 6, 8}}}}};
  back.refusals = {{[] { (void)pixel_unshuffle(image, 2); },
                    "pixel_unshuffle: x must have extents that are multiples of 2, got "
                    "[1, 2, 3, 3]"}};
  return {std::move(shuffle), std::move(back)};
}

Entries resizing() {
  const UpsampleOptions cells{.mode = UpsampleMode::linear};
  const UpsampleOptions points{.mode = UpsampleMode::linear, .align_corners = true};
  const Literal line{{1, 1, 3}, {1, 2, 4}};
  const auto at = [](const Shape& size, UpsampleOptions options) {
    return call([=](const auto& x) { return upsample(x[0], size, options); });
  };
  Entry e{.name = "upsample"};
  for (const auto& [options, name] :
       {std::pair{UpsampleOptions{}, "nearest"}, {cells, "linear"}, {points, "corners"}})
    for (const auto& [from, to] : {std::pair<Shape, Shape>{{2, 1, 3}, {5}},
                                   {{1, 2, 3, 2}, {5, 3}},
                                   {{1, 1, 4, 5}, {2, 1}},
                                   {{1, 1, 2, 1, 2}, {3, 2, 2}}})
      e.samples.push_back(sample(from, name, [options = options, to = to](const auto& x) {
        return upsample(x, to, options);
      }));
  e.references = {{"nearest", at({5}, {}), {line}, {{{1, 1, 5}, {1, 1, 2, 2, 4}}}},
                  {"linear", at({5}, cells), {line}, {{{1, 1, 5}, {1, 1.4, 2, 3.2, 4}}}},
                  {"linear, fewer", at({2}, cells), {line}, {{{1, 1, 2}, {1.25, 3.5}}}},
                  {"corners", at({5}, points), {line}, {{{1, 1, 5}, {1, 1.5, 2, 3, 4}}}},
                  {"bilinear",
                   at({3, 3}, cells),
                   {{{1, 1, 2, 2}, {1, 2, 3, 5}}},
                   {{{1, 1, 3, 3}, {1, 1.5, 2, 2, 2.75, 3.5, 3, 4, 5}}}}};
  e.refusals = {{[] { (void)upsample(image, {4}); },
                 "upsample: size must have one extent for each axis of x [1, 2, 3, 3] but two, "
                 "got [4]"},
                {[] {
                   (void)upsample(image, {4, 0});
                 },
                 "upsample: size must be > 0, like the extents of x [1, 2, 3, 3], got [4, 0]"}};
  return {std::move(e)};
}

}  // namespace

Entries image_entries() {
  Entries all;
  for (auto family : {folding, shuffling, resizing})
    for (Entry& e : family()) all.push_back(std::move(e));
  return all;
}

}  // namespace xg::test
