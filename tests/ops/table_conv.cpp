#include <xgrad/ops/conv.hpp>

#include "ops/large_reference.hpp"
#include "ops/table.hpp"

// References: torch 2.15, double.
namespace xg::test {

namespace {

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }

template <std::size_t rank, class F>
Call with(F f, ConvOptions<rank> o = {}) {
  return call([f, o]<class T>(const std::vector<Variable<T>>& x) {
    return f(x[0], x[1], x.size() > 2 ? x[2] : Variable<T>(), o);
  });
}
template <std::size_t rank, class F>
Call back(F f, ConvTransposeOptions<rank> o = {}) {
  return call([f, o]<class T>(const std::vector<Variable<T>>& x) {
    return f(x[0], x[1], x.size() > 2 ? x[2] : Variable<T>(), o);
  });
}

// Generic lambdas: the operations as values.
constexpr auto one = [](const auto&... a) { return conv1d(a...); };
constexpr auto two = [](const auto&... a) { return conv2d(a...); };
constexpr auto three = [](const auto&... a) { return conv3d(a...); };
constexpr auto one_back = [](const auto&... a) { return conv_transpose1d(a...); };
constexpr auto two_back = [](const auto&... a) { return conv_transpose2d(a...); };
constexpr auto three_back = [](const auto&... a) { return conv_transpose3d(a...); };

std::vector<double> counted(std::size_t n, double scale) {  // small, of both signs
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = scale * (static_cast<double>((i * 7) % 11) - 5);
  return values;
}

Entry conv1d_entry() {
  Entry e{.name = "conv1d"};
  e.samples = {
      {"plain", with<1>(one), {{{2, 3, 7}}, {{4, 3, 3}}, {{4}}}},
      {"no bias, without batch", with<1>(one), {{{3, 7}}, {{2, 3, 1}}}},
      {"stride, padding, dilation",
       with<1>(one, {.stride = 2, .padding = 2, .dilation = 2}),
       {{{2, 2, 8}}, {{4, 2, 3}}, {{4}}}},
      {"groups", with<1>(one, {.padding = 1, .groups = 2}), {{{1, 4, 5}}, {{6, 2, 3}}, {{6}}}},
      {"same, even kernel", with<1>(one, {.padding = Padding::same}), {{{1, 2, 5}}, {{2, 2, 4}}}},
      {"no images", with<1>(one), {{{0, 2, 5}}, {{3, 2, 2}}, {{3}}}}};
  e.references = {{"stride 2, padding 1",
                   with<1>(one, {.stride = 2, .padding = 1}),
                   {{{1, 2, 5}, counted(10, 0.5)}, {{2, 2, 3}, counted(12, 1)}, {{2}, {1, -1}}},
                   {{{1, 2, 3}, {-13.5, 5, -19, -13.5, 9, 1.5}}}}};
  e.refusals = {{[] {
                   (void)conv1d(ones({2, 3}), ones({1, 2, 4}));
                 },
                 "conv1d: kernel must fit the padded input [3], got [4]"},
                {[] {
                   (void)conv1d(ones({2, 3, 4, 5}), ones({1, 2, 4}));
                 },
                 "conv1d: x must have rank 3, or 2 without batch, got [2, 3, 4, 5]"}};
  return e;
}

/// Images in two blocks and in three, outputs in several parts of an image, and the lines of a
/// convolution of few channels.
void add_large(Entry& e) {
  const auto grouped = [](const auto& x) {
    return conv2d(x[0], x[1], x[2], {.padding = 1, .groups = 2});
  };
  const auto copied = [](const auto& x) { return conv2d(x[0], x[1]); };
  const auto narrow = [](const auto& x) { return conv2d(x[0], x[1], x[2], {.padding = 1}); };
  const Shape w{6, 8, 3, 3};
  for (Reference& r : std::vector<Reference>{
           large_reference("three blocks", grouped, {{7, 16, 48, 48}, w, {6}},
                           {801, -19826, 297, 0}),
           large_reference("two blocks", grouped, {{4, 16, 48, 48}, w, {6}},
                           {1097, -11820, -1958, 40}),
           large_reference("1x1", copied, {{1, 32, 64, 64}, {2, 32, 1, 1}}, {-487, -705, -588}),
           large_reference("lines", narrow, {{20, 3, 40, 40}, {7, 3, 3, 3}, {7}},
                           {1421, -822, 2043, 960})})
    e.references.push_back(std::move(r));
}

Entry conv2d_entry() {
  Entry e{.name = "conv2d"};
  e.samples = {
      {"plain", with<2>(two), {{{2, 2, 4, 5}}, {{3, 2, 2, 3}}, {{3}}}},
      {"1x1", with<2>(two), {{{2, 3, 2, 3}}, {{2, 3, 1, 1}}, {{2}}}},
      {"1x1, stride 2", with<2>(two, {.stride = 2}), {{{1, 3, 3, 4}}, {{2, 3, 1, 1}}}},
      {"3x3 same", with<2>(two, {.padding = Padding::same}), {{{1, 2, 3, 4}}, {{2, 2, 3, 3}}}},
      {"of each axis",
       with<2>(two, {.stride = {1, 2}, .padding = {2, 0}, .dilation = {2, 1}}),
       {{{1, 2, 4, 5}}, {{2, 2, 2, 3}}, {{2}}}},
      {"depthwise, two outputs a channel",
       with<2>(two, {.padding = 1, .groups = 3}),
       {{{2, 3, 3, 3}}, {{6, 1, 3, 3}}, {{6}}}},
      {"lines", with<2>(two), {{{2, 2, 2, 9}}, {{7, 2, 2, 2}}, {{7}}}},
      {"lines, padding",
       with<2>(two, {.padding = {1, 0}}),
       {{{1, 1, 2, 10}}, {{2, 1, 2, 3}}, {{2}}}},
      {"without batch", with<2>(two), {{{2, 3, 3}}, {{1, 2, 3, 3}}, {{1}}}},
      {"no images", with<2>(two), {{{0, 1, 3, 3}}, {{2, 1, 2, 2}}, {{2}}}}};
  e.references = {
      {"of each axis",
       with<2>(two, {.stride = {1, 2}, .padding = {1, 0}, .dilation = {2, 1}}),
       {{{1, 1, 3, 5}, counted(15, 0.5)}, {{2, 1, 2, 2}, counted(8, 1)}, {{2}, {1, -1}}},
       {{{1, 2, 3, 2}, {14, -9, 4, 4, 12.5, -3, -7, -1, -8.5, -5.5, -8.5, 5}}}}};
  add_large(e);
  e.refusals = {
      {[] {
         (void)conv2d(ones({1, 1, 9, 9}), ones({1, 1, 11, 11}));
       },
       "conv2d: kernel must fit the padded input [9, 9], got [11, 11]"},
      {[] {
         (void)conv2d(ones({1, 3, 9, 9}), ones({1, 2, 3, 3}));
       },
       "conv2d: x must have 2 channels for w [1, 2, 3, 3] and groups 1, got [1, 3, 9, 9]"},
      {[] {
         (void)conv2d(ones({1, 3, 9, 9}), ones({2, 3, 3}));
       },
       "conv2d: w must have rank 4, got [2, 3, 3]"},
      {[] {
         (void)conv2d(ones({1, 2, 9, 9}), ones({1, 2, 3, 3}), ones({2}));
       },
       "conv2d: b must have shape [1], got [2]"},
      {[] {
         (void)conv2d(ones({1, 2, 9, 9}), ones({3, 1, 3, 3}), {}, {.groups = 2});
       },
       "conv2d: groups must divide w.shape[0] = 3, got 2"},
      {[] {
         (void)conv2d(ones({1, 2, 9, 9}), ones({1, 2, 3, 3}), {}, {.stride = {1, 0}});
       },
       "conv2d: stride must be >= 1, got 0"},
      {[] {
         (void)conv2d(ones({1, 2, 9, 9}), ones({1, 2, 3, 3}), {}, {.padding = -1});
       },
       "conv2d: padding must be >= 0, got -1"},
      {[] {
         (void)conv2d(ones({1, 2, 9, 9}), ones({1, 2, 3, 3}), {}, {.dilation = 0});
       },
       "conv2d: dilation must be >= 1, got 0"},
      {[] {
         (void)conv2d(ones({1, 2, 9, 9}), ones({1, 2, 3, 3}), {}, {.groups = 0});
       },
       "conv2d: groups must be >= 1, got 0"},
      {[] {
         (void)conv2d(ones({1, 2, 9, 9}), ones({1, 2, 3, 3}), {},
                      {.stride = 2, .padding = Padding::same});
       },
       "conv2d: stride must be 1 with Padding::same, got 2"}};
  return e;
}

Entry conv3d_entry() {
  Entry e{.name = "conv3d"};
  e.samples = {{"plain", with<3>(three), {{{1, 2, 3, 3, 2}}, {{2, 2, 2, 2, 2}}, {{2}}}},
               {"of each axis, groups",
                with<3>(three, {.stride = {2, 1, 1}, .padding = {1, 1, 0}, .groups = 2}),
                {{{2, 2, 3, 2, 3}}, {{2, 1, 2, 2, 2}}, {{2}}}}};
  e.references = {
      {"stride 2",
       with<3>(three, {.stride = {2, 1, 1}}),
       {{{1, 1, 4, 2, 3}, counted(24, 0.5)}, {{1, 1, 2, 2, 2}, counted(8, 1)}, {{1}, {0.5}}},
       {{{1, 1, 2, 1, 2}, {20.5, -11, -11, 7}}}}};
  e.refusals = {{[] {
                   (void)conv3d(ones({1, 1, 2, 2, 2}), ones({1, 1, 2, 3, 2}));
                 },
                 "conv3d: kernel must fit the padded input [2, 2, 2], got [2, 3, 2]"}};
  return e;
}

Entry transpose1d_entry() {
  Entry e{.name = "conv_transpose1d"};
  e.samples = {{"plain", back<1>(one_back), {{{2, 3, 4}}, {{3, 2, 3}}, {{2}}}},
               {"stride, padding, groups",
                back<1>(one_back, {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2}),
                {{{1, 4, 3}}, {{4, 2, 3}}, {{4}}}},
               {"without batch", back<1>(one_back), {{{2, 3}}, {{2, 1, 2}}}},
               {"no images", back<1>(one_back), {{{0, 2, 3}}, {{2, 1, 2}}, {{1}}}}};
  e.references = {{"stride 2",
                   back<1>(one_back, {.stride = 2, .padding = 1, .output_padding = 1}),
                   {{{1, 2, 3}, counted(6, 0.5)}, {{2, 1, 3}, counted(6, 1)}, {{1}, {2}}},
                   {{{1, 1, 6}, {-0.5, -3, 4.5, -4, -1.5, 8.5}}}}};
  e.refusals = {{[] {
                   (void)conv_transpose1d(ones({1, 2, 3}), ones({1, 2, 3}));
                 },
                 "conv_transpose1d: x must have 1 channels for w [1, 2, 3] and groups 1, got "
                 "[1, 2, 3]"}};
  return e;
}

Entry transpose2d_entry() {
  Entry e{.name = "conv_transpose2d"};
  e.samples = {
      {"plain", back<2>(two_back), {{{2, 2, 3, 2}}, {{2, 3, 2, 2}}, {{3}}}},
      {"1x1", back<2>(two_back), {{{1, 2, 2, 2}}, {{2, 3, 1, 1}}, {{3}}}},
      {"of each axis",
       back<2>(two_back,
               {.stride = {2, 1}, .padding = {1, 0}, .output_padding = {1, 0}, .dilation = {1, 2}}),
       {{{1, 2, 2, 3}}, {{2, 2, 3, 2}}, {{2}}}},
      {"output padding of a dilation",
       back<2>(two_back, {.output_padding = 1, .dilation = 2}),
       {{{1, 1, 2, 2}}, {{1, 1, 2, 2}}}},
      {"groups", back<2>(two_back, {.groups = 2}), {{{1, 4, 2, 2}}, {{4, 1, 2, 2}}, {{2}}}}};
  e.references = {
      {"stride {2, 1}",
       back<2>(two_back, {.stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}}),
       {{{1, 1, 2, 2}, counted(4, 0.5)}, {{1, 2, 2, 2}, counted(8, 1)}, {{2}, {1, -1}}},
       {{{1, 2, 2, 4}, {6, -1, -11.5, 6, 6, -11.5, -1, 6, -11, 3, -1, -1, -2, 1.5, 2, -8.5}}}}};
  e.refusals = {
      {[] {
         (void)conv_transpose2d(ones({1, 1, 2, 2}), ones({1, 1, 2, 2}), {}, {.padding = 2});
       },
       "conv_transpose2d: padding must leave something of the result 3, got 2"},
      {[] {
         (void)conv_transpose2d(ones({1, 1, 2, 2}), ones({1, 1, 2, 2}), {},
                                {.stride = 2, .output_padding = 2});
       },
       "conv_transpose2d: output_padding must be smaller than stride or dilation, got 2"},
      {[] {
         (void)conv_transpose2d(ones({1, 1, 2, 2}), ones({1, 1, 2, 2}), {}, {.output_padding = -1});
       },
       "conv_transpose2d: output_padding must be >= 0, got -1"}};
  return e;
}

Entry transpose3d_entry() {
  Entry e{.name = "conv_transpose3d"};
  e.samples = {{"plain", back<3>(three_back), {{{1, 2, 2, 1, 2}}, {{2, 2, 2, 2, 2}}, {{2}}}},
               {"stride, groups",
                back<3>(three_back, {.stride = {2, 1, 2}, .padding = {1, 0, 0}, .groups = 2}),
                {{{1, 2, 2, 2, 2}}, {{2, 1, 2, 1, 2}}, {{2}}}}};
  e.references = {
      {"stride {2, 1, 1}",
       back<3>(three_back, {.stride = {2, 1, 1}}),
       {{{1, 1, 2, 1, 2}, counted(4, 0.5)}, {{1, 1, 1, 2, 2}, counted(4, 1)}, {{1}, {0.5}}},
       {{{1, 1, 3, 2, 3},
         {13, -9.5, 2.5, 5.5, -14, 5.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 5.5, -14, 5.5, 2.5, -9.5,
          13}}}}};
  e.refusals = {{[] {
                   (void)conv_transpose3d(ones({1, 1, 2, 2, 2}), ones({1, 2, 2, 2}));
                 },
                 "conv_transpose3d: w must have rank 5, got [1, 2, 2, 2]"}};
  return e;
}

}  // namespace

Entries conv_entries() {
  return {conv1d_entry(),      conv2d_entry(),      conv3d_entry(),
          transpose1d_entry(), transpose2d_entry(), transpose3d_entry()};
}

}  // namespace xg::test
