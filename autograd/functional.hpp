#pragma once

#include <functional>

#include "xgrad/autograd/variable.hpp"

namespace xg {

namespace detail {

template <class T>
using ManyToMany = std::function<Variables<T>(const Variables<T>&)>;

template <class F, class T>
concept MapsVariable = std::is_invocable_r_v < Variable<T>,
        F,
const Variable<T>& > ;

template <class F, class T>
concept MapsVariables = std::is_invocable_r_v < Variables<T>,
        F,
const Variables<T>& > ;

/// A function of one Variable as one of a list.
template <class T, class F>
ManyToMany<T> as_list_function(F f) {
  return [f = std::move(f)](const Variables<T>& in) -> Variables<T> { return {f(in[0])}; };
}

template <class T>
std::pair<Variables<T>, Variables<T>> vjp(const ManyToMany<T>& f, const Variables<T>& inputs,
                                          const Variables<T>& cotangents, bool create_graph);
template <class T>
std::pair<Variables<T>, Variables<T>> jvp(const ManyToMany<T>& f, const Variables<T>& inputs,
                                          const Variables<T>& tangents, bool create_graph);
template <class T>
Variable<T> jacobian(const ManyToMany<T>& f, const Variable<T>& x);
template <class T>
Variable<T> hessian(const ManyToMany<T>& f, const Variable<T>& x);
template <class T>
Variable<T> hvp(const ManyToMany<T>& f, const Variable<T>& x, const Variable<T>& v);
template <class T>
std::pair<Variable<T>, Variables<T>> value_and_grad(const ManyToMany<T>& f,
                                                    const Variables<T>& inputs);

}  // namespace detail

struct TransformOptions {
  bool create_graph = false;  ///< record the result, so that it can be differentiated again
};

/// f(x) and the vector-Jacobian product J^T u: {y, J^T u}. u has y's shape. Reverse mode: one
/// backward, whatever the size of x.
///
/// In all transforms f is a function of one Variable that returns one, x may or may not require a
/// gradient, and no grad() changes. @throws ShapeError when u (or v) has another shape.
template <class T, detail::MapsVariable<T> F>
std::pair<Variable<T>, Variable<T>> vjp(F f, const Variable<T>& x,
                                        const std::type_identity_t<Variable<T>>& u,
                                        TransformOptions options = {}) {
  auto [y, g] =
      detail::vjp<T>(detail::as_list_function<T>(std::move(f)), {x}, {u}, options.create_graph);
  return {y[0], g[0]};
}

/// f(x) and the Jacobian-vector product J v: {y, J v}. v has x's shape. Forward mode: f runs once
/// and v is pushed through what it has recorded, whatever the size of y.
///
/// Every operation of the library passes tangents on by a rule of its own or, a few, by the
/// derivative of its backward (see Function for how to give your own operation a rule). With
/// create_graph the result can be differentiated again, in either mode; f then sees x as an
/// independent variable, also where x has a history, and the result stays connected to it. Hooks,
/// which see gradients, are not called.
///
///   auto [y, t] = xg::jvp([](const auto& x) { return exp(x) * x; }, x, v);
template <class T, detail::MapsVariable<T> F>
std::pair<Variable<T>, Variable<T>> jvp(F f, const Variable<T>& x,
                                        const std::type_identity_t<Variable<T>>& v,
                                        TransformOptions options = {}) {
  auto [y, t] =
      detail::jvp<T>(detail::as_list_function<T>(std::move(f)), {x}, {v}, options.create_graph);
  return {y[0], t[0]};
}

/// The same for f of several Variables with several results: {f(inputs), tangents of the results}.
/// A tangent for each input; an undefined one is zero.
template <class T, detail::MapsVariables<T> F>
std::pair<Variables<T>, Variables<T>> jvp(F f, const Variables<T>& inputs,
                                          const std::type_identity_t<Variables<T>>& tangents,
                                          TransformOptions options = {}) {
  return detail::jvp<T>(f, inputs, tangents, options.create_graph);
}
/// {f(inputs), gradients by the inputs} likewise; a cotangent for each result.
template <class T, detail::MapsVariables<T> F>
std::pair<Variables<T>, Variables<T>> vjp(F f, const Variables<T>& inputs,
                                          const std::type_identity_t<Variables<T>>& cotangents,
                                          TransformOptions options = {}) {
  return detail::vjp<T>(f, inputs, cotangents, options.create_graph);
}

/// All first derivatives, shape [y.shape..., x.shape...]. f runs once; then one backward an element
/// of y, or one forward pass an element of x where x has fewer.
template <class T, detail::MapsVariable<T> F>
Variable<T> jacobian(F f, const Variable<T>& x) {
  return detail::jacobian<T>(detail::as_list_function<T>(std::move(f)), x);
}

/// All second derivatives of a scalar function, shape [x.shape..., x.shape...]: f and its backward
/// run once, then a forward pass through both an element of x.
template <class T, detail::MapsVariable<T> F>
Variable<T> hessian(F f, const Variable<T>& x) {
  return detail::hessian<T>(detail::as_list_function<T>(std::move(f)), x);
}

/// Hessian-vector product H v of a scalar function, without forming H, as the forward derivative of
/// its gradient. v has x's shape.
template <class T, detail::MapsVariable<T> F>
Variable<T> hvp(F f, const Variable<T>& x, const std::type_identity_t<Variable<T>>& v) {
  return detail::hvp<T>(detail::as_list_function<T>(std::move(f)), x, v);
}

/// Turns a scalar function into one that returns its value and its gradients by every argument:
///   auto [loss, gradients] = value_and_grad(f)(w, b);      // gradients is Variables<T>
template <class F>
auto value_and_grad(F f) {
  return
      [f = std::move(f)]<class T, class... More>(
          const Variable<T>& first, const More&... more) -> std::pair<Variable<T>, Variables<T>> {
        const detail::ManyToMany<T> list = [&](const Variables<T>& in) -> Variables<T> {
          return [&]<std::size_t... i>(std::index_sequence<i...>)->Variables<T> {
            return {f(in[i]...)};
          }
          (std::index_sequence_for<Variable<T>, More...>());
        };
        return detail::value_and_grad<T>(list, {first, more...});
      };
}

}  // namespace xg
