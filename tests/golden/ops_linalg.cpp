#include <xgrad/ops/determinant.hpp>
#include <xgrad/ops/solve.hpp>

#include "registry.hpp"

namespace golden {

namespace {

auto one(Variable (*f)(const Variable&)) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0))}; };
}

}  // namespace

Operations linalg_operations() {
  return {
      {"inv", one(xg::inverse<double>)},
      {"det", one(xg::det<double>)},
      {"slogdet",
       [](const Case& c) -> Outputs {
         const auto y = slogdet(c.x(0));
         return {y.sign, y.logabsdet};
       }},
      {"solve", [](const Case& c) -> Outputs { return {solve(c.x(0), c.x(1))}; }},
      {"triangular_solve",
       [](const Case& c) -> Outputs {
         return {triangular_solve(c.x(0), c.x(1),
                                  {.upper = c.get<bool>("upper"),
                                   .unitriangular = c.get<bool>("unitriangular", false)})};
       }},
  };
}

}  // namespace golden
