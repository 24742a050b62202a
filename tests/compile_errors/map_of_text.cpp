// concept: MapInput
#include <string>
#include <xgrad/ops/map.hpp>

xg::Variable<float> half(const xg::Variable<float>& x) {
  const auto formula = [](auto v, auto w) { return v / w; };
#ifdef XGRAD_RIGHT
  return xg::map(formula, x, 2);
#else
  return xg::map(formula, x, std::string("2"));
#endif
}
