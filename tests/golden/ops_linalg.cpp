#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/determinant.hpp>
#include <xgrad/ops/factorization.hpp>
#include <xgrad/ops/matrix_function.hpp>
#include <xgrad/ops/matrix_norm.hpp>
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
      {"cholesky", one(xg::cholesky<double>)},
      {"svdvals", one(xg::svdvals<double>)},
      {"matrix_exp", one(xg::matrix_exp<double>)},
      {"pinv", one([](const Variable& a) { return pinv(a); })},
      {"eigvalsh", one(xg::eigvalsh<double>)},
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
      {"qr",
       [](const Case& c) -> Outputs {
         const auto y = qr(c.x(0));
         return {y.q, y.r};
       }},
      {"eigh",
       [](const Case& c) -> Outputs {
         const auto y = eigh(c.x(0));
         return {y.values, y.vectors * y.vectors};
       }},
      {"svd",
       [](const Case& c) -> Outputs {
         const auto y = svd(c.x(0));
         return {y.s, y.u * y.u, y.vh * y.vh};
       }},
      {"matrix_power",
       [](const Case& c) -> Outputs { return {matrix_power(c.x(0), c.axis("n"))}; }},
      {"matrix_norm",
       [](const Case& c) -> Outputs {
         const bool text = c.attrs.at("order").is_string();
         const auto order = text ? c.get<std::string>("order") : std::string();
         if (order == "fro" || order == "nuc") return {matrix_norm(c.x(0), order)};
         return {matrix_norm(c.x(0), c.number("order"))};
       }},
  };
}

}  // namespace golden
