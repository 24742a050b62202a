#include "xgrad/nn/module_hooks.hpp"

#include "xgrad/autograd/function.hpp"

namespace xg::nn {
namespace detail {
namespace {

/// What the two marks around one call share: gradients by the outputs arrive first.
template <class T>
struct Watch {
  Module<T>* module;
  std::shared_ptr<Hooks<T>> hooks;
  bool inputs_reached = true;  // an input takes a gradient: the hooks run at the entry
  Variables<T> grad_outputs = {};

  Variables<T> run(Variables<T> grad_inputs) {
    const auto list = hooks->backward;  // a hook may remove itself
    for (const auto& [id, hook] : list) {
      Variables<T> replaced = hook(*module, grad_inputs, grad_outputs);
      if (!replaced.empty()) grad_inputs = std::move(replaced);
    }
    grad_outputs.clear();
    return grad_inputs;
  }
};

/// The same values; only gradients are watched.
struct Unchanged {
  template <class T>
  static Arrays<T> forward(Context<T>&, const ArrayRefs<T>& xs, const std::shared_ptr<Watch<T>>&) {
    return Arrays<T>(xs.begin(), xs.end());
  }
  template <class T>
  static Variables<T> jvp(Context<T>&, const Variables<T>& t) {
    return t;
  }
};

struct ModuleEntry : Function<ModuleEntry>, Unchanged {
  static constexpr auto name = "module entry";
  template <class T>
  static Variables<T> backward(Context<T>&, const Variables<T>& gy,
                               const std::shared_ptr<Watch<T>>& watch) {
    return watch->run(gy);
  }
};

struct ModuleExit : Function<ModuleExit>, Unchanged {
  static constexpr auto name = "module exit";
  template <class T>
  static Variables<T> backward(Context<T>&, const Variables<T>& gy,
                               const std::shared_ptr<Watch<T>>& watch) {
    watch->grad_outputs = gy;
    if (!watch->inputs_reached) watch->run({});
    return gy;
  }
};

template <class T>
bool any_requires_grad(const Variables<T>& xs) {
  for (const auto& x : xs)
    if (x.requires_grad()) return true;
  return false;
}

template <class T>
Variables<T> run_watched(Module<T>& module, const std::shared_ptr<Hooks<T>>& hooks,
                         const Variables<T>& inputs,
                         const std::function<Variables<T>(const Variables<T>&)>& forward) {
  if (hooks->backward.empty() || !grad_enabled()) return forward(inputs);
  auto watch = std::make_shared<Watch<T>>(Watch<T>{&module, hooks});
  watch->inputs_reached = any_requires_grad(inputs);
  return ModuleExit::apply(forward(ModuleEntry::apply(inputs, watch)), watch);
}

/// Appends a hook; the handle finds it again even after the module is gone.
template <class T, class F>
HookHandle append(const std::shared_ptr<Hooks<T>>& hooks, HookList<F> Hooks<T>::*list, F hook) {
  const std::uint64_t id = hooks->next_id++;
  ((*hooks).*list).emplace_back(id, std::move(hook));
  return HookHandle([weak = std::weak_ptr(hooks), list, id] {
    if (const auto held = weak.lock())
      std::erase_if((*held).*list, [id](const auto& entry) { return entry.first == id; });
  });
}

}  // namespace
}  // namespace detail

template <class T>
detail::Hooks<T>& Module<T>::hooks() {
  if (!hooks_) hooks_ = std::make_shared<detail::Hooks<T>>();
  return *hooks_;
}

template <class T>
HookHandle Module<T>::register_forward_pre_hook(ForwardPreHook<T> hook) {
  hooks();
  return detail::append(hooks_, &detail::Hooks<T>::before, std::move(hook));
}
template <class T>
HookHandle Module<T>::register_forward_hook(ForwardHook<T> hook) {
  hooks();
  return detail::append(hooks_, &detail::Hooks<T>::after, std::move(hook));
}
template <class T>
HookHandle Module<T>::register_backward_hook(BackwardHook<T> hook) {
  hooks();
  return detail::append(hooks_, &detail::Hooks<T>::backward, std::move(hook));
}

template <class T>
Variables<T> Module<T>::call(const Variables<T>& given,
                             const std::function<Variables<T>(const Variables<T>&)>& forward) {
  const ModuleScope scope(name_);
  if (!hooks_) return forward(given);
  Variables<T> inputs = given;
  const auto held = hooks_;
  for (const auto& [id, hook] : detail::HookList<ForwardPreHook<T>>(held->before)) {
    Variables<T> replaced = hook(*this, inputs);
    if (!replaced.empty()) inputs = std::move(replaced);
  }
  Variables<T> outputs = detail::run_watched(*this, held, inputs, forward);
  for (const auto& [id, hook] : detail::HookList<ForwardHook<T>>(held->after)) {
    Variables<T> replaced = hook(*this, inputs, outputs);
    if (!replaced.empty()) outputs = std::move(replaced);
  }
  return outputs;
}

template <class T>
Variable<T> Layer<T>::hooked(const Variable<T>& x) {
  Variables<T> outputs = this->call(
      {x}, [this](const Variables<T>& in) -> Variables<T> { return {this->forward(in.at(0))}; });
  require<ValueError>(outputs.size() == 1, "Layer", "number of outputs from a hook", "be 1",
                      outputs.size());
  return std::move(outputs[0]);
}

#define XG_INSTANTIATE(T)                                                                         \
  template detail::Hooks<T>& Module<T>::hooks();                                                  \
  template HookHandle Module<T>::register_forward_pre_hook(ForwardPreHook<T>);                    \
  template HookHandle Module<T>::register_forward_hook(ForwardHook<T>);                           \
  template HookHandle Module<T>::register_backward_hook(BackwardHook<T>);                         \
  template Variables<T> Module<T>::call(const Variables<T>&,                                      \
                                        const std::function<Variables<T>(const Variables<T>&)>&); \
  template Variable<T> Layer<T>::hooked(const Variable<T>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
