#include "xgrad/autograd/functional.hpp"

#include <algorithm>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/autograd/node.hpp"
#include "xgrad/autograd/tangent.hpp"

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
Variables<T> as_arguments(const Variables<T>& inputs, bool connected) {
  Variables<T> arguments;
  for (const Variable<T>& x : inputs) arguments.push_back(tangent_argument(x, connected));
  return arguments;
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
  require<ValueError>(given.size() == like.size(), op, argument,
                      "have an entry for each of " + std::to_string(like.size()), given.size());
  for (std::size_t i = 0; i < like.size(); ++i)
    if (given[i].defined() && given[i].shape() != like[i].shape())
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
  const Variables<T> arguments = as_arguments(inputs, create_graph);
  Variables<T> outputs = f(arguments);
  Variables<T> pushed = TangentTask<T>(outputs, arguments).push(tangents, create_graph);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (!pushed[k].defined()) pushed[k] = zeros_like(outputs[k]);
    if (!create_graph) outputs[k] = outputs[k].detach();
  }
  return {outputs, pushed};
}

namespace {

/// Calls use(i, e_i) with each unit array of the shape of x.
template <class T>
void for_each_unit(const Variable<T>& x, const auto& use) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    Array<T> unit = full_array<T>(x.shape(), T(0));
    unit.data()[i] = 1;
    use(i, Variable<T>(std::move(unit)));
  }
}

template <class T>
Array<T> empty_jacobian(const Variable<T>& y, const Variable<T>& x) {
  Shape shape = y.shape();
  for (const std::size_t extent : x.shape()) shape.push_back(extent);
  return full_array<T>(shape, T(0));
}

/// Row i is the gradient of element i of y.
template <class T>
Variable<T> jacobian_by_rows(const Variable<T>& y, const Variable<T>& x) {
  Array<T> result = empty_jacobian(y, x);
  for_each_unit(y, [&](std::size_t i, Variable<T> unit) {
    const Variable<T> row = dense_grad<T>({y}, {x}, {std::move(unit)}, false, true)[0];
    std::copy_n(row.value().data(), x.size(), result.data() + i * x.size());
  });
  return Variable<T>(std::move(result));
}

/// Column j is the tangent of y along element j of x.
template <class T>
Variable<T> jacobian_by_columns(const Variable<T>& y, const Variable<T>& x) {
  Array<T> result = empty_jacobian(y, x);
  TangentTask<T> task({y}, {x});
  for_each_unit(x, [&](std::size_t j, Variable<T> unit) {
    const Variable<T> column = task.push({std::move(unit)}, false)[0];
    if (!column.defined()) return;
    const T* from = column.value().data();
    for (std::size_t i = 0; i < y.size(); ++i) result.data()[i * x.size() + j] = from[i];
  });
  return Variable<T>(std::move(result));
}

/// The gradient of a scalar function, recorded.
template <class T>
Variable<T> recorded_gradient(const char* op, const ManyToMany<T>& f, const Variable<T>& x) {
  const Variables<T> y = f({x});
  require_scalar(op, y[0]);
  return dense_grad<T>(y, {x}, {}, true, true)[0];
}

}  // namespace

template <class T>
Variable<T> jacobian(const ManyToMany<T>& f, const Variable<T>& x) {
  const EnableGrad record;
  const Variable<T> argument = tangent_argument(x, false);
  const Variable<T> y = f({argument})[0];
  return x.size() < y.size() ? jacobian_by_columns(y, argument) : jacobian_by_rows(y, argument);
}

template <class T>
Variable<T> hessian(const ManyToMany<T>& f, const Variable<T>& x) {
  const EnableGrad record;
  const Variable<T> argument = tangent_argument(x, false);
  return jacobian_by_columns(recorded_gradient("hessian", f, argument), argument);
}

template <class T>
Variable<T> hvp(const ManyToMany<T>& f, const Variable<T>& x, const Variable<T>& v) {
  const EnableGrad record;
  require_shapes<T>("hvp", "v", {v}, {x});
  const Variable<T> argument = tangent_argument(x, false);
  const Variable<T> gradient = recorded_gradient("hvp", f, argument);
  const Variable<T> product = TangentTask<T>({gradient}, {argument}).push({v}, false)[0];
  return product.defined() ? product : zeros_like(x);
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
