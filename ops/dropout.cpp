#include "xgrad/ops/dropout.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/random.hpp"
#include "xgrad/ops/arithmetic.hpp"

namespace xg {

namespace {

struct Dropout : Function<Dropout> {
  static constexpr auto name = "dropout";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const GeneratorState& draw, double p) {
    Array<T> y(x.shape());
    mask(draw, p, x.data(), y.data(), x.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const GeneratorState& draw,
                               double p) {
    return {Dropout::apply(gy, draw, p)};
  }
  template <class T>
  static void backward_kernel(Context<T>&, Gradients<T>& out, const GeneratorState& draw,
                              double p) {
    const T* gy = out.gy().data();
    Array<T>& gx = out.make_over_gy(0);
    mask(draw, p, gy, gx.data(), gx.size());
  }

 private:
  template <class T>
  static void mask(const GeneratorState& draw, double p, const T* x, T* y, std::size_t n) {
    kernels::apply_bernoulli(draw, x, y, n, 1 - p, static_cast<T>(1 / (1 - p)));
  }
};

}  // namespace

template <Element T>
Variable<T> dropout(const Variable<T>& x, double p, Generator& generator) {
  require<ValueError>(p >= 0 && p <= 1, "dropout", "p", "be in [0, 1]", p);
  if (p == 0) return x;
  if (p == 1) return x * 0.0;
  return Dropout::apply(x, generator.reserve(kernels::bernoulli_blocks(x.size())), p);
}

template Variable<float> dropout(const Variable<float>&, double, Generator&);
template Variable<double> dropout(const Variable<double>&, double, Generator&);

}  // namespace xg
