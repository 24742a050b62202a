#include "exact.hpp"

namespace accuracy {

namespace {

using xg::kernels::Binary;
using xg::kernels::Unary;

template <int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t)>
void plain(Exact& y, const Exact& x) {
  f(y.get(), x.get(), MPFR_RNDN);
}
template <int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t)>
void plain(Exact& y, const Exact& a, const Exact& b) {
  f(y.get(), a.get(), b.get(), MPFR_RNDN);
}
template <int (*f)(mpfr_ptr, mpfr_srcptr)>
void integral(Exact& y, const Exact& x) {
  f(y.get(), x.get());
}

void lgamma(Exact& y, const Exact& x) {
  int sign = 0;
  mpfr_lgamma(y.get(), &sign, x.get(), MPFR_RNDN);
}

// As 1 / sqrt(x): -infinity at -0, where mpfr_rec_sqrt gives +infinity.
void rsqrt(Exact& y, const Exact& x) {
  mpfr_sqrt(y.get(), x.get(), MPFR_RNDN);
  mpfr_ui_div(y.get(), 1, y.get(), MPFR_RNDN);
}

void sigmoid(Exact& y, const Exact& x) {
  mpfr_neg(y.get(), x.get(), MPFR_RNDN);
  mpfr_exp(y.get(), y.get(), MPFR_RNDN);
  mpfr_add_ui(y.get(), y.get(), 1, MPFR_RNDN);
  mpfr_ui_div(y.get(), 1, y.get(), MPFR_RNDN);
}

// From 1000 on softplus(x) is x in 50 digits, and exp(x) soon leaves even the range of MPFR.
void softplus(Exact& y, const Exact& x) {
  mpfr_set(y.get(), x.get(), MPFR_RNDN);
  if (mpfr_cmp_ui(x.get(), 1000) > 0) return;
  mpfr_exp(y.get(), y.get(), MPFR_RNDN);
  mpfr_log1p(y.get(), y.get(), MPFR_RNDN);
}

void log_sigmoid(Exact& y, const Exact& x) {
  Exact minus;
  mpfr_neg(minus.get(), x.get(), MPFR_RNDN);
  softplus(y, minus);
  mpfr_neg(y.get(), y.get(), MPFR_RNDN);
}

}  // namespace

const std::vector<UnaryRow>& unary_rows() {
  static const std::vector<UnaryRow> rows = {
      {"exp", Unary::exp, plain<mpfr_exp>, 2},
      {"exp2", Unary::exp2, plain<mpfr_exp2>, 2},
      {"expm1", Unary::expm1, plain<mpfr_expm1>, 2.1},
      {"log", Unary::log, plain<mpfr_log>, 2},
      {"log2", Unary::log2, plain<mpfr_log2>, 2.1},
      {"log10", Unary::log10, plain<mpfr_log10>, 2.1},
      {"log1p", Unary::log1p, plain<mpfr_log1p>, 2},
      {"sin", Unary::sin, plain<mpfr_sin>, 2},
      {"cos", Unary::cos, plain<mpfr_cos>, 2},
      {"tan", Unary::tan, plain<mpfr_tan>, 4},
      {"asin", Unary::asin, plain<mpfr_asin>, 2},
      {"acos", Unary::acos, plain<mpfr_acos>, 2},
      {"atan", Unary::atan, plain<mpfr_atan>, 2},
      {"sinh", Unary::sinh, plain<mpfr_sinh>, 2.6},
      {"cosh", Unary::cosh, plain<mpfr_cosh>, 2},
      {"tanh", Unary::tanh, plain<mpfr_tanh>, 2},
      {"asinh", Unary::asinh, plain<mpfr_asinh>, 2.2},
      {"acosh", Unary::acosh, plain<mpfr_acosh>, 2.3},
      {"atanh", Unary::atanh, plain<mpfr_atanh>, 2.5},
      {"sigmoid", Unary::sigmoid, sigmoid, 2},
      {"softplus", Unary::softplus, softplus, 2.2},
      {"log_sigmoid", Unary::log_sigmoid, log_sigmoid, 2.2},
      {"erf", Unary::erf, plain<mpfr_erf>, 2},
      {"erfc", Unary::erfc, plain<mpfr_erfc>, 5},
      {"lgamma", Unary::lgamma, lgamma, 40},  // beside a zero, absolute accuracy
      {"cbrt", Unary::cbrt, plain<mpfr_cbrt>, 1},
      {"sqrt", Unary::sqrt, plain<mpfr_sqrt>, 0.5001},
      {"rsqrt", Unary::rsqrt, rsqrt, 1.6},
      {"floor", Unary::floor, integral<mpfr_floor>, 0},
      {"ceil", Unary::ceil, integral<mpfr_ceil>, 0},
      {"trunc", Unary::trunc, integral<mpfr_trunc>, 0},
      {"round", Unary::round, integral<mpfr_roundeven>, 0},
  };
  return rows;
}

const std::vector<BinaryRow>& binary_rows() {
  static const std::vector<BinaryRow> rows = {
      {"pow", Binary::pow, plain<mpfr_pow>, 2},
      {"atan2", Binary::atan2, plain<mpfr_atan2>, 2.1},
      {"hypot", Binary::hypot, plain<mpfr_hypot>, 2.1},
      {"fmod", Binary::fmod, plain<mpfr_fmod>, 0},
  };
  return rows;
}

}  // namespace accuracy
