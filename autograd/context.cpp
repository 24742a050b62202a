#include "xgrad/autograd/context.hpp"

#include <fmt/format.h>

#include "xgrad/autograd/checkpoint_frame.hpp"

namespace xg {

template <class T>
void Context<T>::save_input(const Array<T>& array) {
  if (node_ == nullptr) return;
  bool found = false;  // an argument may be given twice: f(x, x)
  for (std::size_t i = 0; i < input_count_; ++i) {
    const detail::VariableState<T>* const state = inputs_[i]->state();
    if (state == nullptr || &state->storage->value != &array) continue;
    if (!has(Kind::input, i)) keep(Kind::input, i, state->storage);
    found = true;
  }
  if (!found) refuse_foreign();
}

template <class T>
void Context<T>::refuse_foreign() const {
  throw StateError(
      fmt::format("{}: save takes the operation's own inputs; keep other arrays with save_constant",
                  node_->name()));
}

template <class T>
void Context<T>::save_constant(Array<T> value) {
  if (node_ == nullptr) return;
  keep(Kind::constant, constants_++,
       detail::make_ref<detail::Storage<T>>([&] { return std::move(value); }));
}

template <class T>
void Context<T>::keep(Kind kind, std::size_t index,
                      const detail::Ref<detail::Storage<T>>& storage) {
  detail::Saved<T>& saved = saved_.emplace_back();
  saved.kind = kind;
  saved.index = static_cast<std::uint32_t>(index);
  saved.version = storage->version.load(std::memory_order_relaxed);
  detail::CheckpointFrame<T>* frame = detail::CheckpointFrame<T>::active();
  if (frame != nullptr) {
    saved.ticket = frame->deposit(storage);
    if (!frame->recomputing()) {
      checkpoint_ = detail::Ref<detail::Recomputation<T>>(frame);
      return;
    }
  }
  saved.storage = storage;
}

template <class T>
void Context<T>::keep_outputs(std::span<Variable<T>> outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if ((saved_outputs_ >> i & 1) != 0) keep(Kind::output, i, outputs[i].state()->storage);
}

template <class T>
bool Context<T>::has(Kind kind, std::size_t index) const noexcept {
  for (std::size_t i = 0; i < saved_.size(); ++i)
    if (saved_[i].kind == kind && saved_[i].index == index) return true;
  return false;
}

template <class T>
const detail::Saved<T>& Context<T>::find(Kind kind, std::size_t index) const {
  require_saved();
  for (std::size_t i = 0; i < saved_.size(); ++i)
    if (saved_[i].kind == kind && saved_[i].index == index) return saved_[i];
  static constexpr const char* kinds[] = {"argument", "result", "constant"};
  throw StateError(fmt::format("{}: {} {} was not saved in forward", node_->name(),
                               kinds[static_cast<int>(kind)], index));
}

template <class T>
const detail::Ref<detail::Storage<T>>& Context<T>::storage(const detail::Saved<T>& saved) const {
  const auto& storage = saved.storage ? saved.storage : checkpoint_->redeem(saved.ticket);
  const std::uint32_t version = storage->version.load(std::memory_order_relaxed);
  if (version != saved.version)
    throw StateError(
        fmt::format("backward: a value saved by '{}' was changed in place by '{}' (saved at "
                    "version {}, now {}); "
                    "change it after backward, or a copy of it",
                    node_->name(), storage->changed_by, saved.version, version));
  return storage;
}

template <class T>
Variable<T> Context<T>::saved(std::size_t i) const {
  auto state = detail::make_ref<detail::VariableState<T>>();
  state->storage = storage(find(Kind::input, i));
  const Edge<T>& edge = node_->edge(i);
  state->node = edge.node;
  state->output = edge.output;
  state->leaf = !edge.node || edge.node->is_accumulator();
  return Variable<T>(std::move(state));
}

template <class T>
Variable<T> Context<T>::saved_output(std::size_t i) const {
  auto state = detail::make_ref<detail::VariableState<T>>();
  state->storage = storage(find(Kind::output, i));
  state->node = detail::Ref<Node<T>>(node_);
  state->output = static_cast<std::uint32_t>(i);
  state->leaf = false;
  return Variable<T>(std::move(state));
}

namespace {

/// Stands where a second derivative would have to pass through a saved constant.
template <class T>
class ConstantNode final : public Node<T> {
 public:
  ConstantNode(const char* name, const Node<T>& owner) : Node<T>(name) {
    for (std::size_t i = 0; i < owner.input_count(); ++i) this->add_edge(owner.edge(i));
  }
  using Node<T>::add_edge;
  void backward(std::span<Variable<T>>, std::span<Variable<T>>) override {
    throw StateError(fmt::format(
        "{}: it cannot be differentiated twice: its backward uses a constant saved in forward "
        "(save_constant); save inputs or results instead",
        this->name()));
  }
};

}  // namespace

template <class T>
Variable<T> Context<T>::saved_constant(std::size_t i) const {
  auto state = detail::make_ref<detail::VariableState<T>>();
  state->storage = storage(find(Kind::constant, i));
  if (grad_enabled()) {
    auto node = detail::make_ref<ConstantNode<T>>(node_->name().data(), *node_);
    node->add_output(state->storage->value.shape());
    state->node = node;
    state->leaf = false;
  }
  return Variable<T>(std::move(state));
}

template <class T>
Variable<T> Context<T>::saved_independent(std::size_t i) const {
  auto state = detail::make_ref<detail::VariableState<T>>();
  state->storage = storage(find(Kind::constant, i));
  return Variable<T>(std::move(state));
}

template <class T>
const Array<T>& Context<T>::saved_value(std::size_t i) const {
  return storage(find(Kind::input, i))->value;
}
template <class T>
const Array<T>& Context<T>::saved_output_value(std::size_t i) const {
  return storage(find(Kind::output, i))->value;
}
template <class T>
const Array<T>& Context<T>::saved_constant_value(std::size_t i) const {
  return storage(find(Kind::constant, i))->value;
}

template <class T>
void Context<T>::release() noexcept {
  if (saved_.empty()) return;
  if (checkpoint_) {
    for (std::size_t i = 0; i < saved_.size(); ++i) checkpoint_->forget(saved_[i].ticket);
    checkpoint_.reset();
  }
  saved_.clear();
  released_ = true;
}

template <class T>
void Context<T>::refuse_released() const {
  throw StateError(
      fmt::format("backward: the values saved by '{}' were freed by an earlier backward; pass "
                  "{{.retain_graph = true}} to that one",
                  node_->name()));
}

template class Context<float>;
template class Context<double>;

}  // namespace xg
