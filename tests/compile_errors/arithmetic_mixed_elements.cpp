// concept: WrongOperands
#include <xgrad/ops/arithmetic.hpp>

#ifdef XGRAD_RIGHT
using Other = xg::Variable<float>;
#else
using Other = xg::Variable<double>;
#endif

xg::Variable<float> product(const xg::Variable<float>& x, const Other& y) { return x * y; }
