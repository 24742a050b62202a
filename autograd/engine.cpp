#include "xgrad/autograd/engine.hpp"

#include <fmt/format.h>

#include <thread>

#include "xgrad/autograd/grad_mode.hpp"

namespace xg::detail {
namespace {

std::atomic<std::uint64_t> next_task{1};
thread_local constinit int depth = 0;  // backwards inside backwards on this logical thread
template <class T>
thread_local constinit BackwardTask<T>* running = nullptr;  // whose node is in its backward

/// While it lives, `task` is the one that runs.
template <class T>
class Running {
 public:
  explicit Running(BackwardTask<T>* task) noexcept : outer_(std::exchange(running<T>, task)) {}
  ~Running() { running<T> = outer_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  BackwardTask<T>* outer_;
};

// A node spans several cache lines, and the next one is known long before it is read.
inline void prefetch(const void* node) noexcept {
#if defined(__GNUC__)
  for (std::size_t line = 0; line < 5; ++line)
    __builtin_prefetch(static_cast<const char*>(node) + 64 * line);
#endif
}

constexpr int depth_per_stack = 48;
constexpr unsigned index_bits = 24;
constexpr std::uint32_t index_limit = (1U << index_bits) - 1;

}  // namespace

std::uint64_t next_walk() noexcept { return next_task++; }

template <class T>
BackwardTask<T>::BackwardTask(Request request)
    : request_(std::move(request)),
      id_(request_.border != 0 ? request_.border : next_walk()),
      leaf_id_(request_.border != 0 ? next_walk() : id_),
      nested_(depth > 0 || request_.border != 0) {}

// A backward inside a hook may walk nodes that the outer one is in the middle of.
template <class T>
BackwardTask<T>::~BackwardTask() {
  for (const auto& [node, mark] : before_) node->mark = mark;
}

template <class T>
Variables<T> BackwardTask<T>::run() {
  // Each level of nesting uses stack of the caller; a fresh one is taken before it runs out.
  if (depth > 0 && depth % depth_per_stack == 0) {
    Variables<T> result;
    std::exception_ptr error;
    std::thread([&, level = depth, outer = modes] {
      modes = outer;
      depth = level + 1;
      try {
        result = finish();
      } catch (...) {
        error = std::current_exception();
      }
    }).join();
    if (error) std::rethrow_exception(error);
    return result;
  }
  struct Level {
    Level() { ++depth; }
    ~Level() { --depth; }
  } const level;
  return finish();
}

template <class T>
Variables<T> BackwardTask<T>::finish() {
  const SetGradEnabled mode(request_.create_graph);
  collect();
  choose_needed();
  slots_.resize(slot_count_);
  seed();
  try {
    run_all();
  } catch (...) {
    if (!request_.retain_graph)
      for (Entry& entry : order_)
        if (entry.needed) entry.node->release_saved();
    throw;
  }
  for (Leaf& leaf : leaves_)
    if (leaf.wanted && slots_[leaf.slot].defined())
      call_hooks(*leaf.accumulator, std::span<Variable<T>>(&slots_[leaf.slot], 1));
  if (request_.capture) {
    Variables<T> result;
    for (const Capture& capture : captures_)  // copied: an input may be asked for twice
      result.push_back(capture.gradient.defined() ? capture.gradient : slots_[capture.slot]);
    return result;
  }
  for (Leaf& leaf : leaves_)
    if (leaf.wanted && slots_[leaf.slot].defined())
      leaf.accumulator->accumulate(std::move(slots_[leaf.slot]), request_.create_graph);
  for (auto& [place, gradient] : retained_)
    place->accumulate(std::move(gradient), request_.create_graph);
  return {};
}

template <class T>
void BackwardTask<T>::run_all() {
  const Running<T> guard(this);
  for (std::size_t i = order_.size(); i-- > 0;) {
    if (i > 0) prefetch(order_[i - 1].node);
    run_entry(order_[i]);
  }
}

template <class T>
void BackwardTask<T>::collect() {
  for (const Variable<T>& output : request_.outputs) {
    Node<T>* node = output.state()->node.get();
    if (node->is_accumulator())
      note_leaf(static_cast<Accumulator<T>*>(node));
    else
      visit(node);
  }
}

template <class T>
void BackwardTask<T>::enter(Node<T>* node) {
  node->mark.place = static_cast<std::uint32_t>(order_.size());
  node->mark.needs = ~std::uint64_t{0};
  order_.push_back({node, slot_count_, true});
  slot_count_ += static_cast<std::uint32_t>(node->output_count());
}

template <class T>
void BackwardTask<T>::visit(Node<T>* root) {
  struct Frame {
    Node<T>* node;
    std::size_t next;
  };
  if (root->mark.task == id_) return;
  std::vector<Frame> stack;
  const auto push = [&](Node<T>* node) {
    if (nested_) before_.emplace_back(node, node->mark);
    stack.push_back({node, 0});
    node->mark.task = id_;
  };
  push(root);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next < frame.node->input_count()) {
      Node<T>* child = frame.node->edge(frame.next++).node.get();
      if (child == nullptr || child->mark.task == id_) continue;
      if (child->is_accumulator())
        note_leaf(static_cast<Accumulator<T>*>(child));
      else
        push(child);
      continue;
    }
    enter(frame.node);
    stack.pop_back();
  }
}

template <class T>
auto BackwardTask<T>::find_leaf(Accumulator<T>* leaf) -> Leaf* {
  const std::uint64_t hint = leaf->hint.load(std::memory_order_relaxed);
  if (hint >> index_bits == leaf_id_) return &leaves_[hint & index_limit];
  const auto found = leaf_index_.find(leaf);
  return found == leaf_index_.end() ? nullptr : &leaves_[found->second];
}

template <class T>
void BackwardTask<T>::note_leaf(Accumulator<T>* leaf) {
  if (find_leaf(leaf) != nullptr) return;
  const auto index = static_cast<std::uint32_t>(leaves_.size());
  leaf_index_.emplace(leaf, index);
  leaves_.push_back({leaf, slot_count_++, request_.inputs.empty()});
  if (index < index_limit)
    leaf->hint.store(leaf_id_ << index_bits | index, std::memory_order_relaxed);
}

template <class T>
std::uint32_t BackwardTask<T>::slot_of(const Edge<T>& edge) {
  if (edge.node->is_accumulator())
    return find_leaf(static_cast<Accumulator<T>*>(edge.node.get()))->slot;
  return order_[edge.node->mark.place].slot + edge.output;
}

/// False beyond the border.
template <class T>
bool BackwardTask<T>::inside(const Node<T>& node) const noexcept {
  return node.is_accumulator() || node.mark.place != no_place;
}

template <class T>
bool BackwardTask<T>::is_needed(const Edge<T>& edge) {
  if (!edge.node) return false;
  if (edge.node->is_accumulator())
    return find_leaf(static_cast<Accumulator<T>*>(edge.node.get()))->wanted;
  return order_[edge.node->mark.place].needed;
}

// With wanted inputs given, only the nodes on a way to one of them run, and each is told which of
// its gradients are asked for.
template <class T>
void BackwardTask<T>::choose_needed() {
  const bool all = request_.inputs.empty();
  std::vector<std::uint8_t> on_the_way(all ? 0 : order_.size(), 0);  // its own output is wanted
  for (const Variable<T>& input : request_.inputs) {
    const Edge<T> edge{input.state()->node, input.state()->output};
    Capture capture{0, {}};
    if (edge.node->is_accumulator()) {
      Leaf* leaf = find_leaf(static_cast<Accumulator<T>*>(edge.node.get()));
      if (leaf == nullptr) note_leaf(static_cast<Accumulator<T>*>(edge.node.get()));
      leaf = find_leaf(static_cast<Accumulator<T>*>(edge.node.get()));
      leaf->wanted = true;
      capture.slot = leaf->slot;
    } else if (edge.node->mark.task == id_) {
      on_the_way[edge.node->mark.place] = 1;
      capture.slot = slot_of(edge);
    } else {
      capture.slot = slot_count_++;
    }
    captures_.push_back(std::move(capture));
  }
  if (all) return;
  for (std::size_t place = 0; place < order_.size(); ++place) {
    Entry& entry = order_[place];
    std::uint64_t needs = 0;
    bool any = false;
    for (std::size_t i = 0; i < entry.node->input_count(); ++i) {
      const Edge<T>& edge = entry.node->edge(i);
      const bool needed = edge.node && inside(*edge.node) &&
                          (is_needed(edge) || (!edge.node->is_accumulator() &&
                                               on_the_way[edge.node->mark.place] != 0));
      any |= needed;
      if (needed && i < 64) needs |= std::uint64_t{1} << i;
    }
    entry.needed = any;
    entry.node->mark.needs = needs;
  }
}

template <class T>
void BackwardTask<T>::seed() {
  for (std::size_t i = 0; i < request_.outputs.size(); ++i) {
    const VariableState<T>& state = *request_.outputs[i].state();
    Variable<T>& slot = slots_[slot_of({state.node, state.output})];
    Variable<T>& gradient = request_.output_gradients[i];
    slot = slot.defined() ? add_gradients(std::move(slot), gradient, request_.create_graph)
                          : std::move(gradient);
  }
}

template <class T>
void BackwardTask<T>::call_hooks(Node<T>& node, std::span<Variable<T>> gy) {
  NodeExtras<T>* extras = node.extras_if_any();
  if (extras == nullptr) return;
  const auto hooks = extras->hooks;  // a hook may remove itself
  for (const Hook<T>& hook : hooks) {
    if (!gy[hook.output].defined()) continue;
    Variable<T> replaced = hook.call(gy[hook.output]);
    if (!replaced.defined()) continue;
    if (replaced.shape() != gy[hook.output].shape())
      throw ShapeError(refusal("register_hook", "gradient returned by the hook",
                               "have shape " + to_string(gy[hook.output].shape()),
                               to_string(replaced.shape())));
    gy[hook.output] = std::move(replaced);
  }
  for (const auto& [output, place] : extras->retained)
    if (gy[output].defined()) retained_.emplace_back(place, gy[output]);
}

template <class T>
void BackwardTask<T>::run_entry(Entry& entry) {
  Node<T>& node = *entry.node;
  const std::span<Variable<T>> gy(slots_.data() + entry.slot, node.output_count());
  bool reached = false;
  for (const Variable<T>& g : gy) reached |= g.defined();
  if (reached && node.extras_if_any() != nullptr) {
    const Running<T> guard(nullptr);  // hooks are no part of a node's backward
    call_hooks(node, gy);
  }
  if (!captures_.empty()) note_captures(entry, gy.size());
  if (!entry.needed) return;
  if (reached) pass_on(node, gy);
  if (!request_.retain_graph) node.release_saved();
}

template <class T>
void BackwardTask<T>::note_captures(const Entry& entry, std::size_t outputs) {
  for (Capture& capture : captures_)
    if (capture.slot >= entry.slot && capture.slot < entry.slot + outputs)
      capture.gradient = slots_[capture.slot];
}

template <class T>
void BackwardTask<T>::pass_on(Node<T>& node, std::span<Variable<T>> gy) {
  const std::size_t count = node.input_count();
  if (gx_.size() < count) gx_.resize(count);
  const std::span<Variable<T>> gx(gx_.data(), count);
  node.backward(gy, gx);
  if (gradient_mutator<T> != nullptr) gradient_mutator<T>(node, gx);
  for (Variable<T>& g : gy) g = Variable<T>();
  for (std::size_t i = 0; i < count; ++i) {
    if (!gx[i].defined()) continue;
    if (node.needs(i)) add(node.edge(i), gx[i], node, i);
    gx[i] = Variable<T>();
  }
}

/// Moves the gradient to where the edge leads.
template <class T>
void BackwardTask<T>::add(const Edge<T>& edge, Variable<T>& gradient, const Node<T>& from,
                          std::size_t argument) {
  if (argument >= 64 && !inside(*edge.node)) return;  // of so many, needs() does not know
  if (gradient.shape() != edge.node->output_shape(edge.output))
    throw ShapeError(fmt::format(
        "{}: the gradient of argument {} must have shape {}, got {}", from.name(), argument,
        to_string(edge.node->output_shape(edge.output)), to_string(gradient.shape())));
  if (modes.anomaly) check_backward<T>(from, std::span<const Variable<T>>(&gradient, 1));
  Variable<T>& slot = slots_[slot_of(edge)];
  slot = slot.defined() ? add_gradients(std::move(slot), std::move(gradient), request_.create_graph)
                        : std::move(gradient);
}

template <class T>
Array<T>* BackwardTask<T>::accumulation_target(const Edge<T>& edge) noexcept {
  if (request_.create_graph || modes.anomaly || !edge.node) return nullptr;
  if (gradient_mutator<T> != nullptr) return nullptr;  // it wants to see every gradient
  Variable<T>& slot = slots_[slot_of(edge)];
  return slot.owns_value_alone() ? &slot.state()->storage->value : nullptr;
}

template <class T>
Array<T>* accumulation_target(const Edge<T>& edge) noexcept {
  return running<T> == nullptr ? nullptr : running<T>->accumulation_target(edge);
}
template <class T>
bool in_backward() noexcept {
  return running<T> != nullptr;
}
template bool in_backward<float>() noexcept;
template bool in_backward<double>() noexcept;
template Array<float>* accumulation_target(const Edge<float>&) noexcept;
template Array<double>* accumulation_target(const Edge<double>&) noexcept;

template class BackwardTask<float>;
template class BackwardTask<double>;

}  // namespace xg::detail
