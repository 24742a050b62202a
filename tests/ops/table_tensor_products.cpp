// Reference values: PyTorch 2.15, double.

#include <cmath>
#include <xgrad/ops/product.hpp>

#include "ops/table.hpp"

namespace xg::test {

namespace {

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }

Entry bmm_entry() {
  const Call f = call([](const auto& x) { return bmm(x[0], x[1]); });
  return {
      .name = "bmm",
      .samples = {{"[2, 2, 3] [2, 3, 2]", f, {{{2, 2, 3}}, {{2, 3, 2}}}},
                  {"one", f, {{{1, 1, 1}}, {{1, 1, 1}}}},
                  {"f(x, x)", call([](const auto& x) { return bmm(x[0], x[0]); }), {{{2, 2, 2}}}},
                  {"no batch", f, {{{0, 2, 3}}, {{0, 3, 2}}}},
                  {"nothing to sum", f, {{{2, 2, 0}}, {{2, 0, 2}}}}},
      .references = {{"[2, 2, 2]",
                      f,
                      {{{2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7}},
                       {{2, 2, 2}, {-3, -2, -1, 0, 1, 2, 3, 4}}},
                      {{{2, 2, 2}, {-1, 0, -9, -4, 19, 28, 27, 40}}}}},
      .refusals = {{[] {
                      (void)bmm(ones({2, 2}), ones({2, 2, 2}));
                    },
                    "bmm: a must have rank 3, got [2, 2]"},
                   {[] {
                      (void)bmm(ones({2, 2, 2}), ones({1, 2, 2}));
                    },
                    "bmm: a.shape[0] == b.shape[0] failed: a is [2, 2, 2], b is [1, 2, 2]"},
                   {[] {
                      (void)bmm(ones({2, 2, 3}), ones({2, 2, 2}));
                    },
                    "bmm: a.shape[2] == b.shape[1] failed: a is [2, 2, 3], b is [2, 2, 2]"}}};
}

Entry addmm_entry() {
  const auto with = [](double beta, double alpha) {
    return call(
        [=](const auto& x) { return addmm(x[0], x[1], x[2], {.beta = beta, .alpha = alpha}); });
  };
  const Call f = with(3, -2);
  return {.name = "addmm",
          .samples = {{"[2, 2]", f, {{{2, 2}}, {{2, 3}}, {{3, 2}}}},
                      {"row", f, {{{2}}, {{2, 3}}, {{3, 2}}}},
                      {"column, beta = alpha = 1", with(1, 1), {{{2, 1}}, {{2, 3}}, {{3, 2}}}},
                      {"scalar, beta = 0", with(0, 2), {{{}}, {{2, 3}}, {{3, 2}}}},
                      {"empty", f, {{{2}}, {{0, 3}}, {{3, 2}}}}},
          .references = {{"beta = 3, alpha = -2",
                          f,
                          {{{2}, {1, 2}}, {{2, 2}, {1, 2, 3, 4}}, {{2, 2}, {1, 2, 3, 4}}},
                          {{{2, 2}, {-11, -14, -27, -38}}}},
                         {"beta = 0 does not read c",
                          with(0, 1),
                          {{{1}, {std::nan("")}}, {{1, 1}, {2}}, {{1, 1}, {3}}},
                          {{{1, 1}, {6}}}}},
          .refusals = {{[] {
                          (void)addmm(ones({3}), ones({2, 2}), ones({2, 2}));
                        },
                        "addmm: c must broadcast to [2, 2], got [3]"},
                       {[] {
                          (void)addmm(ones({1, 2, 2}), ones({2, 2}), ones({2, 2}));
                        },
                        "addmm: c must broadcast to [2, 2], got [1, 2, 2]"},
                       {[] {
                          (void)addmm(ones({2}), ones({2, 3}), ones({2, 2}));
                        },
                        "addmm: a.shape[1] == b.shape[0] failed: a is [2, 3], b is [2, 2]"}}};
}

Entry vdot_entry() {
  const Call f = call([](const auto& x) { return vdot(x[0], x[1]); });
  return {.name = "vdot",
          .samples = {{"[4]", f, {{{4}}, {{4}}}},
                      {"f(x, x)", call([](const auto& x) { return vdot(x[0], x[0]); }), {{{3}}}},
                      {"empty", f, {{{0}}, {{0}}}}},
          .references = {{"[3]", f, {{{3}, {1, 2, 3}}, {{3}, {4, 5, 6}}}, {{{}, {32}}}}},
          .refusals = {{[] {
                          (void)vdot(ones({2, 2}), ones({2}));
                        },
                        "vdot: a must have rank 1, got [2, 2]"},
                       {[] { (void)vdot(ones({3}), ones({2})); },
                        "vdot: a.shape[0] == b.shape[0] failed: a is [3], b is [2]"}}};
}

Entry vecdot_entry() {
  const Call last = call([](const auto& x) { return vecdot(x[0], x[1]); });
  const Call first = call([](const auto& x) { return vecdot(x[0], x[1], 0); });
  return {.name = "vecdot",
          .samples = {{"[2, 3]", last, {{{2, 3}}, {{2, 3}}}},
                      {"broadcast", last, {{{2, 3}}, {{3}}}},
                      {"axis 0", first, {{{2, 1}}, {{2, 3}}}},
                      {"f(x, x)",
                       call([](const auto& x) { return vecdot(x[0], x[0], -2); }),
                       {{{3, 2}}}},
                      {"empty", last, {{{2, 0}}, {{2, 0}}}}},
          .references = {{"axis 0",
                          first,
                          {{{2, 2}, {1, 2, 3, 4}}, {{2, 2}, {2, 3, 4, 5}}},
                          {{{2}, {14, 26}}}}},
          .refusals = {{[] { (void)vecdot(ones({2}), ones({2}), 1); },
                        "vecdot: axis must be in [-1, 1), got 1"}}};
}

Entry inner_entry() {
  const Call f = call([](const auto& x) { return inner(x[0], x[1]); });
  return {
      .name = "inner",
      .samples = {{"[2, 3] [2, 3]", f, {{{2, 3}}, {{2, 3}}}},
                  {"[3] [3]", f, {{{3}}, {{3}}}},
                  {"scalar", f, {{{}}, {{2, 3}}}},
                  {"[2, 1, 2] [2]", f, {{{2, 1, 2}}, {{2}}}},
                  {"f(x, x)", call([](const auto& x) { return inner(x[0], x[0]); }), {{{2, 2}}}},
                  {"empty", f, {{{2, 0}}, {{3, 0}}}}},
      .references = {{"[2, 2]",
                      f,
                      {{{2, 2}, {1, 2, 3, 4}}, {{2, 2}, {1, 2, 3, 4}}},
                      {{{2, 2}, {5, 11, 11, 25}}}}},
      .refusals = {{[] {
                      (void)inner(ones({2, 3}), ones({2}));
                    },
                    "inner: a.shape[-1] == b.shape[-1] failed: a is [2, 3], b is [2]"}}};
}

Entry tensordot_entry() {
  const auto over = [](std::initializer_list<std::ptrdiff_t> a,
                       std::initializer_list<std::ptrdiff_t> b) {
    return call([left = Axes(a), right = Axes(b)](const auto& x) {
      return tensordot(x[0], x[1], left, right);
    });
  };
  const Call last = call([](const auto& x) { return tensordot(x[0], x[1], 1); });
  const Literal a{{2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7}}, b{{2, 2, 2}, {-3, -2, -1, 0, 1, 2, 3, 4}};
  return {
      .name = "tensordot",
      .samples =
          {{"two axes", over({2, 0}, {0, 1}), {{{2, 3, 4}}, {{4, 2, 2}}}},
           {"negative", over({-1}, {-2}), {{{2, 3}}, {{3, 2}}}},
           {"none", over({}, {}), {{{2}}, {{3}}}},
           {"all", call([](const auto& x) { return tensordot(x[0], x[1]); }), {{{2, 3}}, {{2, 3}}}},
           {"extent 1", over({0}, {0}), {{{1, 2}}, {{3, 2}}}},
           {"extent 1 of b", over({1}, {0}), {{{2, 3}}, {{1, 2}}}},
           {"f(x, x)", call([](const auto& x) { return tensordot(x[0], x[0], 1); }), {{{2, 2}}}},
           {"nothing to sum", over({1}, {0}), {{{2, 0}}, {{0, 2}}}},
           {"empty", over({1}, {0}), {{{0, 2}}, {{2, 2}}}}},
      .references = {{"{2, 0} {0, 1}", over({2, 0}, {0, 1}), {a, b}, {{{2, 2}, {12, 22, 12, 30}}}},
                     {"one",
                      last,
                      {a, b},
                      {{{2, 2, 2, 2}, {1, 2, 3, 4, -3, 2, 7, 12, -7, 2, 11, 20, -11, 2, 15, 28}}}}},
      .refusals = {{[] {
                      (void)tensordot(ones({2, 3}), ones({2, 3}), 1);
                    },
                    "tensordot: a.shape[-1] == b.shape[0] failed: a is [2, 3], b is [2, 3]"},
                   {[] {
                      (void)tensordot(ones({2}), ones({2, 3}), 2);
                    },
                    "tensordot: axes must be in [0, 1], got 2"},
                   {[] {
                      (void)tensordot(ones({2, 2}), ones({2}), {0, 1}, {0});
                    },
                    "tensordot: axes_b must have the length 2 of axes_a, got 1"},
                   {[] {
                      (void)tensordot(ones({2, 2}), ones({2, 2}), {0, -2}, {0, 1});
                    },
                    "tensordot: axes_a must be different, got -2"}}};
}

Entry kron_entry() {
  const Call f = call([](const auto& x) { return kron(x[0], x[1]); });
  return {.name = "kron",
          .samples = {{"[2, 2] [2, 3]", f, {{{2, 2}}, {{2, 3}}}},
                      {"[2] [3]", f, {{{2}}, {{3}}}},
                      {"[2] [2, 1, 2]", f, {{{2}}, {{2, 1, 2}}}},
                      {"scalar", f, {{{2, 2}}, {{}}}},
                      {"f(x, x)", call([](const auto& x) { return kron(x[0], x[0]); }), {{{2, 2}}}},
                      {"empty", f, {{{0, 2}}, {{2, 2}}}}},
          .references = {{"[2, 2] [2, 3]",
                          f,
                          {{{2, 2}, {1, 2, 3, 4}}, {{2, 3}, {0, 5, 1, 6, 7, -1}}},
                          {{{4, 6}, {0, 5,  1, 0, 10, 2, 6,  7,  -1, 12, 14, -2,
                                     0, 15, 3, 0, 20, 4, 18, 21, -3, 24, 28, -4}}}}}};
}

Entry cross_entry() {
  const Call last = call([](const auto& x) { return cross(x[0], x[1]); });
  const Call first = call([](const auto& x) { return cross(x[0], x[1], 0); });
  return {
      .name = "cross",
      .samples = {{"[3]", last, {{{3}}, {{3}}}},
                  {"[2, 3] [3]", last, {{{2, 3}}, {{3}}}},
                  {"axis 0", first, {{{3, 2}}, {{3, 1}}}},
                  {"f(x, y x)",
                   call([](const auto& x) { return cross(x[0], x[0] * x[1]); }),
                   {{{3}}, {{3}}}},
                  {"empty", last, {{{0, 3}}, {{0, 3}}}}},
      .references = {{"[3]", last, {{{3}, {1, 2, 3}}, {{3}, {4, 5, -6}}}, {{{3}, {-27, 18, -3}}}}},
      .refusals = {
          {[] {
             (void)cross(ones({3, 2}), ones({3, 2}));
           },
           "cross: the axis must have extent 3, got [3, 2]"},
          {[] { (void)cross(ones({3}), ones({3}), 1); }, "cross: axis must be in [-1, 1), got 1"}}};
}

Entry bilinear_entry() {
  const Call f = call([](const auto& x) { return bilinear(x[0], x[1], x[2], x[3]); });
  const Call plain = call([](const auto& x) { return bilinear(x[0], x[1], x[2]); });
  return {
      .name = "bilinear",
      .samples = {{"[4, 2] [4, 3]", f, {{{4, 2}}, {{4, 3}}, {{2, 2, 3}}, {{2}}}},
                  {"[2] [3]", f, {{{2}}, {{3}}, {{2, 2, 3}}, {{2}}}},
                  {"[2, 1, 2] [2, 1, 3]", f, {{{2, 1, 2}}, {{2, 1, 3}}, {{1, 2, 3}}, {{1}}}},
                  {"no bias", plain, {{{4, 2}}, {{4, 3}}, {{2, 2, 3}}}},
                  {"empty", f, {{{0, 2}}, {{0, 3}}, {{2, 2, 3}}, {{2}}}}},
      .references = {{"[2, 2] [2, 3]",
                      f,
                      {{{2, 2}, {1, 2, 3, -1}},
                       {{2, 3}, {1, 0, 2, 2, 1, 1}},
                       {{2, 2, 3}, {-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6}},
                       {{2}, {10, 20}}},
                      {{{2, 2}, {-5, 59, -36, 22}}}}},
      .refusals = {
          {[] {
             (void)bilinear(ones({2}), ones({3}), ones({2, 3}));
           },
           "bilinear: weight must have rank 3, got [2, 3]"},
          {[] {
             (void)bilinear(ones({4, 2}), ones({3, 3}), ones({2, 2, 3}));
           },
           "bilinear: x2 must equal x1 [4, 2] but for the last axis, got [3, 3]"},
          {[] {
             (void)bilinear(ones({4, 2}), ones({4, 3}), ones({2, 3, 3}));
           },
           "bilinear: x1.shape[-1] == weight.shape[1] failed: x1 is [4, 2], weight is [2, 3, 3]"},
          {[] {
             (void)bilinear(ones({2}), ones({2}), ones({2, 2, 3}));
           },
           "bilinear: x2.shape[-1] == weight.shape[2] failed: x2 is [2], weight is [2, 2, 3]"},
          {[] {
             (void)bilinear(ones({2}), ones({3}), ones({2, 2, 3}), ones({3}));
           },
           "bilinear: bias.shape[0] == weight.shape[0] failed: bias is [3], weight is [2, 2, 3]"}}};
}

}  // namespace

Entries tensor_product_entries() {
  return {bmm_entry(),       addmm_entry(), vdot_entry(),  vecdot_entry(),  inner_entry(),
          tensordot_entry(), kron_entry(),  cross_entry(), bilinear_entry()};
}

}  // namespace xg::test
