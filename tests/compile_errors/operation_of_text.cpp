// concept: Element
#include <string>
#include <xgrad/ops/activation.hpp>

xg::Variable<float> positive(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  return relu(x);
#else
  return xg::relu(std::string("x"));
#endif
}
