#include <fmt/format.h>
#include <xgrad/core/kernels/random.hpp>
#include <xgrad/xgrad.hpp>

#include <cmath>
#include <stdexcept>

#include "workloads.hpp"

namespace bench {
namespace {

using xg::Array, xg::Variable, xg::Variables;

template <class T>
Variable<T> normal(const xg::Shape& shape, double scale = 1) {
  Array<T> x(shape);
  xg::kernels::fill_normal(xg::default_generator(), x.data(), x.size(), T(0), T(scale));
  return Variable<T>(std::move(x));
}

// h <- h * w; h + b; tanh(h); ... 1,000 operations, then the sum.
Workload chain(std::size_t n) {
  Variable<float> x(xg::full_array<float>({n}, 0.5F), true);
  Variable<float> w(xg::full_array<float>({n}, 0.99F), true);
  Variable<float> b(xg::full_array<float>({n}, 0.01F), true);
  const auto forward = [=] {
    Variable<float> h = x;
    for (int i = 0; i < 1000; ++i) {
      if (i % 3 == 0)
        h = h * w;
      else if (i % 3 == 1)
        h = h + b;
      else
        h = tanh(h);
    }
    return h;
  };
  const auto step = [=]() mutable {
    sum(forward()).backward();
    x.clear_grad();
    w.clear_grad();
    b.clear_grad();
  };
  return {step, [=] { forward(); }, 1000};
}

// sum(x sigmoid(x) + 0.5 tanh(x)) as one formula.
Workload elementwise() {
  Variable<float> x = normal<float>({1000000}).set_requires_grad(true);
  const auto formula = [](auto v) { return v * sigmoid(v) + tanh(v) * 0.5; };
  return {[=]() mutable {
            sum(xg::map(formula, x)).backward();
            x.clear_grad();
          },
          [=] { sum(xg::map(formula, x)); }};
}

// The same from operations.
Workload elementwise_operations() {
  Variable<float> x = normal<float>({1000000}).set_requires_grad(true);
  return {[=]() mutable {
            sum(x * sigmoid(x) + tanh(x) * 0.5).backward();
            x.clear_grad();
          },
          [=] { sum(x * sigmoid(x) + tanh(x) * 0.5); }};
}

// 16-24-4 tanh net in double, batch 8: 1,016 losses for central differences and one backward.
Workload gradcheck_like() {
  Variables<double> p{normal<double>({16, 24}, .3), normal<double>({24}, .1),
                      normal<double>({24, 4}, .3), normal<double>({4}, .1)};
  for (auto& q : p) q.set_requires_grad(true);
  const Variable<double> x = normal<double>({8, 16}), y = normal<double>({8, 4});
  const auto loss = [=] {
    return mean(square(matmul(tanh(matmul(x, p[0]) + p[1]), p[2]) + p[3] - y));
  };
  return {[=]() mutable {
            loss().backward();
            double worst = 0;
            const xg::NoGrad guard;
            for (auto& q : p) {
              const Array<double> gradient = q.grad().value();
              double* v = q.mutable_value().data();
              for (std::size_t i = 0; i < q.size(); ++i) {
                const double before = v[i], h = 1e-6;
                v[i] = before + h;
                const double plus = loss().item();
                v[i] = before - h;
                const double minus = loss().item();
                v[i] = before;
                worst = std::max(worst, std::abs((plus - minus) / (2 * h) - gradient.data()[i]));
              }
            }
            if (worst > 1e-6) throw std::runtime_error(fmt::format("gradcheck failed: {}", worst));
            for (auto& q : p) q.clear_grad();
          },
          nullptr, 1016};
}

}  // namespace

std::vector<Named> tape_workloads() {
  return {
      {"chain_scalar", [] { return chain(1); }},          {"chain_16", [] { return chain(16); }},
      {"chain_4096", [] { return chain(4096); }},         {"elementwise", elementwise},
      {"elementwise_operations", elementwise_operations}, {"gradcheck_like", gradcheck_like}};
}

}  // namespace bench
