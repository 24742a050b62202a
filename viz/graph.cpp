#include "xgrad/viz/graph.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <xgrad/autograd/node.hpp>

namespace xg::viz {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

/// Numbers the nodes in the order they are first met, from the output, and writes a line for each.
template <class T>
class Drawing {
 public:
  explicit Drawing(const std::vector<GraphLabel<T>>& labels) {
    for (const auto& [variable, text] : labels)
      if (variable.requires_grad()) names_[variable.state()->node.get()] = text;
  }

  std::string draw(const Node<T>* root) {
    meet(root);
    for (std::size_t next = 0; next < found_.size();
         ++next) {  // without recursion: graphs are deep
      const Node<T>* node = found_[next];
      box(node, next);
      for (std::size_t i = 0; i < node->input_count(); ++i)
        if (const Node<T>* input = node->edge(i).node.get())
          arrows_ += fmt::format("  n{} -> n{};\n", meet(input), next);
    }
    return fmt::format("digraph xgrad {{\n  node [fontname=\"sans-serif\"];\n{}{}}}\n", boxes_,
                       arrows_);
  }

 private:
  std::size_t meet(const Node<T>* node) {
    const auto [place, is_new] = number_.emplace(node, found_.size());
    if (is_new) found_.push_back(node);
    return place->second;
  }

  void box(const Node<T>* node, std::size_t number) {
    std::string text;
    if (node->is_accumulator()) {
      const auto name = names_.find(node);
      text = name == names_.end() ? "leaf" : name->second;
    } else {
      text = node->name();
    }
    for (std::size_t i = 0; i < node->output_count(); ++i)
      text += "\n" + to_string(node->output_shape(i));
    if (!node->module_path().empty()) text += "\nin " + node->module_path();
    boxes_ += fmt::format("  n{} [shape={}, label=\"{}\"];\n", number,
                          node->is_accumulator() ? "ellipse" : "box", escaped(text));
  }

  std::unordered_map<const Node<T>*, std::string> names_;
  std::unordered_map<const Node<T>*, std::size_t> number_;
  std::vector<const Node<T>*> found_;
  std::string boxes_, arrows_;
};

}  // namespace

template <class T>
std::string graph_dot(const Variable<T>& output, const std::vector<GraphLabel<T>>& labels) {
  if (!output.requires_grad())
    throw StateError(
        "graph_dot: output must be the result of recorded operations, it has no history");
  return Drawing<T>(labels).draw(output.state()->node.get());
}

template std::string graph_dot(const Variable<float>&, const std::vector<GraphLabel<float>>&);
template std::string graph_dot(const Variable<double>&, const std::vector<GraphLabel<double>>&);

}  // namespace xg::viz
