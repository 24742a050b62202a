#pragma once

#include <utility>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/random.hpp"

/// Initial values of parameters, written in place (PyTorch's names and meanings).
namespace xg::nn::init {

enum class Fan { in, out };

/// (fan_in, fan_out) of a weight [out, in, kernel...]: in and out times the kernel's size.
/// @throws ShapeError below rank 2.
std::pair<std::size_t, std::size_t> fans(const Shape& weight);

template <class T>
void constant_(Variable<T> x, double value);
template <class T>
void zeros_(Variable<T> x);
template <class T>
void ones_(Variable<T> x);
/// Normal distribution, std >= 0.
template <class T>
void normal_(Variable<T> x, double mean = 0, double std = 1,
             Generator& generator = default_generator());
/// Uniform on [low, high), low <= high.
template <class T>
void uniform_(Variable<T> x, double low = 0, double high = 1,
              Generator& generator = default_generator());

/// Factors by which activations change the size of what passes: tanh 5/3, relu sqrt(2), others 1.
double tanh_gain() noexcept;
double relu_gain() noexcept;
double leaky_relu_gain(double negative_slope) noexcept;  ///< sqrt(2 / (1 + slope^2))

/// Standard deviation gain * sqrt(2 / (fan_in + fan_out)). Glorot, Bengio, AISTATS 2010.
template <class T>
void xavier_normal_(Variable<T> weight, double gain = 1,
                    Generator& generator = default_generator());
template <class T>
void xavier_uniform_(Variable<T> weight, double gain = 1,
                     Generator& generator = default_generator());

/// Standard deviation gain / sqrt(fan). He, Zhang, Ren, Sun, arXiv:1502.01852.
struct KaimingOptions {
  double gain = 1.4142135623730951;  ///< relu_gain(); PyTorch's a is leaky_relu_gain(a)
  Fan fan = Fan::in;
};
template <class T>
void kaiming_normal_(Variable<T> weight, KaimingOptions options = {},
                     Generator& generator = default_generator());
template <class T>
void kaiming_uniform_(Variable<T> weight, KaimingOptions options = {},
                      Generator& generator = default_generator());

}  // namespace xg::nn::init
