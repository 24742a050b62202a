#pragma once

#include <functional>
#include <span>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/autograd/node.hpp"

namespace xg {

/// What a Function receives for an argument of type Variables<T>.
template <class T>
using ArrayRefs = std::vector<std::reference_wrapper<const Array<T>>>;

namespace detail {

/// Where the saves of a checkpoint can be had again, by ticket.
template <class T>
class Recomputation : public RefCounted {
 public:
  virtual const Ref<Storage<T>>& redeem(std::uint32_t ticket) = 0;
  virtual void forget(std::uint32_t ticket) noexcept = 0;
};

/// One saved value.
template <class T>
struct Saved {
  enum class Kind : std::uint8_t { input, output, constant };
  Ref<Storage<T>> storage;  // null inside a checkpoint, which gave a ticket instead
  std::uint32_t version = 0;
  std::uint32_t ticket = 0;
  std::uint32_t index = 0;  // which argument, output or constant
  Kind kind = Kind::input;
};

}  // namespace detail

/// What an operation keeps between its forward and its backward, and what it may ask there.
/// Indices count the Variable arguments in order (the elements of a Variables argument each).
template <class T>
class Context {
 public:
  // --- in forward
  /// Keeps own inputs for backward, by reference. @throws StateError for an array that is no input.
  template <class... A>
  void save(const A&... inputs) {
    (save_input(inputs), ...);
  }
  /// Keeps result i.
  void save_output(std::size_t i = 0) { saved_outputs_ |= std::uint64_t{1} << i; }
  /// Keeps any other array. Differentiating twice through it is an error that names the operation.
  void save_constant(Array<T> value);
  /// Result i takes no gradient (indices, counts).
  void mark_non_differentiable(std::size_t i) { non_differentiable_ |= std::uint64_t{1} << i; }
  /// Whether backward receives zeros (the default) or undefined Variables for results that no
  /// gradient reached.
  void materialize_gradients(bool wanted) { materialize_ = wanted; }
  /// Whether backward may run at all: nothing needs to be kept otherwise.
  bool recording() const noexcept { return node_ != nullptr; }

  // --- in forward and backward
  /// Whether the gradient of argument i is asked for.
  bool needs(std::size_t i) const noexcept { return node_ != nullptr && node_->needs(i); }

  // --- in backward
  /// The saved argument i with its history. @throws StateError if it was not saved, was changed in
  /// place since, or has been freed.
  Variable<T> saved(std::size_t i) const;
  /// The saved result i with its history.
  Variable<T> saved_output(std::size_t i = 0) const;
  /// The i-th saved constant.
  Variable<T> saved_constant(std::size_t i = 0) const;
  /// The same, declared not to depend on the inputs (a mask, a count): its derivative is zero.
  Variable<T> saved_independent(std::size_t i = 0) const;
  /// The same as plain arrays, for backward_kernel.
  const Array<T>& saved_value(std::size_t i) const;
  const Array<T>& saved_output_value(std::size_t i = 0) const;
  const Array<T>& saved_constant_value(std::size_t i = 0) const;
  /// Shape of the argument i; known for arguments whose gradient is asked for.
  const Shape& input_shape(std::size_t i) const { return shape_of(node_->edge(i)); }
  const Shape& output_shape(std::size_t i = 0) const { return node_->output_shape(i); }

  // --- for Function
  void begin(Node<T>* node, std::span<const Variable<T>* const> inputs) {
    node_ = node;
    inputs_ = inputs.data();
    input_count_ = static_cast<std::uint32_t>(inputs.size());
  }
  void finish(std::span<Variable<T>> outputs) {
    inputs_ = nullptr;
    input_count_ = 0;
    if (saved_outputs_ != 0) keep_outputs(outputs);
  }
  bool differentiable(std::size_t i) const { return (non_differentiable_ >> i & 1) == 0; }
  bool materialize() const noexcept { return materialize_; }
  void release() noexcept;
  /// Throws StateError if saved values are gone.
  void require_saved() const {
    if (released_) refuse_released();
  }

 private:
  using Kind = typename detail::Saved<T>::Kind;
  static const Shape& shape_of(const Edge<T>& edge) { return edge.node->output_shape(edge.output); }
  void save_input(const Array<T>& array);
  [[noreturn]] void refuse_foreign() const;
  [[noreturn]] void refuse_released() const;
  void keep_outputs(std::span<Variable<T>> outputs);
  void keep(Kind kind, std::size_t index, const detail::Ref<detail::Storage<T>>& storage);
  bool has(Kind kind, std::size_t index) const noexcept;
  const detail::Saved<T>& find(Kind kind, std::size_t index) const;
  const detail::Ref<detail::Storage<T>>& storage(const detail::Saved<T>& saved) const;

  Node<T>* node_ = nullptr;
  const Variable<T>* const* inputs_ = nullptr;  // in forward
  detail::InlineList<detail::Saved<T>, 2> saved_;
  detail::Ref<detail::Recomputation<T>> checkpoint_;  // where tickets are redeemed
  std::uint64_t saved_outputs_ = 0;
  std::uint64_t non_differentiable_ = 0;
  std::uint32_t input_count_ = 0;
  std::uint16_t constants_ = 0;
  bool materialize_ = true;
  bool released_ = false;
};

/// a + b of one shape for tangents, where an undefined one is zero.
template <class T>
Variable<T> add_tangents(Variable<T> a, Variable<T> b) {
  if (!a.defined()) return b;
  if (!b.defined()) return a;
  return detail::add_gradients(std::move(a), std::move(b), grad_enabled());
}

/// Output gradient in, input gradients out, as plain arrays: what a `backward_kernel` works on.
template <class T>
class Gradients {
 public:
  Gradients(const Node<T>& node, std::span<Variable<T>> gy, std::span<Variable<T>> gx)
      : node_(node), gy_(gy), gx_(gx) {}

  const Array<T>& gy(std::size_t i = 0) const { return gy_[i].value(); }
  bool has_gy(std::size_t i) const { return gy_[i].defined(); }
  /// A new, uninitialised gradient of argument i.
  Array<T>& make(std::size_t i, const Shape& shape) {
    gx_[i] = detail::make_variable<T>([&] { return empty_array<T>(shape); });
    return gx_[i].state()->storage->value;
  }
  /// The same with gy's shape, in gy's own memory when nobody else holds it: write each element
  /// after reading it, and ask for it last.
  Array<T>& make_over_gy(std::size_t i) {
    if (!gy_[0].owns_value_alone()) return make(i, gy_[0].shape());
    gx_[i] = gy_[0];
    return gx_[i].state()->storage->value;
  }
  /// gy itself is the gradient of argument i.
  void pass(std::size_t i) { gx_[i] = gy_[0]; }
  void set(std::size_t i, Array<T>&& gradient) { gx_[i] = Variable<T>(std::move(gradient)); }
  /// Where the gradient of argument i can be added in place of being made (y += a b, GEMM with
  /// beta = 1): non-null when one has arrived there before and nobody else holds it. It has the
  /// shape of the argument. After adding there do not also make, pass or set one.
  Array<T>* accumulation_target(std::size_t i) const noexcept {
    return detail::accumulation_target(node_.edge(i));
  }

 private:
  const Node<T>& node_;
  std::span<Variable<T>> gy_, gx_;
};

}  // namespace xg
