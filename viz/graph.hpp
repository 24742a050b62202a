#pragma once

#include <string>
#include <vector>

#include <xgrad/autograd/variable.hpp>

namespace xg::viz {

/// A Variable to be labelled in the picture: parameters and inputs by their names, say.
template <class T>
struct GraphLabel {
  Variable<T> variable;
  std::string text;
};

/// The graph behind `output` in the DOT language: `dot -Tsvg graph.dot -o graph.svg` draws it.
///
/// Boxes are recorded operations with the shape of their result (and the module whose forward
/// recorded them), ellipses the leaves that require gradients; arrows run the way of the forward
/// pass. A leaf is called by its entry in `labels`, or else by its shape alone. The order of the
/// lines depends on the graph alone.
///
/// @throws StateError if output has no history.
template <class T>
std::string graph_dot(const Variable<T>& output, const std::vector<GraphLabel<T>>& labels = {});

}  // namespace xg::viz
