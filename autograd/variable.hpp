#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "xgrad/autograd/ref.hpp"
#include "xgrad/core/array.hpp"
#include "xgrad/core/error.hpp"

namespace xg {

template <class T>
class Node;
template <class T>
class Variable;

template <class T>
using Variables = std::vector<Variable<T>>;
template <class T>
using Arrays = std::vector<Array<T>>;

/// The element types the compiled library is made for.
template <class T>
concept Element = std::is_same_v<T, float> || std::is_same_v<T, double>;

namespace detail {

template <class T>
class Accumulator;

/// A value and what happened to it. Shared by a Variable, what detach() made of it, and the saves.
template <class T>
struct Storage : RefCounted {
  template <class Make>
  explicit Storage(Make&& make)
      : value(std::forward<Make>(make)()) {}  // built in place: moves cost
  std::atomic<std::uint32_t> version{0};
  const char* changed_by = "";
  Array<T> value;
};

/// What few Variables have.
template <class T>
struct VariableExtras {
  Ref<Accumulator<T>> retained;  // where retain_grad() keeps an interior gradient
  std::string name;
};

template <class T>
struct VariableState final : RefCounted {
  VariableState() noexcept = default;
  /// Of a new storage, in whose block it lies.
  explicit VariableState(Storage<T>* fresh) noexcept
      : beside_storage(1), storage(Ref<Storage<T>>::first(fresh)) {}
  std::uint32_t output : 30 = 0;         // which result of the node
  std::uint32_t leaf : 1 = 1;            // a flag
  std::uint32_t beside_storage : 1 = 0;  // a flag: lies in the block of its own storage
  Ref<Storage<T>> storage;
  Ref<Node<T>> node;  // what made it; for a leaf that requires gradients its Accumulator
  std::unique_ptr<VariableExtras<T>> extras;

  VariableExtras<T>& need_extras() {
    if (!extras) extras = std::make_unique<VariableExtras<T>>();
    return *extras;
  }

 protected:
  void dispose() noexcept override {
    if (!beside_storage) {
      delete this;
      return;
    }
    const Ref<Storage<T>> block = std::move(storage);  // may free this memory, at the very end
    this->~VariableState();
  }
};

/// A Storage and the state of the Variable it is made for: one allocation instead of two. The state
/// ends with its last handle, the storage with the last save or detached Variable.
template <class T>
struct StorageWithState final : Storage<T> {
  using Storage<T>::Storage;
  alignas(VariableState<T>) std::byte state[sizeof(VariableState<T>)];

 protected:
  void dispose() noexcept override { delete this; }
};

}  // namespace detail

/// Removes the hook it stands for; does nothing when the hook is gone already.
class HookHandle {
 public:
  HookHandle() = default;
  explicit HookHandle(std::function<void()> remove) : remove_(std::move(remove)) {}
  void remove() {
    if (remove_) std::exchange(remove_, nullptr)();
  }

 private:
  std::function<void()> remove_;
};

template <class T>
struct BackwardOptions;

/// Handle to a value and its place in the graph; copying it copies the handle, not the value.
///
///   xg::Variable<float> x(xg::Array<float>{1, 2, 3}, true);   // a leaf that requires a gradient
///   auto y = sum(x * x);
///   y.backward();
///   std::cout << x.grad().value();                            // { 2., 4., 6.}
///
/// T is float or double. A default-made Variable is undefined: it has no value.
template <class T>
class Variable {
 public:
  using value_type = T;

  Variable() noexcept = default;
  // An Array converts (design, section 3); moving one is not free, so there is no by-value door.
  Variable(const Array<T>& value, bool requires_grad = false);  // NOLINT
  Variable(Array<T>&& value, bool requires_grad = false);       // NOLINT
  /// From any xtensor expression of arithmetic elements.
  template <class E>
  requires(
      std::is_class_v<std::remove_cvref_t<E>>&& xt::is_xexpression<std::remove_cvref_t<E>>::value &&
      !std::is_same_v<std::remove_cvref_t<E>, Array<T>> &&
      std::is_arithmetic_v<typename std::remove_cvref_t<E>::value_type>)
      Variable(E&& expression, bool requires_grad = false)  // NOLINT: as an Array does
      : Variable(Array<T>(xt::cast<T>(std::forward<E>(expression))), requires_grad) {}

  bool defined() const noexcept { return static_cast<bool>(state_); }

  /// The value; an xtensor container. @throws StateError if undefined (so does every call below).
  const Array<T>& value() const { return checked().storage->value; }
  /// The value, to be changed in place. Raises the version: a backward that needs the old value
  /// throws and names `changed_by` (a string literal) as the culprit. The change itself is not
  /// recorded.
  Array<T>& mutable_value(const char* changed_by = "mutable_value");
  /// Copies the elements of `source` into this value in place. @throws ShapeError on another shape.
  Variable& copy_(const Array<T>& source);
  /// The element of a value of size one. @throws ShapeError otherwise.
  T item() const;
  const Shape& shape() const { return value().shape(); }
  std::size_t dimension() const { return value().dimension(); }
  std::size_t size() const { return value().size(); }

  bool requires_grad() const noexcept { return state_ && state_->node; }
  /// Only a leaf can change. @throws StateError on the result of an operation.
  Variable& set_requires_grad(bool required);
  bool is_leaf() const noexcept { return !state_ || state_->leaf; }
  /// The operation that made it, null for a leaf.
  Node<T>* grad_fn() const noexcept { return is_leaf() ? nullptr : state_->node.get(); }

  /// The accumulated gradient of a leaf (or after retain_grad()); undefined before the first
  /// backward.
  Variable grad() const;
  void set_grad(const Variable& gradient) const;
  void clear_grad() const;
  /// Keep the gradient of an interior Variable too.
  void retain_grad() const;

  /// The same value (and version) without its history.
  Variable detach() const;
  /// A copy of the value, without history.
  Variable clone_value() const;

  std::uint32_t version() const;
  const std::string& name() const;
  Variable& set_name(std::string name);

  /// Calls `hook` with the gradient of this Variable during every backward; a defined result
  /// replaces it. Runs in the order of registration. @throws StateError if no gradient is required.
  HookHandle register_hook(std::function<Variable(const Variable&)> hook) const;

  /// Gradients of this output by every leaf that requires them, added to their grad().
  /// @throws ShapeError unless this is a scalar or options.gradient has its shape;
  ///         StateError if it has no history or the graph has been consumed.
  void backward(const BackwardOptions<T>& options) const;
  void backward() const;

  bool operator==(const Variable&) const = delete;  // handles: compare values, or same_as
  bool same_as(const Variable& other) const noexcept { return state_ == other.state_; }

  // For the layers above; not part of what users need.
  explicit Variable(detail::Ref<detail::VariableState<T>> state) noexcept
      : state_(std::move(state)) {}
  detail::VariableState<T>* state() const noexcept { return state_.get(); }
  /// Whether this handle is the only way to its value, so that it may be overwritten.
  bool owns_value_alone() const noexcept {
    return state_ && state_->unique() && state_->storage->unique();
  }

 private:
  detail::VariableState<T>& checked() const {
    if (!state_) refuse_undefined();
    return *state_;
  }
  [[noreturn]] static void refuse_undefined();
  detail::Ref<detail::VariableState<T>> state_;
};

template <class T>
struct BackwardOptions {
  Variable<T> gradient = {};  ///< gradient of the loss by this output, its shape
  std::optional<bool> retain_graph =
      {};                     ///< keep saved values for another backward; default create_graph
  bool create_graph = false;  ///< record the backward itself, for higher derivatives
  Variables<T> inputs = {};   ///< accumulate into these alone; empty: every leaf
};

template <class T>
struct GradOptions {
  Variables<T> grad_outputs = {};         ///< one an output; undefined or absent: 1 for a scalar
  std::optional<bool> retain_graph = {};  ///< default create_graph
  bool create_graph = false;
  bool allow_unused = false;  ///< an input that is not reached gives an undefined gradient
};

/// Gradients of sum_i <grad_outputs[i], outputs[i]> by the inputs; no grad() changes.
/// @throws StateError if an input is not reached and allow_unused is false.
template <class T>
Variables<T> grad(const Variables<T>& outputs, const Variables<T>& inputs,
                  const std::type_identity_t<GradOptions<T>>& options = {});
/// The same for one output and one input.
template <class T>
Variable<T> grad(const Variable<T>& output, const Variable<T>& input,
                 const std::type_identity_t<GradOptions<T>>& options = {});

/// Values as xtensor prints them, then shape, operation, requires_grad and name.
template <class T>
std::ostream& operator<<(std::ostream& out, const Variable<T>& variable);

template <class X>
struct IsVariable : std::false_type {};
template <class T>
struct IsVariable<Variable<T>> : std::true_type {};
template <class X>
concept AnyVariable = IsVariable<std::remove_cvref_t<X>>::value;

}  // namespace xg
