#include <stdexcept>

#include "registry.hpp"

namespace golden {

namespace {

template <class To, class From>
xg::Array<To> converted(const xg::Array<From>& from) {
  return xg::Array<To>(xt::cast<To>(from));
}

}  // namespace

const Input& Case::input(std::size_t i) const {
  if (!has(i)) throw std::runtime_error("there is no input " + std::to_string(i));
  return inputs_[i];
}

const json& Case::required(const char* key) const {
  if (!attrs.contains(key)) throw std::runtime_error(std::string("there is no attribute ") + key);
  return attrs.at(key);
}

Variable Case::x(std::size_t i) const {
  const auto& value = input(i).value;
  if (const auto* variable = std::get_if<Variable>(&value)) return *variable;
  if (const auto* integers = std::get_if<xg::IndexArray>(&value))
    return converted<double>(*integers);
  return converted<double>(std::get<Mask>(value));
}

xg::IndexArray Case::indices(std::size_t i) const {
  const auto& value = input(i).value;
  if (const auto* integers = std::get_if<xg::IndexArray>(&value)) return *integers;
  if (const auto* mask = std::get_if<Mask>(&value)) return converted<std::int64_t>(*mask);
  throw std::runtime_error("input " + input(i).name + " holds no integers");
}

Mask Case::mask(std::size_t i) const {
  const auto& value = input(i).value;
  if (const auto* mask = std::get_if<Mask>(&value)) return *mask;
  return Mask(xt::not_equal(x(i).value(), 0.));
}

xg::Variables<double> Case::all() const {
  xg::Variables<double> list;
  for (std::size_t i = 0; i < count(); ++i) list.push_back(x(i));
  return list;
}

double Case::number(const char* key) const {
  const json& value = required(key);
  return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

xg::Axes Case::axes(const char* key) const {
  return given(key) ? xg::Axes(numbers(key)) : xg::Axes();
}

xg::SmallVector<std::ptrdiff_t> Case::numbers(const char* key) const {
  const json& value = required(key);
  xg::SmallVector<std::ptrdiff_t> list;
  if (value.is_array())
    for (const json& entry : value) list.push_back(entry.get<std::ptrdiff_t>());
  else
    list.push_back(value.get<std::ptrdiff_t>());
  return list;
}

}  // namespace golden
