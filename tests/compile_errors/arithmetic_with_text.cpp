// concept: WrongOperands
#include <string>
#include <xgrad/ops/arithmetic.hpp>

xg::Variable<float> twice(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  return x * 2;
#else
  return x * std::string("2");
#endif
}
