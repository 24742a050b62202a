#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/pool.hpp>

#include "ops/table.hpp"

// Power averages and fractional pooling. References: torch 2.15, double.
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

Entry lp1_entry() {
  constexpr auto f = XG_POOL(lp_pool1d);
  Entry e{.name = "lp_pool1d"};
  e.samples = {
      sample("2", of_square(f, 2., PerAxis<1>(2), LpPool1dOptions{}), {2, 2, 6}),
      sample("3, cut off",
             of_square(f, 3., PerAxis<1>(3), LpPool1dOptions{.stride = 2, .ceil_mode = true}),
             {1, 2, 6})};
  e.references = {{"3, cut off",
                   of(f, 3., PerAxis<1>(3), LpPool1dOptions{.stride = 2, .ceil_mode = true}),
                   {{{1, 1, 6}, {1, 2, 3, 4, 5, 6}}},
                   {{{1, 1, 3}, {3.3019272488946263, 5.9999999999999991, 7.9973949851626172}}}},
                  {"1, negative",
                   of(f, 1., PerAxis<1>(2), LpPool1dOptions{}),
                   {{{1, 1, 4}, {1, -2, 0, 0}}},
                   {{{1, 1, 2}, {-1, 0}}}}};
  e.refusals = {{[] {
                   (void)lp_pool1d(ones({1, 2, 3}), 0, 2);
                 },
                 "lp_pool1d: p must be > 0 and finite, got 0"}};
  return e;
}

Entry lp2_entry() {
  constexpr auto f = XG_POOL(lp_pool2d);
  Entry e{.name = "lp_pool2d"};
  e.samples = {sample("2", of_square(f, 2., PerAxis<2>(2), LpPool2dOptions{}), {2, 1, 4, 2})};
  e.references = {{"2",
                   of(f, 2., PerAxis<2>(1, 2), LpPool2dOptions{}),
                   {{{1, 1, 2, 2}, {3, 4, -5, 12}}},
                   {{{1, 1, 2, 1}, {5, 13}}}}};
  e.refusals = {{[] {
                   (void)lp_pool2d(ones({1, 2, 3, 3}), -1, 2);
                 },
                 "lp_pool2d: p must be > 0 and finite, got -1"}};
  return e;
}

Entry lp3_entry() {
  constexpr auto f = XG_POOL(lp_pool3d);
  const LpPool3dOptions cut{.stride = {1, 1, 2}, .ceil_mode = true};
  Entry e{.name = "lp_pool3d"};
  e.samples = {sample("2", of_square(f, 2., PerAxis<3>(2), LpPool3dOptions{}), {1, 2, 2, 2, 4}),
               sample("3, cut off", of_square(f, 3., PerAxis<3>(2), cut), {1, 2, 2, 3}),
               sample("no images", of_square(f, 2., PerAxis<3>(1), cut), {0, 1, 2, 2, 2})};
  std::vector<double> positive = counted(16);
  for (double& v : positive) v += 12;
  e.references = {
      {"2",
       of(f, 2., PerAxis<3>(1, 2, 2), LpPool3dOptions{}),
       {{{1, 1, 2, 2, 4}, positive}},
       {{{1, 1, 2, 1, 2},
         {16.431676725154983, 33.54101966249684, 35.07135583350036, 18.16590212458495}}}},
      {"3, cut off",
       of(f, 3., PerAxis<3>(2, 2, 3), cut),
       {{{1, 1, 2, 2, 4}, positive}},
       {{{1, 1, 1, 1, 2}, {33.642741336650786, 33.87337560235826}}}}};
  e.refusals = {{[] {
                   (void)lp_pool3d(ones({1, 2, 3, 3, 3}), -1, 2);
                 },
                 "lp_pool3d: p must be > 0 and finite, got -1"}};
  return e;
}

/// Numbers 0, 0.3, 0.6, 0.9, 0, ... for the planes of x.
template <class T>
Array<T> region_numbers(const Shape& x, std::size_t rank) {
  Shape shape(x.begin(), x.end() - static_cast<std::ptrdiff_t>(rank));
  shape.push_back(rank);
  Array<T> u(shape);
  for (std::size_t i = 0; i < u.size(); ++i)
    u.data()[i] = static_cast<T>(0.3 * static_cast<double>(i % 4));
  return u;
}

Entry fractional_entry() {
  const auto at = [](const PerAxis<2>& kernel, const PerAxis<2>& size, bool square) {
    return call([=]<class T>(const std::vector<Variable<T>>& x) {
      return fractional_max_pool2d(square ? x[0] * x[0] : x[0], kernel, size,
                                   region_numbers<T>(x[0].shape(), 2));
    });
  };
  const Call drawn = call([](const auto& x) {
    Generator generator(5);
    return fractional_max_pool2d(x[0] * x[0], 2, 3, generator);
  });
  const Call random = call([](const auto& x) {
    Generator generator(5);
    return fractional_max_pool2d(x[0] * x[0], {2, 1}, {3, 4}, PoolRegions::random, generator);
  });
  Entry e{.name = "fractional_max_pool2d", .smoothness = Smoothness::kinks};
  e.samples = {sample("given", at({2, 1}, {3, 2}, true), {2, 2, 5, 4}),
               sample("one window an axis", at(2, {1, 3}, true), {1, 2, 4, 4}),
               // float and double samples are not the same numbers, the regions are all the same
               sample("whole steps", drawn, {1, 1, 4, 4}), sample("random", random, {1, 2, 5, 6})};
  e.references = {{"given",
                   at(2, {3, 4}, false),
                   {{{1, 2, 5, 6}, counted(60)}},
                   {{{1, 2, 3, 4}, {8,  3, 10, 1, 11, 11, 6, 9, 7,  10, 10, 8,
                                    11, 9, 9,  4, 11, 9,  9, 0, 10, 1,  8,  11}}}}};
  const Array<double> two(Shape{1, 1, 2}, 1.);
  e.refusals = {
      {[] {
         (void)fractional_max_pool2d(ones({1, 1, 4, 4}), 2, 4, Array<double>(Shape{1, 1, 2}, 0.));
       },
       "fractional_max_pool2d: output_size must leave room for windows: at most extent - kernel + "
       "1 "
       "of [1, 1, 4, 4], got 4"},
      {[two] {
         (void)fractional_max_pool2d(ones({1, 1, 4, 4}), 2, 3, two);
       },
       "fractional_max_pool2d: samples must be in [0, 1), got 1"},
      {[two] {
         (void)fractional_max_pool2d(ones({2, 1, 4, 4}), 2, 3, two);
       },
       "fractional_max_pool2d: samples must have shape [2, 1, 2], got [1, 1, 2]"}};
  return e;
}

Entry fractional3_entry() {
  const auto at = [](const PerAxis<3>& kernel, const PerAxis<3>& size, bool square) {
    return call([=]<class T>(const std::vector<Variable<T>>& x) {
      return fractional_max_pool3d(square ? x[0] * x[0] : x[0], kernel, size,
                                   region_numbers<T>(x[0].shape(), 3));
    });
  };
  const Call random = call([](const auto& x) {
    Generator generator(5);
    return fractional_max_pool3d(x[0] * x[0], 1, {2, 3, 2}, PoolRegions::random, generator);
  });
  Entry e{.name = "fractional_max_pool3d", .smoothness = Smoothness::kinks};
  e.samples = {sample("given", at({1, 2, 1}, {2, 2, 3}, true), {1, 2, 3, 3, 4}),
               sample("without batch", at(1, {2, 1, 2}, true), {2, 3, 2, 3}),
               sample("random", random, {1, 1, 3, 4, 3})};
  e.references = {{"given",
                   at({2, 1, 2}, {3, 2, 4}, false),
                   {{{1, 2, 5, 4, 6}, counted(240)}},
                   {{{1, 2, 3, 2, 4}, {3, 10, 10, 8,  7, 5,  5,  5, 10, 10, 8,  8, 7,  5,  5, 3, 10,
                                       8, 8,  6,  5,  3, 10, 10, 8, 8,  6,  6,  3, 10, 10, 8, 8, 6,
                                       6, 4,  10, 10, 8, 8,  6,  6, 11, 11, 10, 8, 8,  6}}}}};
  e.refusals = {
      {[] {
         (void)fractional_max_pool3d(ones({1, 1, 4, 4, 4}), 2, {3, 3, 4}, PoolRegions::random);
       },
       "fractional_max_pool3d: output_size must leave room for windows: at most extent - "
       "kernel + 1 of [1, 1, 4, 4, 4], got 4"},
      {[] {
         (void)fractional_max_pool3d(ones({4, 4, 4}), 2, 3);
       },
       "fractional_max_pool3d: x must have rank 5, or 4 without batch, got [4, 4, 4]"},
      {[] {
         (void)fractional_max_pool3d(ones({1, 1, 4, 4, 4}), 2, 3,
                                     Array<double>(Shape{1, 1, 2}, 0.));
       },
       "fractional_max_pool3d: samples must have shape [1, 1, 3], got [1, 1, 2]"}};
  return e;
}

}  // namespace

Entries pool_region_entries() {
  return {lp1_entry(), lp2_entry(), lp3_entry(), fractional_entry(), fractional3_entry()};
}

#undef XG_POOL

}  // namespace xg::test
