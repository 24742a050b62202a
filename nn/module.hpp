#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/error.hpp"
#include "xgrad/core/state_dict.hpp"

namespace xg::nn {

template <class T>
class Module;

/// How a state fitted a module. Names are dotted paths.
struct LoadReport {
  std::vector<std::string> missing;     ///< in the module, not in the state
  std::vector<std::string> unexpected;  ///< in the state, not in the module
  std::vector<std::string> unfit;       ///< "name: reason", another shape or kind of number
  bool ok() const noexcept { return missing.empty() && unexpected.empty() && unfit.empty(); }
  std::string text() const;  ///< one line
};

struct LoadOptions {
  bool strict = true;  ///< anything missing, unexpected or unfit throws; else it is left out
};

/// Called before forward with the inputs; what it returns replaces them, nothing (`{}`) does not.
template <class T>
using ForwardPreHook = std::function<Variables<T>(Module<T>&, const Variables<T>& inputs)>;
/// Called after forward; what it returns replaces the outputs.
template <class T>
using ForwardHook = std::function<Variables<T>(Module<T>&, const Variables<T>& inputs,
                                               const Variables<T>& outputs)>;
/// Called during backward with the gradients by the inputs (undefined where none is asked for) and
/// by the outputs; what it returns replaces the former.
template <class T>
using BackwardHook = std::function<Variables<T>(Module<T>&, const Variables<T>& grad_inputs,
                                                const Variables<T>& grad_outputs)>;

namespace detail {
template <class T>
struct Hooks;
}

/// Parameters, buffers and children under names, and what can be done to all of them at once.
///
///   struct Net : xg::nn::Layer<float> {
///     xg::nn::Linear<float>& fc = add("fc", xg::nn::Linear<float>(4, 2));
///     xg::Variable<float>& scale = parameter("scale", xg::Array<float>{1, 1});
///     xg::Variable<float> forward(const xg::Variable<float>& x) override { return fc(x) * scale; }
///   };
///
/// All three live on the heap, so references to them stay good when the module is moved. A module
/// cannot be copied; see clone(). In a template write this->add.
template <class T>
class Module {
 public:
  using value_type = T;
  using Named = std::pair<std::string, Variable<T>>;

  Module();
  virtual ~Module();
  Module(Module&&) noexcept;
  Module& operator=(Module&&) = delete;

  /// Makes `module` a child. @throws ValueError if the name is empty, has a dot or is taken.
  template <std::derived_from<Module> M>
  M& add(std::string name, M module) {
    auto child = std::make_unique<M>(std::move(module));
    M& reference = *child;
    adopt(std::move(name), std::move(child));
    return reference;
  }
  /// Registers a Variable that requires gradients, for optimisers to change. One that is registered
  /// elsewhere too is shared.
  Variable<T>& parameter(std::string name, Variable<T> initial);
  /// Registers a value that belongs to the state but takes no gradient, such as a running mean.
  Variable<T>& buffer(std::string name, Variable<T> initial);
  /// The same for integers, such as a count.
  IndexArray& buffer(std::string name, IndexArray initial);

  /// The name its parent gave it; empty for a model itself.
  const std::string& name() const noexcept { return name_; }
  /// What summary() shows, such as "Linear(4, 2)". The name of the class unless overridden.
  virtual std::string description() const;
  /// Multiplications followed by an addition in one forward pass of this module alone, its children
  /// left out; what profile() adds up. 0 unless overridden.
  virtual double multiply_adds(const Shape& x, const Shape& y) const;

  /// Every parameter once, in the order of registration: its own, then its children's.
  Variables<T> parameters() const;
  std::vector<Named> named_parameters() const;
  /// The floating-point buffers.
  std::vector<Named> named_buffers() const;
  std::vector<Module*> children() const;
  /// This module and all below it with their paths, parents first.
  std::vector<std::pair<std::string, Module*>> named_modules();
  std::size_t parameter_count() const;  ///< elements

  /// Dropout, batch normalisation and the like behave differently in training, which is where a
  /// module starts.
  void train(bool on = true);
  void eval() { train(false); }
  bool training() const noexcept { return training_; }

  /// Whether gradients are computed for its parameters.
  void requires_grad_(bool required);
  /// The same for those whose path fits the pattern, where * stands for any text and ? for one
  /// character: requires_grad_(false, "features.*"). @returns how many fit.
  std::size_t requires_grad_(bool required, std::string_view pattern);
  void zero_grad();  ///< as if no backward had run
  /// Calls f with every module, children first.
  void apply(const std::function<void(Module&)>& f);

  /// Copies of all parameters and buffers by path, as in PyTorch: "features.0.weight".
  StateDict state_dict() const;
  /// Sets parameters and buffers, in place. Nothing changes when it throws.
  /// @throws ValueError under `strict` naming everything missing, unexpected or unfit.
  LoadReport load_state_dict(const StateDict& state, LoadOptions options = {});

  /// A table of all modules with their parameters.
  std::string summary();

  HookHandle register_forward_pre_hook(ForwardPreHook<T> hook);
  HookHandle register_forward_hook(ForwardHook<T> hook);
  HookHandle register_backward_hook(BackwardHook<T> hook);

  /// Runs `forward` as this module: with its hooks and with its path in errors. Layer does so;
  /// a module with other arguments calls it in its own operator().
  Variables<T> call(const Variables<T>& inputs,
                    const std::function<Variables<T>(const Variables<T>&)>& forward);

 protected:
  bool has_hooks() const noexcept { return hooks_ != nullptr; }
  std::size_t child_count() const noexcept { return children_.size(); }
  Module& child(std::size_t i) const noexcept { return *children_[i]; }
  void adopt(std::string name, std::unique_ptr<Module> child);
  /// Puts another module in the place and under the name of child i, which is destroyed.
  void exchange_child(std::size_t i, std::unique_ptr<Module> child);
  /// Takes a parameter off the list: it is no longer part of the state.
  void forget(const std::string& name);

 private:
  struct Entry;

  Variable<T>& own(std::string name, Variable<T> value, bool is_parameter);
  void require_new(std::string_view op, const std::string& name) const;
  template <class F>
  void visit(const std::string& prefix, const F& f) const;
  detail::Hooks<T>& hooks();

  std::string name_;
  std::vector<std::unique_ptr<Entry>> entries_;  // parameters and buffers
  std::vector<std::unique_ptr<Module>> children_;
  std::shared_ptr<detail::Hooks<T>> hooks_;  // null for nearly all
  bool training_ = true;
};

/// What a layer of element type T does not take: it is no Variable<T>, nor an array that becomes
/// one.
template <class X, class T>
concept NoLayerInput = !std::convertible_to<const X&, const Variable<T>&>;

/// A module with one input and one output: what Sequential holds.
template <class T>
class Layer : public Module<T> {
 public:
  /// The computation. Call the layer itself instead: that runs hooks and names it in errors.
  virtual Variable<T> forward(const Variable<T>& x) = 0;

  Variable<T> operator()(const Variable<T>& x) {
    if (this->has_hooks()) return hooked(x);
    const ModuleScope scope(this->name());
    return forward(x);
  }

  /// Anything else is refused by name, in a few lines.
  Variable<T> operator()(const NoLayerInput<T> auto& x) = delete;

  /// The same layer with fresh parameters; clone() needs it of layers inside a Sequential.
  /// @throws StateError unless overridden.
  virtual std::unique_ptr<Layer> fresh() const;

 private:
  Variable<T> hooked(const Variable<T>& x);
};

/// A second model with the same state: M built anew from `args` (the constructor's), its parameters
/// and buffers set to those of `module`, requires_grad and training too. No random number that
/// others would have drawn is used up.
template <class M, class... Args>
M clone(const M& module, Args&&... args);

extern template class Module<float>;
extern template class Module<double>;
extern template class Layer<float>;
extern template class Layer<double>;

namespace detail {
/// Restores the default generator at the end of the scope.
class KeepRandomState {
 public:
  KeepRandomState();
  ~KeepRandomState();
  KeepRandomState(const KeepRandomState&) = delete;
  KeepRandomState& operator=(const KeepRandomState&) = delete;

 private:
  struct Saved;
  std::unique_ptr<Saved> saved_;
};
template <class T>
void copy_state(const Module<T>& from, Module<T>& to);
}  // namespace detail

template <class M, class... Args>
M clone(const M& module, Args&&... args) {
  const detail::KeepRandomState keep;
  const auto build = [&]() -> M {
    if constexpr (sizeof...(Args) == 0 && requires { module.rebuilt(); })
      return module.rebuilt();
    else
      return M(std::forward<Args>(args)...);
  };
  M copy = build();
  detail::copy_state<typename M::value_type>(module, copy);
  return copy;
}

}  // namespace xg::nn
