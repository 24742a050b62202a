#include "xgrad/core/error.hpp"
#include "xgrad/ops/formula/scalar_function.hpp"
#include "xgrad/ops/map.hpp"

namespace xg::detail {
namespace {

std::vector<std::string> names(std::size_t inputs) {
  if (inputs == 1) return {"x"};
  std::vector<std::string> result;
  for (std::size_t i = 1; i <= inputs; ++i) result.push_back("x" + std::to_string(i));
  return result;
}

}  // namespace

std::string formula_text(const ScalarFunctionHandle& function) {
  return function->text(names(function->inputs()), "y");
}

std::string derivative_text(const ScalarFunctionHandle& function, std::size_t order) {
  require<ValueError>(order > 0, "derivative_text", "order", "be > 0", order);
  const std::vector<std::string> arguments = names(function->inputs());
  if (arguments.size() == 1) {
    ScalarFunctionHandle f = function;
    for (std::size_t k = 0; k < order; ++k) f = f->derivative(0);
    return f->text(arguments, "y" + std::string(order, '\''));
  }
  require<ValueError>(order == 1, "derivative_text", "order",
                      "be 1 for a formula of several arguments", order);
  std::string text;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += "\n";
    text += function->derivative(i)->text(arguments, "dy/d" + arguments[i]);
  }
  return text;
}

}  // namespace xg::detail
