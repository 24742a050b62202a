#pragma once

// Internal: a lower limit that gradients do not see.

#include "xgrad/autograd/function.hpp"

namespace xg {
namespace detail {

/// max(x, low), NaN for NaN; the gradient is gy everywhere.
struct FloorAt : Function<FloorAt> {
  static constexpr auto name = "floor_at";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, double low) {
    Array<T> y(x);
    for (T& v : y.storage())
      if (v < static_cast<T>(low)) v = static_cast<T>(low);
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t) {
    return t[0];
  }
};

}  // namespace detail
}  // namespace xg
