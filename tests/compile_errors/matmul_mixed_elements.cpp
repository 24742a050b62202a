// concept: Element
#include <xgrad/ops/linalg.hpp>

#ifdef XGRAD_RIGHT
using Other = xg::Variable<float>;
#else
using Other = xg::Variable<double>;
#endif

xg::Variable<float> product(const xg::Variable<float>& a, const Other& b) { return matmul(a, b); }
