#include "xgrad/ops/view.hpp"

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/transpose.hpp"

namespace xg::detail {

View whole(const Shape& shape) {
  View v{shape, shape, Strides(shape.size(), 1), 0};
  for (std::size_t i = shape.size(); i-- > 1;)
    v.strides[i - 1] = v.strides[i] * static_cast<std::ptrdiff_t>(shape[i]);
  return v;
}

View part(const Shape& shape, std::size_t axis, std::size_t begin, std::size_t count) {
  View view = whole(shape);
  view.shape[axis] = count;
  if (count > 0) view.offset = static_cast<std::ptrdiff_t>(begin) * view.strides[axis];
  return view;
}

namespace {

struct Place : Function<Place> {
  static constexpr auto name = "slice";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& y, const View& v) {
    Array<T> x(v.from, T(0));
    kernels::strided_assign(y.data(), v.shape.data(), v.shape.size(), detail::begin_of(v, x.data()),
                            v.strides.data());
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const View& v);
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const View& v) {
    return Place::apply(t[0], v);
  }
};

struct Take : Function<Take> {
  static constexpr auto name = "slice";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& x, const View& v) {
    Array<T> y(v.shape);
    kernels::strided_copy(detail::begin_of(v, x.data()), v.strides.data(), v.shape.data(),
                          v.shape.size(), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy, const View& v) {
    return {Place::apply(gy, v)};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t, const View& v) {
    return Take::apply(t[0], v);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const View& v) {
    Array<T>* sum = out.accumulation_target(0);
    if (sum == nullptr) {
      sum = &out.make(0, ctx.input_shape(0));
      sum->fill(T(0));
    }
    kernels::strided_add(out.gy().data(), v.shape.data(), v.shape.size(),
                         detail::begin_of(v, sum->data()), v.strides.data());
  }
};

template <class T>
Variables<T> Place::backward(Context<T>&, const Variable<T>& gy, const View& v) {
  return {Take::apply(gy, v)};
}

}  // namespace

template <class T>
Variable<T> take(const Variable<T>& x, const View& view) {
  return Take::apply(x, view);
}

template <class T>
Variable<T> place(const Variable<T>& y, const View& view) {
  return Place::apply(y, view);
}

#define XG_INSTANTIATE(T)                                     \
  template Variable<T> take(const Variable<T>&, const View&); \
  template Variable<T> place(const Variable<T>&, const View&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::detail
