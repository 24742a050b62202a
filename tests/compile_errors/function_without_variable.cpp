// concept: FunctionOf
#include <xgrad/autograd/function.hpp>

struct Twice : xg::Function<Twice> {
  static constexpr auto name = "twice";
  template <class T>
  static xg::Array<T> forward(xg::Context<T>&, const xg::Array<T>& x) {
    return x + x;
  }
  template <class T>
  static xg::Variables<T> backward(xg::Context<T>&, const xg::Variable<T>& gy) {
    return {gy};
  }
};

#ifdef XGRAD_RIGHT
xg::Variable<float> twice(const xg::Variable<float>& x) { return Twice::apply(x); }
#else
xg::Variable<float> twice(double x) { return Twice::apply(x); }
#endif
