#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "xgrad/autograd/variable.hpp"

namespace xg {

/// How the losses of single examples become the result.
enum class LossReduction : std::uint8_t {
  mean,        ///< their mean, a scalar; some losses divide by weights or lengths, and say so
  sum,         ///< their sum, a scalar
  batch_mean,  ///< their sum over the extent of the first axis (PyTorch's batchmean), a scalar
  none         ///< themselves
};

struct LossOptions {
  LossReduction reduction = LossReduction::mean;
};

/// An xtensor expression of integers: class indices and the like.
template <class E>
concept IndexExpression = xt::is_xexpression<E>::value && std::integral<typename E::value_type> &&
    !std::same_as<typename E::value_type, bool>;

/// A Variable whose element type follows from another argument, so that an Array or any other
/// expression will do.
template <class T>
using Target = std::type_identity_t<Variable<T>>;

namespace detail {

template <class T>
Variable<T> reduce_loss(const Variable<T>& losses, LossReduction reduction);

/// @throws ShapeError "op: target must have the shape of x [..], got [..]".
void require_same_shape(const char* op, const char* argument, const Shape& shape, const Shape& x);

/// max(0, v) in a formula, NaN for NaN; the derivative at 0 is 0.
template <class S>
auto hinge(S v) {
  return where(v <= 0, 0, v);
}

}  // namespace detail
}  // namespace xg
