#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/core/kernels/random.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/cdist.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrix_function.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/solve.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {
Variable<double> random(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  Array<double> x(shape);
  kernels::fill_normal(generator, x.data(), x.size(), 0., 1.);
  return Variable<double>(std::move(x), true);
}

struct Case {
  Shape a, b;
};
const Case cases[] = {{{2, 3}, {3, 4}},
                      {{3}, {3}},
                      {{3}, {3, 4}},
                      {{2, 3}, {3}},
                      {{5, 2, 3}, {3, 4}},
                      {{2, 3}, {5, 3, 4}},
                      {{5, 1, 2, 3}, {6, 3, 4}},
                      {{5, 2, 3}, {3}},
                      {{3}, {5, 3, 4}},
                      {{0, 3}, {3, 2}},
                      {{2, 0}, {0, 2}},
                      {{5, 2, 3}, {5, 3, 4}}};
}  // namespace

TEST_CASE("matmul: all combinations of ranks agree with differences, twice", "[ops][linalg]") {
  for (const Case& c : cases) {
    const auto a = random(c.a, 1), b = random(c.b, 2);
    const auto f = [](const auto& x, const auto& y) { return matmul(x, y); };
    const auto first = gradcheck(f, a, b);
    INFO(to_string(c.a) << " " << to_string(c.b) << first.reason << first.table);
    CHECK(first.passed);
    const auto second = gradgradcheck(f, a, b);
    INFO(second.reason << second.table);
    CHECK(second.passed);
  }
}

TEST_CASE("linear: fused gradients agree with matmul and a sum", "[ops][linalg]") {
  for (const Shape& shape : {Shape{3}, Shape{4, 3}, Shape{2, 4, 3}, Shape{0, 3}}) {
    const auto x = random(shape, 1), w = random({5, 3}, 2), b = random({5}, 3);
    const CheckedFunction f = [](const Variables<double>& in) -> Variables<double> {
      return {linear(in[0], in[1], in[2])};
    };
    const auto first = gradcheck(f, Variables<double>{x, w, b});
    INFO(to_string(shape) << first.reason << first.table);
    CHECK(first.passed);
    CHECK(gradgradcheck(f, Variables<double>{x, w, b}).passed);
    const auto y = matmul(x, transpose(w));
    const auto z = linear(x, w);
    CHECK(z.shape() == y.shape());
    CHECK((z.size() == 0 || xt::allclose(z.value(), y.value())));
  }
}

TEST_CASE("linear: a second backward adds to gradients in place", "[ops][linalg]") {
  const auto x = random({4, 3}, 1), w = random({5, 3}, 2), b = random({5}, 3);
  for (int i = 0; i < 2; ++i) sum(linear(x, w, b)).backward();
  const Array<double> row = 2 * xt::sum(x.value(), {0});
  CHECK(xt::allclose(w.grad().value(), row));  // every row of dW is the sum over the batch
  CHECK(xt::allclose(b.grad().value(), 8.));
}

TEST_CASE("linear: refuses what does not fit", "[ops][linalg][errors]") {
  const auto x = random({4, 3}, 1), w = random({5, 2}, 2), b = random({5}, 3);
  CHECK_THROWS_WITH(linear(x, w),
                    "linear: x.shape[-1] == weight.shape[1] failed: x is [4, 3], "
                    "weight is [5, 2]");
  CHECK_THROWS_WITH(linear(x, random({6, 3}, 2), b),
                    "linear: bias.shape[0] == weight.shape[0] "
                    "failed: bias is [5], weight is [6, 3]");
  CHECK_THROWS_WITH(linear(x, b),
                    "linear: x.shape[-1] == weight.shape[0] failed: x is [4, 3], weight is [5]");
  CHECK_THROWS_WITH(matmul(x, w),
                    "matmul: a.shape[-1] == b.shape[-2] failed: a is [4, 3], b is [5, 2]");
}

TEST_CASE("sum, mean, var, stddev: gradients agree with differences", "[ops][reduce]") {
  const auto x = random({2, 3, 4}, 1);
  for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{-1}, Axes{0, 2}, Axes{0, 1}}) {
    for (const bool keep : {false, true}) {
      const auto f = [&](const Variable<double>& v) -> Variables<double> {
        return {sum(v * v, axes, {.keepdims = keep}), mean(v * v, axes, {.keepdims = keep}),
                var(v, axes, {.keepdims = keep}),
                stddev(v, axes, {.correction = 0, .keepdims = keep})};
      };
      const auto first = gradcheck(f, x);
      INFO(axes.size() << first.reason << first.table);
      CHECK(first.passed);
      const auto second = gradgradcheck(f, x);
      INFO(second.reason << second.table);
      CHECK(second.passed);
    }
  }
  CHECK_THROWS_WITH(sum(x, {0, -3}), "sum: axes must be different, got -3");
  CHECK_THROWS_WITH(sum(x, 3), "sum: axes must be in [-3, 3), got 3");
}

TEST_CASE("reshape, permute: values move and gradients move back", "[ops][shape]") {
  const auto x = random({2, 3, 4}, 1);
  const auto f = [](const Variable<double>& v) -> Variables<double> {
    return {reshape(v * v, {4, -1}), permute(v * v, {2, 0, 1}), transpose(v * v, 0, 1),
            flatten(v * v, 1),       unsqueeze(v * v, -1),      squeeze(unsqueeze(v, 0)),
            expand(v, {2, -1, 3, 4})};
  };
  CHECK(gradcheck(f, x).passed);
  CHECK(gradgradcheck(f, x).passed);
  const auto y = permute(x, {2, 0, 1});
  CHECK(y.shape() == Shape{4, 2, 3});
  CHECK(y.value()(3, 1, 2) == x.value()(1, 2, 3));
  CHECK_THROWS_WITH(reshape(x, {5, -1}),
                    "reshape: shape must have as many elements as x [2, 3, 4], got [5, -1]");
}

TEST_CASE("products take an Array beside a Variable, in any place", "[ops][linalg]") {
  const auto x = random({4, 3}, 1), w = random({5, 3}, 2), b = random({5}, 3);
  const auto u = random({3}, 4), v = random({3}, 5);
  CHECK(matmul(x.value(), transpose(w)).value() == matmul(x, transpose(w)).value());
  CHECK(matmul(x, xt::transpose(w.value())).value() == matmul(x, transpose(w)).value());
  CHECK(linear(x.value(), w).value() == linear(x, w).value());
  CHECK(linear(x.value(), w, b).value() == linear(x, w, b).value());
  CHECK(linear(x, w, b.value()).value() == linear(x, w, b).value());
  CHECK(linear(2 * x.value(), w.value(), b).value() == linear(2 * x, w, b).value());
  CHECK(dot(u.value(), v).value() == dot(u, v).value());
  CHECK(outer(u, v.value()).value() == outer(u, v).value());
  CHECK(kron(x.value(), w).value() == kron(x, w).value());
  CHECK(cross(u, v.value()).value() == cross(u, v).value());
  CHECK(vecdot(x.value(), u).value() == vecdot(x, u).value());
  CHECK(vdot(u.value(), v).value() == vdot(u, v).value());
  CHECK(inner(x, w.value()).value() == inner(x, w).value());
  CHECK(tensordot(x.value(), w, {1}, {1}).value() == inner(x, w).value());
  CHECK(tensordot(u.value(), v, 0).value() == outer(u, v).value());
  CHECK(cdist(x.value(), w).value() == cdist(x, w).value());
  CHECK(lstsq(x.value(), random({4}, 6)).value() == lstsq(x, random({4}, 6)).value());
  const auto square = random({3, 3}, 7), batch = random({2, 3, 3}, 8);
  CHECK(solve(square.value(), u).value() == solve(square, u).value());
  CHECK(triangular_solve(square, xt::transpose(x.value())).value() ==
        triangular_solve(square, transpose(x)).value());
  CHECK(bmm(batch.value(), batch).value() == bmm(batch, batch).value());
  CHECK(einsum("ij,kj->ik", x.value(), w).value() == einsum("ij,kj->ik", x, w).value());
}

TEST_CASE("einsum: contracts the cheap pair first", "[ops][linalg]") {
  // From the left the first product would have 200 x 200 elements.
  const auto a = random({200, 1}, 1), b = random({1, 200}, 2), c = random({200, 1}, 3);
  reset_peak_memory();
  const std::size_t before = memory_stats().peak;
  const auto y = einsum("ij,jk,kl->il", a, b, c);
  CHECK(memory_stats().peak < before + 200 * 200 * sizeof(double));
  CHECK(xt::allclose(y.value(), matmul(a, matmul(b, c)).value()));
}
