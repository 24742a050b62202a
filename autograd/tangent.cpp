#include "xgrad/autograd/tangent.hpp"

#include <fmt/format.h>

#include <array>

#include "xgrad/autograd/engine.hpp"
#include "xgrad/autograd/grad_mode.hpp"

namespace xg::detail {
namespace {

/// y = x, where a function that is to be differentiated begins.
template <class T>
class ArgumentNode final : public Node<T> {
 public:
  ArgumentNode() : Node<T>("argument") {}
  void backward(std::span<Variable<T>> gy, std::span<Variable<T>> gx) override { gx[0] = gy[0]; }
  bool jvp(std::span<const Variable<T>> tx, std::span<Variable<T>> ty) override {
    ty[0] = tx[0];
    return true;
  }
};

template <class T>
std::uint64_t defined_bits(std::span<const Variable<T>> list) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < list.size() && i < 64; ++i)
    if (list[i].defined()) bits |= std::uint64_t{1} << i;
  return bits;
}

template <class T>
void require_shape(const Node<T>& node, std::size_t result, const Variable<T>& tangent) {
  if (tangent.shape() != node.output_shape(result))
    throw ShapeError(fmt::format("{}: the tangent of result {} must have shape {}, got {}",
                                 node.name(), result, to_string(node.output_shape(result)),
                                 to_string(tangent.shape())));
}

}  // namespace

template <class T>
Variable<T> tangent_argument(const Variable<T>& x, bool connected) {
  Variable<T> argument = x.detach();
  auto node = make_ref<ArgumentNode<T>>();
  node->add_output(x.shape());
  if (connected && x.requires_grad())
    node->add_edge(x);
  else
    node->add_edge(Edge<T>());
  argument.state()->node = node;
  argument.state()->leaf = false;
  return argument;
}

template <class T>
TangentTask<T>::TangentTask(const Variables<T>& outputs, const Variables<T>& arguments)
    : id_(next_walk()) {
  for (const Variable<T>& argument : arguments) {
    Node<T>* const node = argument.state()->node.get();
    mark(node);
    node->mark.place = static_cast<std::uint32_t>(order_.size());
    arguments_.push_back(static_cast<std::uint32_t>(uses_.size()));
    order_.push_back({nullptr, 0, arguments_.back()});
    uses_.push_back(1);
    kept_.emplace_back(node);
  }
  for (const Variable<T>& output : outputs) {
    if (!output.requires_grad()) {
      outputs_.push_back(no_place);
      continue;
    }
    const VariableState<T>& state = *output.state();
    if (!state.node->is_accumulator()) visit(state.node.get());
    outputs_.push_back(slot_of({state.node, state.output}));
    if (outputs_.back() != no_place) ++uses_[outputs_.back()];
    kept_.push_back(state.node);
  }
  for (const auto& [node, mark] : before_) node->mark.place = no_place;  // for fall_back
}

template <class T>
TangentTask<T>::~TangentTask() {
  for (const auto& [node, mark] : before_) node->mark = mark;
}

template <class T>
void TangentTask<T>::mark(Node<T>* node) {
  before_.emplace_back(node, node->mark);
  node->mark.task = id_;
}

template <class T>
void TangentTask<T>::visit(Node<T>* root) {
  struct Frame {
    Node<T>* node;
    std::size_t next;
  };
  if (root->mark.task == id_) return;
  mark(root);
  std::vector<Frame> stack{{root, 0}};
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next < frame.node->input_count()) {
      Node<T>* child = frame.node->edge(frame.next++).node.get();
      if (child == nullptr || child->is_accumulator() || child->mark.task == id_) continue;
      mark(child);
      stack.push_back({child, 0});
      continue;
    }
    enter(frame.node);
    stack.pop_back();
  }
}

/// Gives a node its place, unless no argument leads to it.
template <class T>
void TangentTask<T>::enter(Node<T>* node) {
  const auto first = static_cast<std::uint32_t>(sources_.size());
  bool reached = false;
  for (std::size_t i = 0; i < node->input_count(); ++i) {
    sources_.push_back(slot_of(node->edge(i)));
    reached |= sources_.back() != no_place;
  }
  if (!reached) {
    sources_.resize(first);
    node->mark.place = no_place;
    return;
  }
  for (std::size_t i = first; i < sources_.size(); ++i)
    if (sources_[i] != no_place) ++uses_[sources_[i]];
  node->mark.place = static_cast<std::uint32_t>(order_.size());
  order_.push_back({node, first, static_cast<std::uint32_t>(uses_.size())});
  uses_.resize(uses_.size() + node->output_count(), 0);
}

template <class T>
std::uint32_t TangentTask<T>::slot_of(const Edge<T>& edge) const {
  if (!edge.node || edge.node->is_accumulator() || edge.node->mark.place == no_place)
    return no_place;
  return order_[edge.node->mark.place].slot + edge.output;
}

template <class T>
Variables<T> TangentTask<T>::push(const Variables<T>& tangents, bool create_graph) {
  const SetGradEnabled mode(create_graph);
  slots_.assign(uses_.size(), Variable<T>());
  left_ = uses_;
  for (std::size_t i = 0; i < arguments_.size(); ++i) slots_[arguments_[i]] = tangents[i];
  for (const Entry& entry : order_)
    if (entry.node != nullptr) run(entry);
  Variables<T> result;
  for (const std::uint32_t slot : outputs_)
    result.push_back(slot == no_place ? Variable<T>() : slots_[slot]);
  slots_.clear();
  return result;
}

template <class T>
void TangentTask<T>::run(const Entry& entry) {
  Node<T>& node = *entry.node;
  std::array<Variable<T>, 4> few;
  std::vector<Variable<T>> many(node.input_count() > few.size() ? node.input_count() : 0);
  const std::span<Variable<T>> tx(many.empty() ? few.data() : many.data(), node.input_count());
  bool reached = false;
  for (std::size_t i = 0; i < tx.size(); ++i) {
    const std::uint32_t source = sources_[entry.first_source + i];
    if (source == no_place) continue;
    tx[i] = slots_[source];
    reached |= tx[i].defined();
    release(source);
  }
  if (!reached) return;
  const std::span<Variable<T>> ty(slots_.data() + entry.slot, node.output_count());
  node.mark.needs = defined_bits(std::span<const Variable<T>>(tx));
  const bool by_rule = node.jvp(tx, ty);
  if (!by_rule) fall_back(node, tx, ty, grad_enabled());
  for (std::size_t i = 0; i < ty.size(); ++i) {
    if (!ty[i].defined()) continue;
    require_shape(node, i, ty[i]);
    if (uses_[entry.slot + i] == 0) ty[i] = Variable<T>();
  }
  if (tangent_mutator<T> != nullptr) tangent_mutator<T>(node, by_rule, ty);
}

/// A tangent goes when its last reader has it.
template <class T>
void TangentTask<T>::release(std::uint32_t slot) {
  if (--left_[slot] == 0) slots_[slot] = Variable<T>();
}

// J^T u is linear in u, so its own derivative by u, at any u, is J. The graph of J^T u is entered
// as far as the nodes of this walk, which no u leads to.
template <class T>
void TangentTask<T>::fall_back(Node<T>& node, std::span<const Variable<T>> tx,
                               std::span<Variable<T>> ty, bool create_graph) {
  typename BackwardTask<T>::Request request;
  Variables<T> u, pulled(tx.size());
  {
    const EnableGrad record;
    for (std::size_t k = 0; k < ty.size(); ++k)
      u.emplace_back(full_array<T>(node.output_shape(k), T(0)), true);
    request.inputs = u;
    node.backward(u, pulled);
  }
  for (std::size_t i = 0; i < tx.size(); ++i) {
    if (!tx[i].defined() || !pulled[i].requires_grad()) continue;
    request.outputs.push_back(pulled[i]);
    request.output_gradients.push_back(tx[i]);
  }
  if (request.outputs.empty()) return;
  request.capture = true;
  request.create_graph = request.retain_graph = create_graph;
  request.border = id_;
  Variables<T> tangents = BackwardTask<T>(std::move(request)).run();
  std::move(tangents.begin(), tangents.end(), ty.begin());
}

template Variable<float> tangent_argument(const Variable<float>&, bool);
template Variable<double> tangent_argument(const Variable<double>&, bool);
template class TangentTask<float>;
template class TangentTask<double>;

}  // namespace xg::detail
