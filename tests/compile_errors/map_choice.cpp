// concept: Formula
#include <xgrad/ops/map.hpp>

xg::Variable<float> apply(const xg::Variable<float>& x) {
#ifdef XGRAD_RIGHT
  const auto formula = [](auto v) { return where(v > 0, v, 2 * v); };
#else
  const auto formula = [](auto v) { return v > 0 ? v : 2 * v; };
#endif
  return xg::map(formula, x);
}
