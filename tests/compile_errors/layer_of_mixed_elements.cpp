// concept: NoLayerInput
#include <xgrad/nn/linear.hpp>

#ifdef XGRAD_RIGHT
using Other = xg::Variable<float>;
#else
using Other = xg::Variable<double>;
#endif

xg::Variable<float> output(xg::nn::Linear<float>& layer, const Other& x) { return layer(x); }
