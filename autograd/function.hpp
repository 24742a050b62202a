#pragma once

#include <array>
#include <concepts>
#include <tuple>
#include <type_traits>

#include "xgrad/autograd/context.hpp"

namespace xg {

namespace detail {

template <class A>
struct ElementOf {
  using type = void;
};
template <class T>
struct ElementOf<Variable<T>> {
  using type = T;
};
template <class T>
struct ElementOf<Variables<T>> {
  using type = T;
};
template <class A>
using element_of = typename ElementOf<std::remove_cvref_t<A>>::type;

template <class First, class... Rest>
struct FirstElement
    : std::conditional_t<std::is_void_v<First>, FirstElement<Rest...>, std::type_identity<First>> {
};
template <class Last>
struct FirstElement<Last> : std::type_identity<Last> {};

template <class A>
concept VariableArgument = !std::is_void_v<element_of<A>>;

/// What forward receives for an argument.
template <class T>
const Array<T>& undefined_argument() {
  static const Array<T> none = Array<T>::from_shape({0});
  return none;
}
template <class T>
const Array<T>& forward_argument(const Variable<T>& x) {
  return x.defined() ? x.state()->storage->value : undefined_argument<T>();
}
template <class T>
ArrayRefs<T> forward_argument(const Variables<T>& list) {
  ArrayRefs<T> refs;
  refs.reserve(list.size());
  for (const Variable<T>& x : list) refs.emplace_back(forward_argument(x));
  return refs;
}
template <class A>
requires(!VariableArgument<A>) const A& forward_argument(const A& plain) { return plain; }

template <class D, class T, class... Args>
using forward_result = decltype(D::forward(std::declval<Context<T>&>(),
                                           forward_argument(std::declval<const Args&>())...));

}  // namespace detail

/// D has `static constexpr auto name` and a static `forward(Context<T>&, arrays..., others...)`
/// that returns Array<T> or Arrays<T> for these arguments, at least one of which is a Variable.
template <class D, class... Args>
concept FunctionOf = (detail::VariableArgument<Args> || ...) && requires {
  { D::name } -> std::convertible_to<const char*>;
  typename detail::forward_result<D,
                                  typename detail::FirstElement<detail::element_of<Args>...>::type,
                                  std::remove_cvref_t<Args>...>;
};

namespace detail {

template <class D, class T, bool several, class... Extra>
class FunctionNode final : public Node<T> {
 public:
  explicit FunctionNode(const Extra&... extra) : Node<T>(D::name), extra_(extra...) {}
  Context<T> context;

  void backward(std::span<Variable<T>> gy, std::span<Variable<T>> gx) override {
    context.require_saved();
    materialize(gy);
    if constexpr (has_kernel) {
      if (!grad_enabled()) {
        Gradients<T> gradients(*this, gy, gx);
        return std::apply([&](const Extra&... e) { D::backward_kernel(context, gradients, e...); },
                          extra_);
      }
    }
    take(call_backward(gy), gx);
  }
  bool jvp(std::span<const Variable<T>> tx, std::span<Variable<T>> ty) override {
    if constexpr (jvp_takes_extra || has_jvp) {
      context.require_saved();
      const Variables<T> tangents(tx.begin(), tx.end());
      std::apply([&](const Extra&... e) { call_jvp(tangents, ty, e...); }, extra_);
      return true;
    } else {
      return Node<T>::jvp(tx, ty);
    }
  }
  void release_saved() noexcept override { context.release(); }

 private:
  static constexpr bool jvp_takes_extra =
      requires(Context<T> & c, const Variables<T>& t, const Extra&... e) {
    D::jvp(c, t, e...);
  };
  static constexpr bool has_jvp = requires(Context<T> & c, const Variables<T>& t) { D::jvp(c, t); };
  // A rule that does not fit would be passed over in silence.
  static constexpr bool names_jvp = requires { &D::template jvp<T>; };
  static_assert(!names_jvp || has_jvp || jvp_takes_extra,
                "jvp must take (Context<T>&, const Variables<T>& tangents) and, if it wants them, "
                "all arguments that are no Variables");
  static constexpr bool has_kernel = requires(Context<T> & c, Gradients<T>& g, const Extra&... e) {
    D::backward_kernel(c, g, e...);
  };

  template <class G>
  static constexpr bool takes_extra = requires(Context<T>& c, const G& g, const Extra&... e) {
    D::backward(c, g, e...);
  };

  void materialize(std::span<Variable<T>> gy) const {
    for (std::size_t i = 0; i < gy.size(); ++i)
      if (!gy[i].defined() && (context.materialize() || !several))
        gy[i] = Variable<T>(full_array<T>(this->output_shape(i), T(0)));
  }

  Variables<T> call_backward(std::span<Variable<T>> gy) {
    constexpr auto all = std::index_sequence_for<Extra...>();
    if constexpr (several)
      return call(Variables<T>(gy.begin(), gy.end()), all);
    else
      return call(gy[0], all);
  }
  template <class G, std::size_t... i>
  Variables<T> call(const G& g, std::index_sequence<i...>) {
    if constexpr (takes_extra<G>)
      return D::backward(context, g, std::get<i>(extra_)...);
    else
      return D::backward(context, g);
  }

  void call_jvp(const Variables<T>& tangents, std::span<Variable<T>> ty, const Extra&... e) {
    auto result = [&] {
      if constexpr (jvp_takes_extra)
        return D::jvp(context, tangents, e...);
      else
        return D::jvp(context, tangents);
    }();
    if constexpr (several) {
      require<ShapeError>(result.size() == ty.size(), this->name(), "number of tangents",
                          "equal the number of results", result.size());
      std::move(result.begin(), result.end(), ty.begin());
    } else {
      ty[0] = std::move(result);
    }
  }

  void take(Variables<T> gradients, std::span<Variable<T>> gx) const {
    require<ShapeError>(gradients.size() == gx.size(), this->name(), "number of gradients",
                        "equal the number of Variable arguments", gradients.size());
    std::move(gradients.begin(), gradients.end(), gx.begin());
  }

  std::tuple<Extra...> extra_;
};

}  // namespace detail

/// The third way to make an operation: forward on Arrays, backward on Variables.
///
///   struct Cube : xg::Function<Cube> {
///     static constexpr auto name = "cube";
///     template <class T>
///     static xg::Array<T> forward(xg::Context<T>& ctx, const xg::Array<T>& x) {
///       ctx.save(x);
///       return x * x * x;
///     }
///     template <class T>
///     static xg::Variables<T> backward(xg::Context<T>& ctx, const xg::Variable<T>& gy) {
///       const auto x = ctx.saved(0);
///       return {gy * 3 * x * x};
///     }
///   };
///   auto y = Cube::apply(x);
///
/// - An argument of type Variables<T> reaches forward as ArrayRefs<T>, an undefined Variable as an
///   array without elements, any other argument as it is. Such plain arguments are kept; a backward
///   that takes them after gy receives them.
/// - Several results: forward returns Arrays<T>, apply Variables<T>, and backward takes
///   `const Variables<T>& gy`. Results that no gradient reached come as zeros, or undefined after
///   ctx.materialize_gradients(false).
/// - backward returns one entry a Variable argument, in order; leave out (undefined) what
///   ctx.needs(i) does not ask for. A gradient of another shape than its argument is an error.
/// - Written with differentiable operations, backward can be differentiated again. A
///   `static void backward_kernel(Context<T>&, Gradients<T>&, others...)` beside it is used, if
///   there is one, when no graph of the backward is asked for.
/// - A tangent rule beside them makes forward mode (xg::jvp) cheaper; without one the derivative of
///   backward by gy is taken, which is right but some three times the work. It receives a tangent
///   for each Variable argument, undefined where that is zero, and returns the tangent of the
///   result (Variables<T> for several), with the result's shape or undefined for zero. It reads the
///   same saved values and, like backward, is written with differentiable operations:
///
///     template <class T>
///     static xg::Variable<T> jvp(xg::Context<T>& ctx, const xg::Variables<T>& tangents) {
///       const auto x = ctx.saved(0);
///       return tangents[0] * 3 * x * x;
///     }
template <class Derived>
struct Function {
  template <class... Args>
  requires FunctionOf<Derived, Args...>
  static auto apply(const Args&... args) {
    using T = typename detail::FirstElement<detail::element_of<Args>...>::type;
    using Result = detail::forward_result<Derived, T, Args...>;
    constexpr bool several = std::is_same_v<std::remove_cvref_t<Result>, Arrays<T>>;
    if constexpr ((IsVariable<Args>::value || ...) && !(is_list<Args> || ...)) {
      std::array<const Variable<T>*, (std::size_t{IsVariable<Args>::value} + ...)> inputs;
      std::size_t n = 0;
      (collect<T>(inputs, n, args), ...);
      return run<T, several>(std::span<const Variable<T>* const>(inputs), args...);
    } else {
      std::vector<const Variable<T>*> inputs;
      (collect<T>(inputs, args), ...);
      return run<T, several>(std::span<const Variable<T>* const>(inputs), args...);
    }
  }

 private:
  template <class A>
  static constexpr bool is_list = detail::VariableArgument<A> && !IsVariable<A>::value;

  template <class T, std::size_t N, class A>
  static void collect(std::array<const Variable<T>*, N>& inputs, std::size_t& n, const A& arg) {
    if constexpr (IsVariable<A>::value) inputs[n++] = &arg;
  }
  template <class T, class A>
  static void collect(std::vector<const Variable<T>*>& inputs, const A& arg) {
    if constexpr (IsVariable<A>::value) {
      inputs.push_back(&arg);
    } else if constexpr (is_list<A>) {
      for (const Variable<T>& x : arg) inputs.push_back(&x);
    }
  }

  template <class T, class... Extra>
  static auto make_node(std::span<const Variable<T>* const> inputs,
                        std::tuple<const Extra&...> extra, auto several) {
    using N = detail::FunctionNode<Derived, T, decltype(several)::value, Extra...>;
    auto node = std::apply([](const Extra&... e) { return detail::make_ref<N>(e...); }, extra);
    for (const Variable<T>* input : inputs) node->add_edge(*input);
    return node;
  }
  /// The arguments that are no Variables, which the node keeps.
  template <class A>
  static auto plain(const A& arg) {
    if constexpr (detail::VariableArgument<A>)
      return std::tuple<>();
    else
      return std::tuple<const A&>(arg);
  }

  template <class T, bool several, class... Args>
  static auto run(std::span<const Variable<T>* const> inputs, const Args&... args) {
    bool record = false;
    if (grad_enabled())
      for (const Variable<T>* input : inputs) record |= input->requires_grad();
    const auto forward = [&](Context<T>& context) {
      return Derived::forward(context, detail::forward_argument(args)...);
    };
    if (!record) {
      Context<T> context;
      context.begin(nullptr, inputs);
      return results<T, several>(context, detail::Ref<Node<T>>(), forward);
    }
    auto node = make_node<T>(inputs, std::tuple_cat(plain(args)...), std::bool_constant<several>());
    node->context.begin(node.get(), inputs);
    Context<T>& context = node->context;
    return results<T, several>(context, detail::Ref<Node<T>>(std::move(node)), forward);
  }

  template <class T, bool several>
  static auto results(Context<T>& context, detail::Ref<Node<T>> node, auto& forward) {
    if constexpr (several) {
      Variables<T> outputs;
      for (Array<T>& array : forward(context))
        outputs.push_back(detail::make_variable<T>([&] { return std::move(array); }));
      attach(context, node, std::span<Variable<T>>(outputs));
      return outputs;
    } else {
      Variable<T> output = detail::make_variable<T>([&]() -> Array<T> { return forward(context); });
      attach(context, node, std::span<Variable<T>>(&output, 1));
      return output;
    }
  }
  template <class T>
  static void attach(Context<T>& context, detail::Ref<Node<T>>& node,
                     std::span<Variable<T>> outputs) {
    if (detail::modes.anomaly)
      detail::check_forward<T>(node.get(), Derived::name, std::span<const Variable<T>>(outputs));
    if (!node) return;
    for (const Variable<T>& output : outputs)
      node->add_output(output.state()->storage->value.shape());
    context.finish(outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!context.differentiable(i)) continue;
      detail::VariableState<T>& state = *outputs[i].state();
      state.output = static_cast<std::uint32_t>(i);
      state.leaf = false;
      if (i + 1 < outputs.size())
        state.node = node;
      else
        state.node = std::move(node);
    }
  }
};

}  // namespace xg
