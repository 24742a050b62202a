#pragma once

#include <cstdint>
#include <string_view>
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

/// Factors by name (PyTorch's calculate_gain): "linear", "conv1d", "sigmoid" 1, "tanh" 5/3, "relu"
/// sqrt(2), "leaky_relu" by its slope, "selu" 3/4. @throws ValueError for another name.
double calculate_gain(std::string_view nonlinearity, double negative_slope = 0.01);

/// Normal distribution cut off at [low, high], by the inverse of its distribution function.
/// @throws ValueError unless std > 0 and low < high.
template <class T>
void trunc_normal_(Variable<T> x, double mean = 0, double std = 1, double low = -2, double high = 2,
                   Generator& generator = default_generator());
/// The identity, on the diagonal of a matrix. @throws ShapeError for another rank.
template <class T>
void eye_(Variable<T> weight);
/// Kernels [out, in, k...] that pass channels on, 1 in the middle of (i, i); with groups each group
/// by itself. @throws ShapeError unless the rank is 3 to 5 and groups divides out.
template <class T>
void dirac_(Variable<T> weight, std::size_t groups = 1);
/// Rows (or columns, whichever are shorter) orthonormal, times gain; [out, in, k...] counts as a
/// matrix [out, in k...]. @throws ShapeError below rank 2. Saxe, McClelland, Ganguli,
/// arXiv:1312.6120.
template <class T>
void orthogonal_(Variable<T> weight, double gain = 1, Generator& generator = default_generator());
/// Normal, but for a share of `sparsity` (rounded up) zeros in each column of a matrix. Martens,
/// ICML 2010. @throws ShapeError for another rank, ValueError unless sparsity is in [0, 1].
template <class T>
void sparse_(Variable<T> weight, double sparsity, double std = 0.01,
             Generator& generator = default_generator());

/// How the CS231n lectures draw a weight [fan_out, fan_in, kernel...], in their order.
enum class Recipe : std::uint8_t {
  small,   ///< 0.01 z: fine for small networks, activations die out in deep ones
  large,   ///< z: tanh saturates
  zero,    ///< all equal: nothing breaks the symmetry
  xavier,  ///< z / sqrt(fan_in), as LeCun et al. 1998: with tanh, too small with relu
  he,      ///< z sqrt(2 / fan_in): with relu
  glorot,  ///< z sqrt(2 / (fan_in + fan_out)), the paper of that name
};
template <class T>
void recipe_(Variable<T> weight, Recipe recipe, Generator& generator = default_generator());

}  // namespace xg::nn::init
