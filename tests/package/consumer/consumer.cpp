// A program of somebody else's: a Function and a formula of its own on the installed package.
#include <xgrad/xgrad.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "consumer: %s\n", what);
  std::exit(1);
}

struct Twice : xg::Function<Twice> {
  static constexpr auto name = "twice";
  template <class T>
  static xg::Array<T> forward(xg::Context<T>&, const xg::Array<T>& x) {
    return 2 * x;
  }
  template <class T>
  static xg::Variables<T> backward(xg::Context<T>&, const xg::Variable<T>& gy) {
    return {Twice::apply(gy)};
  }
};

void own_function() {
  xg::Variable<float> x(xg::Array<float>{1, 2, 3}, true);
  Twice::apply(x).backward({.gradient = xg::Array<float>{1, 1, 1}});
  const xg::Array<float> expected{2, 2, 2};
  check(x.grad().value() == expected, "the gradient of 2 x is 2");
}

void own_formula() {
  xg::Variable<double> x(xg::Array<double>{-1, 0, 2}, true);
  const auto y = xg::map([](auto v) { return v * v * v; }, x);
  y.backward({.gradient = xg::Array<double>{1, 1, 1}});
  const xg::Array<double> expected{3, 0, 12};
  check(xt::allclose(x.grad().value(), expected), "the gradient of x^3 is 3 x^2");
}

}  // namespace

int main() {
  own_function();
  own_formula();
}
