// Reference values: PyTorch 2.15, double; signs chosen as the headers say.

#include <limits>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/factorization.hpp>

#include "ops/table.hpp"

namespace xg::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const Literal s{{3, 3}, {4, 1, -0.5, 1, 3, 0.25, -0.5, 0.25, 2}};
const Literal tall{{3, 2}, {1, 2, 3, -1, 0.5, 4}};
const Literal wide{{2, 3}, {1, 2, 0.5, -1, 3, 2}};

Variable<double> ones(const Shape& shape) { return Variable<double>(Array<double>(shape, 1.)); }

Entry cholesky_entry() {
  const Call f = call([]<class T>(const Variables<T>& x) {
    Array<T> shift(Shape{x[0].shape().back(), x[0].shape().back()}, T(0));
    for (std::size_t i = 0; i < shift.shape()[0]; ++i) shift(i, i) = 8;
    return cholesky(x[0] + Variable<T>(shift));
  });
  const Call plain = call([](const auto& x) { return cholesky(x[0]); });
  return {
      .name = "cholesky",
      .samples = {{"[3, 3]", f, {{{3, 3}}}},
                  {"[1, 1]", f, {{{1, 1}}}},
                  {"[2, 1, 2, 2]", f, {{{2, 1, 2, 2}}}},
                  {"[0, 0]", f, {{{0, 0}}}},
                  {"no batch", f, {{{0, 2, 2}}}}},
      .references =
          {{"[3, 3]",
            plain,
            {s},
            {{{3, 3},
              {2, 0, 0, 0.5, 1.6583123951777, 0, -0.25, 0.22613350843332272, 1.3734495390671024}}}},
           {"of the symmetric part", plain, {{{2, 2}, {4, 1, 3, 5}}}, {{{2, 2}, {2, 0, 1, 2}}}},
           {"NaN stays in its matrix", plain, {{{2, 1, 1}, {nan, 4}}}, {{{2, 1, 1}, {nan, 2}}}}},
      .refusals = {{[] {
                      (void)cholesky(ones({2, 3}));
                    },
                    "cholesky: a must be square, got [2, 3]"},
                   {[] {
                      (void)cholesky(ones({2, 2}));
                    },
                    "cholesky: a must be positive definite, got a matrix that is not (leading "
                    "minor 2 in batch 0)"}}};
}

Entry qr_entry() {
  const auto f = []<class T>(const Variables<T>& x) -> Variables<T> {
    const auto y = qr(x[0]);
    return {y.q, y.r};
  };
  const Call r = call([](const auto& x) { return qr(x[0]).r; });
  return {
      .name = "qr",
      .samples = {{"[3, 2]", call(f), {{{3, 2}}}},
                  {"[2, 3]", call(f), {{{2, 3}}}},
                  {"[3, 3]", call(f), {{{3, 3}}}},
                  {"[1, 1]", call(f), {{{1, 1}, -2, 2, {0}}}},
                  {"[2, 1, 2, 2]", call(f), {{{2, 1, 2, 2}}}},
                  {"r alone", r, {{{3, 2}}}},
                  {"q alone", call([](const auto& x) { return qr(x[0]).q; }), {{{2, 3}}}},
                  {"[3, 0]", call(f), {{{3, 0}}}},
                  {"[0, 2]", call(f), {{{0, 2}}}},
                  {"no batch", call(f), {{{0, 2, 2}}}}},
      .references = {{"[3, 2]",
                      call(f),
                      {tall},
                      {{{3, 2},
                        {0.3123475237772122, 0.4161139383483732, 0.9370425713316367,
                         -0.2827440863136379, 0.15617376188860613, 0.8642366411850824}},
                       {{2, 2}, {3.2015621187164234, 0.31234752377721176, 0, 4.571918527750713}}}},
                     {"[2, 3]",
                      call(f),
                      {wide},
                      {{{2, 2},
                        {0.7071067811865472, 0.7071067811865475, -0.7071067811865475,
                         0.7071067811865475}},
                       {{2, 3},
                        {1.4142135623730951, -0.7071067811865479, -1.0606601717798214, 0,
                         3.5355339059327378, 1.7677669529663689}}}}},
      .refusals = {{[] { (void)qr(ones({2})); }, "qr: a must have rank >= 2, got [2]"}}};
}

Entry eigh_entry() {
  const auto f = []<class T>(const Variables<T>& x) -> Variables<T> {
    const auto y = eigh(x[0]);
    return {y.values, y.vectors};
  };
  return {.name = "eigh",
          .samples = {{"[3, 3]", call(f), {{{3, 3}}}},
                      {"[1, 1]", call(f), {{{1, 1}}}},
                      {"[2, 1, 2, 2]", call(f), {{{2, 1, 2, 2}}}},
                      {"vectors alone",
                       call([](const auto& x) { return eigh(x[0]).vectors; }),
                       {{{3, 3}}}},
                      {"[0, 0]", call(f), {{{0, 0}}}},
                      {"no batch", call(f), {{{0, 2, 2}}}}},
          .references = {{"[3, 3]",
                          call(f),
                          {s},
                          {{{3}, {1.6583297723365855, 2.6897944672980345, 4.651875760365377}},
                           {{3, 3},
                            {0.35807781215706325, -0.36961080149712083, 0.8574194631902563,
                             -0.42207767516598693, 0.7550477444790797, 0.5017502762166958,
                             0.8328449534981206, 0.5415632548222884, -0.11436137660505223}}}},
                         {"equal entries: the first is positive",
                          call(f),
                          {{{2, 2}, {2, 1, 1, 2}}},
                          {{{2}, {1, 3}},
                           {{2, 2},
                            {0.70710678118654757, 0.70710678118654757, -0.70710678118654757,
                             0.70710678118654757}}}},
                         {"NaN", call(f), {{{1, 1}, {nan}}}, {{{1}, {nan}}, {{1, 1}, {nan}}}}},
          .refusals = {{[] {
                          (void)eigh(ones({2, 3}));
                        },
                        "eigh: a must be square, got [2, 3]"}}};
}

Entry eigvalsh_entry() {
  const Call f = call([](const auto& x) { return eigvalsh(x[0]); });
  return {.name = "eigvalsh",
          .samples = {{"[3, 3]", f, {{{3, 3}}}},
                      {"[2, 2, 2]", f, {{{2, 2, 2}}}},
                      {"[0, 0]", f, {{{0, 0}}}}},
          .references = {{"[3, 3]",
                          f,
                          {s},
                          {{{3}, {1.6583297723365855, 2.6897944672980345, 4.651875760365377}}}}},
          .refusals = {
              {[] { (void)eigvalsh(ones({2})); }, "eigvalsh: a must have rank >= 2, got [2]"}}};
}

Entry svd_entry() {
  const auto f = []<class T>(const Variables<T>& x) -> Variables<T> {
    const auto y = svd(x[0]);
    return {y.u, y.s, y.vh};
  };
  return {.name = "svd",
          .samples = {{"[3, 2]", call(f), {{{3, 2}}}},
                      {"[2, 3]", call(f), {{{2, 3}}}},
                      {"[2, 2]", call(f), {{{2, 2}}}},
                      {"[1, 3]", call(f), {{{1, 3}}}},
                      {"[2, 1, 3, 2]", call(f), {{{2, 1, 3, 2}}}},
                      {"u alone", call([](const auto& x) { return svd(x[0]).u; }), {{{3, 2}}}},
                      {"vh alone", call([](const auto& x) { return svd(x[0]).vh; }), {{{2, 3}}}},
                      {"[3, 0]", call(f), {{{3, 0}}}},
                      {"[0, 2]", call(f), {{{0, 2}}}},
                      {"no batch", call(f), {{{0, 2, 2}}}}},
          .references = {{"[3, 2]",
                          call(f),
                          {tall},
                          {{{3, 2},
                            {0.4536377177075779, 0.2548030737071469, -0.15682681401316909,
                             0.9661254314216235, 0.8772788447691756, 0.04095173243920945}},
                           {{2}, {4.592627998451134, 3.187125361174664}},
                           {{2, 2},
                            {0.09184212137253632, 0.9957735810623779, 0.9957735810623779,
                             -0.09184212137253632}}}},
                         {"[2, 3]",
                          call(f),
                          {wide},
                          {{{2, 2},
                            {0.4532261259848984, 0.8913955792602524, 0.8913955792602524,
                             -0.4532261259848984}},
                           {{2}, {4.129246101910077, 1.4830126870193752}},
                           {{2, 3},
                            {-0.10611366880570983, 0.8671410958272133, 0.4866273823164615,
                             0.9066825368484415, 0.28530624469315913, -0.31068814607764117}}}}},
          .refusals = {{[] { (void)svd(ones({2})); }, "svd: a must have rank >= 2, got [2]"}}};
}

Entry svdvals_entry() {
  const Call f = call([](const auto& x) { return svdvals(x[0]); });
  return {
      .name = "svdvals",
      .samples = {{"[3, 2]", f, {{{3, 2}}}},
                  {"[2, 2, 3]", f, {{{2, 2, 3}}}},
                  {"[0, 3]", f, {{{0, 3}}}}},
      .references = {{"[3, 2]", f, {tall}, {{{2}, {4.592627998451134, 3.187125361174664}}}},
                     {"NaN", f, {{{1, 2}, {nan, 1}}}, {{{1}, {nan}}}}},
      .refusals = {{[] { (void)svdvals(ones({2})); }, "svdvals: a must have rank >= 2, got [2]"}}};
}

}  // namespace

Entries factorization_entries() {
  return {cholesky_entry(), qr_entry(),  eigh_entry(),
          eigvalsh_entry(), svd_entry(), svdvals_entry()};
}

}  // namespace xg::test
