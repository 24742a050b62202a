#include <limits>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/maxout.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>

#include "ops/entry_helpers.hpp"

// References with digits: torch 2.15, double.
namespace xg::test {

namespace {

const Variable<double> box(Array<double>(Shape{2, 3}, 1.));
const Literal matrix{{2, 3}, {1, 2, -1, 0.5, -2, 3}};
const IndexArray labels{1, 0};
const IndexArray far{1, 3};

template <class F>
Entry along_axis(const char* name, F f, Literal expected) {
  Entry e{.name = name};
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{5}, Shape{2, 3}, Shape{0, 3}})
    e.samples.push_back(
        {to_string(shape), call([f](const auto& x) { return f(x[0], -1); }), {{shape}}});
  e.samples.push_back(
      {"[2, 3, 4] axis 1", call([f](const auto& x) { return f(x[0], 1); }), {{{2, 3, 4}}}});
  e.references = {{"[2, 3]",
                   call([f](const auto& x) { return f(x[0], -1); }),
                   {matrix},
                   {std::move(expected)}}};
  e.refusals = {{[f] { (void)f(box, 2); }, std::string(name) + ": axis must be in [-2, 2), got 2"}};
  return e;
}

Entries softmax_family() {
  const auto lse = [](Axes axes, bool keep) {
    return call([=](const auto& x) { return logsumexp(x[0], axes, {.keepdims = keep}); });
  };
  Entry e{.name = "logsumexp"};
  e.samples = {{"[] all", lse({}, false), {{{}}}},
               {"[2, 3] axis 1", lse({1}, false), {{{2, 3}}}},
               {"[2, 3, 4] axes 0 2", lse({0, 2}, true), {{{2, 3, 4}}}},
               {"[2, 3, 4] axis 0", lse({0}, false), {{{2, 3, 4}}}},
               {"reshaped: an odd number of reshapes, so that negating all shows",
                call([](const auto& x) { return logsumexp(reshape(x[0], {6}), 0); }),
                {{{2, 3}}}}};
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  e.references = {
      {"axis 1", lse({1}, false), {matrix}, {{{2}, {2.349012216768186, 3.08509724636431}}}},
      {"all", lse({}, false), {matrix}, {{{}, {3.476453601455524}}}},
      {"large", lse({}, false), {{{2}, {1e30, 1e30}}}, {{{}, {1e30}}}}};
  // Infinity has no derivative beside itself; of nothing but -infinity torch has NaN.
  e.references.push_back(rule(
      "beside infinities", [](const auto& x) { return logsumexp(x[0], 1); },
      {{4, 3}, {0, inf, inf, 1, 1, -inf, -inf, -inf, -inf, inf, 0, -inf}},
      {{4, 3}, {0, nan, nan, 0.5, 0.5, 0, 0, 0, 0, nan, 0, 0}}, {{4}, {nan, 1, 0, nan}}, false));
  e.refusals = {{[] { (void)logsumexp(box, 2); }, "logsumexp: axes must be in [-2, 2), got 2"}};
  return {
      along_axis("softmax", [](const auto& x, std::ptrdiff_t a) { return softmax(x, a); },
                 {{2, 3},
                  {0.25949646034241913, 0.7053845126982412, 0.03511902695933973,
                   0.07538874796299667, 0.006188285272800034, 0.9184229667642032}}),
      along_axis("softmin", [](const auto& x, std::ptrdiff_t a) { return softmin(-x, a); },
                 {{2, 3},
                  {0.25949646034241913, 0.7053845126982412, 0.03511902695933973,
                   0.07538874796299667, 0.006188285272800034, 0.9184229667642032}}),
      along_axis("log_softmax", [](const auto& x, std::ptrdiff_t a) { return log_softmax(x, a); },
                 {{2, 3},
                  {-1.349012216768186, -0.349012216768186, -3.349012216768186, -2.58509724636431,
                   -5.08509724636431, -0.08509724636431}}),
      std::move(e)};
}

/// softmin(-x) passes through neg twice: negating both would not show.
Entries with_plain_softmin(Entries entries) {
  entries[1].samples.push_back(
      {"one neg", call([](const auto& x) { return softmin(x[0]); }), {{{2, 3}}}});
  return entries;
}

Entry svm_entry() {
  const Call f = call([](const auto& x) { return svm_loss(x[0], labels); });
  const Call singly = call([](const auto& x) {
    return svm_loss(x[0] * x[0], labels, {.delta = 0.5, .reduction = LossReduction::none});
  });
  Entry e{.name = "svm_loss", .smoothness = Smoothness::kinks};
  e.samples = {{"mean", f, {{{2, 3}}}, true}, {"one by one", singly, {{{2, 3}}}, true}};
  e.references = {{"[2, 3]", f, {matrix}, {{{}, {1.75}}}}};
  e.refusals = {
      {[] { (void)svm_loss(box, far); }, "svm_loss: labels must be in [0, 3), got 3"},
      {[] { (void)svm_loss(box, labels, {.delta = -1}); }, "svm_loss: delta must be >= 0, got -1"}};
  return e;
}

Entry dropout_entry() {
  const Call f = call([](const auto& x) {
    Generator generator(7);  // the same mask at every call
    return dropout(x[0] * x[0], 0.25, generator);
  });
  return {.name = "dropout",
          .samples = shapes_of_one(f, {}),
          .references =
              {{"p = 0", call([](const auto& x) { return dropout(x[0], 0); }), {matrix}, {matrix}},
               {"p = 1",
                call([](const auto& x) { return dropout(x[0], 1); }),
                {matrix},
                {{{2, 3}, {0, 0, 0, 0, 0, 0}}}}},
          .refusals = {{[] { (void)dropout(box, 1.5); }, "dropout: p must be in [0, 1], got 1.5"}}};
}

Entry maxout_entry() {
  const auto by = [](std::ptrdiff_t axis) {
    return call([axis](const auto& x) { return maxout(x[0] * x[0], 2, axis); });
  };
  return {.name = "maxout",
          .smoothness = Smoothness::kinks,
          .samples = {{"[3, 4]", by(-1), {{{3, 4}, 0.5, 3}}, true},
                      {"[4, 3] axis 0", by(0), {{{4, 3}, 0.5, 3}}, true},
                      {"reshaped: an odd number of reshapes, so that negating all shows",
                       call([](const auto& x) { return maxout(reshape(x[0], {8}), 2); }),
                       {{{2, 4}, 0.5, 3}},
                       true}},
          .references = {{"[4]",
                          call([](const auto& x) { return maxout(x[0], 2); }),
                          {{{4}, {1, 2, 4, 3}}},
                          {{{2}, {2, 4}}}}},
          .refusals = {{[] { (void)maxout(box, 2); },
                        "maxout: pieces must be >= 1 and divide the extent 3, got 2"}}};
}

}  // namespace

Entries loss_entries() {
  Entries all = with_plain_softmin(softmax_family());
  for (Entry& e : Entries{svm_entry(), dropout_entry(), maxout_entry()})
    all.push_back(std::move(e));
  return all;
}

}  // namespace xg::test
