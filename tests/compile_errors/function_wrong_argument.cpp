// concept: FunctionOf
#include <string>
#include <xgrad/autograd/function.hpp>

struct Scale : xg::Function<Scale> {
  static constexpr auto name = "scale";
  template <class T>
  static xg::Array<T> forward(xg::Context<T>&, const xg::Array<T>& x, double factor) {
    return x * T(factor);
  }
  template <class T>
  static xg::Variables<T> backward(xg::Context<T>&, const xg::Variable<T>& gy, double factor) {
    return {Scale::apply(gy, factor)};
  }
};

xg::Variable<float> scale(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  return Scale::apply(x, 2.0);
#else
  return Scale::apply(x, std::string("2"));
#endif
}
