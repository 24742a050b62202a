// Embeddings against PyTorch's modules of the same
// name, given the same state. References: torch 2.15, double.

#include <limits>
#include <xgrad/core/random.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

#include "nn/given_state.hpp"

using namespace test;

TEST_CASE("Embedding looks rows up", "[nn][embedding]") {
  manual_seed(2);
  nn::Embedding<double> words(5, 3, {.padding_idx = -1});
  const IndexArray index{{1, 4}, {2, 1}};
  const auto y = words(index);
  CHECK(y.shape() == Shape{2, 2, 3});
  CHECK(y.value()(0, 1, 2) == 0);
  CHECK(y.value()(1, 1, 2) == words.weight.value()(1, 2));
  sum(y).backward();
  CHECK(words.weight.grad().value()(1, 0) == 2);
  CHECK(words.weight.grad().value()(4, 0) == 0);
  CHECK((nn::clone(words)(index).value() == y.value()));
  CHECK_THROWS_WITH(words(IndexArray{5}), "embedding: index must be in [0, 5), got 5");
  CHECK_THROWS_WITH(nn::Embedding<double>(0, 3), "Embedding: num_embeddings must be >= 1, got 0");

  nn::Embedding<double> bounded(2, 3, {.max_norm = 0.5});
  bounded.weight.copy_(Array<double>{{3, 4, 0}, {0, 0.25, 0}});
  const auto z = bounded(IndexArray{0, 1});
  CHECK(z.value()(0, 1) == Approx(0.4).epsilon(1e-6));
  CHECK(z.value()(1, 1) == 0.25);

  const double infinity = std::numeric_limits<double>::infinity();
  nn::Embedding<double> by_largest(2, 3, {.max_norm = 0.5, .norm_type = infinity});
  const Array<double> rows{{3, 4, 0}, {-2, 1, 7}};
  by_largest.weight.copy_(rows);
  CHECK_THROWS_WITH(by_largest(IndexArray{0, 2}), "embedding: index must be in [0, 2), got 2");
  CHECK((by_largest.weight.value() == rows));
  CHECK(xt::allclose(by_largest(IndexArray{0, 1, 0}).value(),  // torch 2.15
                     Array<double>{{0.375, 0.5, 0}, {-1. / 7, 0.5 / 7, 0.5}, {0.375, 0.5, 0}},
                     1e-6));
}

TEST_CASE("EmbeddingBag and Bilinear call their operations", "[nn][embedding]") {
  nn::EmbeddingBag<double> bag(3, 2, {.mode = BagMode::sum});
  bag.weight.copy_(Array<double>{{1, 2}, {10, 20}, {100, 200}});
  CHECK((bag(IndexArray{{0, 1}, {2, 2}}).value() == Array<double>{{11, 22}, {200, 400}}));
  CHECK((bag(IndexArray{0, 1, 2}, IndexArray{0, 1}).value() == Array<double>{{1, 2}, {110, 220}}));
  const Variable<double> factors(Array<double>{{2., 1.}, {0.5, 0.}});
  CHECK((bag(IndexArray{{0, 1}, {2, 2}}, IndexArray(Shape{0}), factors).value() ==
         Array<double>{{12, 24}, {50, 100}}));
  nn::Bilinear<double> form(2, 3, 1);
  CHECK(fill(form) == Names{"bias", "weight"});
  form.weight.copy_(Array<double>{{{1, 0, 0}, {0, 2, 0}}});
  form.bias.copy_(Array<double>{0.5});
  CHECK(
      form(Variable<double>(Array<double>{{1., 2.}}), Variable<double>(Array<double>{{3., 4., 5.}}))
          .item() == 1 * 3 + 2 * 2 * 4 + 0.5);
  CHECK(form.description() == "Bilinear(2, 3, 1)");
}
