#pragma once

// Internal: one run of backward.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "xgrad/autograd/node.hpp"

namespace xg::detail {

/// A number that no walk over nodes has used before.
std::uint64_t next_walk() noexcept;

/// The place, in their marks, of nodes that a walk has passed by.
constexpr std::uint32_t no_place = ~std::uint32_t{0};

/// Walks the nodes behind some roots once, from the outputs to the leaves, without recursion.
/// The order is the reverse of a depth-first post-order, hence always the same.
template <class T>
class BackwardTask {
 public:
  struct Request {
    Variables<T> outputs;
    Variables<T> output_gradients;
    Variables<T> inputs;   // wanted; empty: every leaf
    bool capture = false;  // return the gradients instead of accumulating them
    bool retain_graph = false;
    bool create_graph = false;
    std::uint64_t border = 0;  // nodes marked by this walk are not entered; needs inputs
  };

  explicit BackwardTask(Request request);
  ~BackwardTask();
  /// The gradients of the inputs when they are captured, undefined where not reached.
  Variables<T> run();
  Array<T>* accumulation_target(const Edge<T>& edge) noexcept;

 private:
  struct Entry {
    Node<T>* node;
    std::uint32_t slot;  // of its first output
    bool needed;
  };
  struct Leaf {
    Accumulator<T>* accumulator;
    std::uint32_t slot;
    bool wanted;
  };
  struct Capture {
    std::uint32_t slot;
    Variable<T> gradient;
  };

  void collect();
  void visit(Node<T>* root);
  void enter(Node<T>* node);
  void note_leaf(Accumulator<T>* leaf);
  Leaf* find_leaf(Accumulator<T>* leaf);
  void choose_needed();
  bool inside(const Node<T>& node) const noexcept;
  bool is_needed(const Edge<T>& edge);
  std::uint32_t slot_of(const Edge<T>& edge);
  void seed();
  void run_all();
  void run_entry(Entry& entry);
  void pass_on(Node<T>& node, std::span<Variable<T>> gy);
  void note_captures(const Entry& entry, std::size_t outputs);
  void call_hooks(Node<T>& node, std::span<Variable<T>> gy);
  void add(const Edge<T>& edge, Variable<T>& gradient, const Node<T>& from, std::size_t argument);
  Variables<T> finish();

  Request request_;
  std::uint64_t id_;       // in the marks of the nodes: the border's, which so look visited
  std::uint64_t leaf_id_;  // in the hints of the leaves
  bool nested_;
  std::vector<Entry> order_;  // post-order: inputs before the nodes that use them
  std::uint32_t slot_count_ = 0;
  std::vector<std::pair<Node<T>*, typename Node<T>::Mark>> before_;  // when nested: to be put back
  std::vector<Leaf> leaves_;
  std::unordered_map<Accumulator<T>*, std::uint32_t> leaf_index_;
  std::vector<Variable<T>> slots_;
  std::vector<Variable<T>> gx_;  // what the node at work returns; undefined between nodes
  std::vector<Capture> captures_;
  std::vector<std::pair<Ref<Accumulator<T>>, Variable<T>>> retained_;  // committed at the end
};

}  // namespace xg::detail
