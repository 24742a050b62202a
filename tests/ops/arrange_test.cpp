// Sizes that are cut into blocks, and slices in all of xtensor's words.
#include <cstring>
#include <functional>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/fold.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/prod.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/scan.hpp>
#include <xgrad/ops/sort.hpp>
#include <xgrad/ops/upsample.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

struct Restore {
  ~Restore() { set_num_threads(threads); }
  int threads = get_num_threads();
};

Variable<float> drawn(const Shape& shape) {
  Array<float> x(shape);
  std::uint64_t state = 1;
  for (float& v : x.storage()) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    v = static_cast<float>(state >> 40) * 0x1p-24F + 0.5F;
  }
  return Variable<float>(x, true);
}

IndexArray places(const Shape& shape, std::size_t n) {
  IndexArray index(shape);
  for (std::size_t i = 0; i < index.size(); ++i)
    index.data()[i] = static_cast<std::int64_t>(i * 7919 % n);
  return index;
}

using Operation = std::function<Variable<float>(const Variable<float>&)>;

/// Value and gradient of y^2, so that the gradient depends on the value.
Arrays<float> pass(const Operation& f, const Variable<float>& x) {
  const auto y = f(x);
  return {y.value(), grad(sum(y * y), x).value()};
}

}  // namespace

TEST_CASE("arrangements and scans: one and three threads give the same bits", "[ops][threads]") {
  const Restore restore;
  const auto images = drawn({6, 5, 40, 50});
  const auto matrix = drawn({300, 200});
  const IndexArray along = places({300, 150}, 200), rows = places({500}, 300);
  const std::pair<const char*, std::pair<Variable<float>, Operation>> all[] = {
      {"flip",
       {images,
        [](const auto& x) {
          return flip(x, {1, 3});
        }}},
      {"roll",
       {images,
        [](const auto& x) {
          return roll(x, {3, -9}, {0, 3});
        }}},
      {"tile",
       {matrix,
        [](const auto& x) {
          return tile(x, {2, 3});
        }}},
      {"reflect",
       {images,
        [](const auto& x) {
          return pad(x, {{0, 0}, {0, 0}, {3, 2}, {1, 4}}, {.mode = PadMode::reflect});
        }}},
      {"unfold", {images, [](const auto& x) { return unfold(x, 3, {.stride = 2, .padding = 1}); }}},
      {"nearest",
       {images,
        [](const auto& x) {
          return upsample(x, {53, 91});
        }}},
      {"linear",
       {images,
        [](const auto& x) {
          return upsample(x, {53, 91}, {.mode = UpsampleMode::linear});
        }}},
      {"gather 1", {matrix, [&](const auto& x) { return gather(x, 1, along); }}},
      {"gather 0", {matrix, [&](const auto& x) { return gather(x, 0, along); }}},
      {"rows", {matrix, [&](const auto& x) { return index_select(x, 0, rows); }}},
      {"cumsum 0", {matrix, [](const auto& x) { return cumsum(x, 0); }}},
      {"cumsum 1", {matrix, [](const auto& x) { return cumsum(x, 1); }}},
      {"cumprod", {images, [](const auto& x) { return cumprod(x, 2); }}},
      {"logcumsumexp", {matrix, [](const auto& x) { return logcumsumexp(x, 1); }}},
      {"cummax", {matrix, [](const auto& x) { return cummax(x, 0).values; }}},
      {"sort", {matrix, [](const auto& x) { return sort(x, 0).values; }}},
      {"topk", {matrix, [](const auto& x) { return topk(x, 5, 1).values; }}},
      {"median", {matrix, [](const auto& x) { return median(x, 1).values; }}},
      {"norm", {matrix, [](const auto& x) { return norm(x, 3, 0); }}},
      {"prod", {images, [](const auto& x) { return prod(x, 3); }}},
  };
  for (const auto& [name, what] : all) {
    set_num_threads(1);
    const auto one = pass(what.second, what.first);
    set_num_threads(3);
    const auto three = pass(what.second, what.first);
    CAPTURE(name);
    for (std::size_t i = 0; i < one.size(); ++i)
      REQUIRE(std::memcmp(one[i].data(), three[i].data(), one[i].size() * sizeof(float)) == 0);
  }
}

TEST_CASE("slice takes xtensor's words and gives what xtensor gives", "[ops][index]") {
  using namespace xt::placeholders;
  const Variable<float> x = drawn({4, 5, 6});
  const Array<float>& a = x.value();
  CHECK((slice(x, 1).value() == xt::view(a, 1)));
  CHECK((slice(x, -1, xt::all(), 2).value() == xt::view(a, 3, xt::all(), 2)));
  CHECK((slice(x, xt::range(1, 4, 2)).value() == xt::view(a, xt::range(1, 4, 2))));
  CHECK((slice(x, xt::range(_, 3), xt::range(2, _)).value() ==
         xt::view(a, xt::range(_, 3), xt::range(2, _))));
  CHECK((slice(x, xt::range(-3, -1)).value() == xt::view(a, xt::range(1, 3))));
  CHECK((slice(x, xt::ellipsis(), xt::range(_, _, -2)).value() ==
         xt::strided_view(a, {xt::ellipsis(), xt::range(5, _, -2)})));
  CHECK((slice(x, xt::newaxis(), 0, xt::ellipsis(), xt::newaxis()).shape() == Shape{1, 5, 6, 1}));
  CHECK((slice(x, xt::range(4, 1, -1)).value() == flip(slice(x, xt::range(2, 4)), 0).value()));
  CHECK(slice(x, xt::range(9, 12)).size() == 0);
}

TEST_CASE("gather and scatter take expressions for indices and Arrays for values",
          "[ops][gather]") {
  const Variable<float> x(Array<float>{1, 2, 3}, true);
  const xt::xarray<int> index{2, -3};
  CHECK((gather(x, 0, index).value() == Array<float>{3, 1}));
  CHECK((scatter(x, 0, index, Array<float>{8, 9}).value() == Array<float>{9, 2, 8}));
  CHECK((index_add(x, 0, index, Array<float>{8, 9}).value() == Array<float>{10, 2, 11}));
  const auto y = index_select(x, 0, xt::abs(index) - 1);
  CHECK((y.value() == Array<float>{2, 3}));
}
