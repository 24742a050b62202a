#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/elementary_pairs.hpp>
#include <xgrad/ops/mask.hpp>

#include "registry.hpp"

namespace golden {

namespace {

auto plain(Variable (*f)(const Variable&, const Variable&)) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0), c.x(1))}; };
}

auto comparison(Mask (*f)(const Variable&, const Variable&)) {
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
      {"logaddexp2", plain(logaddexp2<double>)},
      {"fmod", plain(fmod<double>)},
      {"remainder", plain(remainder<double>)},
      {"copysign", plain(copysign<double>)},
      {"eq", comparison(eq<double>)},
      {"ne", comparison(ne<double>)},
      {"lt", comparison(lt<double>)},
      {"le", comparison(le<double>)},
      {"gt", comparison(gt<double>)},
      {"ge", comparison(ge<double>)},
      {"lerp", [](const Case& c) -> Outputs { return {lerp(c.x(0), c.x(1), c.x(2))}; }},
      {"addcmul",
       [](const Case& c) -> Outputs {
         return {addcmul(c.x(0), c.x(1), c.x(2), c.number("value", 1))};
       }},
      {"addcdiv",
       [](const Case& c) -> Outputs {
         return {addcdiv(c.x(0), c.x(1), c.x(2), c.number("value", 1))};
       }},
      {"masked_fill",
       [](const Case& c) -> Outputs {
         return {masked_fill(c.x(0), c.mask(1), c.number("value"))};
       }},
      {"where", [](const Case& c) -> Outputs { return {where(c.mask(0), c.x(1), c.x(2))}; }},
  };
}

}  // namespace golden
