#include <cmath>
#include <cstring>
#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/broadcast.hpp>
#include <xgrad/ops/determinant.hpp>
#include <xgrad/ops/factorization.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrix_function.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/solve.hpp>

#include "support/catch.hpp"

using namespace xg;

namespace {

template <class T = double>
Variable<T> random(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  Array<T> x(shape);
  kernels::fill_normal(generator, x.data(), x.size(), T(0), T(1));
  return Variable<T>(std::move(x), true);
}

template <class T>
Variable<T> identity(std::size_t n) {
  return Variable<T>(Array<T>(xt::eye<T>(n)));
}

template <class T>
T distance(const Variable<T>& a, const Variable<T>& b) {
  REQUIRE(a.shape() == b.shape());
  return xt::amax(xt::abs(a.value() - b.value()))();
}

template <class T>
bool same_bits(const Variable<T>& a, const Variable<T>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.value().data(), b.value().data(), a.size() * sizeof(T)) == 0;
}

template <class T>
void check_identities(T tolerance) {
  // 70 is above the block sizes of LAPACK, 130 rows above those of its recursive routines.
  const auto a = random<T>({3, 130, 70}, 1), square = random<T>({2, 70, 70}, 2);
  const auto eye = identity<T>(70);
  CHECK(distance(matmul(square, inverse(square)), broadcast_to(eye, square.shape())) < tolerance);
  CHECK(distance(matmul(square, solve(square, square)), square) < tolerance);

  const auto [q, r] = qr(a);
  CHECK(distance(matmul(q, r), a) < tolerance);
  CHECK(distance(matmul(transpose(q), q), broadcast_to(eye, {3, 70, 70})) < tolerance);

  const auto [u, s, vh] = svd(a);
  CHECK(distance(matmul(u * unsqueeze(s, -2), vh), a) < tolerance);
  CHECK(distance(matmul(vh, transpose(vh)), broadcast_to(eye, {3, 70, 70})) < tolerance);

  const auto gram = matmul(transpose(a), a);
  const auto [w, v] = eigh(gram);
  CHECK(distance(matmul(v * unsqueeze(w, -2), transpose(v)) / 300., gram / 300.) < tolerance);
  const auto l = cholesky(gram);
  CHECK(distance(matmul(l, transpose(l)) / 300., gram / 300.) < tolerance);
  CHECK(distance(matmul(pinv(a), a), broadcast_to(eye, {3, 70, 70})) < tolerance);
  const auto half = matrix_exp(square * 0.05);
  CHECK(distance(matmul(half, half) / 30., matrix_exp(square * 0.1) / 30.) < tolerance);
}

}  // namespace

TEST_CASE("factorisations multiply back, in float and double", "[ops][linalg]") {
  check_identities<double>(1e-11);
  check_identities<float>(4e-3f);
}

TEST_CASE("a batch gives the bits of its matrices, whatever the number of threads",
          "[ops][linalg][threads]") {
  const auto a = random({40, 20, 20}, 3);
  const int threads = get_num_threads();
  const auto all = [&] {
    const auto [u, s, vh] = svd(a);
    return Variables<double>{inverse(a), det(a), u, s, vh, qr(a).q, matrix_exp(a * 0.1)};
  };
  set_num_threads(1);
  const auto one = all();
  set_num_threads(3);
  const auto three = all();
  set_num_threads(threads);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(same_bits(one[i], three[i]));
  CHECK(same_bits(select(one[0], 0, 7), inverse(select(a, 0, 7))));
  CHECK(same_bits(select(one[3], 0, 7), svd(select(a, 0, 7)).s));
}

TEST_CASE("repeated eigenvalues: gradients of values are finite, of vectors are not",
          "[ops][linalg]") {
  const Variable<double> a(Array<double>{{2., 0.}, {0., 2.}}, true);
  const Variable<double> weights(Array<double>{1., 3.});
  const auto g = grad(sum(eigvalsh(a) * weights), a);
  CHECK(xt::sum(g.value())() == 4);
  CHECK(xt::all(xt::isfinite(g.value())));
  const auto gv = grad(sum(eigh(a).vectors * random({2, 2}, 4)), a);
  CHECK_FALSE(xt::all(xt::isfinite(gv.value())));
  const auto gs = grad(sum(svdvals(a)), a);  // u vh, here the identity
  CHECK(xt::allclose(gs.value(), xt::eye<double>(2)));
  const auto gu = grad(sum(svd(a).u * random({2, 2}, 4)), a);
  CHECK_FALSE(xt::all(xt::isfinite(gu.value())));
}

TEST_CASE("det: the gradient of a singular matrix is its cofactors, recorded or not",
          "[ops][linalg]") {
  const Variable<double> a(Array<double>{{0., 1., 2.}, {3., 4., 5.}, {6., 7., 8.}}, true);
  const Array<double> cofactors{{-3., 6., -3.}, {6., -12., 6.}, {-3., 6., -3.}};
  CHECK(xt::allclose(grad(det(a), a).value(), cofactors));
  CHECK(xt::allclose(grad(det(a), a, {.create_graph = true}).value(), cofactors));
}

TEST_CASE("matrix_exp: a gradient of any size costs no digits", "[ops][linalg]") {
  const auto a = random({3, 3}, 5), gy = random({3, 3}, 6).detach();
  const auto gradient = [&](double size) {
    return grad(Variables<double>{matrix_exp(a)}, {a}, {.grad_outputs = {gy * size}})[0];
  };
  const auto reference = gradient(1);
  for (const double size : {0x1p-100, 0x1p40, 0x1p200})
    CHECK(distance(gradient(size) / size, reference) < 1e-13);
}

TEST_CASE("a singular matrix leaves everything as it was", "[ops][linalg][errors]") {
  const Variable<double> a(Array<double>{{1., 2.}, {2., 4.}}, true);
  CHECK_THROWS_AS(inverse(a), ValueError);
  CHECK_THROWS_AS(cholesky(neg(a)), ValueError);
  CHECK(a.version() == 0);
  CHECK(a.value()(1, 1) == 4);
  CHECK_FALSE(a.grad().defined());
}
