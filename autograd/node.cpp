#include "xgrad/autograd/node.hpp"

#include <algorithm>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/elementwise.hpp"

namespace xg {

template <class T>
detail::NodeExtras<T>& Node<T>::extras() {
  if (!extras_) extras_ = std::make_unique<detail::NodeExtras<T>>();
  return *extras_;
}

// A chain of nodes is freed in a loop: deleting a node releases the nodes before it, and a nested
// delete for each would overflow the stack on long chains.
template <class T>
void Node<T>::dispose() noexcept {
  static thread_local constinit Node<T>* dead = nullptr;
  static thread_local constinit bool draining = false;
  next_dead_ = dead;
  dead = this;
  if (draining) return;
  draining = true;
  while (dead != nullptr) {
    Node<T>* node = dead;
    dead = node->next_dead_;
    delete node;
  }
  draining = false;
}

namespace detail {

namespace {

/// c = a + b of one shape; used where gradients are summed and the sum may be differentiated.
struct AddGradients : Function<AddGradients> {
  static constexpr auto name = "add_gradients";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& a, const Array<T>& b) {
    Array<T> sum = empty_like(a);
    kernels::binary(kernels::Binary::add, a.data(), b.data(), sum.data(), sum.size());
    return sum;
  }
  template <class T>
  static Variables<T> backward(Context<T>&, const Variable<T>& gy) {
    return {gy, gy};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t) {
    return add_tangents(t[0], t[1]);
  }
};

}  // namespace

template <class T>
Variable<T> add_gradients(Variable<T> a, Variable<T> b, bool keep_graph) {
  if (keep_graph && (a.requires_grad() || b.requires_grad())) {
    const EnableGrad guard;
    return AddGradients::apply(a, b);
  }
  if (!a.owns_value_alone() && b.owns_value_alone()) std::swap(a, b);
  if (!a.owns_value_alone()) {
    const NoGrad guard;
    return AddGradients::apply(a, b);
  }
  kernels::add_into(b.value().data(), a.state()->storage->value.data(), a.size());
  return a;
}

template <class T>
void Accumulator<T>::accumulate(Variable<T> gradient, bool keep_graph) {
  const std::scoped_lock lock(mutex_);
  if (!keep_graph && gradient.requires_grad()) gradient = gradient.detach();
  if (!gradient_.defined()) {
    // Two leaves may have received the same array (from a sum, say): each needs its own.
    gradient_ =
        keep_graph || gradient.owns_value_alone() ? std::move(gradient) : gradient.clone_value();
  } else if (keep_graph) {
    gradient_ = add_gradients(std::move(gradient_), std::move(gradient), true);
  } else if (gradient_.requires_grad() || !gradient_.owns_value_alone()) {
    gradient_ = add_gradients(gradient_.detach(), gradient, false);
  } else {
    kernels::add_into(gradient.value().data(), gradient_.mutable_value("backward").data(),
                      gradient.size());
  }
}

template <class T>
Variable<T> Accumulator<T>::gradient() const {
  const std::scoped_lock lock(mutex_);
  return gradient_;
}

template <class T>
void Accumulator<T>::set_gradient(Variable<T> gradient) {
  const std::scoped_lock lock(mutex_);
  gradient_ = std::move(gradient);
}

template class Accumulator<float>;
template class Accumulator<double>;
template Variable<float> add_gradients(Variable<float>, Variable<float>, bool);
template Variable<double> add_gradients(Variable<double>, Variable<double>, bool);

}  // namespace detail

template class Node<float>;
template class Node<double>;

}  // namespace xg
