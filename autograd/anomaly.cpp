#include <cxxabi.h>
#include <execinfo.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/autograd/node.hpp"

namespace xg::detail {
namespace {

/// Demangles the name inside "binary(mangled+0x12) [address]".
std::string readable(const std::string& symbol) {
  const auto open = symbol.find('('), plus = symbol.find('+', open);
  if (open == std::string::npos || plus == std::string::npos || plus == open + 1) return symbol;
  int status = 0;
  char* name = abi::__cxa_demangle(symbol.substr(open + 1, plus - open - 1).c_str(), nullptr,
                                   nullptr, &status);
  const std::string text = status == 0 ? name : symbol.substr(open + 1, plus - open - 1);
  std::free(name);
  return text;
}

std::string call_stack_text() {
  void* frames[64];
  const int count = backtrace(frames, 64);
  char** symbols = backtrace_symbols(frames, count);
  std::string text;
  for (int i = 2; i < count && symbols != nullptr; ++i)
    text += fmt::format("\n  {}", readable(symbols[i]));
  std::free(symbols);
  return text;
}

template <class T>
const char* anomaly_in(const Array<T>& value) {
  const char* found = nullptr;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (std::isnan(value.data()[i])) return "NaN";
    if (std::isinf(value.data()[i])) found = "infinity";
  }
  return found;
}

template <class T>
[[noreturn]] void report(const Node<T>* node, std::string_view name, std::string_view what,
                         const char* found, const Shape& shape) {
  std::string text =
      fmt::format("{}: {} of shape {} holds a {}", name, what, to_string(shape), found);
  if (node != nullptr && !node->module_path().empty() && module_path() != node->module_path())
    text += fmt::format("  (recorded in {})", node->module_path());
  if (node != nullptr && node->extras_if_any() != nullptr &&
      !node->extras_if_any()->call_stack.empty())
    text += "\nforward call:" + node->extras_if_any()->call_stack;
  throw ValueError(text);
}

}  // namespace

template <class T>
void check_forward(Node<T>* node, std::string_view name, std::span<const Variable<T>> outputs) {
  if (node == nullptr && in_backward<T>()) return;  // check_backward names the recorded operation
  if (node != nullptr && modes.anomaly_stacks) node->extras().call_stack = call_stack_text();
  for (const Variable<T>& output : outputs)
    if (const char* found = anomaly_in(output.value()))
      report(static_cast<const Node<T>*>(node), name, "the result", found, output.shape());
}

template <class T>
void check_backward(const Node<T>& node, std::span<const Variable<T>> gradients) {
  for (const Variable<T>& gradient : gradients)
    if (const char* found = gradient.defined() ? anomaly_in(gradient.value()) : nullptr)
      report(&node, node.name(), "a gradient returned by its backward", found, gradient.shape());
}

template void check_forward(Node<float>*, std::string_view, std::span<const Variable<float>>);
template void check_forward(Node<double>*, std::string_view, std::span<const Variable<double>>);
template void check_backward(const Node<float>&, std::span<const Variable<float>>);
template void check_backward(const Node<double>&, std::span<const Variable<double>>);

}  // namespace xg::detail
