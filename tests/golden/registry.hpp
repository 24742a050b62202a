#pragma once

// What the golden program knows of a case, and where each family says how to run its operations.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>
#include <xgrad/autograd/variable.hpp>
#include <xgrad/ops/axes.hpp>
#include <xgrad/ops/shape.hpp>

namespace golden {

using nlohmann::json;
using Variable = xg::Variable<double>;
using Mask = xg::Array<bool>;

/// A stored tensor.
using Tensor = std::variant<xg::Array<double>, xg::IndexArray, Mask>;
/// A result: with a gradient, or a plain array of integers or booleans.
using Output = std::variant<Variable, xg::IndexArray, Mask>;
using Outputs = std::vector<Output>;

struct Input {
  std::string name;
  /// std::monostate for an input that is null: it has its position, and is not there.
  std::variant<std::monostate, Variable, xg::IndexArray, Mask> value;
};

/// A case as an operation sees it: attributes, and inputs in the order of the operation's
/// description. has(i) tells of an input that may be absent: at the end or null.
class Case {
 public:
  Case(json attributes, std::vector<Input> inputs)
      : attrs(std::move(attributes)), inputs_(std::move(inputs)) {}

  json attrs;

  std::size_t count() const { return inputs_.size(); }
  bool has(std::size_t i) const {
    return i < inputs_.size() && !std::holds_alternative<std::monostate>(inputs_[i].value);
  }
  /// @throws std::runtime_error if there is no input i, as all three.
  const std::string& name(std::size_t i) const { return inputs_.at(i).name; }
  bool holds_integers(std::size_t i) const {
    return has(i) && std::holds_alternative<xg::IndexArray>(input(i).value);
  }
  Variable x(std::size_t i) const;  ///< integers and booleans are converted
  xg::IndexArray indices(std::size_t i) const;
  Mask mask(std::size_t i) const;  ///< numbers: != 0
  bool is_mask(std::size_t i) const {
    return has(i) && std::holds_alternative<Mask>(input(i).value);
  }
  xg::Variables<double> all() const;

  /// Whether the attribute is there and not null.
  bool given(const char* key) const { return attrs.contains(key) && !attrs.at(key).is_null(); }
  /// The attribute, or `otherwise` if it is absent or null.
  template <class V>
  V get(const char* key, V otherwise) const {
    return given(key) ? attrs.at(key).get<V>() : otherwise;
  }
  /// @throws std::runtime_error if it is absent, as all that follow.
  template <class V>
  V get(const char* key) const {
    return required(key).get<V>();
  }
  double number(const char* key) const;  ///< a number, or a text such as "inf"
  double number(const char* key, double otherwise) const {
    return given(key) ? number(key) : otherwise;
  }
  std::ptrdiff_t axis(const char* key) const { return get<std::ptrdiff_t>(key); }
  xg::Axes axes(const char* key) const;  ///< null: all; a number or a list
  xg::ShapeRequest extents(const char* key) const { return numbers(key); }
  xg::SmallVector<std::ptrdiff_t> numbers(const char* key) const;  ///< a list, or a number alone

 private:
  const Input& input(std::size_t i) const;
  const json& required(const char* key) const;
  std::vector<Input> inputs_;
};

using Operations = std::map<std::string, std::function<Outputs(const Case&)>>;

Operations unary_operations();
Operations activation_operations();
Operations binary_operations();
Operations reduce_operations();
Operations product_operations();
Operations shape_operations();
Operations loss_operations();
Operations conv_operations();
Operations pool_operations();
Operations norm_operations();
Operations recurrent_operations();
Operations attention_operations();
Operations linalg_operations();

/// All of them; an operation is known by its name, whatever the family of the case.
const Operations& operations();

}  // namespace golden
