#pragma once

/// Functions of single numbers for what the SIMD functions leave to one lane at a time. Compiled
/// once.

namespace xg::kernels::lanes {

float sin(float x);
double sin(double x);
float cos(float x);
double cos(double x);
float tan(float x);
double tan(double x);
float lgamma(float x);
double lgamma(double x);
float fmod(float a, float b);
double fmod(double a, double b);

/// d/dx lgamma(x): recurrence up to x >= 10, then the asymptotic series; x < 0 by reflection. The
/// pole at 0 gives -inf
/// (+inf at -0), the others NaN, as in torch. (Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18.)
float digamma(float x);
double digamma(double x);

/// Second derivative of lgamma, likewise (6.4.6, 6.4.7, 6.4.12). +inf at every pole.
float trigamma(float x);
double trigamma(double x);

}  // namespace xg::kernels::lanes
