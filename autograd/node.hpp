#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "xgrad/autograd/inline_list.hpp"
#include "xgrad/autograd/variable.hpp"

namespace xg {

/// Where a gradient goes next: one output of the node that made an argument, or a leaf's
/// accumulator. It keeps that node, never a value. A null node: this argument takes no gradient.
template <class T>
struct Edge {
  detail::Ref<Node<T>> node;
  std::uint32_t output = 0;
};

namespace detail {

template <class T>
struct Hook {
  std::uint32_t output;
  std::uint64_t id;
  std::function<Variable<T>(const Variable<T>&)> call;
};

/// What few nodes have.
template <class T>
struct NodeExtras {
  std::vector<Hook<T>> hooks;
  std::vector<std::pair<std::uint32_t, Ref<Accumulator<T>>>> retained;
  std::string call_stack;
};

}  // namespace detail

/// One recorded operation: its name, its edges, and how gradients pass through it.
template <class T>
class Node : public detail::RefCounted {
  bool accumulator_;  // first: it fits into the base's padding

 public:
  explicit Node(const char* name, bool accumulator = false) noexcept
      : accumulator_(accumulator), name_(name), module_path_(&detail::module_path()) {}

  std::string_view name() const noexcept { return name_; }
  /// Dotted path of the module whose forward recorded it; empty outside modules.
  const std::string& module_path() const noexcept { return *module_path_; }
  std::size_t input_count() const noexcept { return edges_.size(); }
  const Edge<T>& edge(std::size_t i) const noexcept { return edges_[i]; }
  std::size_t output_count() const noexcept { return outputs_.size(); }
  const Shape& output_shape(std::size_t i) const noexcept { return outputs_[i]; }
  bool is_accumulator() const noexcept { return accumulator_; }

  /// Output gradients in (undefined where nothing arrived), input gradients out. Gradients that
  /// `gy` holds alone may be overwritten. @throws StateError if saved values are gone.
  virtual void backward(std::span<Variable<T>> gy, std::span<Variable<T>> gx) = 0;
  /// Tangents of the arguments in (undefined: zero), tangents of the results out (likewise), from
  /// the same saved values. False: the node has no tangent rule, and forward mode differentiates
  /// `backward` by the output gradients instead, in which it is linear.
  virtual bool jvp(std::span<const Variable<T>> tx, std::span<Variable<T>> ty) {
    static_cast<void>(tx);
    static_cast<void>(ty);
    return false;
  }
  /// Lets go of saved values.
  virtual void release_saved() noexcept {}

  void add_edge(const Variable<T>& input) {
    Edge<T>& edge = edges_.emplace_back();
    const detail::VariableState<T>* const state = input.state();
    if (state == nullptr) return;
    edge.node = state->node;
    edge.output = state->output;
  }
  void add_edge(const Edge<T>& edge) { edges_.emplace_back() = edge; }
  void add_output(const Shape& shape) { outputs_.emplace_back() = shape; }
  detail::NodeExtras<T>& extras();
  detail::NodeExtras<T>* extras_if_any() const noexcept { return extras_.get(); }

  /// Scratch of the backward that is running: which one, the node's place in its order, and a bit
  /// for each of the first 64 arguments whose gradient is asked for.
  struct Mark {
    std::uint64_t task = 0;
    std::uint64_t needs = ~std::uint64_t{0};
    std::uint32_t place = 0;
  };
  Mark mark;
  bool needs(std::size_t i) const noexcept {
    return edges_[i].node && (i >= 64 || (mark.needs >> i & 1) != 0);
  }

 protected:
  void dispose() noexcept override;

 private:
  const char* name_;
  const std::string* module_path_;
  detail::InlineList<Edge<T>, 3> edges_;
  detail::InlineList<Shape, 1> outputs_;
  std::unique_ptr<detail::NodeExtras<T>> extras_;
  Node* next_dead_ = nullptr;
};

namespace detail {

/// Where a leaf's gradient ends: it holds grad().
template <class T>
class Accumulator final : public Node<T> {
 public:
  explicit Accumulator(const Shape& shape) : Node<T>("leaf", true) { this->add_output(shape); }
  void backward(std::span<Variable<T>>, std::span<Variable<T>>) override {}

  /// Adds to the gradient, in place when nobody else holds it. With `keep_graph` the sum is
  /// recorded.
  void accumulate(Variable<T> gradient, bool keep_graph);
  Variable<T> gradient() const;
  void set_gradient(Variable<T> gradient);

  // (task << 24 | slot) of the last backward that came by. Leaves are shared between threads, so
  // this is only a hint: a backward that does not find its own mark looks into its own table.
  std::atomic<std::uint64_t> hint{0};

 private:
  mutable std::mutex mutex_;
  Variable<T> gradient_;
};

/// a + b of equal shapes, differentiable: how gradients are summed.
template <class T>
Variable<T> add_gradients(Variable<T> a, Variable<T> b, bool keep_graph);

/// A Variable around an array that `make` returns, which is built in place.
template <class T, class Make>
Variable<T> make_variable(Make&& make) {
  auto* const block = new StorageWithState<T>(std::forward<Make>(make));
  auto state = Ref<VariableState<T>>::first(new (block->state) VariableState<T>(block));
  return Variable<T>(std::move(state));
}

/// The gradient that has already arrived where this edge leads, if it may be added to in place: a
/// kernel then adds its part there instead of making an array of its own. Null otherwise.
template <class T>
Array<T>* accumulation_target(const Edge<T>& edge) noexcept;

/// Whether this thread is inside the backward of some node.
template <class T>
bool in_backward() noexcept;

/// A seam for the tests, null otherwise: called with the gradients that a node has just returned,
/// which it may damage. The tests of the operations must notice.
template <class T>
using GradientMutator = void (*)(const Node<T>& node, std::span<Variable<T>> gradients);
template <class T>
inline GradientMutator<T> gradient_mutator = nullptr;

/// The same for forward mode: called with the tangents of a node's results, which its own rule or,
/// `by_rule` being false, the derivative of its backward has just returned.
template <class T>
using TangentMutator = void (*)(const Node<T>& node, bool by_rule, std::span<Variable<T>> tangents);
template <class T>
inline TangentMutator<T> tangent_mutator = nullptr;

/// Under DetectAnomaly: throw a ValueError that names the operation if a value holds a NaN or an
/// infinity; the forward call notes its stack on request.
template <class T>
void check_forward(Node<T>* node, std::string_view name, std::span<const Variable<T>> outputs);
template <class T>
void check_backward(const Node<T>& node, std::span<const Variable<T>> gradients);

}  // namespace detail
}  // namespace xg
