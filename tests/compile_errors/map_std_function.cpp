// concept: Formula
#include <cmath>
#include <xgrad/ops/map.hpp>

xg::Variable<float> apply(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  const auto formula = [](auto v) { return exp(v); };
#else
  const auto formula = [](auto v) { return std::exp(v); };
#endif
  return xg::map(formula, x);
}
