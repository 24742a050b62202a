#include "xgrad/ops/cdist.hpp"

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/matrices.hpp"
#include "xgrad/ops/norm.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

template <Element T>
Variable<T> cdist(const Variable<T>& x1, const Variable<T>& x2, double p) {
  detail::require_matrix("cdist", "x1", x1.shape());
  detail::require_matrix("cdist", "x2", x2.shape());
  require_equal("cdist", "x1.shape[-1]", x1.shape().back(), "x2.shape[-1]", x2.shape().back(),
                x1.shape(), x2.shape());
  (void)broadcast_shape("cdist", detail::batch_of(x1.shape()), detail::batch_of(x2.shape()));
  require<ValueError>(p >= 0, "cdist", "p", "be >= 0", p);
  const bool nothing = x1.shape().back() == 0;  // of which norm takes no largest
  return norm(unsqueeze(x1, -2) - unsqueeze(x2, -3), nothing ? 1 : p, -1);
}

template Variable<float> cdist(const Variable<float>&, const Variable<float>&, double);
template Variable<double> cdist(const Variable<double>&, const Variable<double>&, double);

}  // namespace xg
