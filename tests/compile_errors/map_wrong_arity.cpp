// concept: Formula
#include <xgrad/ops/map.hpp>

xg::Variable<float> apply(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  const auto formula = [](auto v) { return v * v; };
#else
  const auto formula = [](auto v, auto w) { return v * w; };
#endif
  return xg::map(formula, x);
}
