#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/random.hpp"

namespace xg {

// Random samples. Each function draws from the generator it is given, else from the default one;
// the same state gives the same bits. Those with Variables for parameters are differentiable by
// reparameterisation: the noise is a constant, the parameters move and scale it (Kingma, Welling,
// arXiv:1312.6114, section 2.4).

/// Samples of the standard normal distribution, a leaf of this shape.
template <Element T>
Variable<T> randn(const Shape& shape, Generator& generator = default_generator());
/// Samples of the uniform distribution on [0, 1), a leaf of this shape.
template <Element T>
Variable<T> rand(const Shape& shape, Generator& generator = default_generator());

/// mean + std z, z standard normal, an independent one for each element of the shape that mean and
/// std broadcast to.
/// @throws ShapeError if they do not broadcast; ValueError if an element of std is negative.
/// Gradients: gy, gy z.
template <Element T>
Variable<T> normal(const Variable<T>& mean, const Variable<T>& std,
                   Generator& generator = default_generator());

/// low + (high - low) u, u uniform on [0, 1), likewise.
/// @throws ShapeError if they do not broadcast; ValueError if an element of low is above high's.
/// Gradients: gy (1 - u), gy u.
template <Element T>
Variable<T> uniform(const Variable<T>& low, const Variable<T>& high,
                    Generator& generator = default_generator());

struct RReluOptions {
  double lower = 1. / 8;  ///< slopes for x <= 0 are uniform in [lower, upper)
  double upper = 1. / 3;
  bool training = true;  ///< else the slope is (lower + upper) / 2
};

/// Randomised leaky relu: x where x > 0, else a x, a drawn for each element.
/// @throws ValueError unless lower <= upper.
/// Gradient: gy or a gy. Source: Xu, Wang, Chen, Li, arXiv:1505.00853.
template <Element T>
Variable<T> rrelu(const Variable<T>& x, const RReluOptions& options = {},
                  Generator& generator = default_generator());

struct GumbelSoftmaxOptions {
  double tau = 1;            ///< temperature, > 0
  bool hard = false;         ///< the result is one-hot, its gradient that of the soft sample
  std::ptrdiff_t axis = -1;  ///< the categories
};

/// A relaxed sample of a categorical distribution: softmax((x + g) / tau), g Gumbel noise.
///
/// @param x  unnormalised log-probabilities along options.axis.
/// @throws ValueError unless tau > 0, or if the axis is out of range.
/// Gradient: through the softmax, the noise being a constant.
/// Source: Jang, Gu, Poole, arXiv:1611.01144; Maddison, Mnih, Teh, arXiv:1611.00712.
template <Element T>
Variable<T> gumbel_softmax(const Variable<T>& x, const GumbelSoftmaxOptions& options = {},
                           Generator& generator = default_generator());

}  // namespace xg
