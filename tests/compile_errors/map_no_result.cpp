// concept: Formula
#include <xgrad/ops/map.hpp>

xg::Variable<float> apply(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  const auto formula = [](auto v) { return v + 1; };
#else
  const auto formula = [](auto v) { v + 1; };
#endif
  return xg::map(formula, x);
}
