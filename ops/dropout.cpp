#include "xgrad/ops/dropout.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/random.hpp"
#include "xgrad/ops/arithmetic.hpp"

namespace xg {

namespace {

/// Which elements stay, and the factor they take.
struct Mask {
  GeneratorState draw;
  double keep, scale;
};

struct Dropout : Function<Dropout> {
  static constexpr auto name = "dropout";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const Mask& mask) {
    Array<T> y(x.shape());
    draw_again(mask, x.data(), y.data(), x.size());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const Mask& mask) {
    return {Dropout::apply(gy, mask)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const Mask& mask) {
    return Dropout::apply(t[0], mask);
  }
  template <class T>
  static void backward_kernel(Context<T>&, Gradients<T>& out, const Mask& mask) {
    const T* gy = out.gy().data();
    Array<T>& gx = out.make_over_gy(0);
    draw_again(mask, gy, gx.data(), gx.size());
  }

 private:
  template <class T>
  static void draw_again(const Mask& mask, const T* x, T* y, std::size_t n) {
    kernels::apply_bernoulli(mask.draw, x, y, n, mask.keep, static_cast<T>(mask.scale));
  }
};

template <class T>
Variable<T> drop(const Variable<T>& x, double keep, double scale, Generator& generator) {
  const GeneratorState draw = generator.reserve(kernels::bernoulli_blocks(x.size()));
  return Dropout::apply(x, Mask{draw, keep, scale});
}

}  // namespace

template <Element T>
Variable<T> dropout(const Variable<T>& x, double p, Generator& generator) {
  require<ValueError>(p >= 0 && p <= 1, "dropout", "p", "be in [0, 1]", p);
  if (p == 0) return x;
  if (p == 1) return x * 0.0;
  return drop(x, 1 - p, 1 / (1 - p), generator);
}

template <Element T>
Variable<T> vanilla_dropout(const Variable<T>& x, const VanillaDropoutOptions& o,
                            Generator& generator) {
  require<ValueError>(o.keep >= 0 && o.keep <= 1, "vanilla_dropout", "keep", "be in [0, 1]",
                      o.keep);
  return o.training ? drop(x, o.keep, 1, generator) : x * o.keep;
}

template Variable<float> dropout(const Variable<float>&, double, Generator&);
template Variable<double> dropout(const Variable<double>&, double, Generator&);
template Variable<float> vanilla_dropout(const Variable<float>&, const VanillaDropoutOptions&,
                                         Generator&);
template Variable<double> vanilla_dropout(const Variable<double>&, const VanillaDropoutOptions&,
                                          Generator&);

}  // namespace xg
