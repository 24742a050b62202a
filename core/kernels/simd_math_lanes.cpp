#include "xgrad/core/kernels/simd_math_lanes.hpp"

#include <math.h>  // lgamma_r is not in <cmath>
#include <cmath>
#include <limits>

namespace xg::kernels::lanes {
namespace {

constexpr double pi = 3.14159265358979323846;

// lgamma itself writes the global signgam: a race between threads.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

// tan(pi x) and sin(pi x) of the fraction of x alone, which is exact: a large x would lose every
// digit.
double fraction(double x) { return x - std::nearbyint(x); }

// log x - 1/(2x) - sum B_2k / (2k x^2k)
double digamma_large(double x) {
  const double w = 1 / (x * x);
  const double series =
      w * (1. / 12 -
           w * (1. / 120 -
                w * (1. / 252 - w * (1. / 240 - w * (1. / 132 - w * (691. / 32760 - w / 12))))));
  return std::log(x) - 0.5 / x - series;
}

// 1/x + 1/(2 x^2) + sum B_2k / x^(2k+1)
double trigamma_large(double x) {
  const double w = 1 / (x * x);
  const double series =
      w * (1. / 6 -
           w * (1. / 30 -
                w * (1. / 42 - w * (1. / 30 - w * (5. / 66 - w * (691. / 2730 - w * 7 / 6))))));
  return (1 + 0.5 / x + series) / x;
}

// The positive zero, split in two numbers, and the value's series about it: next to a zero the
// recurrence would leave absolute accuracy only.
constexpr double digamma_zero = 1.4616321449683622;
constexpr double digamma_zero_rest = 9.549995429965697e-17;

double digamma_near_zero(double x) {
  const double t = (x - digamma_zero) - digamma_zero_rest;
  return t *
         (0.96767224544762117 +
          t * (-0.442763168983592106 +
               t * (0.258499760955651011 +
                    t * (-0.163942705442406528 +
                         t * (0.107824050691262366 +
                              t * (-0.0721995612564547109 +
                                   t * (0.0488042881641431072 + t * -0.0331611264748473593)))))));
}

}  // namespace

float sin(float x) { return std::sin(x); }
double sin(double x) { return std::sin(x); }
float cos(float x) { return std::cos(x); }
double cos(double x) { return std::cos(x); }
float tan(float x) { return std::tan(x); }
double tan(double x) { return std::tan(x); }
float lgamma(float x) { return static_cast<float>(log_gamma(x)); }
double lgamma(double x) { return log_gamma(x); }
float fmod(float a, float b) { return std::fmod(a, b); }
double fmod(double a, double b) { return std::fmod(a, b); }

double digamma(double x) {
  if (x == 0) return -std::copysign(std::numeric_limits<double>::infinity(), x);
  if (x < 0) {
    if (x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();  // -inf too
    return digamma(1 - x) - pi / std::tan(pi * fraction(x));
  }
  if (std::abs(x - digamma_zero) < 0.02) return digamma_near_zero(x);
  double shift = 0;
  while (x < 10) {
    shift += 1 / x;
    x += 1;
  }
  return std::isinf(x) ? x : digamma_large(x) - shift;
}

double trigamma(double x) {
  if (x <= 0) {
    if (x == std::floor(x)) return std::numeric_limits<double>::infinity();
    const double s = std::sin(pi * fraction(x)) / pi;
    return 1 / (s * s) - trigamma(1 - x);
  }
  double shift = 0;
  while (x < 10) {
    shift += 1 / (x * x);
    x += 1;
  }
  return trigamma_large(x) + shift;
}

float digamma(float x) { return static_cast<float>(digamma(static_cast<double>(x))); }
float trigamma(float x) { return static_cast<float>(trigamma(static_cast<double>(x))); }

}  // namespace xg::kernels::lanes
