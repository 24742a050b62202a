#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/product.hpp>

#include "registry.hpp"

namespace golden {

namespace {

auto two(Variable (*f)(const Variable&, const Variable&)) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0), c.x(1))}; };
}

Variable input_or_none(const Case& c, std::size_t i) { return c.has(i) ? c.x(i) : Variable(); }

}  // namespace

Operations product_operations() {
  return {
      {"matmul", two(xg::matmul<double>)},
      {"dot", two(xg::dot<double>)},
      {"outer", two(xg::outer<double>)},
      {"kron", two(xg::kron<double>)},
      {"addmm",
       [](const Case& c) -> Outputs {
         const xg::AddmmOptions options{.beta = c.number("beta", 1), .alpha = c.number("alpha", 1)};
         return {addmm(c.x(0), c.x(1), c.x(2), options)};
       }},
      {"linear",
       [](const Case& c) -> Outputs { return {linear(c.x(0), c.x(1), input_or_none(c, 2))}; }},
      {"bilinear",
       [](const Case& c) -> Outputs {
         return {bilinear(c.x(0), c.x(1), c.x(2), input_or_none(c, 3))};
       }},
      {"einsum",
       [](const Case& c) -> Outputs {
         return {xg::einsum<double>(c.get<std::string>("equation"), c.all())};
       }},
      {"tensordot",
       [](const Case& c) -> Outputs {
         return {tensordot(c.x(0), c.x(1), c.axes("dims_a"), c.axes("dims_b"))};
       }},
      {"cross", [](const Case& c) -> Outputs { return {cross(c.x(0), c.x(1), c.axis("dim"))}; }},
  };
}

}  // namespace golden
