#include "xgrad/autograd/functional.hpp"

#include <algorithm>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/autograd/node.hpp"

namespace xg::detail {
namespace {

/// Leaves of the same values, or with `connected` the inputs themselves where they require
/// gradients, so that the result stays connected to the caller's graph.
template <class T>
Variables<T> as_leaves(const Variables<T>& inputs, bool connected) {
  Variables<T> leaves;
  for (const Variable<T>& x : inputs)
    leaves.push_back(connected && x.requires_grad() ? x : x.detach().set_requires_grad(true));
  return leaves;
}

template <class T>
Variable<T> zeros_like(const Variable<T>& x) {
  return Variable<T>(full_array<T>(x.shape(), T(0)));
}

/// Gradients with zeros where an input does not contribute.
template <class T>
Variables<T> dense_grad(const Variables<T>& outputs, const Variables<T>& inputs,
                        const Variables<T>& cotangents, bool create_graph, bool retain_graph) {
  Variables<T> reached, seeds;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    reached.push_back(outputs[i]);
    seeds.push_back(cotangents.empty() ? Variable<T>() : cotangents[i]);
  }
  Variables<T> result(inputs.size());
  if (!reached.empty())
    result = grad(reached, inputs,
                  {.grad_outputs = seeds,
                   .retain_graph = retain_graph || create_graph,
                   .create_graph = create_graph,
                   .allow_unused = true});
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!result[i].defined()) result[i] = zeros_like(inputs[i]);
  return result;
}

template <class T>
void require_shapes(const char* op, const char* argument, const Variables<T>& given,
                    const Variables<T>& like) {
  for (std::size_t i = 0; i < like.size(); ++i)
    if (given[i].shape() != like[i].shape())
      throw ShapeError(refusal(op, argument, "have shape " + to_string(like[i].shape()),
                               to_string(given[i].shape())));
}

template <class T>
void require_scalar(const char* op, const Variable<T>& y) {
  if (y.size() != 1)
    throw ShapeError(refusal(op, "result of f", "be a scalar (shape [])", to_string(y.shape())));
}

}  // namespace

template <class T>
std::pair<Variables<T>, Variables<T>> vjp(const ManyToMany<T>& f, const Variables<T>& inputs,
                                          const Variables<T>& cotangents, bool create_graph) {
  const EnableGrad record;
  const Variables<T> leaves = as_leaves(inputs, create_graph);
  Variables<T> outputs = f(leaves);
  require_shapes("vjp", "u", cotangents, outputs);
  return {outputs, dense_grad(outputs, leaves, cotangents, create_graph, false)};
}

template <class T>
std::pair<Variables<T>, Variables<T>> jvp(const ManyToMany<T>& f, const Variables<T>& inputs,
                                          const Variables<T>& tangents, bool create_graph) {
  const EnableGrad record;
  require_shapes("jvp", "v", tangents, inputs);
  const Variables<T> leaves = as_leaves(inputs, create_graph);
  const Variables<T> outputs = f(leaves);
  Variables<T> dummies;  // u, in which J^T u is linear: its own derivative there is J v
  for (const Variable<T>& y : outputs) dummies.push_back(zeros_like(y).set_requires_grad(true));
  const Variables<T> pulled = dense_grad(outputs, leaves, dummies, true, true);
  return {outputs, dense_grad(pulled, dummies, tangents, create_graph, false)};
}

// Row i of the Jacobian is the gradient of element i of y.
template <class T>
Variable<T> jacobian(const ManyToMany<T>& f, const Variable<T>& x) {
  const EnableGrad record;
  const Variables<T> leaf = as_leaves<T>({x}, false);
  const Variables<T> y = f(leaf);
  Shape shape = y[0].shape();
  for (const std::size_t extent : x.shape()) shape.push_back(extent);
  Array<T> rows = full_array<T>(shape, T(0));
  for (std::size_t i = 0; i < y[0].size(); ++i) {
    Array<T> unit = full_array<T>(y[0].shape(), T(0));
    unit.data()[i] = 1;
    const Variable<T> row = dense_grad<T>(y, leaf, {Variable<T>(std::move(unit))}, false, true)[0];
    std::copy_n(row.value().data(), x.size(), rows.data() + i * x.size());
  }
  return Variable<T>(std::move(rows));
}

template <class T>
Variable<T> hessian(const ManyToMany<T>& f, const Variable<T>& x) {
  const ManyToMany<T> gradient = [&f](const Variables<T>& in) -> Variables<T> {
    const Variables<T> y = f(in);
    require_scalar("hessian", y[0]);
    return dense_grad<T>(y, in, {}, true, true);
  };
  return jacobian(gradient, x);
}

template <class T>
Variable<T> hvp(const ManyToMany<T>& f, const Variable<T>& x, const Variable<T>& v) {
  const EnableGrad record;
  require_shapes<T>("hvp", "v", {v}, {x});
  const Variables<T> leaf = as_leaves<T>({x}, false);
  const Variables<T> y = f(leaf);
  require_scalar("hvp", y[0]);
  const Variables<T> gradient = dense_grad<T>(y, leaf, {}, true, true);
  return dense_grad<T>(gradient, leaf, {v}, false, false)[0];
}

template <class T>
std::pair<Variable<T>, Variables<T>> value_and_grad(const ManyToMany<T>& f,
                                                    const Variables<T>& inputs) {
  const EnableGrad record;
  const Variables<T> leaves = as_leaves(inputs, false);
  const Variables<T> y = f(leaves);
  require_scalar("value_and_grad", y[0]);
  return {y[0].detach(), dense_grad<T>(y, leaves, {}, false, false)};
}

#define XGRAD_INSTANTIATE(T)                                                                    \
  template std::pair<Variables<T>, Variables<T>> vjp(const ManyToMany<T>&, const Variables<T>&, \
                                                     const Variables<T>&, bool);                \
  template std::pair<Variables<T>, Variables<T>> jvp(const ManyToMany<T>&, const Variables<T>&, \
                                                     const Variables<T>&, bool);                \
  template Variable<T> jacobian(const ManyToMany<T>&, const Variable<T>&);                      \
  template Variable<T> hessian(const ManyToMany<T>&, const Variable<T>&);                       \
  template Variable<T> hvp(const ManyToMany<T>&, const Variable<T>&, const Variable<T>&);       \
  template std::pair<Variable<T>, Variables<T>> value_and_grad(const ManyToMany<T>&,            \
                                                               const Variables<T>&);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg::detail
