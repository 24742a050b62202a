#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/pool.hpp>

#include "ops/table.hpp"

// References: torch 2.15, double.
namespace xg::test {

namespace {

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }

std::vector<double> counted(std::size_t n) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>((i * 7) % 23) - 11;
  return values;
}

// The operations as values.
#define XG_POOL(function) [](const auto&... a) { return function(a...); }

/// f(x, arguments...). Of the square, so that second derivatives do not vanish and damage shows.
template <class F, class... A>
Call of(F f, A... arguments) {
  return call([=](const auto& x) { return f(x[0], arguments...); });
}
template <class F, class... A>
Call of_square(F f, A... arguments) {
  return call([=](const auto& x) { return f(x[0] * x[0], arguments...); });
}

Sample sample(std::string label, Call f, Shape shape) {
  return {std::move(label), std::move(f), {{std::move(shape), 0.5, 3}}, true};
}

Entry max1_entry() {
  constexpr auto f = XG_POOL(max_pool1d);
  Entry e{.name = "max_pool1d", .smoothness = Smoothness::kinks};
  const MaxPool1dOptions wide{.stride = 2, .padding = 1, .dilation = 2, .ceil_mode = true};
  e.samples = {sample("2", of_square(f, PerAxis<1>(2), MaxPool1dOptions{}), {2, 2, 6}),
               sample("dilated", of_square(f, PerAxis<1>(3), wide), {1, 2, 8}),
               sample("without batch", of_square(f, PerAxis<1>(3), MaxPool1dOptions{}), {2, 7}),
               sample("no images", of_square(f, PerAxis<1>(2), MaxPool1dOptions{}), {0, 2, 4})};
  e.references = {{"dilated",
                   of(f, PerAxis<1>(3), wide),
                   {{{1, 1, 9}, counted(9)}},
                   {{{1, 1, 4}, {10, 10, 10, 1}}}}};
  e.refusals = {{[] {
                   (void)max_pool1d(ones({1, 2, 3}), 4);
                 },
                 "max_pool1d: kernel must fit the padded input [3], got [4]"},
                {[] { (void)max_pool1d(ones({3}), 2); },
                 "max_pool1d: x must have rank 3, or 2 without batch, got [3]"},
                {[] {
                   (void)max_pool1d(ones({1, 2, 3}), 0);
                 },
                 "max_pool1d: kernel must be >= 1, got 0"},
                {[] {
                   (void)max_pool1d(ones({1, 2, 3}), 2, {.stride = 0});
                 },
                 "max_pool1d: stride must be >= 1, got 0"},
                {[] {
                   (void)max_pool1d(ones({1, 2, 3}), 2, {.padding = 2});
                 },
                 "max_pool1d: padding must be at most half of the window, got 2"},
                {[] {
                   (void)max_pool1d(ones({1, 2, 3}), 2, {.padding = -1});
                 },
                 "max_pool1d: padding must be >= 0, got -1"},
                {[] {
                   (void)max_pool1d(ones({1, 2, 3}), 2, {.dilation = 0});
                 },
                 "max_pool1d: dilation must be >= 1, got 0"},
                {[] {
                   (void)max_pool1d(ones({1, 2, 1}), 2, {.padding = 1, .dilation = 2});
                 },
                 "max_pool1d: dilation must let every window meet the input, not padding alone, "
                 "got 2"}};
  return e;
}

Entry max2_entry() {
  constexpr auto f = XG_POOL(max_pool2d);
  Entry e{.name = "max_pool2d", .smoothness = Smoothness::kinks};
  const MaxPool2dOptions each{.stride = {2, 1}, .padding = {1, 0}, .ceil_mode = true};
  e.samples = {sample("2", of_square(f, PerAxis<2>(2), MaxPool2dOptions{}), {2, 2, 4, 4}),
               sample("overlapping", of_square(f, PerAxis<2>(3), MaxPool2dOptions{.stride = 1}),
                      {1, 1, 4, 5}),
               sample("of each axis", of_square(f, PerAxis<2>(3, 2), each), {1, 2, 4, 3}),
               sample("without batch", of_square(f, PerAxis<2>(2), MaxPool2dOptions{}), {2, 2, 3})};
  e.references = {{"of each axis",
                   of(f, PerAxis<2>(3, 2), each),
                   {{{1, 1, 4, 4}, counted(16)}},
                   {{{1, 1, 3, 3}, {1, 8, 10, 11, 11, 8, 11, 11, 2}}}}};
  e.refusals = {{[] {
                   (void)max_pool2d(ones({1, 2, 3, 3}), {2, 4});
                 },
                 "max_pool2d: kernel must fit the padded input [3, 3], got [2, 4]"}};
  return e;
}

Entry max3_entry() {
  constexpr auto f = XG_POOL(max_pool3d);
  Entry e{.name = "max_pool3d", .smoothness = Smoothness::kinks};
  e.samples = {
      sample("2", of_square(f, PerAxis<3>(2), MaxPool3dOptions{}), {1, 2, 2, 4, 2}),
      sample("overlapping", of_square(f, PerAxis<3>(2, 1, 2), MaxPool3dOptions{.stride = 1}),
             {1, 1, 3, 2, 3})};
  e.references = {{"stride {1, 2, 1}",
                   of(f, PerAxis<3>(2), MaxPool3dOptions{.stride = {1, 2, 1}}),
                   {{{1, 1, 3, 2, 3}, counted(18)}},
                   {{{1, 1, 2, 1, 2}, {10, 3, 11, 11}}}}};
  e.refusals = {{[] {
                   (void)max_pool3d(ones({1, 1, 2, 2, 2}), {1, 1, 3});
                 },
                 "max_pool3d: kernel must fit the padded input [2, 2, 2], got [1, 1, 3]"}};
  return e;
}

template <std::size_t rank, class F>
Entry unpool_entry(const char* name, F f, Shape shape, const IndexArray& places, PerAxis<rank> size,
                   Reference reference) {
  Entry e{.name = name};
  const auto lead = [](const IndexArray& indices, std::size_t images) {
    IndexArray all(Shape{images * indices.size()});
    for (std::size_t i = 0; i < all.size(); ++i) all.data()[i] = indices.data()[i % indices.size()];
    return all;
  };
  for (const std::size_t images : {1, 2}) {
    Shape batch = shape;
    batch[0] = images;
    IndexArray all = lead(places, images);
    all.reshape(batch);
    e.samples.push_back({std::to_string(images) + " images", of_square(f, all, size), {{batch}}});
  }
  e.references = {std::move(reference)};
  return e;
}

Entry unpool1_entry() {
  constexpr auto f = XG_POOL(max_unpool1d);
  const IndexArray at{{{1, 4}, {0, 2}}};
  Entry e = unpool_entry<1>("max_unpool1d", f, {1, 2, 2}, at, 5,
                            {"[1, 2, 2]",
                             of(f, at, PerAxis<1>(5)),
                             {{{1, 2, 2}, {1, 2, 3, 4}}},
                             {{{1, 2, 5}, {0, 1, 0, 0, 2, 3, 0, 4, 0, 0}}}});
  e.refusals = {{[] {
                   (void)max_unpool1d(ones({1, 1, 2}), IndexArray{{{0, 5}}}, 5);
                 },
                 "max_unpool1d: indices must be in [0, 5), got 5"},
                {[] {
                   (void)max_unpool1d(ones({1, 1, 2}), IndexArray{{0, 1}}, 5);
                 },
                 "max_unpool1d: indices must have the shape of x [1, 1, 2], got [1, 2]"},
                {[] {
                   (void)max_unpool1d(ones({1, 1, 2}), IndexArray{{{0, 1}}}, 0);
                 },
                 "max_unpool1d: output_size must be >= 1, got 0"}};
  return e;
}

Entry unpool2_entry() {
  constexpr auto f = XG_POOL(max_unpool2d);
  const IndexArray at{{{{1, 2}, {6, 7}}}};
  Entry e = unpool_entry<2>("max_unpool2d", f, {1, 1, 2, 2}, at, {2, 4},
                            {"[1, 1, 2, 2]",
                             of(f, at, PerAxis<2>(2, 4)),
                             {{{1, 1, 2, 2}, {1, 2, 3, 4}}},
                             {{{1, 1, 2, 4}, {0, 1, 2, 0, 0, 0, 3, 4}}}});
  e.refusals = {{[] {
                   (void)max_unpool2d(ones({1, 2}), IndexArray{{0, 1}}, 2);
                 },
                 "max_unpool2d: x must have rank 4, or 3 without batch, got [1, 2]"}};
  return e;
}

Entry unpool3_entry() {
  constexpr auto f = XG_POOL(max_unpool3d);
  const IndexArray at(Shape{1, 1, 1, 1, 1}, 7);
  Entry e = unpool_entry<3>("max_unpool3d", f, {1, 1, 1, 1, 1}, at, 2,
                            {"one element",
                             of(f, at, PerAxis<3>(2)),
                             {{{1, 1, 1, 1, 1}, {3}}},
                             {{{1, 1, 2, 2, 2}, {0, 0, 0, 0, 0, 0, 0, 3}}}});
  e.refusals = {{[] {
                   (void)max_unpool3d(ones({1, 2}), IndexArray{{0, 1}}, 2);
                 },
                 "max_unpool3d: x must have rank 5, or 4 without batch, got [1, 2]"}};
  return e;
}

Entry avg1_entry() {
  constexpr auto f = XG_POOL(avg_pool1d);
  const AvgPool1dOptions cut{.stride = 2, .padding = 1, .ceil_mode = true};
  Entry e{.name = "avg_pool1d"};
  e.samples = {sample("2", of_square(f, PerAxis<1>(2), AvgPool1dOptions{}), {2, 2, 6}),
               sample("cut off", of_square(f, PerAxis<1>(3), cut), {1, 2, 6}),
               sample("without batch", of_square(f, PerAxis<1>(2), AvgPool1dOptions{}), {2, 5}),
               sample("no images", of_square(f, PerAxis<1>(2), AvgPool1dOptions{}), {0, 2, 5})};
  e.references = {{"cut off",
                   of(f, PerAxis<1>(3), cut),
                   {{{1, 1, 8}, counted(8)}},
                   {{{1, 1, 5}, {-5, 3, 1.6666666666666667, 0.33333333333333331, -4}}}}};
  e.refusals = {{[] {
                   (void)avg_pool1d(ones({1, 2, 3}), 2, {.padding = 2});
                 },
                 "avg_pool1d: padding must be at most half of the window, got 2"},
                {[] {
                   (void)avg_pool1d(ones({1, 2, 3}), 2, {.divisor = -1});
                 },
                 "avg_pool1d: divisor must be >= 0, got -1"}};
  return e;
}

Entry avg2_entry() {
  constexpr auto f = XG_POOL(avg_pool2d);
  const AvgPool2dOptions inside{
      .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false};
  Entry e{.name = "avg_pool2d"};
  e.samples = {
      sample("2", of_square(f, PerAxis<2>(2), AvgPool2dOptions{}), {2, 2, 4, 4}),
      sample("padding not counted", of_square(f, PerAxis<2>(3), inside), {1, 2, 4, 3}),
      sample("divisor", of_square(f, PerAxis<2>(2, 3), AvgPool2dOptions{.stride = 1, .divisor = 5}),
             {1, 1, 3, 4}),
      sample("the whole plane", of_square(f, PerAxis<2>(3, 2), AvgPool2dOptions{}), {2, 3, 3, 2})};
  e.references = {
      {"padding not counted",
       of(f, PerAxis<2>(3), inside),
       {{{1, 1, 4, 4}, counted(16)}},
       {{{1, 1, 3, 3},
         {-5, 1.6666666666666667, 1, 2.5, 0.22222222222222221, -3, 7.5, 2.6666666666666665, 2}}}}};
  e.refusals = {{[] {
                   (void)avg_pool2d(ones({1, 2, 3, 3}), 4);
                 },
                 "avg_pool2d: kernel must fit the padded input [3, 3], got [4, 4]"}};
  return e;
}

Entry avg3_entry() {
  constexpr auto f = XG_POOL(avg_pool3d);
  Entry e{.name = "avg_pool3d"};
  e.samples = {sample("2", of_square(f, PerAxis<3>(2), AvgPool3dOptions{}), {1, 2, 2, 4, 2}),
               sample("padding", of_square(f, PerAxis<3>(2), AvgPool3dOptions{.padding = 1}),
                      {1, 1, 3, 2, 2})};
  e.references = {{"padding",
                   of(f, PerAxis<3>(2), AvgPool3dOptions{.padding = {1, 0, 1}}),
                   {{{1, 1, 2, 2, 2}, counted(8)}},
                   {{{1, 1, 2, 1, 2}, {-1, 0.75, 0.25, -0.875}}}}};
  e.refusals = {{[] {
                   (void)avg_pool3d(ones({1, 2, 3}), 1);
                 },
                 "avg_pool3d: x must have rank 5, or 4 without batch, got [1, 2, 3]"}};
  return e;
}

template <std::size_t rank, class F>
Entry adaptive_entry(const char* name, F f, Shape shape, PerAxis<rank> size, Literal expected,
                     bool kinks) {
  Entry e{.name = name, .smoothness = kinks ? Smoothness::kinks : Smoothness::smooth};
  Shape unbatched(shape.begin() + 1, shape.end());
  e.samples = {sample("", of_square(f, size), shape),
               sample("global", of_square(f, PerAxis<rank>(1)), shape),
               sample("as it is, without batch", of_square(f, PerAxis<rank>(-1)), unbatched)};
  e.references = {
      {"", of(f, size), {{shape, counted(element_count(shape))}}, {std::move(expected)}}};
  const std::string op = name;
  e.refusals = {{[f, shape] { (void)f(ones(shape), PerAxis<rank>(0)); },
                 op + ": output_size must be >= 1, or -1 for the extent of x, got 0"}};
  return e;
}

}  // namespace

Entries pool_entries() {
  Entries all{max1_entry(), max2_entry(),    max3_entry(),    avg1_entry(),   avg2_entry(),
              avg3_entry(), unpool1_entry(), unpool2_entry(), unpool3_entry()};
  all.push_back(adaptive_entry<1>("adaptive_avg_pool1d", XG_POOL(adaptive_avg_pool1d), {1, 2, 5}, 3,
                                  {{1, 2, 3}, {-7.5, 3, 2, 4.5, -0.33333333333333331, 2.5}},
                                  false));
  all.push_back(adaptive_entry<2>(
      "adaptive_avg_pool2d", XG_POOL(adaptive_avg_pool2d), {1, 1, 5, 4}, {3, -1},
      {{1, 1, 3, 4}, {-8.5, -1.5, 5.5, 1, -1, 6, -2.3333333333333335, -3, 6.5, 2, -2.5, 4.5}},
      false));
  all.push_back(adaptive_entry<3>("adaptive_avg_pool3d", XG_POOL(adaptive_avg_pool3d),
                                  {1, 1, 2, 3, 3}, {1, 2, 2},
                                  {{1, 1, 1, 2, 2}, {0, -1.625, 3.75, -0.75}}, false));
  all.push_back(adaptive_entry<1>("adaptive_max_pool1d", XG_POOL(adaptive_max_pool1d), {1, 2, 5}, 3,
                                  {{1, 2, 3}, {-4, 10, 10, 8, 8, 6}}, true));
  all.push_back(adaptive_entry<2>("adaptive_max_pool2d", XG_POOL(adaptive_max_pool2d), {1, 1, 5, 4},
                                  {3, -1}, {{1, 1, 3, 4}, {-6, 1, 8, 10, 4, 11, 8, 2, 9, 11, 0, 7}},
                                  true));
  all.push_back(adaptive_entry<3>("adaptive_max_pool3d", XG_POOL(adaptive_max_pool3d),
                                  {1, 1, 2, 3, 3}, {1, 2, 2}, {{1, 1, 1, 2, 2}, {11, 11, 11, 11}},
                                  true));
  return all;
}

#undef XG_POOL

}  // namespace xg::test
