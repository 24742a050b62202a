#include "xgrad/ops/conv.hpp"

#include <algorithm>
#include <utility>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/reduce.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/conv_geometry.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

using detail::ConvGeometry;
using kernels::Convolution;

template <class T>
const T* pointer_or_null(const Array<T>& b) {
  return b.size() == 0 ? nullptr : b.data();
}

/// Over all but axis 1: the gradient of a bias.
template <class T>
Variable<T> channel_sums(const Variable<T>& gy) {
  SmallVector<std::ptrdiff_t> axes;
  for (std::size_t i = 0; i < gy.dimension(); ++i)
    if (i != 1) axes.push_back(static_cast<std::ptrdiff_t>(i));
  return sum(gy, axes);
}
template <class T>
Array<T> channel_sums(const Array<T>& gy) {
  Array<T> sums(Shape{gy.shape()[1]});
  const std::size_t shape[] = {gy.shape()[0], gy.shape()[1],
                               gy.size() / std::max<std::size_t>(gy.shape()[0] * gy.shape()[1], 1)};
  const bool reduced[] = {true, false, true};
  kernels::reduce(kernels::Reduce::sum, gy.data(), shape, 3, reduced, sums.data());
  return sums;
}

/// Of D = Forward or Data with arguments x, weight and bias; the bias joins the first part.
template <class D, class T>
Variable<T> tangent(Context<T>& ctx, const Variables<T>& t, const Convolution& c) {
  const auto &tx = t[0], &tw = t[1];
  auto tb = t[2];
  Variable<T> sum;
  if (tx.defined()) sum = D::apply(tx, ctx.saved(1), std::exchange(tb, Variable<T>()), c);
  if (tw.defined())
    sum = add_tangents(sum, D::apply(ctx.saved(0), tw, std::exchange(tb, Variable<T>()), c));
  if (!tb.defined()) return sum;
  Shape channels(ctx.output_shape().size() - 1, 1);
  channels[0] = tb.size();
  return broadcast_to(reshape(tb, channels), ctx.output_shape());
}

// Three maps, each linear in both arguments, and closed under differentiation: with
// L = <gy, forward(x, w)> = <x, data(gy, w)> = <w, weights(x, gy)> every gradient is one of them.

struct Forward : Function<Forward> {
  static constexpr auto name = "conv";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>& w, const Array<T>& b,
                          const Convolution& c) {
    if (ctx.needs(1)) ctx.save(x);
    if (ctx.needs(0)) ctx.save(w);
    Array<T> y(detail::output_shape(c));
    kernels::conv_forward(c, x.data(), w.data(), pointer_or_null(b), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy, const Convolution& c);
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Convolution& c) {
    return tangent<Forward>(ctx, t, c);
  }
  template <class T>
  static void backward_kernel(Context<T>& ctx, Gradients<T>& out, const Convolution& c) {
    const T* gy = out.gy().data();
    if (ctx.needs(1)) {  // first: it works in more memory than the other, which makes gx
      Array<T>* gb = ctx.needs(2) ? &out.make(2, Shape{c.out_channels}) : nullptr;
      Array<T>& gw = out.make(1, detail::weight_shape(c));
      kernels::conv_backward_weights(c, ctx.saved_value(0).data(), gy, gw.data(),
                                     gb == nullptr ? nullptr : gb->data());
    } else if (ctx.needs(2)) {
      out.set(2, channel_sums(out.gy()));
    }
    if (ctx.needs(0))
      kernels::conv_backward_data(c, gy, ctx.saved_value(1).data(), static_cast<const T*>(nullptr),
                                  out.make(0, detail::input_shape(c)).data());
  }
};

struct Data : Function<Data> {
  static constexpr auto name = "conv_transpose";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& gy, const Array<T>& w, const Array<T>& b,
                          const Convolution& c) {
    if (ctx.needs(1)) ctx.save(gy);
    if (ctx.needs(0)) ctx.save(w);
    Array<T> x(detail::input_shape(c));
    kernels::conv_backward_data(c, gy.data(), w.data(), pointer_or_null(b), x.data());
    return x;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gx, const Convolution& c);
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Convolution& c) {
    return tangent<Data>(ctx, t, c);
  }
};

struct Weights : Function<Weights> {
  static constexpr auto name = "conv_weights";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& x, const Array<T>& gy,
                          const Convolution& c) {
    if (ctx.needs(1)) ctx.save(x);
    if (ctx.needs(0)) ctx.save(gy);
    Array<T> gw(detail::weight_shape(c));
    kernels::conv_backward_weights(c, x.data(), gy.data(), gw.data(), static_cast<T*>(nullptr));
    return gw;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& g, const Convolution& c) {
    Variables<T> gradients(2);
    if (ctx.needs(0)) gradients[0] = Data::apply(ctx.saved(1), g, Variable<T>(), c);
    if (ctx.needs(1)) gradients[1] = Forward::apply(ctx.saved(0), g, Variable<T>(), c);
    return gradients;
  }
  template <class T>
  static Variable<T> jvp(Context<T>& ctx, const Variables<T>& t, const Convolution& c) {
    return add_tangents(t[0].defined() ? apply(t[0], ctx.saved(1), c) : t[0],
                        t[1].defined() ? apply(ctx.saved(0), t[1], c) : t[1]);
  }
};

template <class T>
Variables<T> Forward::backward(Context<T>& ctx, const Variable<T>& gy, const Convolution& c) {
  Variables<T> g(3);
  if (ctx.needs(0)) g[0] = Data::apply(gy, ctx.saved(1), Variable<T>(), c);
  if (ctx.needs(1)) g[1] = Weights::apply(ctx.saved(0), gy, c);
  if (ctx.needs(2)) g[2] = channel_sums(gy);
  return g;
}

template <class T>
Variables<T> Data::backward(Context<T>& ctx, const Variable<T>& gx, const Convolution& c) {
  Variables<T> g(3);
  if (ctx.needs(0)) g[0] = Forward::apply(gx, ctx.saved(1), Variable<T>(), c);
  if (ctx.needs(1)) g[1] = Weights::apply(gx, ctx.saved(0), c);
  if (ctx.needs(2)) g[2] = channel_sums(gx);
  return g;
}

/// f on x with a batch of one where it has none.
template <class T, class F>
Variable<T> batched(const Variable<T>& x, std::size_t rank, F f) {
  if (x.dimension() != rank + 1) return f(x);
  return squeeze(f(unsqueeze(x, 0)), 0);
}

template <std::size_t rank, class T>
Variable<T> convolve(const char* op, const Variable<T>& x, const Variable<T>& w,
                     const Variable<T>& b, const ConvOptions<rank>& o) {
  ConvGeometry g{op, rank, x.shape(), w.shape(), b.defined() ? &b.shape() : nullptr, o.groups};
  for (std::size_t i = 0; i < rank; ++i) g.set_axis(i, o.stride[i], o.padding[i], o.dilation[i]);
  const Convolution c = g.forward(o.padding.same());
  return batched(x, rank, [&](const Variable<T>& v) { return Forward::apply(v, w, b, c); });
}

template <std::size_t rank, class T>
Variable<T> transpose_convolve(const char* op, const Variable<T>& x, const Variable<T>& w,
                               const Variable<T>& b, const ConvTransposeOptions<rank>& o) {
  ConvGeometry g{op, rank, x.shape(), w.shape(), b.defined() ? &b.shape() : nullptr, o.groups};
  for (std::size_t i = 0; i < rank; ++i) {
    g.set_axis(i, o.stride[i], o.padding[i], o.dilation[i]);
    g.output_padding[i] = o.output_padding[i];
  }
  const Convolution c = g.transposed();
  return batched(x, rank, [&](const Variable<T>& v) { return Data::apply(v, w, b, c); });
}

}  // namespace

#define XG_DEFINE(rank)                                                                       \
  template <Element T>                                                                        \
  Variable<T> conv##rank##d(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b, \
                            const Conv##rank##dOptions& options) {                            \
    return convolve<rank>("conv" #rank "d", x, w, b, options);                                \
  }                                                                                           \
  template <Element T>                                                                        \
  Variable<T> conv_transpose##rank##d(const Variable<T>& x, const Variable<T>& w,             \
                                      const Variable<T>& b,                                   \
                                      const ConvTranspose##rank##dOptions& options) {         \
    return transpose_convolve<rank>("conv_transpose" #rank "d", x, w, b, options);            \
  }
XG_DEFINE(1)
XG_DEFINE(2)
XG_DEFINE(3)
#undef XG_DEFINE

#define XG_INSTANTIATE(T, rank)                                                                  \
  template Variable<T> conv##rank##d(const Variable<T>&, const Variable<T>&, const Variable<T>&, \
                                     const Conv##rank##dOptions&);                               \
  template Variable<T> conv_transpose##rank##d(const Variable<T>&, const Variable<T>&,           \
                                               const Variable<T>&,                               \
                                               const ConvTranspose##rank##dOptions&);
XG_INSTANTIATE(float, 1)
XG_INSTANTIATE(float, 2)
XG_INSTANTIATE(float, 3)
XG_INSTANTIATE(double, 1)
XG_INSTANTIATE(double, 2)
XG_INSTANTIATE(double, 3)
#undef XG_INSTANTIATE

}  // namespace xg
