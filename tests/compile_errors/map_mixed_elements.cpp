// concept: MapInputs
#include <xgrad/ops/map.hpp>

#ifdef XGRAD_RIGHT
using Other = float;
#else
using Other = double;
#endif

xg::Variable<float> product(const xg::Variable<float>& a, const xg::Variable<Other>& b) {
  return xg::map([](auto p, auto q) { return p * q; }, a, b);
}
