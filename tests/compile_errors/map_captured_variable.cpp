// concept: Formula
#include <xgrad/ops/map.hpp>

xg::Variable<float> apply(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  const auto formula = [](auto v) { return v * 2.5; };
#else
  const auto formula = [x](auto v) { return v * x; };
#endif
  return xg::map(formula, x);
}
