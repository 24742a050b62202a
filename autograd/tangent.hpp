#pragma once

// Internal: forward mode. Tangents are pushed through nodes that have been recorded already.

#include <cstdint>
#include <vector>

#include "xgrad/autograd/node.hpp"

namespace xg::detail {

/// An argument of a function that is to be differentiated in forward mode: the value of x, with a
/// node of its own at which the walk stops. It leads on to x where x has a history and `connected`
/// is asked for.
template <class T>
Variable<T> tangent_argument(const Variable<T>& x, bool connected);

/// The nodes between some tangent arguments and the outputs made from them, in topological order
/// (the depth-first post-order of backward). They are found once; tangents can then be pushed
/// through them any number of times. There is no recursion.
template <class T>
class TangentTask {
 public:
  /// @param arguments  made by tangent_argument.
  TangentTask(const Variables<T>& outputs, const Variables<T>& arguments);
  ~TangentTask();
  TangentTask(const TangentTask&) = delete;
  TangentTask& operator=(const TangentTask&) = delete;

  /// Tangents of the arguments to tangents of the outputs; undefined means zero on both sides.
  /// With `create_graph` the way is recorded, so that it can be differentiated again.
  Variables<T> push(const Variables<T>& tangents, bool create_graph);

 private:
  struct Entry {
    Node<T>* node;
    std::uint32_t first_source;  // of its arguments, in sources_
    std::uint32_t slot;          // of its first output
  };

  void visit(Node<T>* root);
  void mark(Node<T>* node);
  void enter(Node<T>* node);
  std::uint32_t slot_of(const Edge<T>& edge) const;
  void run(const Entry& entry);
  void fall_back(Node<T>& node, std::span<const Variable<T>> tx, std::span<Variable<T>> ty,
                 bool create_graph);
  void release(std::uint32_t slot);

  std::uint64_t id_;
  std::vector<Entry> order_;
  std::vector<std::uint32_t> sources_;  // by argument of every entry: the slot of its tangent
  std::vector<std::uint32_t> arguments_, outputs_;                   // slots
  std::vector<std::uint32_t> uses_;                                  // by slot: how many read it
  std::vector<std::pair<Node<T>*, typename Node<T>::Mark>> before_;  // to be put back
  std::vector<Ref<Node<T>>> kept_;                                   // roots, arguments
  // of the push that is running
  std::vector<Variable<T>> slots_;
  std::vector<std::uint32_t> left_;
};

}  // namespace xg::detail
