#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/special.hpp>

#include "registry.hpp"

namespace golden {

namespace {

auto plain(Variable (*f)(const Variable&)) {
  return [f](const Case& c) -> Outputs { return {f(c.x(0))}; };
}

std::optional<double> optional(const Case& c, const char* key) {
  return c.given(key) ? std::optional(c.number(key)) : std::nullopt;
}

}  // namespace

Operations unary_operations() {
  using namespace xg;
  return {
      {"neg", plain(neg<double>)},
      {"abs", plain(abs<double>)},
      {"sign", plain(sign<double>)},
      {"square", plain(square<double>)},
      {"sqrt", plain(sqrt<double>)},
      {"rsqrt", plain(rsqrt<double>)},
      {"exp", plain(exp<double>)},
      {"exp2", plain(exp2<double>)},
      {"expm1", plain(expm1<double>)},
      {"log", plain(log<double>)},
      {"log2", plain(log2<double>)},
      {"log10", plain(log10<double>)},
      {"log1p", plain(log1p<double>)},
      {"sin", plain(sin<double>)},
      {"cos", plain(cos<double>)},
      {"tan", plain(tan<double>)},
      {"asin", plain(asin<double>)},
      {"acos", plain(acos<double>)},
      {"atan", plain(atan<double>)},
      {"sinh", plain(sinh<double>)},
      {"cosh", plain(cosh<double>)},
      {"tanh", plain(tanh<double>)},
      {"asinh", plain(asinh<double>)},
      {"acosh", plain(acosh<double>)},
      {"atanh", plain(atanh<double>)},
      {"sigmoid", plain(sigmoid<double>)},
      {"logsigmoid", plain(logsigmoid<double>)},
      {"erf", plain(erf<double>)},
      {"erfc", plain(erfc<double>)},
      {"reciprocal", plain(reciprocal<double>)},
      {"floor", plain(floor<double>)},
      {"ceil", plain(ceil<double>)},
      {"round", plain(round<double>)},
      {"trunc", plain(trunc<double>)},
      {"lgamma", plain(lgamma<double>)},
      {"digamma", plain(digamma<double>)},
      {"softsign", plain(softsign<double>)},
      {"relu", plain(relu<double>)},
      {"relu6", plain(relu6<double>)},
      {"selu", plain(selu<double>)},
      {"silu", plain(silu<double>)},
      {"mish", plain(mish<double>)},
      {"hardsigmoid", plain(hardsigmoid<double>)},
      {"hardswish", plain(hardswish<double>)},
      {"tanhshrink", plain(tanhshrink<double>)},
      {"erfinv", plain(erfinv<double>)},
      {"sinc", plain(sinc<double>)},
      {"logit", plain(logit<double>)},
      {"nan_to_num",
       [](const Case& c) -> Outputs {
         return {nan_to_num(c.x(0), {.nan = c.number("nan", 0),
                                     .posinf = optional(c, "posinf"),
                                     .neginf = optional(c, "neginf")})};
       }},
      {"pow_scalar", [](const Case& c) -> Outputs { return {pow(c.x(0), c.number("exponent"))}; }},
      {"scalar_pow", [](const Case& c) -> Outputs { return {pow(c.number("base"), c.x(0))}; }},
      {"add_scalar", [](const Case& c) -> Outputs { return {c.x(0) + c.number("value")}; }},
      {"rsub_scalar", [](const Case& c) -> Outputs { return {c.number("value") - c.x(0)}; }},
      {"mul_scalar", [](const Case& c) -> Outputs { return {c.x(0) * c.number("value")}; }},
      {"rdiv_scalar", [](const Case& c) -> Outputs { return {c.number("value") / c.x(0)}; }},
      {"clamp",
       [](const Case& c) -> Outputs {
         constexpr double open = std::numeric_limits<double>::infinity();
         return {clamp(c.x(0), c.number("min", -open), c.number("max", open))};
       }},
  };
}

}  // namespace golden
