#include <ostream>

#include "xgrad/autograd/node.hpp"

#if __has_include(<xtensor/io/xio.hpp>)
#include <xtensor/io/xio.hpp>
#else
#include <xtensor/xio.hpp>
#endif

namespace xg {

template <class T>
std::ostream& operator<<(std::ostream& out, const Variable<T>& variable) {
  if (!variable.defined()) return out << "Variable(undefined)";
  out << variable.value() << "\nVariable(shape " << to_string(variable.shape()) << ", "
      << (std::is_same_v<T, float> ? "float" : "double");
  if (variable.grad_fn() != nullptr) out << ", made by " << variable.grad_fn()->name();
  if (variable.requires_grad()) out << ", requires_grad";
  if (!variable.name().empty()) out << ", name '" << variable.name() << "'";
  return out << ")";
}

template std::ostream& operator<<(std::ostream&, const Variable<float>&);
template std::ostream& operator<<(std::ostream&, const Variable<double>&);

}  // namespace xg
