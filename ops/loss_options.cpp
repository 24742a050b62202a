#include "xgrad/ops/loss_options.hpp"

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/reduce.hpp"

namespace xg::detail {

template <class T>
Variable<T> reduce_loss(const Variable<T>& losses, LossReduction reduction) {
  switch (reduction) {
    case LossReduction::none:
      return losses;
    case LossReduction::sum:
      return sum(losses);
    case LossReduction::batch_mean:
      return sum(losses) /
             static_cast<double>(losses.dimension() == 0 ? 1 : losses.shape().front());
    default:
      return mean(losses);
  }
}

void require_same_shape(const char* op, const char* argument, const Shape& shape, const Shape& x) {
  require<ShapeError>(shape == x, op, argument, "have the shape of x " + to_string(x), shape);
}

template Variable<float> reduce_loss(const Variable<float>&, LossReduction);
template Variable<double> reduce_loss(const Variable<double>&, LossReduction);

}  // namespace xg::detail
