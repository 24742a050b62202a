#include <xgrad/ops/elementary.hpp>

#include "registry.hpp"

namespace golden {

namespace {

auto plain(Variable (*f)(const Variable&, const Variable&)) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0), c.x(1))}; };
}

}  // namespace

Operations binary_operations() {
  using namespace xg;
  return {
      {"add", plain(add<double>)},
      {"sub", plain(sub<double>)},
      {"mul", plain(mul<double>)},
      {"div", plain(div<double>)},
      {"pow", plain(pow<double>)},
      {"atan2", plain(atan2<double>)},
      {"maximum", plain(maximum<double>)},
      {"minimum", plain(minimum<double>)},
      {"hypot", plain(hypot<double>)},
      {"logaddexp", plain(logaddexp<double>)},
      {"xlogy", plain(xlogy<double>)},
      {"where", [](const Case& c) -> Outputs { return {where(c.mask(0), c.x(1), c.x(2))}; }},
  };
}

}  // namespace golden
