#include "xgrad/autograd/variable.hpp"

#include <algorithm>
#include <atomic>

#include "xgrad/autograd/node.hpp"

namespace xg {

template <class T>
Variable<T>::Variable(const Array<T>& value, bool requires_grad)
    : Variable(detail::make_variable<T>([&] { return value; })) {
  if (requires_grad) set_requires_grad(true);
}

template <class T>
Variable<T>::Variable(Array<T>&& value, bool requires_grad)
    : Variable(detail::make_variable<T>([&] { return std::move(value); })) {
  if (requires_grad) set_requires_grad(true);
}

template <class T>
void Variable<T>::refuse_undefined() {
  throw StateError("variable: it is undefined, it has no value");
}

template <class T>
Array<T>& Variable<T>::mutable_value(const char* changed_by) {
  detail::Storage<T>& storage = *checked().storage;
  storage.version.fetch_add(1, std::memory_order_relaxed);
  storage.changed_by = changed_by;
  return storage.value;
}

template <class T>
Variable<T>& Variable<T>::copy_(const Array<T>& source) {
  if (source.shape() != shape())
    throw ShapeError(detail::refusal("copy_", "source", "have shape " + to_string(shape()),
                                     to_string(source.shape())));
  Array<T>& target = mutable_value("copy_");
  std::copy(source.data(), source.data() + source.size(), target.data());
  return *this;
}

template <class T>
T Variable<T>::item() const {
  if (size() != 1)
    throw ShapeError(detail::refusal("item", "value", "have one element", to_string(shape())));
  return value().data()[0];
}

template <class T>
Variable<T>& Variable<T>::set_requires_grad(bool required) {
  detail::VariableState<T>& state = checked();
  if (!state.leaf && !required)
    throw StateError("set_requires_grad: only a leaf can be set to false, this is the result of '" +
                     std::string(state.node->name()) + "'; use detach()");
  if (required && !state.node)
    state.node = detail::make_ref<detail::Accumulator<T>>(state.storage->value.shape());
  else if (!required)
    state.node.reset();
  return *this;
}

namespace {
template <class T>
detail::Accumulator<T>* accumulator_of(const detail::VariableState<T>& state) {
  if (!state.leaf) return state.extras ? state.extras->retained.get() : nullptr;
  return static_cast<detail::Accumulator<T>*>(state.node.get());
}
}  // namespace

template <class T>
Variable<T> Variable<T>::grad() const {
  const detail::Accumulator<T>* accumulator = accumulator_of(checked());
  return accumulator == nullptr ? Variable() : accumulator->gradient();
}

template <class T>
void Variable<T>::set_grad(const Variable& gradient) const {
  detail::Accumulator<T>* accumulator = accumulator_of(checked());
  if (accumulator == nullptr) throw StateError("set_grad: this Variable requires no gradient");
  if (gradient.defined() && gradient.shape() != shape())
    throw ShapeError(detail::refusal("set_grad", "gradient", "have shape " + to_string(shape()),
                                     to_string(gradient.shape())));
  accumulator->set_gradient(gradient);
}

template <class T>
void Variable<T>::clear_grad() const {
  if (detail::Accumulator<T>* accumulator = accumulator_of(checked()))
    accumulator->set_gradient(Variable());
}

template <class T>
void Variable<T>::retain_grad() const {
  detail::VariableState<T>& state = checked();
  if (!state.node) throw StateError("retain_grad: this Variable requires no gradient");
  if (state.leaf || state.need_extras().retained) return;
  state.extras->retained = detail::make_ref<detail::Accumulator<T>>(shape());
  state.node->extras().retained.emplace_back(std::uint32_t{state.output}, state.extras->retained);
}

template <class T>
Variable<T> Variable<T>::detach() const {
  auto state = detail::make_ref<detail::VariableState<T>>();
  state->storage = checked().storage;
  return Variable(std::move(state));
}

template <class T>
Variable<T> Variable<T>::clone_value() const {
  return Variable(value());
}

template <class T>
std::uint32_t Variable<T>::version() const {
  return checked().storage->version.load(std::memory_order_relaxed);
}

template <class T>
const std::string& Variable<T>::name() const {
  static const std::string none;
  return checked().extras ? state_->extras->name : none;
}

template <class T>
Variable<T>& Variable<T>::set_name(std::string name) {
  checked().need_extras().name = std::move(name);
  return *this;
}

template <class T>
HookHandle Variable<T>::register_hook(std::function<Variable(const Variable&)> hook) const {
  static std::atomic<std::uint64_t> next_id{1};
  detail::VariableState<T>& state = checked();
  if (!state.node) throw StateError("register_hook: this Variable requires no gradient");
  const std::uint64_t id = next_id++;
  state.node->extras().hooks.push_back({state.output, id, std::move(hook)});
  return HookHandle([node = state.node, id] {
    std::erase_if(node->extras().hooks, [id](const auto& h) { return h.id == id; });
  });
}

template <class T>
void Variable<T>::backward() const {
  backward(BackwardOptions<T>{});
}

template class Variable<float>;
template class Variable<double>;

}  // namespace xg
