#include "xgrad/ops/map.hpp"

#include <bit>

#include "xgrad/autograd/context.hpp"
#include "xgrad/autograd/inline_list.hpp"
#include "xgrad/core/kernels/program.hpp"
#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/formula/scalar_function.hpp"

namespace xg::detail {
namespace {

using symbolic::GradientPlan;

/// Strides with which an array of `shape` is read over the iteration space `target`: 0 where it is
/// repeated. Writes target.size() entries.
void broadcast_strides(const Shape& shape, const Shape& target, std::ptrdiff_t* strides) {
  const std::size_t missing = target.size() - shape.size();
  std::fill(strides, strides + missing, std::ptrdiff_t{0});
  std::ptrdiff_t step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[missing + axis] = shape[axis] == 1 ? 0 : step;
    step *= static_cast<std::ptrdiff_t>(shape[axis]);
  }
}

/// Where a program runs: the iteration space and how each input lies in it.
template <class T>
class Space {
 public:
  explicit Space(const Shape& shape) : shape_(shape), size_(element_count(shape)) {}

  void add(const Array<T>& array) {
    flat_ = flat_ && array.shape() == shape_;
    arrays_.push_back(&array);
  }
  void run(const kernels::Program& program, T* const* outputs) const {
    if (size_ == 0) return;
    SmallVector<kernels::Operand<T>> operands(arrays_.size());
    const std::ptrdiff_t one = 1;
    if (flat_) {  // everything in one stretch of memory, whatever the rank
      for (std::size_t i = 0; i < arrays_.size(); ++i) operands[i] = {arrays_[i]->data(), &one};
      return kernels::run<T>(program, operands.data(), outputs, &size_, 1);
    }
    const std::size_t rank = shape_.size();
    SmallVector<std::ptrdiff_t> strides(rank * arrays_.size());
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      std::ptrdiff_t* const own = strides.data() + i * rank;
      broadcast_strides(arrays_[i]->shape(), shape_, own);
      operands[i] = {arrays_[i]->data(), own};
    }
    kernels::run<T>(program, operands.data(), outputs, shape_.data(), rank);
  }

 private:
  const Shape& shape_;
  std::size_t size_;
  SmallVector<const Array<T>*> arrays_;
  bool flat_ = true;
};

template <class T>
Variable<T> uninitialized(const Shape& shape) {
  return make_variable<T>([&] { return empty_array<T>(shape); });
}
template <class T>
T* data(const Variable<T>& x) {
  return x.state()->storage->value.data();
}

/// The gradients of a map, either at once by the plan's program or, where they are to be
/// differentiated again, each as a map of the derivative.
template <class T>
class MapNode final : public Node<T> {
 public:
  MapNode(const char* name, ScalarFunctionHandle function, const GradientPlan& plan)
      : Node<T>(name), function_(std::move(function)), plan_(plan) {}
  Context<T> context;

  void backward(std::span<Variable<T>> gy, std::span<Variable<T>> gx) override {
    context.require_saved();
    if (!gy[0].defined()) return;
    if (!plan_.refusal.empty()) throw ValueError(plan_.refusal);
    if (grad_enabled())
      differentiable(gy[0], gx);
    else
      at_once(gy[0], gx);
  }
  /// The sum of all partial derivatives times their tangents, as one map.
  bool jvp(std::span<const Variable<T>> tx, std::span<Variable<T>> ty) override {
    context.require_saved();
    if (!plan_.refusal.empty()) throw ValueError(plan_.refusal);
    std::uint64_t which = 0;
    for (std::size_t i = 0; i < tx.size(); ++i)
      if (tx[i].defined()) which |= std::uint64_t{1} << i;
    which &= function_->depends();
    if (which == 0) return true;
    const ScalarFunctionHandle function = function_->jvp(which);
    Variables<T> inputs(tx.size());
    for (std::size_t i = 0; i < tx.size(); ++i)
      if ((function->depends() >> i & 1) != 0) inputs[i] = context.saved(i);
    const Variable<T>& some = tx[static_cast<std::size_t>(std::countr_zero(which))];
    std::vector<const Variable<T>*> pointers;
    for (const Variable<T>& x : inputs) pointers.push_back(x.defined() ? &x : &some);
    for (std::size_t i = 0; i < tx.size(); ++i)
      if ((which >> i & 1) != 0) pointers.push_back(&tx[i]);
    const Variable<T> tangent = map_variables<T>(this->name().data(), function, pointers);
    ty[0] = broadcast_to(tangent, this->output_shape(0));
    return true;
  }
  void release_saved() noexcept override { context.release(); }

 private:
  void at_once(Variable<T>& gy, std::span<Variable<T>> gx) {
    const Shape& shape = this->output_shape(0);
    SmallVector<T*> outputs;
    InlineList<Variable<T>, 3> results;
    const std::size_t count = plan_.backward.outputs.size();
    if (count != 0) {
      Space<T> space(shape);
      space.add(gy.value());
      for (const GradientPlan::Read& read : plan_.reads) space.add(source(read));
      for (std::size_t k = 0; k < count; ++k) {
        // The program reads a block of gy before it writes one.
        results.emplace_back() = k == 0 && may_overwrite(gy) ? gy : uninitialized<T>(shape);
        outputs.push_back(data(results[k]));
      }
      space.run(plan_.backward, outputs.data());
    }
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < gx.size(); ++i) {
      if ((plan_.needs >> i & 1) == 0) continue;
      const std::uint8_t k = plan_.gradients[wanted++];
      if (this->needs(i)) gx[i] = fitted(k == GradientPlan::is_gy ? gy : results[k], i);
    }
  }

  bool may_overwrite(const Variable<T>& gy) const {
    for (const std::uint8_t k : plan_.gradients)
      if (k == GradientPlan::is_gy) return false;
    return gy.owns_value_alone();
  }

  Variable<T> fitted(const Variable<T>& gradient, std::size_t i) const {
    const Shape& shape = context.input_shape(i);
    if (gradient.value().shape() == shape) return gradient;
    return make_variable<T>([&] { return sum_array_to(gradient.value(), shape); });
  }

  const Array<T>& source(const GradientPlan::Read& read) const {
    switch (read.source) {
      case GradientPlan::Source::input:
        return context.saved_value(read.index);
      case GradientPlan::Source::output:
        return context.saved_output_value();
      default:
        return context.saved_constant_value(read.index);
    }
  }

  void differentiable(const Variable<T>& gy, std::span<Variable<T>> gx) {
    for (std::size_t i = 0; i < gx.size(); ++i) {
      if ((plan_.needs >> i & 1) == 0 || !this->needs(i)) continue;
      const ScalarFunctionHandle vjp = function_->vjp(i);
      // Inputs that this derivative does not read were perhaps not saved; gy stands in for them.
      Variables<T> inputs(gx.size() + 1, gy);
      std::vector<const Variable<T>*> pointers{&inputs[0]};
      for (std::size_t j = 0; j < gx.size(); ++j) {
        if ((vjp->depends() >> (j + 1) & 1) != 0) inputs[j + 1] = context.saved(j);
        pointers.push_back(&inputs[j + 1]);
      }
      const Variable<T> full = map_variables<T>(this->name().data(), vjp, pointers);
      gx[i] = sum_to(full, context.input_shape(i));
    }
  }

  ScalarFunctionHandle function_;
  const GradientPlan& plan_;  // owned by the function
};

/// The broadcast shape of all inputs; `storage` holds it unless the first input has it already.
template <class T>
const Shape& common_shape(const char* name, std::span<const Variable<T>* const> inputs,
                          Shape& storage) {
  const Shape* shape = &inputs[0]->shape();
  for (const Variable<T>* x : inputs.subspan(1)) {
    if (x->shape() == *shape) continue;
    storage = broadcast_shape(name, *shape, x->shape());
    shape = &storage;
  }
  return *shape;
}

/// Inputs whose gradient can be asked for, a bit each.
template <class T>
std::uint64_t wanted_gradients(const symbolic::ScalarFunction& function,
                               std::span<const Variable<T>* const> inputs) {
  std::uint64_t wanted = 0;
  if (!grad_enabled()) return wanted;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i]->requires_grad()) wanted |= std::uint64_t{1} << i;
  return wanted & function.depends();
}

template <class T>
Variable<T> run_recorded(const char* name, const ScalarFunctionHandle& function,
                         std::span<const Variable<T>* const> inputs, const Shape& shape,
                         std::uint64_t wanted) {
  const GradientPlan& plan = function->gradient_plan(wanted);
  const Ref<MapNode<T>> node = make_ref<MapNode<T>>(name, function, plan);
  Space<T> space(shape);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    space.add(inputs[i]->value());
    if ((wanted >> i & 1) != 0)
      node->add_edge(*inputs[i]);
    else
      node->add_edge(Edge<T>());
  }
  Context<T>& context = node->context;
  context.begin(node.get(), inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if ((plan.depends >> i & 1) != 0) context.save(inputs[i]->value());

  Variable<T> y = uninitialized<T>(shape);
  SmallVector<T*> outputs{data(y)};
  Arrays<T> saved;
  saved.reserve(plan.saved);
  for (std::size_t k = 0; k < plan.saved; ++k) outputs.push_back(saved.emplace_back(shape).data());
  space.run(plan.forward, outputs.data());

  for (Array<T>& array : saved) context.save_constant(std::move(array));
  if (plan.reads_output) context.save_output();
  node->add_output(shape);
  VariableState<T>& state = *y.state();
  state.node = node;
  state.leaf = false;
  context.finish(std::span<Variable<T>>(&y, 1));
  return y;
}

}  // namespace

template <class T>
Variable<T> map_variables(const char* name, const ScalarFunctionHandle& function,
                          std::span<const Variable<T>* const> inputs) {
  Shape storage;
  const Shape& shape = common_shape(name, inputs, storage);
  const std::uint64_t wanted = wanted_gradients(*function, inputs);
  Variable<T> y;
  if (wanted != 0) {
    y = run_recorded(name, function, inputs, shape, wanted);
  } else {
    Space<T> space(shape);
    for (const Variable<T>* x : inputs) space.add(x->value());
    y = uninitialized<T>(shape);
    T* const output = data(y);
    space.run(function->forward(), &output);
  }
  if (modes.anomaly) check_forward<T>(y.grad_fn(), name, std::span<const Variable<T>>(&y, 1));
  return y;
}

template Variable<float> map_variables(const char*, const ScalarFunctionHandle&,
                                       std::span<const Variable<float>* const>);
template Variable<double> map_variables(const char*, const ScalarFunctionHandle&,
                                        std::span<const Variable<double>* const>);

}  // namespace xg::detail
