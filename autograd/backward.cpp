// The public doors of backward: they check, then run a task.

#include "xgrad/autograd/engine.hpp"

namespace xg {
namespace {

template <class T>
void require_history(const char* op, const Variable<T>& output) {
  if (!output.defined()) throw StateError(std::string(op) + ": the output is undefined");
  if (!output.requires_grad())
    throw StateError(std::string(op) +
                     ": the output requires no gradient; does any input require one, and was it "
                     "recorded (no NoGrad)?");
}

/// The gradient to start from: what the caller gives, or 1 for a scalar.
template <class T>
Variable<T> first_gradient(const char* op, const Variable<T>& output, const Variable<T>& given) {
  if (given.defined()) {
    if (given.shape() != output.shape())
      throw ShapeError(detail::refusal(op, "gradient",
                                       "have the output's shape " + to_string(output.shape()),
                                       to_string(given.shape())));
    return given;
  }
  if (output.size() != 1)
    throw ShapeError(detail::refusal(
        op, "output", "be a scalar (shape [])",
        to_string(output.shape()) + "; reduce it first or pass an output gradient"));
  return Variable<T>(full_array<T>(output.shape(), T(1)));
}

}  // namespace

template <class T>
void Variable<T>::backward(const BackwardOptions<T>& options) const {
  require_history("backward", *this);
  typename detail::BackwardTask<T>::Request request;
  request.output_gradients = {first_gradient("backward", *this, options.gradient)};
  for (const Variable<T>& input : options.inputs)
    if (!input.is_leaf() || !input.requires_grad())
      throw StateError(
          "backward: every one of options.inputs must be a leaf that requires a gradient");
  request.outputs = {*this};
  request.inputs = options.inputs;
  request.create_graph = options.create_graph;
  request.retain_graph = options.retain_graph.value_or(options.create_graph);
  detail::BackwardTask<T>(std::move(request)).run();
}

template <class T>
Variables<T> grad(const Variables<T>& outputs, const Variables<T>& inputs,
                  const std::type_identity_t<GradOptions<T>>& options) {
  require<ValueError>(!outputs.empty(), "grad", "outputs", "not be empty", outputs.size());
  require<ValueError>(!inputs.empty(), "grad", "inputs", "not be empty", inputs.size());
  require<ValueError>(options.grad_outputs.empty() || options.grad_outputs.size() == outputs.size(),
                      "grad", "number of grad_outputs", "equal the number of outputs",
                      options.grad_outputs.size());
  typename detail::BackwardTask<T>::Request request;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    require_history("grad", outputs[i]);
    const Variable<T> given =
        options.grad_outputs.empty() ? Variable<T>() : options.grad_outputs[i];
    request.output_gradients.push_back(first_gradient("grad", outputs[i], given));
  }
  for (const Variable<T>& input : inputs)
    if (!input.requires_grad()) throw StateError("grad: every input must require a gradient");
  request.outputs = outputs;
  request.inputs = inputs;
  request.capture = true;
  request.create_graph = options.create_graph;
  request.retain_graph = options.retain_graph.value_or(options.create_graph);
  Variables<T> result = detail::BackwardTask<T>(std::move(request)).run();
  for (std::size_t i = 0; i < result.size() && !options.allow_unused; ++i)
    if (!result[i].defined())
      throw StateError(
          "grad: input " + std::to_string(i) +
          " does not contribute to the outputs; pass {.allow_unused = true} if that is "
          "meant");
  return result;
}

template <class T>
Variable<T> grad(const Variable<T>& output, const Variable<T>& input,
                 const std::type_identity_t<GradOptions<T>>& options) {
  return grad(Variables<T>{output}, Variables<T>{input}, options)[0];
}

#define XGRAD_INSTANTIATE(T)                                                                   \
  template void Variable<T>::backward(const BackwardOptions<T>&) const;                        \
  template Variables<T> grad(const Variables<T>&, const Variables<T>&, const GradOptions<T>&); \
  template Variable<T> grad(const Variable<T>&, const Variable<T>&, const GradOptions<T>&);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg
