#include "xgrad/ops/mask.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/remap.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

/// The mask repeated to a shape that it broadcasts to.
Array<bool> wide_mask(const Array<bool>& mask, const Shape& shape) {
  if (mask.shape() == shape) return mask;
  Array<bool> wide(shape);
  xt::noalias(wide) = xt::broadcast(mask, shape);
  return wide;
}

/// 0 where the mask, of x's shape, is true; a NaN there is gone too.
struct MaskedFill : Function<MaskedFill> {
  static constexpr auto name = "masked_fill";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x,
                          const std::shared_ptr<const Array<bool>>& mask, double value) {
    Array<T> y(x.shape());
    const bool* const masked = mask->data();
    const T filling = static_cast<T>(value);
    for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = masked[i] ? filling : x.data()[i];
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy,
                               const std::shared_ptr<const Array<bool>>& mask, double) {
    return {MaskedFill::apply(gy, mask, 0.0)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t,
                         const std::shared_ptr<const Array<bool>>& mask, double) {
    return MaskedFill::apply(t[0], mask, 0.0);
  }
};

}  // namespace

template <Element T>
Variable<T> masked_select(const Variable<T>& x, const Array<bool>& mask) {
  const Shape shape = broadcast_shape("masked_select", x.shape(), mask.shape());
  const Array<bool> wide = wide_mask(mask, shape);
  const bool* const chosen = wide.data();
  std::vector<std::int64_t> taken(
      static_cast<std::size_t>(std::count(chosen, chosen + wide.size(), true)));
  for (std::size_t i = 0, next = 0; next < taken.size(); ++i)
    if (chosen[i]) taken[next++] = static_cast<std::int64_t>(i);
  return detail::remap(reshape(broadcast_to(x, shape), {-1}), 0, std::move(taken));
}

template <Element T>
Variable<T> masked_fill(const Variable<T>& x, const Array<bool>& mask, double value) {
  const Shape shape = broadcast_shape("masked_fill", x.shape(), mask.shape());
  require<ShapeError>(shape == x.shape(), "masked_fill", "mask",
                      "broadcast to x " + to_string(x.shape()), mask.shape());
  return MaskedFill::apply(x, std::make_shared<const Array<bool>>(wide_mask(mask, shape)), value);
}

#define XG_INSTANTIATE(T)                                                     \
  template Variable<T> masked_select(const Variable<T>&, const Array<bool>&); \
  template Variable<T> masked_fill(const Variable<T>&, const Array<bool>&, double);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
